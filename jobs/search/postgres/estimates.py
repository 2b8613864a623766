"""How many rows there are to a condition, as the planner sees it: what the way to them is chosen by, never the rows."""

import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from math import inf, sqrt
from threading import local
from typing import Any, NamedTuple

from jobs.search.port import Query
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, join, rows, rows_planned
from jobs.search.postgres.matching import (
    asked,
    asked_one_by_one,
    filtered,
    has_words,
    is_narrowed,
    without_meaning,
)

WORDS = "job_search_words"
HISTOGRAM_SECONDS = 60
COUNTED_SECONDS = 2.0
# The statistics keep a thousand words of each vector: in texts, and in heads, which have fewer, those that more of the
# rows have than this. Of the others the planner only knows that they are rarer.
COMMON, COMMON_IN_HEADS = 0.03, 0.0075
# The dates of about as many rows lie between each and the next.
_HISTOGRAM = """
SELECT histogram_bounds::text::timestamptz[] FROM pg_stats
WHERE schemaname = ANY(current_schemas(false)) AND tablename = 'job_search' AND attname = 'published_at'"""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many rows meet a condition, whether the whole table has to be read for them, and whether the index of words
    knows them.
    """

    rows: float
    is_scanned: bool
    is_joint: bool


def estimates(conditions: Sequence[Fragment]) -> list[Estimate]:
    """Of each of the conditions. One statement, that reads no jobs."""
    counts = [Fragment.of("(SELECT count(*) FROM job_search s WHERE {})", part) for part in conditions]
    # Nothing of it is run. A function that is not safe beside others keeps the planner from sharing the rows out.
    counts.append(Fragment("set_config('nexus.estimates', '', true)"))
    ((found,),) = rows_planned(Fragment("EXPLAIN (FORMAT JSON) SELECT ") + join(", ", counts))
    return [_estimate(count) for count in found[0]["Plan"]["Plans"]]


def _estimate(count: Mapping[str, Any]) -> Estimate:
    (part,) = count["Plans"]
    leaf = part
    while "Plans" in leaf:
        leaf = leaf["Plans"][0]
    return Estimate(float(part["Plan Rows"]), part["Node Type"] == "Seq Scan", leaf.get("Index Name") == WORDS)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a query is likely to find, and in how many rows."""

    board: float
    kept: float
    """Rows that the filters keep."""
    is_scanned: bool
    """Whether no index knows which these are."""
    matches: float
    """Those of them that have the words."""
    postings: float
    """What the index of words has for them, all in all."""
    rarest: float
    """And for the one that has least."""
    lists: int = 1
    """How many there are of what is looked for in it."""
    is_joint: bool = False
    """Whether the same index knows what the filters keep, too."""
    common: float = COMMON
    """The share of the rows from which on the planner knows of a word how many have it."""
    is_counted: bool = False
    """Whether the matches were counted, and not guessed."""

    @property
    def is_sure(self) -> bool:
        """Whether all of the words are common: of the others the planner only knows that they are not."""
        return self.is_counted or self.rarest > self.common * self.board

    @property
    def likely(self) -> float:
        """How many matches to expect of common words. The planner takes them, and the filters, for independent of one
        another, but who writes one writes the next: between what it says and the rarest of them lies the truth.
        """
        if self.is_counted:
            return self.matches
        most = min(self.kept, self.rarest)
        return sqrt(self.matches * most) if self.is_sure and self.matches < most else self.matches


class Guesses(NamedTuple):
    """About a query: wherever its words stand; in title, skills and company; and there without what is meant."""

    anywhere: Guess
    heads: Guess
    literals: Guess


# Of a query that nearly all of the board matches nobody has to ask.
_ALL = Guess(board=1, kept=1, is_scanned=True, matches=1, postings=0, rarest=inf)


def guessed(query: Query) -> Guesses:
    """What the planner thinks of a query; it is asked once, however often in turn that is read."""
    if not is_narrowed(query):
        return Guesses(_ALL, _ALL, _ALL)
    if getattr(_latest, "query", None) != query or time.monotonic() > _latest.until:
        _latest.guesses, _latest.query, _latest.until = _guessed(query), query, inf
    guesses: Guesses = _latest.guesses
    return guesses


_latest = local()


def learn(query: Query, matches: int) -> None:
    """How many rows match a query, for who asks for a guess about it next: in the same request, and not pages later."""
    if getattr(_latest, "query", None) == query:
        known = replace(_latest.guesses.anywhere, matches=float(matches), is_counted=True)
        _latest.guesses, _latest.until = _latest.guesses._replace(anywhere=known), time.monotonic() + COUNTED_SECONDS


def _guessed(query: Query) -> Guesses:
    question, literal = query.question, without_meaning(query.question)
    kept = filtered(query, is_marked=has_words(question))
    conditions = [asked(question), asked(question, is_head=True)]
    if literal != question:
        conditions.append(asked(literal, is_head=True))
    singly, in_head = asked_one_by_one(question), asked_one_by_one(question, is_head=True)
    if len(singly) == 1 and kept is TRUE:
        # All that is asked for is the one word.
        singly, in_head = [], []
    rest = [] if kept is TRUE else [kept]
    found = estimates([TRUE, *rest, *(all_of([kept, each]) for each in conditions), *singly, *in_head])
    board, some, matches = found[0], found[len(rest)], found[1 + len(rest) :]
    numbers = [each.rows for each in matches]
    anywhere, heads, literals = numbers[0], numbers[1], numbers[len(conditions) - 1]
    alone = numbers[len(conditions) :]
    postings, others = alone[: len(singly)] or numbers[:1], alone[len(singly) :] or numbers[1:2]
    if not has_words(question):
        postings = others = []
    # What is meant, which comes last, is found beside the words: it makes them no rarer.
    words = slice(-1 if question and question.instead and len(postings) > 1 else None)
    whole = Guess(
        *(board.rows, some.rows, some.is_scanned, anywhere, sum(postings), min(postings[words], default=inf)),
        lists=len(postings),
        is_joint=some.is_joint,
    )
    rarest = min(others[words], default=inf)
    in_heads = replace(
        whole, matches=heads, postings=sum(others), rarest=rarest, lists=len(others), common=COMMON_IN_HEADS
    )
    return Guesses(whole, in_heads, replace(in_heads, matches=literals))


def since(at: datetime, share: float) -> datetime | None:
    """An instant after which, and not after `at`, about such a share of all rows is published; None if nobody knows."""
    bounds = _histogram(int(time.monotonic() // HISTOGRAM_SECONDS))
    if len(bounds) < 2:
        return None
    buckets = len(bounds) - 1
    end = _quantile(bounds, at) - share * buckets
    if end <= 0:
        return None
    low = min(int(end), buckets - 1)
    return bounds[low] + (bounds[low + 1] - bounds[low]) * (end - low)


def _quantile(bounds: Sequence[datetime], at: datetime) -> float:
    """How many buckets are before an instant."""
    place = bisect_left(bounds, at)
    if place in (0, len(bounds)):
        return float(min(place, len(bounds) - 1))
    width = bounds[place] - bounds[place - 1]
    return place - 1 + ((at - bounds[place - 1]) / width if width else 0.0)


@lru_cache(maxsize=1)
def _histogram(_minute: int) -> Sequence[datetime]:
    found = rows(Fragment(_HISTOGRAM))
    return (found[0][0] or ()) if found else ()
