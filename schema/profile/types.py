"""Types of what people say of themselves."""

from datetime import date
from decimal import Decimal as Number
from operator import attrgetter
from typing import NamedTuple

import graphene

from jobs.models import (
    EmploymentType,
    ExperienceKind,
    LanguageLevel,
    LinkKind,
    PayPeriod,
    ProfileSection,
    ProfileVisibility,
    Seniority,
    WorkPermission,
    Workplace,
)
from jobs.models import Experience as ExperienceRow
from jobs.models import Profile as ProfileRow
from jobs.models import ProfileEducation as ProfileEducationRow
from jobs.models import ProfileLanguage as ProfileLanguageRow
from jobs.models import ProfileLink as ProfileLinkRow
from jobs.selectors import profile as profiles
from jobs.selectors import taxonomy
from jobs.selectors.profile_completeness import RULES, Completeness, ProfilePart, completeness
from jobs.services import profile_import
from kernel.viewer import Scope, Viewer
from schema.core.costs import costs
from schema.core.loading import Computed, ListSize, Relation, many, one
from schema.core.types import ModelType, enum_of
from schema.core.visibility import SHOWN, Rule, private, visible_to
from schema.job.types import Amount, Money
from schema.taxonomy.types import Category, Country, Occupation, Place, Skill

DOCUMENT_COST = 100
_WEIGHTS = {rule.part: rule.weight for rule in RULES}


def _is_own(viewer: Viewer, profile: ProfileRow) -> bool:
    return viewer.allows(Scope.PROFILE_READ) and viewer.user_id == profile.user_id


OWN = Rule("own profile", "For the person alone, and keys with the scope `profile:read`.", allows=_is_own)


def _month(day: date | None) -> str | None:
    return f"{day:%Y-%m}" if day else None


class Experience(ModelType):
    """A position that a person held, or holds."""

    class Meta:
        model = ExperienceRow
        columns = ("kind", "title", "organisation", "place", "is_current", "summary", "highlights")
        choices = {"kind": ExperienceKind}
        private_to = SHOWN

    started_on = graphene.String(description="The month, as `2024-05`; null where it is not known.")
    ended_on = graphene.String(description="The month, as `2024-05`; null where it has not ended or is not known.")

    resolve_started_on = Computed(lambda row: _month(row.started_on))
    resolve_ended_on = Computed(lambda row: _month(row.ended_on))


class ProfileEducation(ModelType):
    """Something that a person studied, or studies."""

    class Meta:
        model = ProfileEducationRow
        columns = ("institution", "area", "study_type", "score", "courses")
        private_to = SHOWN

    started_on = graphene.String(description="The month, as `2024-05`; null where it is not known.")
    ended_on = graphene.String(description="The month, as `2024-05`; null where it has not ended or is not known.")

    resolve_started_on = Computed(lambda row: _month(row.started_on))
    resolve_ended_on = Computed(lambda row: _month(row.ended_on))


@private(SHOWN)
class ProfileSkill(graphene.ObjectType):
    """A skill that a person has."""

    skill = graphene.Field(Skill, required=True, description="The skill.")
    level = graphene.Int(description="From 1, basic, to 5, expert; null where the person does not say.")
    years = graphene.Int(description="Years of practice; null where the person does not say.")


class ProfileLanguage(ModelType):
    """A language that a person speaks."""

    class Meta:
        model = ProfileLanguageRow
        columns = ("tag", "level")
        choices = {"level": LanguageLevel}
        private_to = SHOWN


class ProfileLink(ModelType):
    """Where else a person is found."""

    class Meta:
        model = ProfileLinkRow
        columns = ("kind", "url")
        choices = {"kind": LinkKind}
        private_to = SHOWN


@private(SHOWN)
class WorkAuthorisation(graphene.ObjectType):
    """Whether a person may work in a country."""

    country = graphene.Field(Country, required=True, description="The country.")
    permission = enum_of(WorkPermission)(required=True, description="By what right.")


@private(OWN)
class SalaryFloor(graphene.ObjectType):
    """The least that a person would work for."""

    amount = graphene.Field(Money, required=True, description="The least.")
    period = enum_of(PayPeriod)(required=True, description="What span of work it pays for.")

    resolve_amount = Computed(
        lambda profile: Amount(
            Number(profile.salary_floor_minor).scaleb(-profile.salary_floor_currency.digits),
            profile.salary_floor_currency_id,
        )
    )
    resolve_period = Computed(attrgetter("salary_floor_period"))


class MissingPart(NamedTuple):
    """The values of a `ProfileMissingPart`."""

    part: str
    weight: int
    advice: str


class ProfileMissingPart(graphene.ObjectType):
    """A part that a profile lacks."""

    part = enum_of(ProfilePart)(required=True, description="Which part.")
    weight = graphene.Int(required=True, description="How many percent it adds.")
    advice = graphene.String(required=True, description="What to do about it, in a sentence.")


def _missing(found: Completeness) -> list[MissingPart]:
    return [MissingPart(part.value, _WEIGHTS[part], f"{part.label}.") for part in found.missing]


class ProfileCompleteness(graphene.ObjectType):
    """How complete a profile is. The more of it there is, the better the jobs that are proposed fit."""

    percent = graphene.Int(required=True, description="From 0 to 100.")
    missing = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(ProfileMissingPart)),
            required=True,
            description=f"What is missing, the weightiest first. At most {len(RULES)}.",
        ),
        list_size=ListSize(len(RULES)),
    )

    resolve_missing = Computed(_missing)


def _floor(profile: ProfileRow) -> ProfileRow | None:
    return profile if profile.salary_floor_minor is not None else None


class Profile(ModelType):
    """A person who looks for work, or is open to it: all of it for the person, for others the sections shown to them.

    What is not shown is null or empty. Who else reads a profile is put down in the audit log.
    """

    class Meta:
        model = ProfileRow
        columns = (
            "headline",
            "summary",
            "seniority",
            "radius_km",
            "workplaces",
            "employment_types",
            "notice_days",
            "is_open",
            "shown_sections",
            "visibility",
            "version",
        )
        choices = {
            "seniority": Seniority,
            "workplaces": Workplace,
            "employment_types": EmploymentType,
            "shown_sections": ProfileSection,
            "visibility": ProfileVisibility,
        }
        batch = profiles.by_id
        private_to = SHOWN
        visible_to = dict.fromkeys(("visibility", "version"), OWN)

    name = graphene.String(description="What the person is called, where that is shown.")
    home = one(Place, key="home_id", batch=taxonomy.places_by_id, description="Where the person lives.")
    work_languages = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="BCP 47 tags of languages to work in; none: any."
    )
    categories = many(Category, batch=profiles.categories, at_most=50, description="Wanted fields of work.")
    occupations = many(Occupation, batch=profiles.occupations, at_most=50, description="Wanted kinds of work.")
    experiences = many(
        Experience,
        batch=profiles.experiences,
        at_most=50,
        description="Where the person worked, in the person's order.",
    )
    educations = many(
        ProfileEducation,
        batch=profiles.educations,
        at_most=20,
        description="What the person studied, in the person's order.",
    )
    skills = many(
        ProfileSkill, batch=profiles.skills, at_most=100, description="What the person can do, the best first."
    )
    languages = many(ProfileLanguage, batch=profiles.languages, at_most=20, description="What the person speaks.")
    links = many(ProfileLink, batch=profiles.links, at_most=20, description="Where else the person is found.")
    work_authorisations = many(
        WorkAuthorisation,
        batch=profiles.work_authorisations,
        at_most=30,
        description="In which countries the person may work.",
    )
    salary_floor = visible_to(graphene.Field(SalaryFloor, description="The least that the person would work for."), OWN)
    completeness = visible_to(
        graphene.Field(
            ProfileCompleteness,
            description="How complete it is, and what is missing.",
            resolver=Relation(completeness, "pk"),
        ),
        OWN,
    )
    json_resume = visible_to(
        costs(
            graphene.Field(
                graphene.String,
                description="The profile as a JSON Resume document (schema 1.0.0), with all that was imported.",
                resolver=Relation(profile_import.documents, "pk"),
            ),
            weight=DOCUMENT_COST,
        ),
        OWN,
    )

    resolve_name = Relation(profiles.names, "pk")
    resolve_work_languages = Computed(attrgetter("languages"))
    resolve_salary_floor = Computed(_floor)
