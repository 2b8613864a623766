"""How jobs are looked up, filtered and ordered."""

from decimal import Decimal as Number
from math import ceil
from typing import Any

import graphene

from jobs.models import (
    Benefit,
    Education,
    EmploymentType,
    Necessity,
    PayPeriod,
    Seniority,
    SizeBand,
    VisaSponsorship,
    Workplace,
)
from jobs.models.pay import MAX_MINOR
from jobs.search.where import MAX_RADIUS_KM, WORKDAY_HOURS, JobFilter, Near, PayFloor, SkillMatch, WorkingHours
from jobs.selectors import taxonomy
from jobs.selectors.job import JobOrder, JobOrderField, JobReference
from kernel.errors import Invalid
from kernel.viewer import ANONYMOUS
from schema.core import ids
from schema.core.errors import BadRequest
from schema.core.inputs import SortDirection, id_list, one_of, plain_text, plain_value, tuple_of
from schema.core.scalars import CountryCode, CurrencyCode, DateTime, Decimal
from schema.core.types import enum_of

MAX_CONDITIONS = 50


class ReferenceInput(graphene.InputObjectType):
    """A company's own reference to a posting."""

    company_slug = graphene.String(required=True, description="Slug of the company.")
    reference = graphene.String(required=True, description="The company's own reference.")
    language = graphene.String(
        default_value="en", description="BCP 47 tag; the same reference may stand for one posting in each language."
    )


@one_of
class JobBy(graphene.InputObjectType):
    """How to find one job: by exactly one of these."""

    id = graphene.ID(description="Its id.")
    slug = graphene.String(
        description="Its slug. Only the tail after the last hyphen counts, so that an old title still leads there."
    )
    external_reference = graphene.InputField(ReferenceInput, description="The company's own reference.")


class NearInput(graphene.InputObjectType):
    """Around a place, or around a point."""

    place = graphene.ID(description="Centre, as a place. Either this or both coordinates.")
    latitude = graphene.Float(description="Centre, degrees north, -90 to 90.")
    longitude = graphene.Float(description="Centre, degrees east, -180 to 180.")
    radius_km = graphene.Float(
        default_value=50, description=f"Radius in kilometres, above 0 and at most {MAX_RADIUS_KM}."
    )


class JobNearInput(NearInput):
    """Around a place, or around a point; and, if wanted, remote jobs as well."""

    or_remote_for = CountryCode(description="Also keep remote jobs that can be done from this country.")


class SkillMatchInput(graphene.InputObjectType):
    """Which skills a job asks for."""

    all_of = graphene.List(graphene.NonNull(graphene.ID), description="It asks for all of these; at most 20.")
    any_of = graphene.List(
        graphene.NonNull(graphene.ID),
        description="It asks for one of these, at most 100; none given, none does.",
    )
    necessity = graphene.InputField(
        enum_of(Necessity), description="Count only skills that it asks for so; both unless given."
    )


class PayFloorInput(graphene.InputObjectType):
    """The least pay, compared with the top of each job's range, by what both come to in a year.

    Within the currency amounts are compared as they are, with others by the newest exchange rates that the board has
    (reference rates of the European Central Bank). A currency without a rate compares with itself alone.
    """

    at_least = Decimal(required=True, description="The least amount, in units of the currency.")
    currency = CurrencyCode(required=True, description="The currency of the amount; jobs may pay in any.")
    period = graphene.InputField(
        enum_of(PayPeriod),
        default_value=PayPeriod.YEAR.value,
        description="What the amount pays for. `ONCE` is refused.",
    )
    include_unspecified = graphene.Boolean(default_value=True, description="Keep jobs that do not say what they pay.")


class WorkingHoursInput(graphene.InputObjectType):
    """Remote work at the hours of a time zone."""

    timezone = graphene.String(
        required=True, description="The IANA time zone that somebody works in, such as Europe/Berlin; as it is now."
    )
    overlap_hours = graphene.Int(
        default_value=WORKDAY_HOURS,
        description="How many hours of a working day of eight are shared with the time zones that the job names, 1 to "
        f"{WORKDAY_HOURS}. At {WORKDAY_HOURS} the job names this very zone; one that names none is always kept.",
    )


class JobWhere(graphene.InputObjectType):
    """Which jobs. All conditions must hold; at most 50 in all, nested ones included."""

    and_ = graphene.List(graphene.NonNull(lambda: JobWhere), name="and", description="All of these hold.")
    or_ = graphene.List(
        graphene.NonNull(lambda: JobWhere), name="or", description="At least one of these holds; none given, none does."
    )
    not_ = graphene.InputField(lambda: JobWhere, name="not", description="This does not hold.")
    categories = graphene.List(
        graphene.NonNull(graphene.ID), description="In one of these categories, or below; at most 100."
    )
    companies = graphene.List(graphene.NonNull(graphene.ID), description="Of one of these companies; at most 100.")
    places = graphene.List(graphene.NonNull(graphene.ID), description="In one of these places; at most 100.")
    countries = graphene.List(
        graphene.NonNull(CountryCode), description="Located in one of these countries; at most 100."
    )
    near = graphene.InputField(JobNearInput, description="Located within a radius.")
    remote_for = CountryCode(description="Remote, and can be done from this country.")
    workplaces = graphene.List(
        graphene.NonNull(enum_of(Workplace)), description="The work is done in one of these ways."
    )
    employment_types = graphene.List(graphene.NonNull(enum_of(EmploymentType)), description="On one of these terms.")
    seniorities = graphene.List(
        graphene.NonNull(enum_of(Seniority)), description="For one of these levels of experience."
    )
    education = graphene.List(
        graphene.NonNull(enum_of(Education)), description="Asks for one of these as the least schooling."
    )
    skills = graphene.InputField(SkillMatchInput, description="Asks for these skills.")
    pay = graphene.InputField(PayFloorInput, description="Pays at least this.")
    published_since = DateTime(description="Went live at or after this instant.")
    excluded_companies = graphene.List(
        graphene.NonNull(graphene.ID), description="Of none of these companies; at most 100."
    )
    company_sizes = graphene.List(
        graphene.NonNull(enum_of(SizeBand)), description="Of a company that says it has one of these sizes."
    )
    is_company_verified = graphene.Boolean(
        description="Of a company that has proved who it is; or, if false, of one that has not."
    )
    benefits = graphene.List(
        graphene.NonNull(enum_of(Benefit)), description="Gives all of these, as far as the posting says."
    )
    visa = graphene.List(
        graphene.NonNull(enum_of(VisaSponsorship)),
        description="Says one of these of work permits; most postings say nothing, and are left out.",
    )
    hours = graphene.InputField(WorkingHoursInput, description="Remote, and at these hours.")


class JobOrderInput(graphene.InputObjectType):
    """How to order jobs. Ties are settled by id, so that no job is skipped or shown twice."""

    class Meta:
        name = "JobOrder"

    field = graphene.InputField(enum_of(JobOrderField), required=True, description="What to order by.")
    direction = graphene.InputField(SortDirection, default_value="desc", description="Which end comes first.")
    currency = CurrencyCode(
        description="Needed to order by pay: amounts are compared within this currency, all other jobs come last."
    )


def job_reference(value: dict[str, Any]) -> JobReference:
    """A company's own reference, as the selector takes it."""
    return JobReference(
        plain_text(value["company_slug"], "by.externalReference.companySlug") or "",
        plain_text(value["reference"], "by.externalReference.reference") or "",
        plain_text(value["language"], "by.externalReference.language") or "",
    )


def job_order(value: dict[str, Any] | None) -> JobOrder:
    """The selector's order for what a client wrote; the newest first where nothing is."""
    if not value:
        return JobOrder()
    field = JobOrderField(plain_value(value["field"]))
    currency = value.get("currency")
    if field is JobOrderField.PAY:
        if currency is None:
            raise BadRequest(
                "Ordering by pay needs a currency: amounts compare only within one.", argument="orderBy.currency"
            )
        taxonomy.currency_digits(currency, field="orderBy.currency")
    return JobOrder(field, plain_value(value["direction"]) != "asc", currency if field is JobOrderField.PAY else None)


def job_filter(where: dict[str, Any] | None, argument: str = "where") -> JobFilter | None:
    """The selector's filter for what a client wrote. Raises `BadRequest` naming the condition at fault."""
    if not where:
        return None
    return _JobFilterReader().read(where, argument)


class _JobFilterReader:
    """Counts the conditions of one `where` while reading it, however deep they are nested."""

    def __init__(self) -> None:
        self.conditions = 0

    def read(self, where: dict[str, Any], path: str) -> JobFilter:
        self.conditions += len(where) or 1
        if self.conditions > MAX_CONDITIONS:
            raise BadRequest(f"At most {MAX_CONDITIONS} conditions in all.", argument=path)
        none_of = where.get("not_")
        return JobFilter(
            all_of=self._read_each(where.get("and_"), f"{path}.and"),
            any_of=self._read_each(where.get("or_"), f"{path}.or"),
            none_of=None if none_of is None else self.read(none_of, f"{path}.not"),
            categories=id_list("Category", where.get("categories"), f"{path}.categories"),
            companies=id_list("Company", where.get("companies"), f"{path}.companies"),
            places=id_list("Place", where.get("places"), f"{path}.places"),
            countries=tuple_of(where.get("countries"), f"{path}.countries"),
            near=near_of(where.get("near"), f"{path}.near"),
            remote_for=where.get("remote_for"),
            workplaces=tuple_of(where.get("workplaces"), f"{path}.workplaces"),
            employment_types=tuple_of(where.get("employment_types"), f"{path}.employmentTypes"),
            seniorities=tuple_of(where.get("seniorities"), f"{path}.seniorities"),
            education=tuple_of(where.get("education"), f"{path}.education"),
            skills=_skill_match(where.get("skills"), f"{path}.skills"),
            pay=_pay_floor(where.get("pay"), f"{path}.pay"),
            published_since=where.get("published_since"),
            excluded_companies=id_list("Company", where.get("excluded_companies"), f"{path}.excludedCompanies"),
            company_sizes=tuple_of(where.get("company_sizes"), f"{path}.companySizes"),
            is_company_verified=where.get("is_company_verified"),
            benefits=tuple_of(where.get("benefits"), f"{path}.benefits"),
            visa=tuple_of(where.get("visa"), f"{path}.visa"),
            hours=_working_hours(where.get("hours"), f"{path}.hours"),
        )

    def _read_each(self, parts: list[dict[str, Any]] | None, path: str) -> tuple[JobFilter, ...] | None:
        if parts is None:
            return None
        return tuple(self.read(part, f"{path}.{number}") for number, part in enumerate(parts))


def near_of(near: dict[str, Any] | None, argument: str) -> Near | None:
    """A circle on earth. Raises `BadRequest` where it has no centre, or one that is not on earth."""
    if near is None:
        return None
    radius = near["radius_km"]
    if radius is None or not 0 < radius <= MAX_RADIUS_KM:
        raise BadRequest(f"The radius must be above 0 and at most {MAX_RADIUS_KM} km.", argument=f"{argument}.radiusKm")
    place, latitude, longitude = near.get("place"), near.get("latitude"), near.get("longitude")
    if place is not None:
        if latitude is not None or longitude is not None:
            raise BadRequest("Give a place or coordinates, not both.", argument=argument)
        key = ids.decode_as("Place", place, argument=f"{argument}.place")
        found = taxonomy.places_by_id(ANONYMOUS, [key]).get(key)
        if found is None:
            raise BadRequest("There is no such place.", argument=f"{argument}.place")
        latitude, longitude = found.latitude, found.longitude
    if latitude is None or longitude is None:
        raise BadRequest("Needs a place, or latitude and longitude.", argument=argument)
    if not -90 <= latitude <= 90:
        raise BadRequest("Must be between -90 and 90.", argument=f"{argument}.latitude")
    if not -180 <= longitude <= 180:
        raise BadRequest("Must be between -180 and 180.", argument=f"{argument}.longitude")
    return Near(latitude, longitude, radius, near.get("or_remote_for"))


def _skill_match(skills: dict[str, Any] | None, argument: str) -> SkillMatch | None:
    if skills is None:
        return None
    all_of = id_list("Skill", skills.get("all_of"), f"{argument}.allOf") or ()
    if len(all_of) > 20:
        raise BadRequest("At most 20 skills.", argument=f"{argument}.allOf")
    any_of = id_list("Skill", skills.get("any_of"), f"{argument}.anyOf")
    return SkillMatch(all_of, any_of, plain_value(skills.get("necessity")))


def _pay_floor(pay: dict[str, Any] | None, argument: str) -> PayFloor | None:
    if pay is None:
        return None
    period = PayPeriod(plain_value(pay["period"] or PayPeriod.YEAR))
    if period is PayPeriod.ONCE:
        raise BadRequest("A sum paid once does not compare with a wage.", argument=f"{argument}.period")
    if pay["at_least"] < 0:
        raise BadRequest("Must not be negative.", argument=f"{argument}.atLeast")
    digits = taxonomy.currency_digits(pay["currency"], field=f"{argument}.currency")
    minor = ceil(pay["at_least"] * Number(10) ** digits)
    if minor > MAX_MINOR:
        raise BadRequest("No wage is that high.", argument=f"{argument}.atLeast")
    keep = pay["include_unspecified"]
    return PayFloor(minor, pay["currency"], period, True if keep is None else keep)


def _working_hours(hours: dict[str, Any] | None, argument: str) -> WorkingHours | None:
    if hours is None:
        return None
    overlap = hours["overlap_hours"]
    try:
        return WorkingHours.of(hours["timezone"], WORKDAY_HOURS if overlap is None else overlap)
    except Invalid as refusal:
        field = "timezone" if refusal.field == "timezone" else "overlapHours"
        raise BadRequest(str(refusal), argument=f"{argument}.{field}") from None
