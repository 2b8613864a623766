"""What people write into their profile."""

from typing import Any

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
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.scalars import CountryCode, CurrencyCode, Decimal
from schema.core.types import enum_of

_MONTH = "The month, as `2024-05`, between the years 1900 and 2100."


class ExperienceInput(graphene.InputObjectType):
    """A position that the person held, or holds: a title or an organisation at least."""

    kind = graphene.InputField(enum_of(ExperienceKind), description="On what terms; paid work unless given.")
    title = graphene.String(description="What the person was there; at most 200 characters.")
    organisation = graphene.String(description="For whom the person worked; at most 200 characters.")
    place = graphene.String(description="Where, in the person's words; at most 200 characters.")
    started_on = graphene.String(description=_MONTH)
    ended_on = graphene.String(description=f"{_MONTH} Not together with `isCurrent`.")
    is_current = graphene.Boolean(description="The person still works there.")
    summary = graphene.String(description="What the person did there; at most 5,000 characters.")
    highlights = graphene.List(
        graphene.NonNull(graphene.String), description="Lines worth telling; at most 30, of 1,000 characters each."
    )


class ProfileEducationInput(graphene.InputObjectType):
    """Something that the person studied, or studies: an institution, an area or a type at least."""

    institution = graphene.String(description="Where; at most 200 characters.")
    area = graphene.String(description="What; at most 200 characters.")
    study_type = graphene.String(description="Towards which degree or certificate; at most 200 characters.")
    started_on = graphene.String(description=_MONTH)
    ended_on = graphene.String(description=f"{_MONTH} It may lie ahead.")
    score = graphene.String(description="How well, in the school's own way; at most 100 characters.")
    courses = graphene.List(
        graphene.NonNull(graphene.String), description="Courses; at most 50, of 200 characters each."
    )


class ProfileSkillInput(graphene.InputObjectType):
    """A skill that the person has."""

    skill_id = graphene.ID(required=True, description="The skill.")
    level = graphene.Int(description="From 1, basic, to 5, expert.")
    years = graphene.Int(description="Years of practice, from 0 to 80.")


class ProfileLanguageInput(graphene.InputObjectType):
    """A language that the person speaks."""

    tag = graphene.String(required=True, description="Its BCP 47 tag: `en`, `pt-BR`, `zh-Hant`.")
    level = graphene.InputField(enum_of(LanguageLevel), description="How well.")


class ProfileLinkInput(graphene.InputObjectType):
    """Where else the person is found."""

    kind = graphene.InputField(enum_of(LinkKind), description="What it leads to; something else unless given.")
    url = graphene.String(required=True, description="An absolute http or https address; at most 500 characters.")


class WorkAuthorisationInput(graphene.InputObjectType):
    """Whether the person may work in a country."""

    country = CountryCode(required=True, description="The country.")
    permission = graphene.InputField(enum_of(WorkPermission), required=True, description="By what right.")


class SalaryFloorInput(graphene.InputObjectType):
    """The least that the person would work for."""

    amount = Decimal(required=True, description="In units of the currency.")
    currency = CurrencyCode(required=True, description="The currency.")
    period = graphene.InputField(
        enum_of(PayPeriod), required=True, description="What span of work it pays for; not `ONCE`."
    )


def _list(of: type, most: int, description: str) -> graphene.List:
    return graphene.List(graphene.NonNull(of), description=f"{description} The whole list; at most {most}.")


class ProfileChanges(graphene.InputObjectType):
    """What is to be different. What is left out stays; null clears it; a list takes the place of the one there was."""

    headline = graphene.String(description="What the person does, in a line of 200 characters at most.")
    summary = graphene.String(description="What the person does; at most 5,000 characters.")
    home_id = graphene.ID(description="Where the person lives: a place.")
    radius_km = graphene.Int(description="How far from home, from 1 to 1,000 kilometres; null: in the whole country.")
    seniority = graphene.InputField(enum_of(Seniority), description="Where the person stands.")
    workplaces = _list(enum_of(Workplace), 3, "Where the person would work; none: all the same.")
    employment_types = _list(enum_of(EmploymentType), 7, "On what terms; none: all the same.")
    work_languages = _list(graphene.String, 20, "BCP 47 tags of languages to work in.")
    category_ids = _list(graphene.ID, 50, "Wanted fields of work.")
    occupation_ids = _list(graphene.ID, 50, "Wanted kinds of work.")
    salary_floor = graphene.InputField(SalaryFloorInput, description="The least pay. Nobody but the person sees it.")
    notice_days = graphene.Int(description="How many days after an agreement the person can start, from 0 to 730.")
    is_open = graphene.Boolean(description="Open to offers.")
    visibility = graphene.InputField(enum_of(ProfileVisibility), description="Who finds the profile.")
    shown_sections = _list(enum_of(ProfileSection), 11, "What those are shown who find it.")
    experiences = _list(ExperienceInput, 50, "Where the person worked.")
    educations = _list(ProfileEducationInput, 20, "What the person studied.")
    skills = _list(ProfileSkillInput, 100, "What the person can do.")
    languages = _list(ProfileLanguageInput, 20, "What the person speaks.")
    links = _list(ProfileLinkInput, 20, "Where else the person is found.")
    work_authorisations = _list(WorkAuthorisationInput, 30, "In which countries the person may work.")


def profile_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """The service's changes for what a client wrote. Raises `BadRequest` for ids of something else."""
    plain = {name: _plain(value) for name, value in changes.items()}
    for name, (type_name, argument) in _IDS.items():
        if plain.get(name) is not None:
            plain[name] = [_key(type_name, value, f"{argument}.{n}") for n, value in enumerate(plain[name])]
    if plain.get("home_id") is not None:
        plain["home_id"] = _key("Place", plain["home_id"], "homeId")
    for number, entry in enumerate(plain.get("skills") or ()):
        entry["skill_id"] = _key("Skill", entry["skill_id"], f"skills.{number}.skillId")
    return plain


_IDS = {"category_ids": ("Category", "categoryIds"), "occupation_ids": ("Occupation", "occupationIds")}


def _key(type_name: str, value: str, path: str) -> Any:
    return ids.decode_as(type_name, value, argument=f"input.changes.{path}")


def _plain(value: Any) -> Any:
    """Enum members as what they stand for, wherever they are."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return plain_value(value)
