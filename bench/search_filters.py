"""Two filters of the bench: one that many jobs meet, and one that few do."""

from dataclasses import dataclass
from typing import Any

from jobs.search.where import JobFilter
from schema.core import ids


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as the engine is asked for it, as SQL of `job_search s`, and as a request has it."""

    title: str
    where: JobFilter
    condition: str
    asked: dict[str, Any]


def chosen(cursor: Any) -> list[Filter]:
    """The commonest workplace, and the place that comes nearest to having a hundredth of the jobs."""
    cursor.execute("SELECT workplace FROM job_search GROUP BY workplace ORDER BY count(*) DESC LIMIT 1")
    (workplace,) = cursor.fetchone()
    cursor.execute(
        "SELECT place FROM (SELECT unnest(place_ids) AS place FROM job_search) places GROUP BY place"
        " ORDER BY abs(ln(count(*) * 100.0 / (SELECT count(*) FROM job_search))), place LIMIT 1"
    )
    (place,) = cursor.fetchone()
    return [
        Filter(
            "one workplace",
            JobFilter(workplaces=(workplace,)),
            f"AND s.workplace = '{workplace}'",
            {"workplaces": [workplace.upper()]},
        ),
        Filter(
            "one place",
            JobFilter(places=(place,)),
            f"AND s.place_ids && ARRAY[{place}]",
            {"places": [ids.encode("Place", place)]},
        ),
    ]
