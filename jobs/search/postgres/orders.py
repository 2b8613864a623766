"""The first rows of an order other than relevance."""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Collection
from dataclasses import replace
from math import inf
from typing import Any
from uuid import UUID

from jobs.search.near import places_within
from jobs.search.port import Hit, JobSearchOrderField, Query
from jobs.search.postgres.estimates import guessed
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, rows
from jobs.search.postgres.matching import asked, filtered, has_words, live
from jobs.search.postgres.reads import HIT, NEWEST, Order
from jobs.search.postgres.ways import Search
from kernel.reading import array


def listed(
    query: Query, size: int, *, after: tuple[Any, UUID] | None = None, without: Collection[UUID] = ()
) -> list[Hit]:
    """The next rows of an order. One statement, one more to estimate unless all is asked for; by distance up to ten."""
    field, is_descending = query.order.field, query.order.is_descending
    if field is JobSearchOrderField.DISTANCE:
        return _by_distance(query, size, after, without)
    order = NEWEST
    if field is JobSearchOrderField.PAY:
        order = Order("s.pay_common", is_descending, is_nullable=True)
    elif field is JobSearchOrderField.PUBLISHED:
        order = Order("s.published_at", is_descending)
    search = Search(query, guessed(query).anywhere, others=_left_out(without))
    return [_hit(*row) for row in search.first(order, size, after)]


def _by_distance(query: Query, size: int, after: tuple[Any, UUID] | None, without: Collection[UUID]) -> list[Hit]:
    """The places are walked outward, more of them at each step, until there are rows enough.

    What lies in none of them (it can be done remotely) comes last.
    """
    order = Order("km", query.order.is_descending, is_nullable=True)
    kms = _kilometres(query)
    places = sorted(kms.items(), key=lambda item: item[1], reverse=order.is_descending)
    if after is not None:
        places = [place for place in places if _is_further(place[1], after[0], order)]
    found: list[Hit] = []
    start, step = 0, 8
    while len(found) < size and start < len(places):
        end = min(start + step, len(places))
        # Places that are as far as one another go together, so that their jobs come in one order.
        while end < len(places) and places[end][1] == places[end - 1][1]:
            end += 1
        found += _around(query, order, kms, dict(places[start:end]), size - len(found), after, without)
        start, step = end, step * 4
    if len(found) < size and (not query.near or any(near.or_remote_for for near in query.near)):
        position = after if after is not None and after[0] is None else None
        found += _nowhere(query, order, kms, size - len(found), position, without)
    return found


def _is_further(km: float, than: float | None, order: Order) -> bool:
    if than is None:
        return False
    return km <= than if order.is_descending else km >= than


def _kilometres(query: Query) -> dict[int, float]:
    """How far each place is from the nearest centre whose circle it lies in, to the metre."""
    kms: dict[int, float] = {}
    for near in query.near:
        for key, km in places_within(near).items():
            kms[key] = min(round(km, 3), kms.get(key, inf))
    return kms


def _around(
    query: Query,
    order: Order,
    kms: dict[int, float],
    places: dict[int, float],
    size: int,
    after: tuple[Any, UUID] | None,
    without: Collection[UUID],
) -> list[Hit]:
    """The rows whose nearest place is one of `places`, by distance."""
    statement = Fragment.of(
        "WITH near AS MATERIALIZED (SELECT * FROM unnest({}::int[], {}::float[]) AS near (id, km)),"
        f" found AS MATERIALIZED (SELECT {HIT}, s.place_ids FROM job_search s"
        " WHERE s.place_ids && {}::int[] AND {} AND {}),"
        " far AS MATERIALIZED (SELECT s.job_id, min(near.km) AS km FROM found s, unnest(s.place_ids) AS place, near"
        " WHERE near.id = place GROUP BY s.job_id)"
        f" SELECT {HIT}, far.km AS value FROM found s JOIN far ON far.job_id = s.job_id"
        f" WHERE far.km = ANY({{}}::float[]) AND {{}} AND {{}} {order.by('far.km', 's.job_id')} LIMIT {{}}",
        *(list(kms), list(kms.values()), list(places)),
        *(all_of([live(query), _others(replace(query, near=()))]), asked(query.question)),
        *(sorted(set(places.values())), order.beyond(after, "far.km", "s.job_id"), _left_out(without), size),
    )
    return hits(statement)


def _nowhere(
    query: Query,
    order: Order,
    kms: dict[int, float],
    size: int,
    after: tuple[Any, UUID] | None,
    without: Collection[UUID],
) -> list[Hit]:
    """The rows that match without lying in any of the circles, by id."""
    statement = Fragment.of(
        f"SELECT {HIT}, NULL::float AS value FROM job_search s WHERE {{}} AND NOT s.place_ids && {{}}::int[]"
        f" AND {{}} AND {{}} {order.by('value', 's.job_id')} LIMIT {{}}",
        *(all_of([live(query), _others(query), asked(query.question)]), list(kms)),
        *(order.beyond(after, "NULL::float", "s.job_id"), _left_out(without), size),
    )
    return hits(statement)


def _others(query: Query) -> Fragment:
    return filtered(query, is_marked=has_words(query.question))


def _left_out(without: Collection[UUID]) -> Fragment:
    return Fragment.of("NOT s.job_id = ANY({}::uuid[])", array(without)) if without else TRUE


def hits(statement: Fragment) -> list[Hit]:
    """What a statement finds that selects `HIT` and a value."""
    return [_hit(*row) for row in rows(statement)]


def _hit(job_id: UUID, company_id: UUID, likeness: int, value: Any) -> Hit:
    return Hit(job_id, value, company_id, likeness)
