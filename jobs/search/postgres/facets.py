"""How the found jobs spread over places, categories, pay and the like.

All that is asked for is counted in one statement over one set of jobs; a dimension that the query filters by has a set
of its own, without that filter, of which the first is a part: both are read at once where it is enough of it. Sets of
up to `MOST_EXACT` jobs are counted whole. Of a larger one a sample is counted and multiplied: the jobs of a level,
which are a half, a quarter and so on of whatever there is, and which the index of words finds together with the words
and the filters. How large a set is, the planner is asked; where the count shows that it was wrong, it is counted again.
So it is one statement to estimate, and one to four to count, however many dimensions there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import ceil, log2
from typing import Any
from uuid import UUID

from jobs.models.search import LEVELS
from jobs.search.port import Facet, FacetDimension, FacetValue, Query
from jobs.search.postgres import matching
from jobs.search.postgres.conditions import marked
from jobs.search.postgres.estimates import estimates, guessed
from jobs.search.postgres.facet_counts import COLUMNS, COUNTS, READ
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, rows_planned
from jobs.search.where import JobFilter
from kernel.reading import array

MOST_EXACT = 2_000
SAMPLED = 1_000  # jobs of a sample, give or take a third
LEAST_SHARED = 500  # of a sample that is a part of another's
LEAST_SAMPLED = 200
MOST_READ = 4_000
"""Rows that are read for a sample: where the index of words does not know what the filters keep it may be smaller."""
DOUBTED = 20
"""So many times as much as can be counted whole is tried to be, where nobody knows how common the words are."""
AT_LEAST = 4
"""So many times as much as can be counted whole is expected where it is known to be too much."""
MOST_ROUNDS = 4


@dataclass(slots=True)
class _Set:
    """Jobs that are counted together: what the filters and the words ask of them, and how many there may be."""

    query: Query
    condition: Fragment
    dimensions: Sequence[FacetDimension]
    is_known: bool = False
    """Whether the condition names all of them."""
    # As the planner sees it: how many there are, and how many rows an index leads to of which these are some.
    size: float = 0.0
    read: float = 0.0
    is_sure: bool = True
    """Whether the size is more than a guess."""
    is_sampled: bool = False
    """Whether it is what a sample comes to."""
    is_large: bool = False
    """Whether counting the whole has shown that it is too much."""

    @property
    def level(self) -> int:
        """Which part of the set is counted: of the second level a quarter, and so on; at nought it is all of it."""
        if not self.is_large and self.size <= MOST_EXACT * (1 if self.is_sure else DOUBTED):
            return 0
        level = max(1, round(log2(max(self.size, 1) / SAMPLED)))
        if self.read > MOST_READ << level:
            level = max(
                level, min(ceil(log2(self.read / MOST_READ)), int(log2(max(self.size, LEAST_SAMPLED) / LEAST_SAMPLED)))
            )
        return min(level, LEVELS)

    def learn(self, counted: "_Counted") -> None:
        """That so many were counted."""
        if not (counted.is_cut and self.is_sampled):
            self.size = counted.size
        self.is_sure, self.is_sampled, self.is_large = True, counted.level > 0, self.is_large or counted.is_cut

    def is_told_by(self, counted: "_Counted") -> bool:
        """Whether it is needless to count again: what was too little to tell, or little enough to be counted whole."""
        return self.level == counted.level or (counted.is_enough and self.level > 0)

    def rows(self, inner: "_Set | None" = None) -> Fragment:
        """The statement that finds the jobs, or a share of them; and tells which of them are of the `inner` set."""
        columns = ", ".join(
            f"s.{COLUMNS[dimension]}" for dimension in (*self.dimensions, *(inner.dimensions if inner else ()))
        )
        is_inner = Fragment.of(", ({}) IS TRUE AS is_inner", matching.filtered(inner.query)) if inner else Fragment("")
        found = Fragment.of(f"SELECT {columns}{{}} FROM job_search s WHERE {{}}", is_inner, self.condition)  # noqa: S608
        if level := self.level:
            return Fragment.of("{} AND {}", found, marked("", [level]))
        return found + f" LIMIT {MOST_EXACT + 1}"


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many jobs of a set were counted, out of which share of them, and of each dimension the values."""

    expected: float
    level: int
    jobs: int
    values: Mapping[FacetDimension, Sequence[tuple[Any, int]]]

    @property
    def is_cut(self) -> bool:
        """Whether there were more than it was to count."""
        return not self.level and self.jobs > MOST_EXACT

    @property
    def size(self) -> float:
        """How many jobs the set has, now that some were counted."""
        return MOST_EXACT * AT_LEAST if self.is_cut else self.jobs << self.level

    @property
    def is_enough(self) -> bool:
        """Whether it is all of the set, or enough to tell how the rest spreads."""
        return self.jobs >= self.expected / 3 if self.level else not self.is_cut


def facets(
    query: Query, dimensions: Collection[FacetDimension], most: int, found: Collection[UUID] | None = None
) -> Mapping[FacetDimension, Facet]:
    """How the found jobs spread over the dimensions; `most` values of each, a bucket for each bound of pay and age.

    `found` are all jobs that the query finds, for who knows them: then they are not looked for again.
    """
    asked: dict[Query, list[FacetDimension]] = defaultdict(list)
    for dimension in dict.fromkeys(dimensions):
        asked[_without_own(query, dimension)].append(dimension)
    if not asked:
        return {}
    rest = [matching.live(query), matching.asked(query.question)]
    sets = [
        _known(each, found, wanted)
        if found is not None and len(found) <= MOST_EXACT and each == query
        else _Set(each, all_of([*rest, matching.filtered(each, is_marked=True)]), wanted)
        for each, wanted in asked.items()
    ]
    if unknown := [each for each in sets if not each.is_known]:
        _estimate(unknown, query)
    counts: dict[int, _Counted] = {}
    open_ = list(range(len(sets)))
    for _ in range(MOST_ROUNDS):
        for number, counted in zip(open_, _count([sets[number] for number in open_], query, most), strict=True):
            counts[number] = counted
            sets[number].learn(counted)
        open_ = [number for number in open_ if not sets[number].is_told_by(counts[number])]
        if not open_:
            break
    return {
        dimension: _facet(counts[number], dimension)
        for number, each in enumerate(sets)
        for dimension in each.dimensions
    }


def _known(query: Query, found: Collection[UUID], dimensions: Sequence[FacetDimension]) -> _Set:
    """The set of jobs that have been found, those of them that are still live."""
    keys = array(found) if found else []
    condition = Fragment.of("s.job_id = ANY({}::uuid[]) AND {}", keys, matching.live(query))
    return _Set(query, condition, dimensions, is_known=True, size=len(found))


def _facet(counted: _Counted, dimension: FacetDimension) -> Facet:
    is_approximate = counted.level > 0 or counted.is_cut
    values = [FacetValue(value, _scaled(count, counted.level)) for value, count in counted.values[dimension]]
    return Facet(values, is_approximate)


def _scaled(count: int, level: int) -> int:
    """What a count of a sample comes to, in two digits: more would say what is not known."""
    return int(float(f"{count << level:.2g}")) if level else count


# The part of a filter that is a dimension's own.
_OWN = {
    FacetDimension.PLACE: "places",
    FacetDimension.COUNTRY: "countries",
    FacetDimension.CATEGORY: "categories",
    FacetDimension.EMPLOYMENT_TYPE: "employment_types",
    FacetDimension.WORKPLACE: "workplaces",
    FacetDimension.SENIORITY: "seniorities",
    FacetDimension.PAY: "pay",
    FacetDimension.COMPANY: "companies",
    FacetDimension.PUBLISHED: "published_since",
}


def _without_own(query: Query, dimension: FacetDimension) -> Query:
    """The query without what it asks of the dimension itself, so that the other choices can be counted.

    Skills that all have to be there stay: another one would not be chosen instead, but as well.
    """
    where = query.where
    if where is None:
        return query
    if dimension == FacetDimension.SKILL:
        rest = where.skills and replace(where.skills, any_of=None)
        where = replace(where, skills=rest if rest and rest.all_of else None)
    else:
        where = replace(where, **{_OWN[dimension]: None})
    return replace(query, where=None if where == JobFilter() else where)


def _estimate(sets: Sequence[_Set], query: Query) -> None:
    """Ask the planner how many jobs there are in each set, and how many rows have to be read for them. One statement,
    or none for what it has just been asked.
    """
    has_words = matching.has_words(query.question)
    unknown = list(sets)
    if has_words:
        guess = guessed(query).anywhere
        for each in sets:
            if each.query == query:
                each.is_sure = guess.is_sure
                each.size = guess.likely
                each.read = each.size if guess.is_joint or guess.kept >= guess.board else guess.rarest
        unknown = [each for each in sets if each.query != query]
    if unknown:
        conditions = [
            part for each in unknown for part in (matching.filtered(each.query, is_marked=True), each.condition)
        ]
        everything, *found = estimates([TRUE, *conditions])
        for each, kept, some in zip(unknown, found[::2], found[1::2], strict=True):
            each.size = each.read = some.rows
            if has_words:
                other = replace(guess, kept=kept.rows, matches=some.rows, is_counted=False)
                each.size = each.read = other.likely
                each.is_sure = other.is_sure
            if not kept.is_joint and kept.rows < everything.rows:
                each.read = guess.rarest if has_words else everything.rows if kept.is_scanned else kept.rows


def _nested(sets: Sequence[_Set], query: Query) -> tuple[int, int] | None:
    """The number of the query's own set, and of one that has all of it, if a sample of that tells enough of both."""
    sampled = [number for number, each in enumerate(sets) if each.level]
    inner = next((number for number in sampled if sets[number].query == query), None)
    if inner is None:
        return None
    others = [n for n in sampled if n != inner and sets[inner].size >= LEAST_SHARED << sets[n].level]
    return (inner, min(others, key=lambda number: sets[number].size)) if others else None


def _count(sets: Sequence[_Set], query: Query, most: int) -> Iterable[_Counted]:
    """Each set's jobs, counted by its dimensions. One statement for all."""
    inner, outer = _nested(sets, query) or (None, None)
    levels = [each.level for each in sets]
    if inner is not None and outer is not None:
        levels[inner] = levels[outer]
    found, last, counts = list[Fragment](), list[Fragment](), list[str]()
    for number, each in enumerate(sets):
        name = f"found_{number}"
        if number == inner:
            part = Fragment(f"SELECT * FROM found_{outer} WHERE is_inner")  # noqa: S608 - all of it is ours
        else:
            part = each.rows(sets[inner] if inner is not None and number == outer else None)
        # It reads another one's, which has to be there before.
        (last if number == inner else found).append(Fragment.of(f"{name} AS MATERIALIZED ({{}})", part))
        counts.append(f"SELECT {number}, '', '', count(*) FROM {name}")  # noqa: S608 - all of it is ours
        counts += [
            f"SELECT {number}, '{dimension}', v::text, n FROM ({COUNTS[dimension](name)}) q"  # noqa: S608
            for dimension in each.dimensions
        ]
    given = Fragment(" UNION ALL ".join(counts), {"facets_at": query.at, "facets_most": most})
    statement = Fragment("WITH ") + reduce(lambda one, other: one + ", " + other, found + last) + " " + given
    jobs: dict[int, int] = {}
    values: dict[int, dict[FacetDimension, list[tuple[Any, int]]]] = defaultdict(lambda: defaultdict(list))
    for number, dimension, value, count in rows_planned(statement):
        if dimension:
            values[number][dimension].append((READ.get(dimension, str)(value), count))
        else:
            jobs[number] = count
    return [
        _Counted(each.size / 2**level, level, jobs[number], values[number])
        for number, (each, level) in enumerate(zip(sets, levels, strict=True))
    ]
