"""All that a search finds, one after the other, from any position on: each job once, whoever writes meanwhile.

Jobs come, change and end while somebody reads page after page. What came after the first page is not found, since a
search is as of an instant. What is found lies in an order that no other job has a say in, so that a position stays
one: score, instant, pay or distance, then the id. Where diversity changes that order, positions say what it put off.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from jobs.search import diversity, rankings
from jobs.search.broadening import FEW, Broadening, BroadeningKind, broadened, broadenings
from jobs.search.diversity import diversify
from jobs.search.hits import as_good, shown
from jobs.search.port import (
    MOST_RANKED,
    Engine,
    Hit,
    JobSearchOrderField,
    Query,
    Ranked,
    Total,
)
from jobs.search.positions import Place, SearchPosition, Stage


class Step(NamedTuple):
    """A job, its score if it was ranked by one, and the position behind it."""

    hit: Hit
    score: float | None
    position: SearchPosition


class Walk:
    """What a query finds behind `start`. Iterating reads no more than is taken, give or take a page of `size`."""

    def __init__(
        self,
        engine: Engine,
        query: Query,
        start: SearchPosition,
        *,
        size: int,
        per_company: int,
        may_broaden: bool,
        ranking: Ranked | None = None,
    ) -> None:
        """`ranking`: the query's, where somebody has made it."""
        self.engine = engine
        self.query = query
        self.start = start if is_ranked(query) or start.stage is not Stage.RANKED else replace(start, stage=Stage.REST)
        self.size = size
        self.per_company = per_company
        self.may_broaden = may_broaden
        self._known = ranking
        self.broadened: Broadening | None = None
        self.counted: Total | None = None
        """How many fit, where finding them told."""
        self.all: Sequence[Hit] | None = None
        """All that fit, where ranking found them all."""
        self._made: list[tuple[Query, Ranked]] = []

    def keep(self) -> None:
        """Keep the rankings that were made, for the pages that follow."""
        for query, ranking in self._made:
            rankings.keep(query, ranking)

    def __iter__(self) -> Iterator[Step]:
        if self.start.stage is Stage.BROADER:
            if self.start.how is not None and (wider := broadened(self.query, self.start.how)) is not None:
                yield from self._broader(self.start.how, wider, self.start)
            return
        fitting = yield from self._fitting()
        if fitting < FEW and self.may_broaden:
            yield from self._more()

    def _fitting(self) -> Generator[Step, None, int]:
        """The jobs that fit; gives how many there are."""
        start = self.start
        if not is_ranked(self.query):
            return (yield from self._listed(self.query, start, ()))
        ranking = self._ranking(self.query, start.bounds)
        hits = as_good(ranking.hits, start.least)
        least = None if ranking.is_all or not hits else start.least or _place(hits[-1])
        start = replace(start, bounds=ranking.bounds, least=least)
        self.counted = Total(len(hits)) if ranking.is_all else ranking.total
        self.all = hits if ranking.is_all else None
        if start.stage is Stage.RANKED:
            yield from self._through(hits, start)
            start = replace(start, stage=Stage.REST, rank=0, place=None, put_off=())
        if ranking.is_all:
            return len(hits)
        return len(hits) + (yield from self._listed(self.query, start, [hit.job_id for hit in hits]))

    def _more(self) -> Iterator[Step]:
        """What a broader question finds beyond the few that fit: the first that finds anything."""
        for how, wider in broadenings(self.query):
            start = SearchPosition(self.query.at, Stage.BROADER, is_corrected=self.start.is_corrected, how=how)
            yield from self._broader(how, wider, start)
            if self.broadened is not None:
                return

    def _broader(self, how: BroadeningKind, wider: Query, start: SearchPosition) -> Iterator[Step]:
        """What the broader question finds and the query does not."""
        fitting = {hit.job_id for hit in self._few()}
        if not is_ranked(wider):
            found = self.engine.total(wider, MOST_RANKED).value - len(fitting)
            if found > 0:
                self.broadened = Broadening(how, found)
                yield from self._listed(wider, start, fitting)
            return
        ranking = self._ranking(wider, start.bounds)
        hits = [hit for hit in as_good(ranking.hits, start.least) if hit.job_id not in fitting]
        if not hits:
            return
        total = Total(len(hits)) if ranking.is_all else ranking.total or self.engine.total(wider, MOST_RANKED)
        self.broadened = Broadening(how, total.value)
        least = None if ranking.is_all else start.least or _place(hits[-1])
        yield from self._through(hits, replace(start, bounds=ranking.bounds, least=least))

    def _few(self) -> Sequence[Hit]:
        """All that fit, since they are few."""
        if is_ranked(self.query):
            made = [ranking for query, ranking in self._made if query is self.query]
            return (made[0] if made else self.engine.ranked(self.query)).hits
        return self.engine.listed(self.query, FEW)

    def _ranking(self, query: Query, bounds: Sequence[str] | None) -> Ranked:
        ranking = self._known if self._known and query is self.query and bounds is None else None
        ranking = ranking or rankings.ranked(self.engine, query, bounds)
        self._made.append((query, ranking))
        return ranking

    def _through(self, hits: Sequence[Hit], start: SearchPosition) -> Iterator[Step]:
        """Ranked jobs in the order that diversity gives them, without those that have been shown."""
        # Behind the first they stay in their order, and none of them is put off.
        first, others = list(hits[: diversity.STRETCH]), hits[diversity.STRETCH :]
        # By number: a UUID is hashed in Python each time.
        numbers = {hit.job_id.int: number for number, hit in enumerate(first)}
        # Those better than the least that was shown have been, but for those that were put off.
        reached = shown(hits, start.place) if start.place else 0
        waiting = {numbers[key.int] for key in start.put_off if key.int in numbers}
        is_diverse = self.per_company and not (self.query.where and self.query.where.companies)
        rank = start.rank
        for place, hit in enumerate(chain(diversify(first, self.per_company if is_diverse else 0), others)):
            number = numbers[hit.job_id.int] if place < diversity.STRETCH else place
            if number < reached:
                if number not in waiting:
                    continue
                waiting.discard(number)
            else:
                waiting.update(range(reached, number))
                reached = number + 1
            rank += 1
            position = replace(
                start,
                rank=rank,
                place=_place(first[reached - 1] if reached <= len(first) else hits[reached - 1]),
                put_off=tuple(first[waited].job_id for waited in sorted(waiting)),
            )
            yield Step(hit, hit.value, position)

    def _listed(self, query: Query, start: SearchPosition, without: Collection[UUID]) -> Generator[Step, None, int]:
        """What there is in the order that was asked for; gives how many there are, those before `start` included."""
        start = replace(start, stage=max(start.stage, Stage.REST))
        size, after, rank = self.size + 1, start.place, start.rank
        while True:
            hits = self.engine.listed(query, size, after=after, without=without)
            for hit in hits:
                rank += 1
                after = _place(hit)
                yield Step(hit, None, replace(start, rank=rank, place=after))
            if len(hits) < size:
                return rank
            size *= 2


def is_ranked(query: Query) -> bool:
    """Whether a query's jobs have scores: it is by relevance, and asks for words."""
    if query.order.field is not JobSearchOrderField.RELEVANCE or query.question is None:
        return False
    return any(not clause.is_excluded for clause in query.question.clauses)


def fits(position: SearchPosition, query: Query) -> bool:
    """Whether a position's values can be compared with what the query is ordered by."""
    has_score = is_ranked(query) and position.stage is not Stage.REST
    field = query.order.field
    is_instant = not has_score and field in (JobSearchOrderField.RELEVANCE, JobSearchOrderField.PUBLISHED)
    for place, is_this_instant in ((position.place, is_instant), (position.least, False)):
        if place is None:
            continue
        value = place[0]
        if value is None:
            if has_score or is_instant or place is position.least:
                return False
        elif isinstance(value, datetime) is not is_this_instant:
            return False
    return True


def _place(hit: Hit) -> Place:
    return hit.value, hit.job_id
