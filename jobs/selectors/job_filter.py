"""The condition that each part of a filter makes for the tables of jobs.

`jobs.search.postgres.conditions` says the same of the rows that search has of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from jobs.models import (
    Compensation,
    CompensationKind,
    JobLocation,
    JobSkill,
    RemoteEligibility,
    Workplace,
)
from jobs.search import categories, rates
from jobs.search.near import within
from jobs.search.rates import Rates
from jobs.search.where import JobFilter, Near, PayFloor, SkillMatch, WorkingHours


def condition_of(where: JobFilter) -> Q:
    """The rows of Job that a filter keeps."""
    kept = Q()
    for name, make in _CONDITIONS.items():
        value = getattr(where, name)
        if value is not None:
            kept &= make(value)
    return kept


def priced(where: JobFilter | None) -> JobFilter | None:
    """The same filter, with what its pay floors come to by the newest rates, for a statement that is kept.

    A statement keeps the values that it was compiled with; so they have to be part of what it is known by. One more
    statement where there is a floor.
    """
    return _with_prices(where, rates.newest()) if where is not None and _has_floor(where) else where


def _has_floor(where: JobFilter) -> bool:
    return where.pay is not None or any(map(_has_floor, _parts(where)))


def _parts(where: JobFilter) -> Iterator[JobFilter]:
    yield from where.all_of or ()
    yield from where.any_of or ()
    if where.none_of is not None:
        yield where.none_of


def _with_prices(where: JobFilter, newest: Rates) -> JobFilter:
    def each(parts: tuple[JobFilter, ...] | None) -> tuple[JobFilter, ...] | None:
        return parts and tuple(_with_prices(part, newest) for part in parts)

    return replace(
        where,
        all_of=each(where.all_of),
        any_of=each(where.any_of),
        none_of=where.none_of and _with_prices(where.none_of, newest),
        pay=where.pay and replace(where.pay, least=_least(where.pay, newest)),
    )


def _least(floor: PayFloor, newest: Rates) -> tuple[tuple[str, int], ...]:
    least = {floor.currency: floor.yearly_minor}
    cents = rates.common_minor(floor.currency, floor.yearly_minor, newest)
    if cents is not None:
        least = {code: rates.least_minor(code, cents, newest) for code in sorted(newest)} | least
    return tuple(least.items())


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
    least = floor.least or _least(floor, rates.newest())
    enough = reduce(or_, (Q(currency_id=currency, top_yearly_minor__gte=minor) for currency, minor in least))
    base = Compensation.objects.filter(job=OuterRef("pk"), kind=CompensationKind.BASE)
    if not floor.include_unspecified:
        return Q(Exists(base.filter(enough)))
    # A job has one base pay at most: it is enough, or there is none that is not.
    return ~Q(Exists(base.filter(~enough | Q(top_yearly_minor__isnull=True))))


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
