"""How an application came where it is: for the company alone."""

from operator import attrgetter

import graphene

from accounts.selectors import user as users
from jobs.machines.application import ApplicationAct
from jobs.models import ApplicationStatus, RejectReason, StageKind
from jobs.selectors import transition as transitions
from schema.application.rules import FULL
from schema.core.loading import Computed, many, one
from schema.core.scalars import DateTime
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, private


def _or_null(column: str) -> Computed:
    read = attrgetter(column)
    return Computed(lambda row: read(row) or None)


@private(SHOWN)
class ApplicationStep(graphene.ObjectType):
    """A step of an application."""

    number = graphene.Int(required=True, description="From 1, without gaps: the version that the application then had.")
    act = enum_of(ApplicationAct)(required=True, description="What was done.")
    at = DateTime(required=True, description="When.")
    actor = one(
        "schema.account.types.User",
        key="actor_id",
        batch=users.named,
        description="Who did it; null for the board itself, and for who is gone.",
    )
    from_status = enum_of(ApplicationStatus)(description="How it stood before; null for the first step.")
    to_status = enum_of(ApplicationStatus)(required=True, description="How it stood afterwards.")
    from_stage = graphene.String(description="What the stage that it was in was called; null for the first step.")
    from_stage_kind = enum_of(StageKind)(description="What that stage is.")
    to_stage = graphene.String(required=True, description="What the stage that it came into was called.")
    to_stage_kind = enum_of(StageKind)(required=True, description="What that stage is.")
    seconds_in_stage = graphene.Int(description="How long it had been where it was before; null for the first step.")
    reason = enum_of(RejectReason)(description="Why it was declined.")
    comment = graphene.String(description="Why, in words.")

    resolve_number = Computed(attrgetter("seq"))
    resolve_from_status = _or_null("from_status")
    resolve_from_stage = _or_null("from_name")
    resolve_from_stage_kind = _or_null("from_kind")
    resolve_to_stage = Computed(attrgetter("to_name"))
    resolve_to_stage_kind = Computed(attrgetter("to_kind"))
    resolve_reason = _or_null("reason")
    resolve_comment = _or_null("comment")


def history_of_application() -> graphene.Field:
    """The steps of an application."""
    return many(
        ApplicationStep,
        batch=transitions.of_applications,
        at_most=transitions.MOST_STEPS,
        description="Every step that it took, the newest first.",
        visible_to=FULL,
    )
