"""What people write about their feed, and what clients record."""

from typing import Any
from uuid import UUID

import graphene

from jobs.models import EmploymentType, Surface, Workplace
from jobs.services.feed_settings import LONGEST_TITLE, MOST_TITLES
from jobs.services.signal import Signal, SignalKind
from schema.core import ids
from schema.core.errors import BadRequest
from schema.core.inputs import plain_value
from schema.core.scalars import DateTime
from schema.core.types import enum_of
from schema.profile.inputs import SalaryFloorInput, profile_changes


class PreferenceChanges(graphene.InputObjectType):
    """What is to be different. What is left out stays; null clears it; a list takes the place of the one there was.

    Three of them make a feed: a role, a place or remote work, and the least pay.
    """

    wanted_titles = graphene.List(
        graphene.NonNull(graphene.String),
        description=f"Roles, in the person's own words. The whole list; at most {MOST_TITLES}, of {LONGEST_TITLE} "
        "characters each.",
    )
    occupation_ids = graphene.List(
        graphene.NonNull(graphene.ID), description="Wanted kinds of work. The whole list; at most 50."
    )
    home_id = graphene.ID(description="Around where: a place.")
    radius_km = graphene.Int(description="How far from there, from 1 to 1,000 kilometres; null: in the whole country.")
    workplaces = graphene.List(
        graphene.NonNull(enum_of(Workplace)),
        description="Where the person would work: `[REMOTE]` for remote jobs alone; none: all the same. The whole "
        "list.",
    )
    salary_floor = graphene.InputField(SalaryFloorInput, description="The least pay. Nobody but the person sees it.")
    work_languages = graphene.List(
        graphene.NonNull(graphene.String),
        description="BCP 47 tags of languages that postings may be in, beside those that the profile says the person "
        "speaks; none there either: any. The whole list; at most 20.",
    )
    employment_types = graphene.List(
        graphene.NonNull(enum_of(EmploymentType)), description="On what terms; none: all the same. The whole list."
    )
    would_relocate = graphene.Boolean(description="Jobs in other countries too, where the person may work.")


def preference_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """The service's changes for what a client wrote. Raises `BadRequest` for ids of something else."""
    return profile_changes(changes)


class FeedWeightsInput(graphene.InputObjectType):
    """How much the main features count, each from 0, not at all, to 2. What is left out stays; null is as usual, 1."""

    skill = graphene.Float(description="How much of what a job asks for the person can do.")
    title = graphene.Float(description="How near its kind of work is to what the person does or wants.")
    place = graphene.Float(description="How near it is.")
    pay = graphene.Float(description="How its pay compares with the least that the person wants.")
    seniority = graphene.Float(description="How its level compares with the person's.")
    fresh = graphene.Float(description="How new it is.")


class SignalInput(graphene.InputObjectType):
    """Something that a person did with a posting, or was shown of it."""

    id = graphene.ID(
        required=True, description="A UUID that the client makes up for it: sent again, it counts no second time."
    )
    job_id = graphene.ID(required=True, description="The job.")
    kind = graphene.InputField(enum_of(SignalKind), required=True, description="What was done.")
    occurred_at = DateTime(
        required=True, description="When, by the client's clock; at most seven days ago, nor five minutes ahead."
    )
    surface = graphene.InputField(enum_of(Surface), description="On what the posting was shown.")
    session = graphene.ID(description="The `id` of the feed session that had it.")
    position = graphene.Int(description="Its place there, from 0 to 32,767.")
    model_version = graphene.Int(description="The version of the weights that put it there.")
    seconds = graphene.Int(description="How long it was looked at, from 0 to 32,767.")


def signals_of(written: list[dict[str, Any]]) -> list[Signal]:
    """The signals that a client recorded. Raises `BadRequest` naming the first that says nothing of ours."""
    return [_signal(one, f"input.signals.{number}") for number, one in enumerate(written)]


def _signal(one: dict[str, Any], path: str) -> Signal:
    session = one.get("session")
    return Signal(
        id=_uuid(one["id"], f"{path}.id"),
        job_id=ids.decode_as("Job", one["job_id"], argument=f"{path}.jobId"),
        kind=plain_value(one["kind"]),
        occurred_at=one["occurred_at"],
        surface=plain_value(one.get("surface")) or "",
        session=None if session is None else _uuid(session, f"{path}.session"),
        position=one.get("position"),
        model_version=one.get("model_version"),
        seconds=one.get("seconds"),
    )


def _uuid(text: str, path: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("Expected a UUID.", argument=path) from None
