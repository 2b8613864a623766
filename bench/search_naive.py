"""Search and facets as a textbook of PostgreSQL has them, on our table: rank all that match, count all that match."""

from typing import Any

WAYS = ("naive", "exact")
_LIVE = "FROM job_search s WHERE s.published_at <= now() AND s.expires_at > now()"
_MATCHING = f"{_LIVE} AND s.tsv @@ to_tsquery('nexus_en', %(words)s)"
RANKED = f"SELECT s.job_id, ts_rank_cd(s.tsv, to_tsquery('nexus_en', %(words)s)) AS score {_MATCHING}"
TOP = f"{RANKED} ORDER BY score DESC, s.job_id DESC LIMIT 20"
TOP_WITH = f"{RANKED} {{condition}} ORDER BY score DESC, s.job_id DESC LIMIT 20"
COUNT = f"SELECT count(*) {_MATCHING}"
# What each dimension is counted by; lists are counted by their elements.
COLUMNS = {
    "workplace": "workplace",
    "seniority": "seniority",
    "category_id": "category_id",
    "company_id": "company_id",
    "employment_types": "unnest(employment_types)",
    "countries": "unnest(countries)",
    "place_ids": "unnest(place_ids)",
    "skill_ids": "unnest(skill_ids)",
}


def facets(cursor: Any, text: str, most: int) -> None:
    """Exact counts of eight dimensions over all that match, which are looked for once."""
    counts = " UNION ALL ".join(
        f"(SELECT '{name}', {column}::text AS value, count(*) FROM found GROUP BY value ORDER BY 3 DESC LIMIT {most})"
        for name, column in COLUMNS.items()
    )
    columns, matching = ", ".join(f"s.{name}" for name in COLUMNS), _MATCHING if text else _LIVE
    statement = f"WITH found AS MATERIALIZED (SELECT {columns} {matching}) {counts}"
    cursor.execute(statement, {"words": _joined(text)})
    cursor.fetchall()


def top(cursor: Any, text: str, condition: str = "") -> int:
    """The best twenty of all that match, by `ts_rank_cd`; how many they are."""
    statement = TOP_WITH.format(condition=condition) if condition else TOP
    cursor.execute(statement, {"words": _joined(text)})
    return len(cursor.fetchall())


def count(cursor: Any, text: str) -> int:
    """How many match."""
    cursor.execute(COUNT, {"words": _joined(text)})
    return int(cursor.fetchone()[0])


def _joined(text: str) -> str:
    return " & ".join(text.split())
