"""Which places lie within a radius."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from math import cos, radians
from threading import Lock

from django.db.models import ExpressionWrapper, F, FloatField, Q, QuerySet, Value
from django.db.models.functions import ACos, Cos, Least, Radians, Sin

from jobs.models import JobLocation, Place
from jobs.search.where import Near
from kernel import caching

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KM_PER_DEGREE = 111.0  # a little below any degree of latitude, so that the box holds the whole circle


# Feeds and searches ask for the circles around the same few homes and cities again and again.
MOST_CIRCLES, MOST_PLACES = 200, 1_000
_TAG = "taxonomy"
_kept: OrderedDict[Near, tuple[tuple[str, ...], Mapping[int, float]]] = OrderedDict()
_lock = Lock()


def places_within(near: Near) -> Mapping[int, float]:
    """The places in the circle, and how many kilometres each is from its centre.

    One statement; none where the process has found them before, and no place was written since.
    """
    stamp = () if caching.in_transaction() else caching.versions.of((_TAG,))
    circle = replace(near, or_remote_for=None)
    known = _kept.get(circle)
    if stamp and known and known[0] == stamp and caching.versions.is_current:
        return known[1]
    found = dict(within(Place.objects.all(), near).annotate(km=F("km")).values_list("pk", "km"))
    if stamp and len(found) <= MOST_PLACES:
        with _lock:
            _kept[circle] = stamp, found
            while len(_kept) > MOST_CIRCLES:
                _kept.popitem(last=False)
    return found


def within[Row: (JobLocation, Place)](rows: QuerySet[Row], near: Near, *, place: str = "") -> QuerySet[Row]:
    """The rows whose place lies within a radius, their distance as `km`: a box on the index of positions, then that.

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
