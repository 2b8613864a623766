"""The order in which judged jobs are shown: the best first, but not one company's, nor one kind of work over and over.

Whatever is put in order here may be shown: no order makes a job eligible.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from random import Random
from typing import NamedTuple

from jobs.feed.candidates import CandidateRow

WINDOW = 10
PER_COMPANY = 2
PER_OCCUPATION = 4
SCORE_SHARE = 0.75
"""Lambda of maximal marginal relevance: the rest is for being unlike what has just been shown."""
SAME_TITLE = 1.0
SAME_COMPANY = 0.6
SAME_OCCUPATION = 0.3
AS_GOOD = 0.95
"""What has so much of the score of a job that is put off may come before it; what has less is not worth it.

About half of a good score is what all jobs have, whatever is not known being 0.5: this is a tenth of what can differ.
"""
CHOICE = 24
"""Of so many of the best that are left the next one is taken."""
EXPLORED_AT = (4, 8)
UNDER_EXPOSED = 20.0
MOST_EXPLORED = 12
LEAST_OF_BEST = 0.75
"""What is tried out has at least this share of the best score: about half of what can differ."""


class Judged(NamedTuple):
    """A job and what it is worth to the person, with the features that make it, in the order of `FEATURES`."""

    row: CandidateRow
    score: float
    values: Sequence[float | None] = ()


class Placed(NamedTuple):
    """A job in its place. `propensity` is with what likelihood chance put it there."""

    judged: Judged
    is_exploration: bool = False
    propensity: float = 1.0


def ordered(judged: Sequence[Judged], size: int, seed: int) -> list[Placed]:
    """The best `size` of what was judged, in the order to show them in: the same for the same seed.

    Of each ten that follow one another at most two are of a company and four of an occupation, while there are others
    about as good to take. One place of each ten, the fifth or the ninth, may go to a good job that hardly anybody was
    shown yet.
    """
    waiting = _waiting(judged)
    if not waiting:
        return []
    unexplored = [one for one in waiting if one.is_under_exposed]
    random = Random(seed)  # noqa: S311 - nothing to guess
    placed: list[Placed] = []
    seen = _Seen()
    explored_at = -1
    while len(placed) < size and waiting:
        place = len(placed)
        if place % WINDOW == 0:
            explored_at = place + random.choice(EXPLORED_AT)
        explored = _explored(unexplored, seen, random) if place == explored_at else None
        one, propensity = explored or (_next(waiting, seen), 1.0)
        placed.append(Placed(one.judged, explored is not None, propensity))
        seen.add(one)
        waiting.remove(one)
        if one.is_under_exposed:
            unexplored.remove(one)
    return placed


@dataclass(slots=True, eq=False)
class _One:
    """A job that waits for its place."""

    judged: Judged
    company: int
    kind: int | None
    """The occupation that its title is surest of."""
    title: int
    score: float
    value: float
    """What of its score counts beside being unlike the others."""
    is_under_exposed: bool


def _waiting(judged: Sequence[Judged]) -> list[_One]:
    """The best first; of equals the younger, then by key."""
    best = sorted(judged, key=lambda one: (-one.score, one.row.age_days, one.row.job_id.int))
    if not best:
        return []
    most, least = best[0].score, best[-1].score
    span = most - least or 1.0
    return [
        _One(
            one,
            one.row.company_id.int,
            _kind(one.row),
            one.row.title_key,
            one.score,
            SCORE_SHARE * (one.score - least) / span,
            one.row.exposure < UNDER_EXPOSED and one.score >= LEAST_OF_BEST * most,
        )
        for one in best
    ]


def _kind(row: CandidateRow) -> int | None:
    return min(row.occupations, key=lambda key: (-row.occupations[key], key), default=None)


class _Seen:
    """What the last places hold."""

    __slots__ = ("_lately", "companies", "full", "kinds", "many", "titles")

    def __init__(self) -> None:
        self._lately: deque[_One] = deque()
        self.companies: dict[int, int] = {}
        self.kinds: dict[int | None, int] = {}
        self.titles: dict[int, int] = {}
        self.full: set[int] = set()
        """Companies of which there are as many as there may be."""
        self.many: set[int | None] = set()
        """Occupations of which there are."""

    def add(self, one: "_One") -> None:
        """One more; what is a window behind it is no longer there."""
        if len(self._lately) == WINDOW - 1:
            self._drop(self._lately.popleft())
        self._lately.append(one)
        company, kind, title = one.company, one.kind, one.title
        self.companies[company] = count = self.companies.get(company, 0) + 1
        if count >= PER_COMPANY:
            self.full.add(company)
        if kind is not None:
            self.kinds[kind] = count = self.kinds.get(kind, 0) + 1
            if count >= PER_OCCUPATION:
                self.many.add(kind)
        self.titles[title] = self.titles.get(title, 0) + 1

    def _drop(self, one: "_One") -> None:
        if _less(self.companies, one.company) < PER_COMPANY:
            self.full.discard(one.company)
        if one.kind is not None and _less(self.kinds, one.kind) < PER_OCCUPATION:
            self.many.discard(one.kind)
        _less(self.titles, one.title)

    def is_too_much(self, one: _One) -> bool:
        """Whether one more of its company or its occupation would be over the bounds."""
        return one.company in self.full or one.kind in self.many

    def likeness(self, one: _One) -> float:
        """How like it is to what is there: as much as to the one that it is most like."""
        if one.title in self.titles:
            return SAME_TITLE
        if one.company in self.companies:
            return SAME_COMPANY
        return SAME_OCCUPATION if one.kind in self.kinds else 0.0


def _less[Key](counts: dict[Key, int], key: Key) -> int:
    """One less of it; how many there are then."""
    left = counts[key] - 1
    if left:
        counts[key] = left
    else:
        del counts[key]
    return left


def _next(waiting: Sequence[_One], seen: _Seen) -> _One:
    """The best that is within the bounds and not too like what is there; the best if none as good is within."""
    chosen: _One | None = None
    most = float("-inf")
    left = CHOICE
    least = AS_GOOD * waiting[0].score
    full, many = seen.full, seen.many
    for one in waiting:
        if one.score < least:
            break
        # As `is_too_much` says, without a call for each of thousands.
        if one.company in full or one.kind in many:
            continue
        # Nothing from here on can be better than by its score alone.
        if one.value <= most:
            break
        value = one.value - (1 - SCORE_SHARE) * seen.likeness(one)
        if value > most:
            chosen, most = one, value
        left -= 1
        if not left:
            break
    return chosen or waiting[0]


def _explored(unexplored: Sequence[_One], seen: _Seen, random: Random) -> tuple[_One, float] | None:
    """One drawn by how good it may be for all that is known: as Thompson sampling does, with a likelihood to tell.

    What people did with a job, of how often it was shown, makes a beta distribution; a job's chance goes with its mean
    and one standard deviation.
    """
    choice = list(islice((one for one in unexplored if not seen.is_too_much(one)), MOST_EXPLORED))
    if not choice:
        # Where all that fits is of one occupation, so is what is tried out.
        choice = list(islice((one for one in unexplored if one.company not in seen.full), MOST_EXPLORED))
    if not choice:
        return None
    worth = [_promise(one.judged.row) for one in choice]
    place = random.choices(range(len(choice)), weights=worth)[0]
    return choice[place], worth[place] / sum(worth)


def _promise(row: CandidateRow) -> float:
    liked = 1.0 + min(row.signals, row.exposure)
    not_liked = 1.0 + max(row.exposure - row.signals, 0.0)
    both = liked + not_liked
    return liked / both + sqrt(liked * not_liked / (both * both * (both + 1)))
