"""The condition that each part of a filter makes for the tables of jobs.

`jobs.search.postgres.conditions` says the same of the rows that search has of them.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import (
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import RawSQL

from jobs.models import (
    Compensation,
    CompensationKind,
    FxRate,
    JobLocation,
    JobSkill,
    RemoteEligibility,
    Workplace,
)
from jobs.models.pay import YEARLY_FACTORS
from jobs.search import categories
from jobs.search.near import within
from jobs.search.where import JobFilter, Near, PayFloor, SkillMatch, WorkingHours

_NUMBER: "DecimalField[Any, Any]" = DecimalField(max_digits=60, decimal_places=20)
# Minor units of a rate's currency for one euro.
_MINOR_PER_EURO = ExpressionWrapper(
    F("per_euro") * Func(Value(Decimal("10.0")), F("currency__digits"), function="power"), output_field=_NUMBER
)


def condition_of(where: JobFilter) -> Q:
    """The rows of Job that a filter keeps."""
    kept = Q()
    for name, make in _CONDITIONS.items():
        value = getattr(where, name)
        if value is not None:
            kept &= make(value)
    return kept


def _all_of(parts: tuple[JobFilter, ...]) -> Q:
    return reduce(and_, (condition_of(part) for part in parts), Q())


def _any_of(parts: tuple[JobFilter, ...]) -> Q:
    return reduce(or_, (condition_of(part) for part in parts), Q(pk__in=[]))


def in_categories(keys: tuple[int, ...]) -> Q:
    """Jobs in these categories or anywhere below them."""
    return Q(category_id__in=categories.within(keys).values("pk"))


def in_category(key: int | RawSQL) -> Q:
    """Jobs in a category or anywhere below it."""
    return Q(category_id__in=categories.within(key if isinstance(key, RawSQL) else (key,)).values("pk"))


def with_skill(key: int | RawSQL) -> Q:
    """Jobs that ask for a skill, required or nice to have."""
    return Q(Exists(JobSkill.objects.filter(job=OuterRef("pk"), skill_id=key)))


def _located(**which: object) -> Q:
    return Q(Exists(JobLocation.objects.filter(job=OuterRef("pk"), **which)))


def _remote_for(country: str) -> Q:
    """Remote jobs that can be done from a country: not denied, and allowed where any country is named as allowed."""
    rules = RemoteEligibility.objects.filter(job=OuterRef("pk"))
    denied = rules.filter(country_id=country, is_allowed=False, region_code="")
    allowed = rules.filter(is_allowed=True)
    return (
        Q(workplace=Workplace.REMOTE)
        & ~Q(Exists(denied))
        & (Q(Exists(allowed.filter(country_id=country))) | ~Q(Exists(allowed)))
    )


def _near(near: Near) -> Q:
    located = within(JobLocation.objects.filter(job=OuterRef("pk")), near, place="place__")
    found = Q(Exists(located))
    return found | _remote_for(near.or_remote_for) if near.or_remote_for else found


def _skilled(wanted: SkillMatch) -> Q:
    asked = JobSkill.objects.filter(job=OuterRef("pk"))
    if wanted.necessity is not None:
        asked = asked.filter(necessity=wanted.necessity)
    kept = Q()
    for key in wanted.all_of:
        kept &= Q(Exists(asked.filter(skill_id=key)))
    if wanted.any_of is not None:
        kept &= Q(Exists(asked.filter(skill_id__in=wanted.any_of)))
    return kept


def _paid(floor: PayFloor) -> Q:
    yearly = floor.amount_minor * YEARLY_FACTORS[floor.period]
    base = Compensation.objects.filter(job=OuterRef("pk"), kind=CompensationKind.BASE)
    own = Q(currency_id=floor.currency, top_yearly_minor__gte=yearly)
    others = base.exclude(currency_id=floor.currency)
    enough = Q(Exists(base.filter(own))) | Q(Exists(_converted(others, floor, yearly)))
    return enough | ~Q(Exists(base)) if floor.include_unspecified else enough


def _converted(base: QuerySet[Compensation], floor: PayFloor, yearly: int) -> QuerySet[Compensation]:
    """Pay in other currencies that comes to the floor by the newest rates, which the statement reads itself.

    In whole cents of the euro, as `jobs.search.rates.common_minor` has them, and without a division that rounds.
    """
    newest = FxRate.objects.order_by("-on_date")
    cents = newest.filter(currency=floor.currency).annotate(
        cents=Func(Value(Decimal(yearly * 100)), _MINOR_PER_EURO, function="div", output_field=_NUMBER)
    )
    rate = newest.filter(currency=OuterRef("currency_id")).annotate(minor=_MINOR_PER_EURO)
    needed = Subquery(cents.values("cents")[:1]) * Subquery(rate.values("minor")[:1])
    hundredfold = F("top_yearly_minor") * Value(Decimal("100.0"))  # a fraction, or PostgreSQL's bigint overflows
    return base.alias(hundredfold=ExpressionWrapper(hundredfold, output_field=_NUMBER)).filter(
        hundredfold__gte=ExpressionWrapper(needed, output_field=_NUMBER)
    )


def _hours(hours: WorkingHours) -> Q:
    fits = Q(remote_utc_from__isnull=True)
    for west, east in hours.windows:
        fits |= Q(remote_utc_from__lte=east, remote_utc_to__gte=west)
    return Q(workplace=Workplace.REMOTE) & fits


_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "all_of": _all_of,
    "any_of": _any_of,
    "none_of": lambda part: ~condition_of(part),
    "categories": in_categories,
    "companies": lambda keys: Q(company_id__in=keys),
    "places": lambda keys: _located(place_id__in=keys),
    "countries": lambda codes: _located(country_id__in=codes),
    "near": _near,
    "remote_for": _remote_for,
    "workplaces": lambda values: Q(workplace__in=values),
    "employment_types": lambda values: Q(employment_types__overlap=list(values)),
    "seniorities": lambda values: Q(seniority__in=values),
    "education": lambda values: Q(education__in=values),
    "skills": _skilled,
    "pay": _paid,
    "published_since": lambda instant: Q(published_at__gte=instant),
    "excluded_companies": lambda keys: ~Q(company_id__in=keys),
    "company_sizes": lambda values: Q(company__size_band__in=values),
    "is_company_verified": lambda is_verified: Q(company__verified_at__isnull=not is_verified),
    "benefits": lambda values: Q(benefits__contains=list(values)),
    "visa": lambda values: Q(visa__in=values),
    "hours": _hours,
}
