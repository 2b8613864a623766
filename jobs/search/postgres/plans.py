"""How a query is ranked: what is few as a whole, and of what is many the best part of it, as much as a list can hold.

How common a word is, a statement finds out by itself: it takes `FEW` matches and one more from the indexes, and goes on
from there. So no plan hangs on a guess. See `orders` for how that is said to the planner.
"""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from jobs.search.port import MOST_RANKED, Hit, Part, Precision, Query, Ranked, Total
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, any_of, rows
from jobs.search.postgres.matching import asked, filtered, live, without_meaning
from jobs.search.postgres.orders import HIT, NEWEST, first, glance, hits, matched
from jobs.search.postgres.score import score_sql
from kernel.reading import array

FEW = MOST_RANKED
"""So many matches are all ranked."""
MOST_HEADS = 5_000
"""So many that match in title, skills and company are all ranked; of more the newest `FEW`."""
ENOUGH_HEADS = 100
"""With fewer of them, what is meant included, the newest that match in their text are ranked with them."""
MOST_TEXTS = 500


def total(query: Query, most: int) -> Total:
    """How many rows match, counted up to `most`. One statement."""
    is_open = Fragment.of("(SELECT seen FROM found_glance) < {}", most)
    statement = Fragment.of(
        "WITH {} SELECT least({}, greatest((SELECT seen FROM found_glance), (SELECT count(*) FROM found)))",
        *(matched("found", query, "s.job_id", most, gate=is_open), most),
    )
    ((found,),) = rows(statement)
    return Total(found, Precision.EXACT if found < most else Precision.AT_LEAST)


def ranked(query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
    """The best rows by their score: one statement for few matches, two for many."""
    if bounds is not None and _are_bounds(bounds):
        return _again(query, bounds)
    count, few = _few(query)
    if count <= FEW:
        return Ranked(few, is_all=True, bounds=_bounds(_ALL, None))
    return _many(query)


def _score(query: Query) -> Fragment:
    assert query.question is not None, "Nothing is ranked without a question."
    return Fragment.of("({})::float8", score_sql(query.question, query.at)[0])


def _few(query: Query) -> tuple[int, list[Hit]]:
    """How many match, up to one more than `FEW`, and their ranking unless there are more."""
    statement = Fragment.of(
        f"WITH {{}} SELECT n.count, {HIT}, {{}} AS value"
        " FROM (SELECT count(*) FROM few) n LEFT JOIN few s ON n.count <= {}"
        " ORDER BY value DESC, s.job_id DESC",
        *(matched("few", query, "s.*", FEW + 1), _score(query), FEW),
    )
    found = rows(statement)
    return found[0][0], [_hit(*row[1:]) for row in found if row[1] is not None]


def _many(query: Query) -> Ranked:
    """The best of what matches in its head; where that is little, of what is meant as well, and of the newest texts.

    Of more than can be ranked the newest: of thousands that match as well nobody can say which is better, and the first
    that an index gives are the oldest.
    """
    rest = all_of([live(query), filtered(query)])
    literal = replace(query, question=without_meaning(query.question))
    many = Fragment.of("(SELECT literals FROM n) > {}", MOST_HEADS)
    few = Fragment.of("(SELECT literals FROM n) < {}", FEW)
    more = Fragment.of("(SELECT heads FROM m) > {}", MOST_HEADS)
    scarce = Fragment.of("(SELECT greatest(literals, heads) FROM m) < {}", ENOUGH_HEADS)
    statement = Fragment.of(
        "WITH {}, literal_all AS MATERIALIZED (SELECT s.job_id FROM job_search s"
        " WHERE NOT (SELECT is_common FROM common) AND {} AND {}),"
        " literal AS MATERIALIZED (SELECT * FROM literal_all LIMIT {}),"
        # What is common is as good as more than enough.
        " n AS MATERIALIZED (SELECT CASE WHEN (SELECT is_common FROM common) THEN {} ELSE count(*) END AS literals"
        " FROM literal), {},"
        " heads_all AS MATERIALIZED (SELECT s.job_id FROM job_search s WHERE {} AND {} AND {}),"
        " heads AS MATERIALIZED (SELECT * FROM heads_all LIMIT {}),"
        " m AS MATERIALIZED (SELECT literals, (SELECT count(*) FROM heads) AS heads FROM n), {}, {},"
        " ranked AS MATERIALIZED (SELECT job_id, min(tier) AS tier FROM ("
        " SELECT job_id, 0 AS tier FROM literal WHERE (SELECT literals FROM n) <= {}"
        " UNION ALL SELECT job_id, 1 FROM newest_literal"
        " UNION ALL SELECT job_id, 2 FROM heads WHERE (SELECT heads FROM m) <= {}"
        " UNION ALL SELECT job_id, 3 FROM newest_heads"
        " UNION ALL SELECT job_id, 4 FROM newest_texts) found GROUP BY job_id)"
        f" SELECT {HIT}, {{}} AS value, r.tier, s.published_at FROM ranked r JOIN job_search s ON s.job_id = r.job_id"
        " ORDER BY value DESC, s.job_id DESC",
        glance("common", literal, NEWEST, FEW, is_head=True, most=MOST_HEADS),
        *(rest, asked(literal.question, is_head=True), MOST_HEADS + 1, MOST_HEADS + 1),
        first("newest_literal", literal, NEWEST, FEW, gate=many, is_head=True),
        *(few, rest, asked(query.question, is_head=True), MOST_HEADS + 1),
        first("newest_heads", query, NEWEST, FEW, gate=more, is_head=True),
        first("newest_texts", query, NEWEST, MOST_TEXTS, gate=scarce),
        *(MOST_HEADS, MOST_HEADS, _score(query)),
    )
    found = rows(statement)
    tier = max((row[4] for row in found), default=0)
    oldest = min((row[5], row[0]) for row in found if row[4] == tier) if tier in (1, 3, 4) else None
    return Ranked([_hit(*row[:4]) for row in found[:MOST_RANKED]], is_all=False, bounds=_bounds(_KINDS[tier], oldest))


_ALL = "all"
_KINDS = ("literal", "newest literal", "heads", "newest heads", "newest texts")
"""What the most far-fetched rows of a ranking were chosen from."""


def _again(query: Query, bounds: Sequence[Any]) -> Ranked:
    """The rows that a ranking as of the same instant was made from, as far as they are still there.

    There may be some more: a posting that came since may say that it is older. So what is cut off here is cut twice as
    late, lest it push another out.
    """
    since = _since(bounds)
    literal = asked(without_meaning(query.question), is_head=True)
    in_head, anywhere = asked(query.question, is_head=True), asked(query.question)
    found = {
        _ALL: anywhere,
        "literal": literal,
        "newest literal": all_of([literal, since]),
        "heads": in_head,
        "newest heads": any_of([literal, all_of([in_head, since])]),
        "newest texts": any_of([in_head, all_of([anywhere, since])]),
    }[bounds[0]]
    statement = Fragment.of(
        "WITH found AS MATERIALIZED (SELECT s.* FROM job_search s WHERE {} AND {} LIMIT {})"
        f" SELECT {HIT}, {{}} AS value FROM found s ORDER BY value DESC, s.job_id DESC LIMIT {{}}",
        *(all_of([live(query), filtered(query)]), found, 2 * MOST_HEADS, _score(query), 2 * MOST_RANKED),
    )
    return Ranked(hits(statement), is_all=bounds[0] == _ALL, bounds=tuple(bounds))


def _bounds(kind: str, oldest: tuple[datetime, UUID] | None) -> tuple[str, ...]:
    """What a ranking was made from, and since which row."""
    return (kind, oldest[0].isoformat(), oldest[1].hex) if oldest else (kind,)


def _are_bounds(bounds: Sequence[Any] | None) -> bool:
    """Whether `_bounds` may have made them."""
    try:
        return bounds is not None and bool(_since(bounds)) and bounds[0] in (_ALL, *_KINDS)
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
    # Of a broadened question's jobs nobody knows which of its words they have: nothing is taken for granted.
    _, parts = score_sql(replace(query.question, at_least=0.0), query.at)
    values = Fragment.of(", ".join(["({})::float8"] * len(parts)), *(value for _, _, value in parts))
    statement = Fragment.of(
        "SELECT s.job_id, {} FROM job_search s WHERE s.job_id = ANY({}::uuid[])", values, array(job_ids)
    )
    return {
        key: [Part(name, detail, value) for (name, detail, _), value in zip(parts, found, strict=True) if value]
        for key, *found in rows(statement)
    }


def _hit(job_id: UUID, company_id: UUID, likeness: int, value: Any) -> Hit:
    return Hit(job_id, value, company_id, likeness)
