"""The type of companies' exports."""

import graphene
from graphql import GraphQLResolveInfo

from accounts.selectors import user as users
from jobs.models import CompanyExport as CompanyExportRow
from jobs.models import ExportFormat, ExportKind, ExportStatus
from jobs.selectors import company_export as exports
from jobs.services import company_export
from schema.core.loading import many, one
from schema.core.scalars import URL, DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN, Rule

EXPORTS = Rule("exports", "For the company's recruiters, admins and owners.", batch=exports.readable)


class CompanyExport(ModelType):
    """A file of a company's data that somebody asked for. A worker writes it; it can be had for a day."""

    class Meta:
        model = CompanyExportRow
        columns = ("kind", "format", "status", "done", "total", "size", "expires_at")
        choices = {"kind": ExportKind, "format": ExportFormat, "status": ExportStatus}
        batch = exports.by_id
        private_to = SHOWN

    created_at = DateTime(required=True, description="When it was asked for.")
    requested_by = one(
        "schema.account.types.User",
        key="requested_by_id",
        batch=users.named,
        description="Who asked for it; null for whom the viewer is not shown.",
    )
    link = graphene.Field(
        URL,
        description="Where it can be downloaded for ten minutes, by whoever has this address; null while it is not "
        "`READY`. Every download is noted in the company's audit log.",
    )

    @staticmethod
    def resolve_link(row: CompanyExportRow, info: GraphQLResolveInfo) -> str | None:
        return company_export.link(row, by=info.context.viewer)


exports_of_company = many(
    CompanyExport,
    batch=exports.of_companies,
    at_most=exports.MOST_SHOWN,
    description="What was asked for of its data, the newest first.",
    visible_to=EXPORTS,
)
