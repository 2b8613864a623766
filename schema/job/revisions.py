"""What a revision changed, in the words of the schema."""

from collections.abc import Iterable

from django.db.models import TextChoices


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
