"""The audit log of a company, read page by page."""

from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from accounts.selectors.audit import AuditFilter
from jobs.selectors import audit
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.audit.types import COMPANY_AUDIT, AuditEntryConnection
from schema.core import ids
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.errors import BadRequest
from schema.core.inputs import plain_text, tuple_of
from schema.core.loading import Relation
from schema.core.scalars import DateTime

MAX_ACT = 64


class AuditWhere(graphene.InputObjectType):
    """Which entries. All conditions must hold."""

    acts = graphene.List(
        graphene.NonNull(graphene.String), description="Of one of these acts, as `company.update`; at most 100."
    )
    actor = graphene.ID(description="Done by this person.")
    since = DateTime(description="At this instant or later.")
    until = DateTime(description="Before this instant.")


def _audit_filter(where: dict[str, Any] | None) -> AuditFilter | None:
    if not where:
        return None
    acts = tuple_of(where.get("acts"), "where.acts")
    for act in acts or ():
        plain_text(act, "where.acts", longest=MAX_ACT)
    actor = where.get("actor")
    return AuditFilter(
        acts=acts,
        actor_id=None if actor is None else ids.decode_as("User", actor, argument="where.actor"),
        since=where.get("since"),
        until=where.get("until"),
    )


def _logs(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
    """A page of each company's log. A cursor belongs to the log of one company."""
    where = _audit_filter(arguments.get("where"))
    found: dict[UUID, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[UUID]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in audit.of_companies(viewer, owners, where=where, wanted=wanted).items():
            found[key] = PageOfList(page, partial(_codec, key), partial(_count, key, where))
    return found


def _codec(company_id: UUID) -> CursorCodec:
    return CursorCodec(f"company.{company_id}.auditLog", value=UUID, key=UUID)


def _count(company_id: UUID, where: AuditFilter | None, info: GraphQLResolveInfo) -> Any:
    counted = info.context.load(audit.counts_of_companies, company_id, where=where)
    return counted.then(lambda number: number or 0)


audit_log_of_company = connection_field(
    AuditEntryConnection,
    description="Who did what for the company, or read of it what is not public; the newest first.",
    visible_to=COMPANY_AUDIT,
    resolver=Relation(_logs, "pk"),
    where=graphene.Argument(AuditWhere, description="Which entries; all unless given."),
)
