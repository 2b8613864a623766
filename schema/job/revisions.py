"""What a revision changed, in the words of the schema."""

from collections.abc import Iterable
from typing import Any

import graphene
from django.db.models import TextChoices

from jobs.selectors import job_inside
from jobs.selectors.job_inside import Change
from schema.core.loading import many
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, private
from schema.job.inside import CHANGES

# No content has more fields.
MOST_CHANGES = 30


class JobAspect(TextChoices):
    """A part of what a posting says."""

    TITLE = "title", "The title"
    LANGUAGE = "language", "The language it is written in"
    DESCRIPTION = "description", "The description"
    CATEGORY = "category", "The field of work"
    OCCUPATION = "occupation", "The occupation"
    EMPLOYMENT_TYPES = "employment_types", "On what terms somebody is hired"
    WORKPLACE = "workplace", "Where the work is done"
    SENIORITY = "seniority", "How much experience is asked for"
    EDUCATION = "education", "The least schooling asked for"
    BENEFITS = "benefits", "What it gives beside its pay"
    VISA = "visa", "Whether the employer sees to a work permit"
    PLACES = "places", "Where the job can be done"
    REMOTE = "remote", "From where, and in which time zones, it can be done remotely"
    PAY = "pay", "Any component of the pay"
    SKILLS = "skills", "The skills asked for"
    APPLY = "apply", "How to apply"
    GUESSED = "guessed", "Which of it was guessed"


# What a revision's content calls otherwise.
_ASPECTS = {
    "description_source": JobAspect.DESCRIPTION,
    "description_format": JobAspect.DESCRIPTION,
    "locations": JobAspect.PLACES,
    "remote_eligibility": JobAspect.REMOTE,
    "remote_utc_from": JobAspect.REMOTE,
    "remote_utc_to": JobAspect.REMOTE,
    "compensations": JobAspect.PAY,
    "apply_kind": JobAspect.APPLY,
    "apply_url": JobAspect.APPLY,
    "apply_email": JobAspect.APPLY,
}


def aspects(changed: Iterable[str]) -> list[str]:
    """The values of the `JobAspect`s that the named fields of a content belong to, each once, in their order."""
    touched = {_ASPECTS.get(name) or JobAspect(name) for name in changed}
    return [aspect.value for aspect in JobAspect if aspect in touched]


@private(SHOWN)
class JobChange(graphene.ObjectType):
    """One thing that a revision changed."""

    aspect = enum_of(JobAspect)(required=True, description="What part of the posting it is of.")
    field = graphene.String(required=True, description="Which field of that, as revisions keep it: `apply_url`.")
    before = graphene.String(description="As it was, in words; null where there was nothing.")
    after = graphene.String(description="As it became, in words; null where there is nothing.")

    @staticmethod
    def resolve_aspect(change: Change, info: Any) -> str:
        return aspects([change.name])[0]

    @staticmethod
    def resolve_field(change: Change, info: Any) -> str:
        return change.name

    @staticmethod
    def resolve_before(change: Change, info: Any) -> str | None:
        return _words(change.before)

    @staticmethod
    def resolve_after(change: Change, info: Any) -> str | None:
        return _words(change.after)


def changes_of_revision() -> graphene.Field:
    """What a revision changed, for those who work on the job."""
    return many(
        JobChange,
        batch=job_inside.changes,
        at_most=MOST_CHANGES,
        description="What it changed, with the words before and after; all for the first.",
        visible_to=CHANGES,
    )


def _words(value: Any) -> str | None:
    """A value of a content as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value))) or None
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_words(item)}" for name, item in value.items() if item not in (None, "", False))
    return None if value in (None, "") else str(value)
