"""How a query is ranked: what is few as a whole, and of what is many the best part of it, as much as fits a list."""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import local
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from jobs.search.hits import PackedHits
from jobs.search.port import MOST_RANKED, Part, Precision, Query, Ranked, Total
from jobs.search.postgres.estimates import COUNTED_SECONDS, Guess, Guesses, guessed
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, any_of, rows
from jobs.search.postgres.matching import asked, filtered, live, without_meaning
from jobs.search.postgres.reads import HIT, PACKED, Newest
from jobs.search.postgres.score import Part as Summand
from jobs.search.postgres.score import parts_of, score_in_texts, score_of
from jobs.search.postgres.ways import Search
from kernel.reading import array

FEW = MOST_RANKED
"""So many matches are all ranked."""
MOST_HEADS = 5_000
"""So many that match in title, skills and company are all ranked; of more the newest `FEW`."""
ENOUGH_HEADS = 100
"""With fewer of them, what is meant included, the newest that match in their text are ranked with them."""
MOST_TEXTS, MOST_ALIKE = 500, 100
"""Of one word alone texts say no more than that they have it: by recency they are ranked as they are found behind what
is ranked, and no more of them are than diversity puts in order.
"""
SURE, UNSURE, UNSURE_HEADS = 2, 20, 4
"""So many times as many as can all be ranked have to be expected, for nobody to look first whether they can: of words
that are known to be common, and of others; in heads, where occupations make most of what is expected, of fewer.
"""


def total(query: Query, most: int) -> Total:
    """How many rows match, counted up to `most`. Two or three statements; none where ranking has counted them."""
    known, after = _seen(query)
    guess = guessed(query).anywhere
    if guess.is_counted:
        found = min(int(guess.matches), most)
    else:
        found = known + Search(query, guess).count(most - known, after) if known < most else most
    return Total(found, Precision.EXACT if found < most else Precision.AT_LEAST)


def ranked(query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
    """The best rows by their score: one statement to estimate, one for few matches, two to five for many."""
    if bounds is not None and _are_bounds(bounds):
        return _again(query, bounds)
    guesses, parts = guessed(query), _parts(query)
    known = None
    if _may_be(guesses.anywhere, FEW, UNSURE):
        count, found = Search(query, guesses.anywhere, score=_in_texts(query, parts)).few(FEW, _most_texts(query))
        if count <= FEW:
            return Ranked(found.hits, is_all=True, bounds=_bounds(_ALL, None))
        known = found
    return _many(query, guesses, parts, known)


def _parts(query: Query) -> Sequence[Summand]:
    assert query.question is not None, "Nothing is ranked without a question."
    return parts_of(query.question, query.at)


def _in_texts(query: Query, parts: Sequence[Summand]) -> Fragment:
    assert query.question is not None
    return score_in_texts(parts, query.question)


class _Tier(NamedTuple):
    """Hits that were chosen in one way, how many there are to choose from at least, and the oldest of the newest."""

    kind: str
    hits: PackedHits
    matches: int
    oldest: tuple[datetime, UUID] | None = None


def _many(query: Query, guesses: Guesses, parts: Sequence[Summand], known: Newest | None) -> Ranked:
    """The best of what matches in its head; where that is little, of what is meant as well, and of the newest texts.
    `known`: these, where it is known that there are many, and none if they have not been read.

    Of more than can be ranked the newest: of thousands that match as well nobody can say which is better, and the first
    that an index gives are the oldest.
    """
    literal, score = replace(query, question=without_meaning(query.question)), score_of(parts)
    tiers = [_heads("literal", Search(literal, guesses.literals, is_head=True, score=score))]
    if tiers[0].matches < FEW and query.question != literal.question:
        tiers.append(_heads("heads", Search(query, guesses.heads, is_head=True, score=score)))
    if max(tier.matches for tier in tiers) < ENOUGH_HEADS:
        most = _most_texts(query)
        texts = known or Search(query, guesses.anywhere, score=_in_texts(query, parts)).newest(most)
        tiers.append(_Tier("newest texts", texts.hits, len(texts), texts.oldest))
        if known is None and len(texts) < most:
            found = {key: hit for tier in tiers for key, hit in tier.hits.by_id().items()}
            return Ranked(_best(found), is_all=True, bounds=_bounds(_ALL, None))
        if texts.oldest:
            _latest.query, _latest.seen = query, (len(texts), texts.oldest)
            _latest.until = monotonic() + COUNTED_SECONDS
    is_many = known is not None or any(tier.matches > FEW for tier in tiers)
    last, found = tiers[0], dict[bytes, bytes]()
    for tier in tiers:
        before = len(found)
        found |= tier.hits.by_id()
        if len(found) > before:
            last = tier
    is_many = is_many or len(found) > FEW
    oldest = last.oldest if last.kind.startswith("newest") else None
    return Ranked(_best(found), is_all=False, is_many=is_many, bounds=_bounds(last.kind, oldest))


def _most_texts(query: Query) -> int:
    return MOST_TEXTS if _are_told_apart(query) else min(MOST_ALIKE, MOST_TEXTS)


def _are_told_apart(query: Query) -> bool:
    """Whether what matches in the text alone can do so better or worse: there are several words to have."""
    clauses = [clause for clause in query.question.clauses if not clause.is_excluded] if query.question else []
    return sum(len(clause.any_of) for clause in clauses) > 1


_latest = local()


def _seen(query: Query) -> tuple[int, tuple[datetime, UUID] | None]:
    """How many of the newest matches ranking has just read, if it has, and which was the last: whoever counts goes on
    from there.
    """
    seen: tuple[int, tuple[datetime, UUID]] | None = getattr(_latest, "seen", None)
    return seen if seen and _latest.query == query and monotonic() < _latest.until else (0, None)


def _heads(kind: str, search: Search) -> _Tier:
    """All that match in their heads, or the newest of them."""
    if _may_be(search.guess, MOST_HEADS, UNSURE_HEADS):
        count, found = search.all(MOST_HEADS, FEW)
        if count <= MOST_HEADS:
            return _Tier(kind, found, count)
        # That is known now: of so many more than the newest need not be read.
        search = replace(search, guess=replace(search.guess, matches=max(search.guess.matches, 2.0 * MOST_HEADS)))
    newest = search.newest(FEW + 1)
    return _Tier(f"newest {kind}" if len(newest) > FEW else kind, newest.hits, len(newest), newest.oldest)


def _may_be(guess: Guess, most: int, unsure: int) -> bool:
    """Whether there may be no more than so many."""
    return guess.matches <= (SURE if guess.is_sure else unsure) * most


def _best(hits: Mapping[bytes, bytes]) -> PackedHits:
    return PackedHits.best(hits.values(), MOST_RANKED)


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
    score = score_of(_parts(query))
    statement = Fragment.of(
        "WITH found AS MATERIALIZED (SELECT s.* FROM job_search s WHERE {} AND {} AND {} LIMIT {})"
        f" SELECT {PACKED} FROM"
        f" (SELECT {HIT}, {{}} AS score FROM found s ORDER BY score DESC, s.job_id DESC LIMIT {{}}) s",
        *(live(query), filtered(query, is_marked=True), found, 2 * MOST_HEADS, score, 2 * MOST_RANKED),
    )
    ((best,),) = rows(statement)
    return Ranked(PackedHits(best or b""), is_all=bounds[0] == _ALL, bounds=tuple(bounds))


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
    parts = parts_of(replace(query.question, at_least=0.0), query.at)
    values = Fragment.of(", ".join(["({})::float8"] * len(parts)), *(part.value for part in parts))
    statement = Fragment.of(
        "SELECT s.job_id, {} FROM job_search s WHERE s.job_id = ANY({}::uuid[])", values, array(job_ids)
    )
    return {
        key: [Part(part.name, part.detail, value) for part, value in zip(parts, found, strict=True) if value]
        for key, *found in rows(statement)
    }
