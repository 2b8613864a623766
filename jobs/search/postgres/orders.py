"""The first rows of an order, however common what they have to match is.

Nothing here hangs on the planner's guess of how common that is. What is seen at a glance to be common, so many rows
are met on a walk along the order's own index that it is a short one. Else what the indexes of words, places and skills
find is taken up to `MOST_SORTED`, and sorted; if there is more, it is walked after all. All in one statement.

Where a common table expression is limited only by who reads it, the planner plans it as if all of it were wanted, and
takes the index; the executor still stops when it has enough.
"""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import inf
from typing import Any
from uuid import UUID

from jobs.search.near import places_within
from jobs.search.port import Hit, JobSearchOrderField, Query
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, rows
from jobs.search.postgres.matching import asked, filtered, has_words, live
from kernel.reading import array

MOST_SORTED = 10_000
"""Of what has words to match, since looking for them in a text costs more than sorting."""
MOST_FILTERED = 1_000
"""Of what only has filters to pass."""
GLANCE = 60
TEXTS_OF_ONE, HEADS_OF_ONE = 25.0, 4.0
"""Measured: looking into a text costs ten times what an index of words does for a match, into a head twice. So a walk
to so many matches is the cheaper way where the share of rows that match is above the root of this, times the matches,
over the rows of the board. (A thousand matches and 660,000 rows: a fifth; a page of twenty: three in a hundred.)
"""
HIT = "s.job_id, s.company_id, s.likeness"


@dataclass(frozen=True, slots=True)
class Order:
    """A column to order by, which the job's id makes unique. Nulls come last in either direction."""

    column: str
    is_descending: bool = True
    is_nullable: bool = False

    def by(self, value: str, key: str) -> str:
        """The order, of rows that have these."""
        direction = "DESC" if self.is_descending else "ASC"
        nulls = " NULLS LAST" if self.is_nullable else ""
        return f"ORDER BY {value} {direction}{nulls}, {key} {direction}"

    def beyond(self, after: tuple[Any, UUID] | None, value: str, key: str) -> Fragment:
        """Those that come later than a position."""
        if after is None:
            return TRUE
        sign = "<" if self.is_descending else ">"
        if after[0] is None:
            return Fragment.of(f"({value} IS NULL AND {key} {sign} {{}}::uuid)", after[1])
        found = Fragment.of(f"({value}, {key}) {sign} ({{}}, {{}}::uuid)", *after)
        return Fragment.of(f"({{}} OR {value} IS NULL)", found) if self.is_nullable else found


NEWEST = Order("s.published_at")


def glance(name: str, query: Query, order: Order, size: int, *, is_head: bool = False, most: int = 0) -> Fragment:
    """A common table expression of one row: how many of the first rows of an order match (`seen`), whether a walk to
    `size` matches is likely to be the cheaper way (`is_common`; with `most`, only if far more than that match as well),
    and after how many rows (`far`) it would no longer be. It decides how rows are found, never which.
    """
    rows_of_one = HEADS_OF_ONE if is_head else TEXTS_OF_ONE
    return Fragment.of(
        f"{name} AS MATERIALIZED (SELECT seen, seen >= 1 AND seen * board / {{}} > {{}}"
        " AND seen >= {} * least(1, sqrt({} / board)) AS is_common, ceil(2 * sqrt({} * board))::bigint AS far"
        " FROM (SELECT count(*) AS seen"
        f" FROM (SELECT * FROM job_search s WHERE {{}} {order.by(order.column, 's.job_id')} LIMIT {{}}) s"
        " WHERE {} AND {}) glanced,"
        " (SELECT greatest(reltuples, 1) AS board FROM pg_class WHERE oid = 'job_search'::regclass) sized)",
        *(GLANCE, 2 * most, GLANCE, rows_of_one * size, size / rows_of_one, live(query), GLANCE),
        *(filtered(query), asked(query.question, is_head=is_head, is_walked=True)),
    )


def matched(name: str, query: Query, columns: str, most: int, *, gate: Fragment = TRUE) -> Fragment:
    """Common table expressions, of which `{name}` has the columns of rows that match: all of them, or `most`.

    A short walk gives them where it meets so many; else an index of words does. `gate` may look at `{name}_glance`.
    """
    rest = all_of([gate, live(query)])
    newest = NEWEST.by(NEWEST.column, "s.job_id")
    return Fragment.of(
        f"{{}}, {name}_met AS MATERIALIZED (SELECT {columns} FROM (SELECT * FROM job_search s"
        f" WHERE (SELECT is_common FROM {name}_glance) AND {{}} {newest} LIMIT (SELECT far FROM {name}_glance)) s"
        " WHERE {} AND {} LIMIT {}),"
        f" {name}_all AS MATERIALIZED (SELECT {columns} FROM job_search s"
        f" WHERE (SELECT count(*) FROM {name}_met) < {{}} AND {{}} AND {{}} AND {{}}),"
        f" {name} AS MATERIALIZED ((SELECT * FROM {name}_all LIMIT {{}})"
        f" UNION ALL (SELECT * FROM {name}_met WHERE (SELECT count(*) FROM {name}_met) >= {{}}))",
        *(glance(f"{name}_glance", query, NEWEST, most), rest),
        *(filtered(query), asked(query.question, is_walked=True), most),
        *(most, rest, filtered(query), asked(query.question), most, most),
    )


def first(
    name: str,
    query: Query,
    order: Order,
    size: int,
    *,
    after: tuple[Any, UUID] | None = None,
    without: Collection[UUID] = (),
    gate: Fragment = TRUE,
    is_head: bool = False,
) -> Fragment:
    """Common table expressions, of which `{name}` has the first rows as hits with their `value`.

    A `gate` that is false keeps everything unread.
    """
    beyond = order.beyond(after, order.column, "s.job_id")
    left_out = _left_out(without)
    rest, columns = all_of([gate, live(query)]), f"{HIT}, {order.column} AS value"
    by = order.by(order.column, "s.job_id")
    walked = all_of([filtered(query), asked(query.question, is_head=is_head, is_walked=True), left_out])
    if not _is_narrowed(query):
        return Fragment.of(
            f"{name} AS MATERIALIZED (SELECT {columns} FROM job_search s WHERE {{}} AND {{}} AND {{}} {by} LIMIT {{}})",
            *(rest, beyond, walked, size),
        )
    most = MOST_SORTED if has_words(query.question) else MOST_FILTERED
    is_short = Fragment.of(f"(SELECT count(*) FROM {name}_met) < {{}}", size)
    is_many = Fragment.of(f"(SELECT count(*) FROM {name}_some) > {{}}", most)
    return Fragment.of(
        # A walk that is short, if it comes to enough.
        f"{{}}, {name}_met AS MATERIALIZED (SELECT {columns} FROM (SELECT * FROM job_search s"
        f" WHERE (SELECT is_common FROM {name}_glance) AND {{}} AND {{}} {by} LIMIT (SELECT far FROM {name}_glance)) s"
        f" WHERE {{}} {by} LIMIT {{}}),"
        # Else what the indexes have, to be sorted.
        f" {name}_all AS MATERIALIZED (SELECT {columns} FROM job_search s WHERE {{}} AND {{}} AND {{}} AND {{}}),"
        f" {name}_some AS MATERIALIZED (SELECT * FROM {name}_all LIMIT {{}}),"
        # Else there is so much of it that even a long walk is short.
        f" {name} AS MATERIALIZED (SELECT * FROM {name}_met WHERE NOT {{}}"
        f" UNION ALL (SELECT * FROM {name}_some s WHERE NOT {{}} AND {{}} AND {{}} {order.by('s.value', 's.job_id')}"
        " LIMIT {})"
        f" UNION ALL (SELECT {columns} FROM job_search s WHERE {{}} AND {{}} AND {{}} AND {{}} {by} LIMIT {{}}))",
        *(glance(f"{name}_glance", query, order, size, is_head=is_head), rest, beyond, walked, size),
        *(is_short, rest, filtered(query), asked(query.question, is_head=is_head), most + 1),
        *(is_short, is_many, order.beyond(after, "s.value", "s.job_id"), left_out, size),
        *(is_many, rest, beyond, walked, size),
    )


def _is_narrowed(query: Query) -> bool:
    """Whether a part of the board matches; what is only without some words is most of it."""
    return has_words(query.question) or query.where is not None or bool(query.near)


def listed(
    query: Query, size: int, *, after: tuple[Any, UUID] | None = None, without: Collection[UUID] = ()
) -> list[Hit]:
    """The next rows of an order other than relevance, in one statement; by distance in up to ten."""
    field, is_descending = query.order.field, query.order.is_descending
    if field is JobSearchOrderField.DISTANCE:
        return _by_distance(query, size, after, without)
    order = NEWEST
    if field is JobSearchOrderField.PAY:
        order = Order("s.pay_common", is_descending, is_nullable=True)
    elif field is JobSearchOrderField.PUBLISHED:
        order = Order("s.published_at", is_descending)
    found = first("found", query, order, size, after=after, without=without)
    return hits(Fragment("WITH ") + found + f" SELECT * FROM found s {order.by('s.value', 's.job_id')}")


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
        *(all_of([live(query), filtered(replace(query, near=()))]), asked(query.question)),
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
        *(all_of([live(query), filtered(query), asked(query.question)]), list(kms)),
        *(order.beyond(after, "NULL::float", "s.job_id"), _left_out(without), size),
    )
    return hits(statement)


def _left_out(without: Collection[UUID]) -> Fragment:
    return Fragment.of("NOT s.job_id = ANY({}::uuid[])", array(without)) if without else TRUE


def hits(statement: Fragment) -> list[Hit]:
    """What a statement finds that selects `HIT` and a value."""
    return [Hit(job_id, value, company_id, likeness) for job_id, company_id, likeness, value in rows(statement)]
