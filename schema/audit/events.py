"""What happened in a company, read page by page."""

from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from accounts.selectors import user as users
from jobs.selectors import event as events
from kernel.models import OutboxEvent
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.audit.types import COMPANY_AUDIT
from schema.core.connections import CursorCodec, PageOfList, connection_field, connection_of, slice_of
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.inputs import tuple_of
from schema.core.loading import Computed, ListSize, Relation, one
from schema.core.scalars import DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN

# No event has as many fields.
MOST_DETAILS = 20


class EventDetail(graphene.ObjectType):
    """One thing that an event says."""

    name = graphene.String(required=True, description="What it is: `job_id`.")
    value = graphene.String(description="An id, as logs have it, or another plain value; null where there is none.")


class CompanyEvent(ModelType):
    """Something that happened in a company. Events are kept for at least thirty days."""

    class Meta:
        model = OutboxEvent
        name = "CompanyEvent"
        columns = ("kind",)
        private_to = SHOWN

    occurred_at = DateTime(required=True, description="When.")
    actor = one(
        "schema.account.types.User",
        key="actor_id",
        batch=users.named,
        description="Who did it; null for the board itself, and for whoever the viewer is not shown.",
    )
    details = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(EventDetail)),
            required=True,
            description=f"What it says, in the order of the alphabet: ids and plain values. At most {MOST_DETAILS}.",
        ),
        list_size=ListSize(MOST_DETAILS),
    )

    resolve_details = Computed(lambda row: _details(row.payload))


CompanyEventConnection = connection_of("CompanyEvent", CompanyEvent, "events")


def _details(payload: dict[str, Any]) -> list[EventDetail]:
    named = sorted(payload.items())[:MOST_DETAILS]
    return [EventDetail(name=name, value=None if value is None else str(value)) for name, value in named]


def _logs(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
    """A page of each company's events. A cursor belongs to the events of one company."""
    kinds = tuple_of(arguments.get("kinds"), "kinds")
    if unknown := set(kinds or ()) - set(events.kinds()):
        raise BadRequest(f"There is no such kind of event of a company: {min(unknown)[:64]!r}.", argument="kinds")
    found: dict[UUID, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[UUID]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in events.of_companies(viewer, owners, kinds=kinds, wanted=wanted).items():
            found[key] = PageOfList(page, partial(_codec, key), partial(_count, key, kinds))
    return found


def _codec(company_id: UUID) -> CursorCodec:
    return CursorCodec(f"company.{company_id}.events", value=int, key=int)


def _count(company_id: UUID, kinds: tuple[str, ...] | None, info: GraphQLResolveInfo) -> Any:
    counted = info.context.load(events.counts_of_companies, company_id, kinds=kinds)
    return counted.then(lambda number: number or 0)


events_of_company = connection_field(
    CompanyEventConnection,
    description="What happened in the company, the latest first: what docs/events.md lists.",
    visible_to=COMPANY_AUDIT,
    resolver=Relation(_logs, "pk"),
    kinds=graphene.List(
        graphene.NonNull(graphene.String),
        description="Only events of these kinds, as `ApplicationSubmitted`; at most 100. Those of docs/events.md.",
    ),
)
