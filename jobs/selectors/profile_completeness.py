"""How complete a profile is: rules as data, each with what it weighs and what to do about it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce

from jobs.models import (
    Experience,
    Profile,
    ProfileEducation,
    ProfileLanguage,
    ProfileSkill,
    WorkAuthorisation,
)
from kernel.reading import Given, Reading
from kernel.viewer import Scope, Viewer

ENOUGH_SKILLS = 3


class ProfilePart(TextChoices):
    """A part without which a profile is not complete."""

    HEADLINE = "headline", "Say what you do, in a line"
    SUMMARY = "summary", "Say what you do and look for, in a few sentences"
    HOME = "home", "Say where you live, so that jobs near you are found"
    EXPERIENCE = "experience", "Add where you have worked"
    EDUCATION = "education", "Add what you have studied or learned"
    SKILLS = "skills", "Add at least three skills"
    LANGUAGES = "languages", "Add the languages that you speak"
    WANTED = "wanted", "Name the occupations or fields of work that you look for"
    TERMS = "terms", "Say on what terms you would work: full time, part time, as a contractor"
    WORK_AUTHORISATION = "work_authorisation", "Say in which countries you may work"


@dataclass(frozen=True, slots=True)
class Rule:
    """A part, how many points of a hundred it weighs, and whether a row of `_facts` has it."""

    part: ProfilePart
    weight: int
    is_there: Callable[[Any], bool]


# What matching reads most weighs most: skills, experience, and what is looked for.
RULES = (
    Rule(ProfilePart.HEADLINE, 10, lambda row: bool(row.headline)),
    Rule(ProfilePart.SUMMARY, 10, lambda row: bool(row.summary)),
    Rule(ProfilePart.HOME, 10, lambda row: row.home_id is not None),
    Rule(ProfilePart.EXPERIENCE, 15, lambda row: row.has_experience),
    Rule(ProfilePart.EDUCATION, 10, lambda row: row.has_education),
    Rule(ProfilePart.SKILLS, 15, lambda row: row.skill_count >= ENOUGH_SKILLS),
    Rule(ProfilePart.LANGUAGES, 5, lambda row: row.has_languages),
    Rule(ProfilePart.WANTED, 15, lambda row: row.has_wanted),
    Rule(ProfilePart.TERMS, 5, lambda row: bool(row.employment_types)),
    Rule(ProfilePart.WORK_AUTHORISATION, 5, lambda row: row.has_work_authorisation),
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many points of a hundred a profile has, and the parts that it lacks, the weightiest first."""

    percent: int
    missing: tuple[ProfilePart, ...]


def _facts() -> QuerySet[Profile]:
    def has(model: Any) -> Exists:
        return Exists(model.objects.filter(profile=OuterRef("pk")))

    skills = ProfileSkill.objects.filter(profile=OuterRef("pk")).order_by().values("profile")
    wanted = (Profile.categories.through, Profile.occupations.through)
    return Profile.objects.only("headline", "summary", "home_id", "employment_types").annotate(
        has_experience=has(Experience),
        has_education=has(ProfileEducation),
        has_languages=has(ProfileLanguage),
        has_work_authorisation=has(WorkAuthorisation),
        has_wanted=Q(has(wanted[0])) | Q(has(wanted[1])),
        skill_count=Coalesce(Subquery(skills.annotate(n=Count("pk")).values("n")), 0),
    )


_FACTS = Reading(lambda: _facts().filter(user=Given("viewer_id")))


def completeness(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Completeness]:
    """How complete profiles are, by their id; nobody but the person is told."""
    if not viewer.allows(Scope.PROFILE_READ):
        return {}
    found = _FACTS.one(keys, viewer_id=viewer.user_id)
    return {key: judged(row) for key, row in found.items()}


def judged(facts: Any) -> Completeness:
    """What the rules say of a row of facts."""
    missing = [rule for rule in RULES if not rule.is_there(facts)]
    missing.sort(key=lambda rule: -rule.weight)
    return Completeness(100 - sum(rule.weight for rule in missing), tuple(rule.part for rule in missing))
