"""The condition that each part of a filter makes for the tables of jobs."""

from collections.abc import Callable
from functools import reduce
from math import cos, radians
from operator import and_, or_
from typing import Any

from django.db.models import Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import ACos, Cos, Least, Left, Length, Radians, Sin

from jobs.models import (
    Category,
    Compensation,
    CompensationKind,
    JobLocation,
    JobSkill,
    Place,
    RemoteEligibility,
    Workplace,
)
from jobs.models.pay import YEARLY_FACTORS
from jobs.search.where import JobFilter, Near, PayFloor, SkillMatch

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = 111.0  # a little below any degree of latitude, so that the box holds the whole circle


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
    subtrees = Category.objects.filter(pk__in=keys, path=Left(OuterRef("path"), Length("path")))
    return Q(category_id__in=Category.objects.filter(Exists(subtrees)).values("pk"))


def in_category(key: int | RawSQL) -> Q:
    """Jobs in a category or anywhere below it."""
    root = Category.objects.filter(pk=key, path=Left(OuterRef("path"), Length("path")))
    return Q(category_id__in=Category.objects.filter(Exists(root)).values("pk"))


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


def within[Row: (JobLocation, Place)](rows: QuerySet[Row], near: Near, *, place: str = "") -> QuerySet[Row]:
    """The rows whose place lies within a radius: a box on the index of positions, then the distance in it.

    The distance is that of a great circle on a sphere, by the spherical law of cosines. `place` leads from
    a row to its place.
    """
    latitude, longitude = f"{place}latitude", f"{place}longitude"
    here = Radians(Value(near.latitude, FloatField()))
    there = Radians(F(latitude))
    between = Radians(F(longitude) - Value(near.longitude, FloatField()))
    cosine = Sin(here) * Sin(there) + Cos(here) * Cos(there) * Cos(between)
    # Rounding can push the cosine of no distance at all just above 1, where there is no angle.
    distance = ExpressionWrapper(ACos(Least(cosine, Value(1.0))) * Value(EARTH_RADIUS_KM), FloatField())
    return rows.filter(_box(near, latitude, longitude)).alias(km=distance).filter(km__lte=near.radius_km)


def _box(near: Near, latitude: str, longitude: str) -> Q:
    """The smallest box of degrees around the circle. Near a pole, or across the date line, it is not one interval."""
    height = near.radius_km / KM_PER_DEGREE
    box = Q(**{f"{latitude}__range": (near.latitude - height, near.latitude + height)})
    widest = abs(near.latitude) + height
    if widest > 89:
        return box
    width = near.radius_km / (KM_PER_DEGREE * cos(radians(widest)))
    west, east = near.longitude - width, near.longitude + width
    if west < -180:
        return box & (Q(**{f"{longitude}__gte": west + 360}) | Q(**{f"{longitude}__lte": east}))
    if east > 180:
        return box & (Q(**{f"{longitude}__gte": west}) | Q(**{f"{longitude}__lte": east - 360}))
    return box & Q(**{f"{longitude}__range": (west, east)})


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
    enough = Q(Exists(base.filter(currency_id=floor.currency, top_yearly_minor__gte=yearly)))
    return enough | ~Q(Exists(base)) if floor.include_unspecified else enough


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
}
