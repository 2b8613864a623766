"""Our category or industry for a code of ISCO-08, SOC or NAICS, by the tables in `jobs/data`."""

from functools import cache

from jobs.services import reference

CROSSWALKS = {
    "isco": ("isco_categories.csv", "category"),
    "soc": ("soc_categories.csv", "category"),
    "naics": ("naics_industries.csv", "industry"),
}


@cache
def table(name: str) -> dict[str, str]:
    """The slug that each beginning of a code stands for."""
    file, column = CROSSWALKS[name]
    return {row["code"]: row[column] for row in reference.read(file)}


def slug_of(name: str, code: str) -> str | None:
    """The slug for a code: that of its longest beginning which the table has."""
    slugs = table(name)
    return next((slugs[code[:end]] for end in range(len(code), 0, -1) if code[:end] in slugs), None)
