"""What people write into a posting."""

from typing import Any

import graphene

from jobs.models import (
    ApplyKind,
    Benefit,
    CompensationKind,
    DescriptionFormat,
    Education,
    EmploymentType,
    JobVisibility,
    Necessity,
    PayPeriod,
    Seniority,
    VisaSponsorship,
    Workplace,
)
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.scalars import URL, CountryCode, CurrencyCode, DateTime, Decimal
from schema.core.types import enum_of


class DescriptionInput(graphene.InputObjectType):
    """What a posting says."""

    text = graphene.String(required=True, description="At most 100,000 characters.")
    format = graphene.InputField(
        enum_of(DescriptionFormat), description="What it is written in; Markdown unless given. It is shown sanitised."
    )


class JobPlaceInput(graphene.InputObjectType):
    """Where a job can be done: a place, or words, or both."""

    place = graphene.ID(description="The town. By this alone the job is found near it.")
    text = graphene.String(description="In words; at most 300 characters.")


class RemoteRuleInput(graphene.InputObjectType):
    """A country, or a region of one, from which a remote job may, or may not, be done."""

    country = CountryCode(required=True, description="The country.")
    region_code = graphene.String(description="GeoNames admin1 code of the region; the whole country unless given.")
    is_allowed = graphene.Boolean(default_value=True, description="May be done from there.")


class UtcRangeInput(graphene.InputObjectType):
    """The UTC offsets at which a remote worker may live."""

    from_minutes = graphene.Int(required=True, description="Westernmost offset, in minutes: -720 or more.")
    to_minutes = graphene.Int(required=True, description="Easternmost offset, in minutes: 840 or less.")


class PayInput(graphene.InputObjectType):
    """A component of what a job pays: at least one end of it."""

    kind = graphene.InputField(
        enum_of(CompensationKind), description="Which part of the pay this is; the base unless given. Each once."
    )
    currency = CurrencyCode(required=True, description="The currency it is paid in.")
    period = graphene.InputField(
        enum_of(PayPeriod), description="What span of work the amounts pay for; a year unless given."
    )
    min = Decimal(description="The least, in units of the currency.")
    max = Decimal(description="The most, in units of the currency.")


class JobSkillInput(graphene.InputObjectType):
    """A skill that a job asks for."""

    skill = graphene.ID(required=True, description="The skill.")
    necessity = graphene.InputField(
        enum_of(Necessity), description="How much the job insists on it; it is needed unless given."
    )
    level = graphene.Int(description="From 1, basic, to 5, expert.")


class JobApplyInput(graphene.InputObjectType):
    """How to apply."""

    kind = graphene.InputField(enum_of(ApplyKind), required=True, description="Here, at an address, or by e-mail.")
    url = URL(description="Where to apply, when that is elsewhere; with `URL` only.")
    email = graphene.String(description="Where to write to, when applying is by e-mail; with `EMAIL` only.")


def _list(of: type, most: int, description: str) -> graphene.List:
    return graphene.List(graphene.NonNull(of), description=f"{description} The whole list; at most {most}.")


class JobFields(graphene.InputObjectType):
    """What a posting says. What is left out stays as it is; null clears it; a list takes the place of what was."""

    title = graphene.String(description="Shown in listings, 1 to 300 characters; not null. A new posting needs one.")
    language = graphene.String(description="BCP 47 tag of the language it is written in; not null. English at first.")
    description = graphene.InputField(DescriptionInput, description="What it says. Only a draft may be without.")
    category = graphene.ID(description="The field of work.")
    occupation = graphene.ID(description="The occupation.")
    employment_types = _list(enum_of(EmploymentType), len(EmploymentType), "On what terms somebody is hired.")
    workplace = graphene.InputField(enum_of(Workplace), description="Where the work is done.")
    places = _list(JobPlaceInput, 50, "Where it can be done, the primary place first.")
    remote_rules = _list(RemoteRuleInput, 300, "From where a remote job may be done; none: from anywhere.")
    remote_hours = graphene.InputField(UtcRangeInput, description="Which time zones a remote worker may live in.")
    pay = _list(PayInput, len(CompensationKind), "What it pays.")
    skills = _list(JobSkillInput, 100, "What it asks for.")
    seniority = graphene.InputField(enum_of(Seniority), description="How much experience is asked for.")
    education = graphene.InputField(enum_of(Education), description="The least schooling asked for.")
    benefits = _list(enum_of(Benefit), len(Benefit), "What it gives beside its pay.")
    visa = graphene.InputField(enum_of(VisaSponsorship), description="Whether the employer sees to a work permit.")
    apply = graphene.InputField(JobApplyInput, description="How to apply; not null. Here, at first.")
    external_reference = graphene.String(
        description="The company's own reference, at most 200 characters: unique in the company and language."
    )
    visibility = graphene.InputField(
        enum_of(JobVisibility), description="Who finds it while it is live; not null. Everybody, at first."
    )
    is_template = graphene.Boolean(
        description="Others are begun from it, and it is never published; not null. Only a draft can be a template."
    )
    expires_at = DateTime(
        description="Not live from this instant on, which lies ahead and within ten years. What was never published "
        "may be without: its end is then set when it goes live."
    )


def job_fields(written: dict[str, Any], within: str) -> dict[str, Any]:
    """The service's fields for what a client wrote. Raises `BadRequest` for ids of something else."""
    fields: dict[str, Any] = {name: _plain(value) for name, value in written.items()}
    for name, type_name in (("category", "Category"), ("occupation", "Occupation")):
        if fields.get(name) is not None:
            fields[name] = _key(type_name, fields[name], f"{within}.{name}")
    for name, part, type_name in (("places", "place", "Place"), ("skills", "skill", "Skill")):
        for number, entry in enumerate(fields.get(name) or ()):
            if entry.get(part) is not None:
                entry[part] = _key(type_name, entry[part], f"{within}.{name}.{number}.{part}")
    return fields


def _key(type_name: str, value: str, path: str) -> Any:
    return ids.decode_as(type_name, value, argument=f"input.{path}")


def _plain(value: Any) -> Any:
    """Enum members as what they stand for, wherever they are."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return plain_value(value)
