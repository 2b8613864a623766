"""Mutations of companies' exports."""

from typing import Any

import graphene

from accounts.errors import TooManyAttempts
from jobs.errors import ExportUnderWay
from jobs.models import ExportFormat, ExportKind
from jobs.services import company_export
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.export.types import CompanyExport


class ExportRequest(Mutation):
    """Ask for all of a company's postings, or all applications to it, as a file. `Company.exports` tells how far it is.

    For the company's recruiters, admins and owners; applications also need the scope `applications:read` of a key. Of
    one kind a company has one under way at a time.
    """

    errors = (NotFound, Forbidden, ExportUnderWay, TooManyAttempts)
    scope = Scope.JOBS_WRITE
    is_idempotent = True

    class Input:
        company_id = graphene.ID(required=True, description="The company.")
        kind = graphene.InputField(enum_of(ExportKind), required=True, description="What is exported.")
        format = graphene.InputField(enum_of(ExportFormat), required=True, description="How it is written.")

    export = graphene.Field(CompanyExport, description="The export, which has just begun to wait; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str, kind: Any, format: Any) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument="input.companyId")
        made = company_export.request(by=viewer, company_id=key, kind=plain_value(kind), format=plain_value(format))
        return {"export": made}
