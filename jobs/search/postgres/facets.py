"""How the found jobs spread over places, categories, pay and the like.

All that is asked for is counted in one statement over one set of jobs; a dimension that the query filters by has a set
of its own, without that filter. Sets of up to `MOST_EXACT` jobs are counted whole. Of a larger one a sample is counted
and multiplied: the jobs whose hash is small, whatever their age, which an index finds. How large a set is, the planner
is asked; where the count shows that it was wrong, it is counted again. So it is one statement to estimate, and one to
four to count, however many dimensions there are.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any
from uuid import UUID

from jobs.search.port import PAY_BOUNDS, PUBLISHED_DAYS, Facet, FacetDimension, FacetValue, Query
from jobs.search.postgres import matching
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, join, rows
from jobs.search.where import JobFilter

MOST_EXACT = 2_000
SAMPLED = 1_000  # jobs of a sample, about
LEAST_SAMPLED = 200
WALKED = 20_000
"""Rows that are looked at for a sample where no index knows what the filters keep: then it may be a smaller one."""
MOST_ROUNDS = 4
COMMON = 0.2
"""Which part of the rows that the filters keep has to have the words, for these to be looked at row by row. The planner
would do so sooner, and first of all: it does not know that a posting's words lie apart from its row."""
_HASHES = 2**32


@dataclass(slots=True)
class _Set:
    """Jobs that are counted together: what the filters and the words ask of them, and how many there may be."""

    filters: Fragment
    words: Fragment
    dimensions: Sequence[FacetDimension]
    kept: float = 0.0
    """Rows that the filters keep, as the planner sees it."""
    size: float = 0.0
    """Those of them that have the words."""
    walked: float = 0.0
    """Rows that have to be looked at for those that the filters keep, if no index knows them."""

    @property
    def share(self) -> float:
        """How much of the set is counted."""
        if self.size <= MOST_EXACT:
            return 1.0
        if self.walked and self.is_common:
            return min(SAMPLED / self.size, max(WALKED / self.walked, LEAST_SAMPLED / self.size))
        return SAMPLED / self.size

    @property
    def is_common(self) -> bool:
        """Whether so many rows have the words that these are looked at row by row."""
        return self.size > COMMON * self.kept

    def rows(self) -> Fragment:
        """The statement that finds the jobs, or a share of them."""
        share = self.share
        kept = self.filters
        if share < 1:
            kept += Fragment.of(" AND uuid_hash(s.job_id) < {}", int(share * _HASHES) - _HASHES // 2)
        if self.is_common:
            # The offset keeps the planner from asking for the words first.
            kept = Fragment("SELECT * FROM job_search s WHERE ") + kept
            found = Fragment.of(f"SELECT {_COLUMNS} FROM ({{}} OFFSET 0) s WHERE {{}}", kept, self.words)  # noqa: S608
        else:
            found = Fragment.of(f"SELECT {_COLUMNS} FROM job_search s WHERE {{}} AND {{}}", kept, self.words)  # noqa: S608
        return found + f" LIMIT {MOST_EXACT + 1}" if share == 1 else found


@dataclass(frozen=True, slots=True)
class _Counted:
    """How many jobs of a set were counted, out of which share of them, and of each dimension the values."""

    expected: float
    share: float
    jobs: int
    values: Mapping[FacetDimension, Sequence[tuple[Any, int]]]

    @property
    def is_cut(self) -> bool:
        """Whether there were more than it was to count."""
        return self.share == 1 and self.jobs > MOST_EXACT

    @property
    def size(self) -> float:
        """How many jobs the set has, now that some were counted."""
        return MOST_EXACT * 16 if self.is_cut else self.jobs / self.share

    @property
    def is_good(self) -> bool:
        if self.share == 1:
            return not self.is_cut
        return self.jobs >= self.expected / 2 and self.size > MOST_EXACT * 1.2


def facets(query: Query, dimensions: Collection[FacetDimension], most: int) -> Mapping[FacetDimension, Facet]:
    """How the found jobs spread over the dimensions; `most` values of each, a bucket for each bound of pay and age."""
    asked: dict[Query, list[FacetDimension]] = defaultdict(list)
    for dimension in dict.fromkeys(dimensions):
        asked[_without_own(query, dimension)].append(dimension)
    if not asked:
        return {}
    words = matching.asked(query.question)
    live = matching.live(query)
    sets = [_Set(all_of([live, matching.filtered(each)]), words, wanted) for each, wanted in asked.items()]
    _estimate(sets)
    found: dict[int, _Counted] = {}
    for _ in range(MOST_ROUNDS):
        open_ = [number for number in range(len(sets)) if number not in found or not found[number].is_good]
        if not open_:
            break
        for number, counted in zip(open_, _count([sets[number] for number in open_], query, most), strict=True):
            found[number] = counted
            sets[number].size = counted.size
    return {
        dimension: _facet(found[number], dimension) for number, each in enumerate(sets) for dimension in each.dimensions
    }


def _facet(counted: _Counted, dimension: FacetDimension) -> Facet:
    is_approximate = counted.share < 1 or counted.is_cut
    values = [FacetValue(value, _scaled(count, counted.share)) for value, count in counted.values[dimension]]
    return Facet(values, is_approximate)


def _scaled(count: int, share: float) -> int:
    """What a count of a sample comes to, in two digits: more would say what is not known."""
    return count if share == 1 else int(float(f"{count / share:.2g}"))


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


def _estimate(sets: Sequence[_Set]) -> None:
    """Ask the planner how many jobs there are in each set. One statement, that reads no jobs."""
    conditions = [part for each in sets for part in (each.filters, all_of([each.filters, each.words]))]
    counts = [Fragment.of("(SELECT count(*) FROM job_search s WHERE {})", part) for part in [*conditions, TRUE]]
    # Nothing of it is run. A function that is not safe beside others keeps the planner from sharing the rows out.
    counts.append(Fragment("set_config('nexus.facets', '', true)"))
    ((found,),) = rows(Fragment("EXPLAIN (FORMAT JSON) SELECT ") + join(", ", counts))
    *estimates, (everything, _) = [_rows_of(part) for part in found[0]["Plan"]["Plans"]]
    for each, (kept, is_walked), (size, _) in zip(sets, estimates[::2], estimates[1::2], strict=True):
        each.kept, each.size, each.walked = kept, size, everything if is_walked else 0.0


def _rows_of(count: Mapping[str, Any]) -> tuple[float, bool]:
    """How many rows a plan counts, and whether it reads the whole table for them."""
    (part,) = count["Plans"]
    return float(part["Plan Rows"]), part["Node Type"] == "Seq Scan"


def _count(sets: Sequence[_Set], query: Query, most: int) -> Iterable[_Counted]:
    """Each set's jobs, counted by its dimensions. One statement for all."""
    found, counts = [], []
    for number, each in enumerate(sets):
        name = f"found_{number}"
        found.append(Fragment.of(f"{name} AS MATERIALIZED ({{}})", each.rows()))
        counts.append(f"SELECT {number}, '', '', count(*) FROM {name}")  # noqa: S608 - all of it is ours
        counts += [
            f"SELECT {number}, '{dimension}', v::text, n FROM ({_COUNTS[dimension](name)}) q"  # noqa: S608
            for dimension in each.dimensions
        ]
    given = Fragment(" UNION ALL ".join(counts), {"facets_at": query.at, "facets_most": most})
    statement = Fragment("WITH ") + reduce(lambda one, other: one + ", " + other, found) + " " + given
    jobs: dict[int, int] = {}
    values: dict[int, dict[FacetDimension, list[tuple[Any, int]]]] = defaultdict(lambda: defaultdict(list))
    for number, dimension, value, count in rows(statement):
        if dimension:
            values[number][dimension].append((_READ.get(dimension, str)(value), count))
        else:
            jobs[number] = count
    return [
        _Counted(each.share * each.size, each.share, jobs[number], values[number]) for number, each in enumerate(sets)
    ]


_COLUMNS = (
    "s.place_ids, s.countries, s.category_id, s.employment_types, s.workplace, s.seniority, s.pay_common, s.skill_ids,"
    " s.company_id, s.published_at"
)
_MOST = " ORDER BY n DESC, v LIMIT %(facets_most)s"


def _each(column: str) -> Callable[[str], str]:
    """Counts by the elements of an array. A job's array has each of them once."""
    return lambda found: f"SELECT v, count(*) AS n FROM {found}, unnest({column}) v GROUP BY v{_MOST}"  # noqa: S608


def _single(column: str, unknown: str) -> Callable[[str], str]:
    return lambda found: (
        f"SELECT {column} AS v, count(*) AS n FROM {found} WHERE {column} {unknown} GROUP BY v{_MOST}"  # noqa: S608
    )


def _categories(found: str) -> str:
    """Counts by category, each with what lies below it. Whatever is among the most, all that it lies below is too."""
    return f"""
        WITH RECURSIVE up (id, n) AS (
            SELECT category_id::bigint, count(*) FROM {found} WHERE category_id IS NOT NULL GROUP BY category_id
            UNION ALL
            SELECT c.parent_id, up.n FROM up JOIN jobs_category c ON c.id = up.id WHERE c.parent_id IS NOT NULL
        )
        SELECT up.id AS v, sum(up.n)::bigint AS n FROM up JOIN jobs_category c ON c.id = up.id
        GROUP BY up.id, c.depth ORDER BY n DESC, c.depth, v LIMIT %(facets_most)s"""  # noqa: S608


def _pay(found: str) -> str:
    bounds = f"ARRAY[{', '.join(map(str, PAY_BOUNDS))}]::bigint[]"
    return f"""
        SELECT ({bounds})[bucket] AS v, n FROM (
            SELECT width_bucket(pay_common, {bounds}) AS bucket, count(*) AS n
            FROM {found} WHERE pay_common IS NOT NULL GROUP BY bucket
        ) b WHERE bucket > 0 ORDER BY bucket"""  # noqa: S608


def _ages(found: str) -> str:
    return f"""
        SELECT v, count(*) AS n FROM {found}, unnest(ARRAY[{", ".join(map(str, PUBLISHED_DAYS))}]) v
        WHERE published_at >= %(facets_at)s - v * interval '1 day' GROUP BY v ORDER BY v"""  # noqa: S608


_COUNTS: Mapping[FacetDimension, Callable[[str], str]] = {
    FacetDimension.PLACE: _each("place_ids"),
    FacetDimension.COUNTRY: _each("countries"),
    FacetDimension.CATEGORY: _categories,
    FacetDimension.EMPLOYMENT_TYPE: _each("employment_types"),
    FacetDimension.WORKPLACE: _single("workplace", "<> ''"),
    FacetDimension.SENIORITY: _single("seniority", "<> ''"),
    FacetDimension.PAY: _pay,
    FacetDimension.SKILL: _each("skill_ids"),
    FacetDimension.COMPANY: _single("company_id", "IS NOT NULL"),
    FacetDimension.PUBLISHED: _ages,
}
# What a value is read as; the others are texts.
_READ: Mapping[str, Callable[[str], Any]] = {
    FacetDimension.PLACE: int,
    FacetDimension.CATEGORY: int,
    FacetDimension.PAY: int,
    FacetDimension.SKILL: int,
    FacetDimension.COMPANY: UUID,
    FacetDimension.PUBLISHED: int,
}
