"""How a query is run: what is few is read whole, and of what is many only as much as a list can hold.

Which it is, each statement finds out by itself: it takes `FEW` matches and one more from the indexes of words, places
and skills, and goes on from there. So no plan hangs on a guess about how common a word is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from jobs.search.near import places_within
from jobs.search.port import MOST_RANKED, Hit, JobSearchOrderField, Part, Precision, Query, Ranked, Total
from jobs.search.postgres.fragment import FALSE, TRUE, Fragment, all_of, rows
from jobs.search.postgres.matching import asked, filtered, live, matching
from jobs.search.postgres.score import score_sql
from kernel.reading import array

FEW = MOST_RANKED
"""So many matches are all ranked, or sorted."""
MOST_HEADS = 5_000
"""So many that match in title, skills and company are all ranked; of more the newest `FEW`."""
ENOUGH_HEADS = 100
"""With fewer of them, the newest that match in their text are ranked with them."""
MOST_TEXTS = 500

_HIT = "s.job_id, s.company_id, s.likeness"


def total(query: Query, most: int) -> Total:
    """How many rows match, counted up to `most`. One statement."""
    statement = Fragment.of(
        "SELECT count(*) FROM (SELECT FROM job_search s WHERE {} LIMIT {}) found", matching(query), most
    )
    ((found,),) = rows(statement)
    return Total(found, Precision.EXACT if found < most else Precision.AT_LEAST)


def ranked(query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
    """The best rows by their score: one statement for few matches, two for many."""
    if bounds is not None and _are_bounds(bounds):
        return _again(query, bounds)
    count, hits = _few(query)
    if count <= FEW:
        return Ranked(hits, is_all=True, bounds=_bounds("all", None))
    return _many(query)


def _score(query: Query) -> Fragment:
    assert query.question is not None, "Nothing is ranked without a question."
    return Fragment.of("({})::float8", score_sql(query.question, query.at)[0])


def _few(query: Query) -> tuple[int, list[Hit]]:
    """How many match, up to one more than `FEW`, and their ranking unless there are more."""
    statement = Fragment.of(
        "WITH few AS MATERIALIZED (SELECT s.* FROM job_search s WHERE {} LIMIT {})"
        f" SELECT n.count, {_HIT}, {{}} AS value"
        " FROM (SELECT count(*) FROM few) n LEFT JOIN few s ON n.count <= {}"
        " ORDER BY value DESC, s.job_id DESC",
        matching(query),
        FEW + 1,
        _score(query),
        FEW,
    )
    found = rows(statement)
    return found[0][0], [_hit(*row[1:]) for row in found if row[1] is not None]


def _many(query: Query) -> Ranked:
    """The best of those that match in their head, and of the newest that match in their text where heads are few."""
    rest = all_of([live(query), filtered(query)])
    newest = "ORDER BY s.published_at DESC, s.job_id DESC"
    statement = Fragment.of(
        "WITH heads AS MATERIALIZED (SELECT s.* FROM job_search s WHERE {} AND {} LIMIT {}),"
        " n AS MATERIALIZED (SELECT count(*) FROM heads),"
        " newest AS MATERIALIZED (SELECT s.* FROM job_search s"
        f" WHERE (SELECT count FROM n) > {{}} AND {{}} AND {{}} {newest} LIMIT {{}}),"
        " texts AS MATERIALIZED (SELECT s.* FROM job_search s"
        f" WHERE (SELECT count FROM n) < {{}} AND {{}} AND {{}} {newest} LIMIT {{}})"
        f" SELECT {_HIT}, {{}} AS value, s.tier, s.published_at FROM ("
        " SELECT *, 0 AS tier FROM heads WHERE (SELECT count FROM n) <= {}"
        " UNION ALL SELECT *, 1 FROM newest"
        " UNION ALL SELECT *, 2 FROM texts WHERE NOT EXISTS (SELECT FROM heads h WHERE h.job_id = texts.job_id)) s"
        " ORDER BY value DESC, s.job_id DESC",
        *(rest, asked(query.question, is_head=True), MOST_HEADS + 1),
        *(MOST_HEADS, rest, asked(query.question, is_head=True, is_walked=True), FEW),
        *(ENOUGH_HEADS, rest, asked(query.question), MOST_TEXTS),
        _score(query),
        MOST_HEADS,
    )
    found = rows(statement)
    tiers = {row[4] for row in found}
    oldest = min(((row[5], row[0]) for row in found if row[4]), default=None)
    kind = "newest" if 1 in tiers else "texts" if 2 in tiers else "heads"
    return Ranked([_hit(*row[:4]) for row in found[:MOST_RANKED]], is_all=False, bounds=_bounds(kind, oldest))


def _again(query: Query, bounds: Sequence[Any]) -> Ranked:
    """The rows that a ranking as of the same instant was made from, as far as they are still there."""
    since = _since(bounds)
    in_head = asked(query.question, is_head=True)
    found, most = {
        "all": (asked(query.question), FEW),
        "heads": (in_head, MOST_HEADS),
        "newest": (all_of([in_head, since]), FEW),
        "texts": (Fragment.of("({} OR ({} AND {}))", in_head, asked(query.question), since), MOST_HEADS),
    }[bounds[0]]
    statement = Fragment.of(
        "WITH found AS MATERIALIZED (SELECT s.* FROM job_search s WHERE {} AND {} LIMIT {})"
        f" SELECT {_HIT}, {{}} AS value FROM found s ORDER BY value DESC, s.job_id DESC LIMIT {{}}",
        *(all_of([live(query), filtered(query)]), found, most, _score(query), MOST_RANKED),
    )
    return Ranked([_hit(*row) for row in rows(statement)], is_all=bounds[0] == "all", bounds=tuple(bounds))


def _bounds(kind: str, oldest: tuple[datetime, UUID] | None) -> tuple[str, ...]:
    """What a ranking was made from: all, all heads, or heads or texts since a row."""
    return (kind, oldest[0].isoformat(), oldest[1].hex) if oldest else (kind,)


def _are_bounds(bounds: Sequence[Any] | None) -> bool:
    """Whether `_bounds` may have made them."""
    try:
        return bounds is not None and bool(_since(bounds)) and bounds[0] in ("all", "heads", "newest", "texts")
    except (ValueError, TypeError, IndexError):
        return False


def _since(bounds: Sequence[Any]) -> Fragment:
    if len(bounds) < 3:
        return TRUE
    instant, job_id = datetime.fromisoformat(bounds[1]), UUID(hex=bounds[2])
    return Fragment.of("(s.published_at, s.job_id) >= ({}::timestamptz, {}::uuid)", instant, job_id)


def explained(query: Query, job_ids: Collection[UUID]) -> dict[UUID, list[Part]]:
    """The parts of each job's score that are not nothing. One statement."""
    if query.question is None or not query.question.clauses or not job_ids:
        return {}
    _, parts = score_sql(query.question, query.at)
    values = Fragment.of(", ".join(["({})::float8"] * len(parts)), *(value for _, _, value in parts))
    statement = Fragment.of(
        "SELECT s.job_id, {} FROM job_search s WHERE s.job_id = ANY({}::uuid[])", values, array(job_ids)
    )
    return {
        key: [Part(name, detail, value) for (name, detail, _), value in zip(parts, found, strict=True) if value]
        for key, *found in rows(statement)
    }


class _Order(NamedTuple):
    """A column to order by, which the job's id makes unique. Nulls come last in either direction."""

    value: Fragment
    is_descending: bool
    is_nullable: bool

    @property
    def sql(self) -> str:
        """For rows that have `value` and `job_id`."""
        direction = "DESC" if self.is_descending else "ASC"
        return f"ORDER BY value {direction} NULLS LAST, job_id {direction}"

    @property
    def walked(self) -> Fragment:
        """For rows of `s`, as the index has it."""
        direction = "DESC" if self.is_descending else "ASC"
        nulls = " NULLS LAST" if self.is_nullable else ""
        return Fragment.of(f"ORDER BY {{}} {direction}{nulls}, s.job_id {direction}", self.value)

    def beyond(self, after: tuple[Any, UUID] | None, value: Fragment, key: str) -> Fragment:
        """Those that come later than a position."""
        if after is None:
            return TRUE
        sign = "<" if self.is_descending else ">"
        position, job_id = after
        if position is None:
            return Fragment.of(f"({{}} IS NULL AND {key} {sign} {{}}::uuid)", value, job_id)
        found = Fragment.of(f"({{}}, {key}) {sign} ({{}}, {{}}::uuid)", value, position, job_id)
        return Fragment.of("({} OR {} IS NULL)", found, value) if self.is_nullable else found


def listed(
    query: Query, size: int, *, after: tuple[Any, UUID] | None = None, without: Collection[UUID] = ()
) -> list[Hit]:
    """The next rows of an order other than relevance, in one statement; by distance in a few more."""
    left_out = Fragment.of("NOT {} = ANY({}::uuid[])", Fragment("job_id"), array(without)) if without else TRUE
    if query.order.field is JobSearchOrderField.DISTANCE:
        return _by_distance(query, size, after, left_out)
    is_descending = query.order.is_descending
    if query.order.field is JobSearchOrderField.PAY:
        order = _Order(Fragment("s.pay_common"), is_descending, is_nullable=True)
    else:
        is_newest_first = is_descending or query.order.field is JobSearchOrderField.RELEVANCE
        order = _Order(Fragment("s.published_at"), is_newest_first, is_nullable=False)
    return _by_column(query, order, size, after, left_out)


def _by_column(
    query: Query, order: _Order, size: int, after: tuple[Any, UUID] | None, left_out: Fragment
) -> list[Hit]:
    """Few matches are sorted. Of many, so many are met on a walk along the order's index that it is a short one."""
    walked = Fragment.of(
        f"(SELECT {_HIT}, {{}} AS value FROM job_search s WHERE {{}} AND {{}} AND {{}} AND {{}} AND {{}} {{}} LIMIT {{}})",
        order.value,
        _is_common(query),
        all_of([live(query), filtered(query)]),
        asked(query.question, is_walked=True),
        order.beyond(after, order.value, "s.job_id"),
        left_out,
        order.walked,
        size,
    )
    if query.question is None and query.where is None and not query.near:
        return [_hit(*row) for row in rows(walked)]
    few = Fragment.of(
        "WITH few AS MATERIALIZED"
        f" (SELECT {_HIT}, {{}} AS value FROM job_search s WHERE {{}} LIMIT {{}}),"
        " n AS MATERIALIZED (SELECT count(*) FROM few)"
        f" (SELECT s.* FROM few s WHERE (SELECT count FROM n) <= {{}} AND {{}} AND {{}} {order.sql} LIMIT {{}})"
        " UNION ALL {}",
        order.value,
        matching(query),
        FEW + 1,
        FEW,
        order.beyond(after, Fragment("value"), "job_id"),
        left_out,
        size,
        walked,
    )
    return [_hit(*row) for row in rows(few)]


def _is_common(query: Query) -> Fragment:
    if query.question is None and query.where is None and not query.near:
        return TRUE
    return Fragment.of("(SELECT count FROM n) > {}", FEW)


def _by_distance(query: Query, size: int, after: tuple[Any, UUID] | None, left_out: Fragment) -> list[Hit]:
    """Few matches are sorted. Of many, the places are walked outward, some more of them at each step, until it is full.

    What lies in none of the places (it can be done remotely) comes last.
    """
    order = _Order(FALSE, query.order.is_descending, is_nullable=True)
    kms = _kilometres(query)
    count, hits = _around(query, order, kms, None, size, after, left_out, most=FEW)
    if count <= FEW:
        return hits
    places = sorted(kms.items(), key=lambda item: item[1], reverse=order.is_descending)
    if after is not None and after[0] is not None:
        places = [place for place in places if (place[1] <= after[0] if order.is_descending else place[1] >= after[0])]
    elif after is not None:
        places = []
    hits, step, start = [], 4, 0
    while len(hits) < size and start < len(places):
        end = min(start + step, len(places))
        # Places that are as far as one another go together, so that their jobs come in one order.
        while end < len(places) and places[end][1] == places[end - 1][1]:
            end += 1
        part = {key for key, _ in places[start:end]}
        _, more = _around(query, order, kms, part, size - len(hits), after, left_out)
        hits += more
        start, step = end, step * 4
    if len(hits) < size:
        position = after if after is not None and after[0] is None else None
        hits += _around(query, order, kms, set(), size - len(hits), position, left_out)[1]
    return hits


def _kilometres(query: Query) -> dict[int, float]:
    """How far each place is from the nearest centre, in metres' steps; only those within a radius."""
    kms: dict[int, float] = {}
    for near in query.near:
        for key, km in places_within(near).items():
            kms[key] = min(round(km, 3), kms.get(key, km))
    return kms


def _around(
    query: Query,
    order: _Order,
    kms: Mapping[int, float],
    places: Collection[int] | None,
    size: int,
    after: tuple[Any, UUID] | None,
    left_out: Fragment,
    *,
    most: int | None = None,
) -> tuple[int, list[Hit]]:
    """The rows whose nearest place is one of `places`, by distance; None: all, an empty one: those of no place.

    With `most`, how many there are beside it, counted one further, and no rows where there are more.
    """
    ids, distances = list(kms), [kms[key] for key in kms]
    which, nearest = TRUE, TRUE
    if places is not None:
        which = Fragment.of("s.place_ids && {}::int[]", sorted(places))
        if not places:
            which = Fragment.of("NOT s.place_ids && {}::int[]", ids)
        nearest = Fragment.of("(s.value IS NULL OR s.value = ANY({}::float[]))", sorted({kms[key] for key in places}))
    statement = Fragment.of(
        "WITH near AS MATERIALIZED (SELECT * FROM unnest({}::int[], {}::float[]) AS near (id, km)),"
        f" found AS MATERIALIZED (SELECT {_HIT}, s.place_ids FROM job_search s WHERE {{}} AND {{}} {{}}),"
        " n AS MATERIALIZED (SELECT count(*) FROM found),"
        " far AS MATERIALIZED (SELECT s.job_id, min(near.km) AS km FROM found s, unnest(s.place_ids) AS place, near"
        " WHERE near.id = place GROUP BY s.job_id)"
        " SELECT n.count, s.* FROM n LEFT JOIN LATERAL"
        f" (SELECT * FROM (SELECT {_HIT}, far.km AS value FROM found s LEFT JOIN far ON far.job_id = s.job_id) s"
        f" WHERE n.count <= {{}} AND {{}} AND {{}} AND {{}} {order.sql} LIMIT {{}}) s ON TRUE {order.sql}",
        ids,
        distances,
        matching(query),
        which,
        Fragment.of("LIMIT {}", most + 1) if most is not None else Fragment(""),
        most if most is not None else 2**31,
        nearest,
        order.beyond(after, Fragment("value"), "job_id"),
        left_out,
        size,
    )
    found = rows(statement)
    return found[0][0], [_hit(*row[1:]) for row in found if row[1] is not None]


def _hit(job_id: UUID, company_id: UUID, likeness: int, value: Any) -> Hit:
    return Hit(job_id, value, company_id, likeness)
