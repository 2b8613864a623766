"""How the values of each facet are counted over a set of jobs, as SQL, and what they are read as."""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from jobs.search.port import PAY_BOUNDS, PUBLISHED_DAYS, FacetDimension

# What a dimension is counted by.
COLUMNS: Mapping[FacetDimension, str] = {
    FacetDimension.PLACE: "place_ids",
    FacetDimension.COUNTRY: "countries",
    FacetDimension.CATEGORY: "category_id",
    FacetDimension.EMPLOYMENT_TYPE: "employment_types",
    FacetDimension.WORKPLACE: "workplace",
    FacetDimension.SENIORITY: "seniority",
    FacetDimension.PAY: "pay_common",
    FacetDimension.SKILL: "skill_ids",
    FacetDimension.COMPANY: "company_id",
    FacetDimension.PUBLISHED: "published_at",
}
_MOST = " ORDER BY n DESC, v LIMIT %(facets_most)s"


def _each(column: str) -> Callable[[str], str]:
    """Counts by the elements of an array. A job's array has each of them once."""
    return lambda found: f"SELECT v, count(*) AS n FROM (SELECT unnest({column}) AS v FROM {found}) u GROUP BY v{_MOST}"


def _single(column: str, unknown: str) -> Callable[[str], str]:
    return lambda found: f"SELECT {column} AS v, count(*) AS n FROM {found} WHERE {column} {unknown} GROUP BY v{_MOST}"


def _categories(found: str) -> str:
    """Counts by category, each with what lies below it. Whatever is among the most, all that it lies below is too."""
    return f"""
        WITH RECURSIVE up (id, n) AS (
            SELECT category_id::bigint, count(*) FROM {found} WHERE category_id IS NOT NULL GROUP BY category_id
            UNION ALL
            SELECT c.parent_id, up.n FROM up JOIN jobs_category c ON c.id = up.id WHERE c.parent_id IS NOT NULL
        )
        SELECT up.id AS v, sum(up.n)::bigint AS n FROM up JOIN jobs_category c ON c.id = up.id
        GROUP BY up.id, c.depth ORDER BY n DESC, c.depth, v LIMIT %(facets_most)s"""


def _pay(found: str) -> str:
    bounds = f"ARRAY[{', '.join(map(str, PAY_BOUNDS))}]::bigint[]"
    return f"""
        SELECT ({bounds})[bucket] AS v, n FROM (
            SELECT width_bucket(pay_common, {bounds}) AS bucket, count(*) AS n
            FROM {found} WHERE pay_common IS NOT NULL GROUP BY bucket
        ) b WHERE bucket > 0 ORDER BY bucket"""


def _ages(found: str) -> str:
    return f"""
        SELECT v, count(*) AS n FROM {found}, unnest(ARRAY[{", ".join(map(str, PUBLISHED_DAYS))}]) v
        WHERE published_at >= %(facets_at)s - v * interval '1 day' GROUP BY v ORDER BY v"""


COUNTS: Mapping[FacetDimension, Callable[[str], str]] = {
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
READ: Mapping[str, Callable[[str], Any]] = {
    FacetDimension.PLACE: int,
    FacetDimension.CATEGORY: int,
    FacetDimension.PAY: int,
    FacetDimension.SKILL: int,
    FacetDimension.COMPANY: UUID,
    FacetDimension.PUBLISHED: int,
}
