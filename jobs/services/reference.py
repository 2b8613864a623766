"""Loads the reference tables from `jobs/data`: countries, places, categories, occupations, skills.

A row is known by its natural key and updated in place, so that what points at it stays. Rows that the files do not
(or no longer) hold are kept: they may be the operator's own or another taxonomy's. The alternate names of a row that
the files do hold are exactly those of the files, and those that taxonomies have for it.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Identifier, Literal

from jobs.models import (
    Category,
    Country,
    Currency,
    FxRate,
    Industry,
    Occupation,
    OccupationTerm,
    Place,
    PlaceName,
    Region,
    Skill,
    SkillAlias,
    SkillKind,
    TaxonomyScheme,
)
from jobs.services import fx
from jobs.services.bulk import merge
from jobs.text import fold

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = (
    "countries.csv",
    "currencies.csv",
    "fx_rates.csv",
    "regions.csv",
    "places.csv.gz",
    "industries.csv",
    "categories.csv",
    "occupations.csv",
    "skills.csv",
)
TABLES = (
    Country,
    Currency,
    Region,
    Place,
    PlaceName,
    Industry,
    Category,
    Occupation,
    OccupationTerm,
    Skill,
    SkillAlias,
)
# Those that hold rows of taxonomies, too.
SHARED_TABLES = (Industry, Occupation, OccupationTerm, Skill, SkillAlias)
# Grows when this module makes other rows out of the same files.
LOADER_VERSION = 2
LOCK = "nexus.reference"
OURS = TaxonomyScheme.NEXUS

Rows = list[tuple[Any, ...]]
Report = Callable[[str], None]


def load(report: Report = lambda line: None) -> bool:
    """Brings the reference tables up to the files and says whether there was anything to do.

    Nothing is read when the last load saw the same files and its rows are still there. One transaction; a second
    load at the same time waits for the first. `report` is called with a line per table.
    """
    current = digest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        if _stored(cursor) == _fingerprint(current, _counts(cursor)):
            return False
        _load_geography(cursor, report)
        _load_work(cursor, report)
        _load_skills(cursor, report)
        fx.mark_stale()
        _store(cursor, _fingerprint(current, _counts(cursor)))
        # The planner knows nothing of rows that have just come in.
        for model in (Country, Currency, Place, PlaceName, Category, Skill, SkillAlias):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return True


def read(name: str) -> list[dict[str, str]]:
    """The rows of one reference file, as it stands in `jobs/data`."""
    content = (DATA / name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def split(cell: str) -> list[str]:
    """The values of a cell that holds several, parted by `|`."""
    return [value for value in cell.split("|") if value]


def _load_geography(cursor: CursorWrapper, report: Report) -> None:
    countries: Rows = [(row["code"], row["name"], row["continent"]) for row in read("countries.csv")]
    _write(cursor, Country, ("code", "name", "continent"), countries, key=("code",), report=report)
    currencies: Rows = [(row["code"], row["name"], int(row["digits"])) for row in read("currencies.csv")]
    _write(cursor, Currency, ("code", "name", "digits"), currencies, key=("code",), report=report)
    # Rates of one day, so that a fresh board compares pay at all; `manage.py fx_load` brings newer ones.
    rates: Rows = [(row["currency"], row["on_date"], row["per_euro"]) for row in read("fx_rates.csv")]
    rate_columns = ("currency_id", "on_date", "per_euro")
    _write(cursor, FxRate, rate_columns, rates, key=("currency_id", "on_date"), report=report)
    regions = read("regions.csv")
    _write(
        cursor,
        Region,
        ("country_id", "code", "name", "abbreviation"),
        [(row["country"], row["code"], row["name"], row["abbreviation"]) for row in regions],
        key=("country_id", "code"),
        report=report,
    )
    region_names = {(row["country"], row["code"]): row["name"] for row in regions}
    places: Rows = []
    names: Rows = []
    for row in read("places.csv.gz"):
        key = int(row["id"])
        country, region = row["country"], row["admin1"]
        places.append(
            (
                key,
                row["name"],
                row["ascii"],
                country,
                region,
                region_names.get((country, region), ""),
                float(row["latitude"]),
                float(row["longitude"]),
                row["timezone"],
                int(row["population"]),
            )
        )
        folded = _folded([row["name"], row["ascii"], *split(row["alternates"])])
        names.extend((key, name) for name in folded)
    columns = (
        "id", "name", "ascii_name", "country_id", "region_code", "region_name",
        "latitude", "longitude", "timezone", "population",
    )  # fmt: skip
    _write(cursor, Place, columns, places, key=("id",), report=report)
    _write(cursor, PlaceName, ("place_id", "name"), names, key=("place_id", "name"), owner="place_id", report=report)


def _load_work(cursor: CursorWrapper, report: Report) -> None:
    industries: Rows = [(row["slug"], row["name"], OURS) for row in read("industries.csv")]
    _write(cursor, Industry, ("slug", "name", "scheme"), industries, key=("slug",), report=report)
    for level in _category_levels(read("categories.csv")):
        ids = _ids(Category)
        rows: Rows = [
            (row["slug"], row["name"], ids.get(row["parent"]), path, depth, int(row["position"]))
            for row, path, depth in level
        ]
        columns = ("slug", "name", "parent_id", "path", "depth", "position")
        _write(cursor, Category, columns, rows, key=("slug",), report=report)
    categories = _ids(Category)

    occupations = read("occupations.csv")
    rows = [(row["slug"], row["title"], categories[row["category"]], OURS) for row in occupations]
    _write(cursor, Occupation, ("slug", "title", "category_id", "scheme"), rows, key=("slug",), report=report)
    ids = _ids(Occupation)
    terms: Rows = []
    for row in occupations:
        abbreviations = _folded(split(row["abbreviations"]))
        for term in _folded([row["title"], *split(row["alternates"])]) | abbreviations:
            terms.append((ids[row["slug"]], term, term in abbreviations, OURS))
    _write(
        cursor,
        OccupationTerm,
        ("occupation_id", "term", "is_abbreviation", "scheme"),
        terms,
        key=("occupation_id", "term"),
        owner=("occupation_id", "scheme"),
        report=report,
    )
    # A word of ours means one thing. A taxonomy that has it for something else yields.
    cursor.execute(
        "DELETE FROM jobs_occupationterm theirs USING jobs_occupationterm ours"
        " WHERE ours.term = theirs.term AND ours.scheme = %s AND theirs.scheme <> %s",
        [OURS, OURS],
    )


def _load_skills(cursor: CursorWrapper, report: Report) -> None:
    categories = _ids(Category)
    skills = read("skills.csv")
    columns = ("slug", "name", "kind", "category_id", "aliases", "is_ambiguous", "scheme")
    rows: Rows = [
        (
            row["slug"],
            row["name"],
            SkillKind(row["kind"]),
            categories[row["category"]] if row["category"] else None,
            [alias.lower() for alias in split(row["aliases"])],
            row["ambiguous"] == "1",
            OURS,
        )
        for row in skills
    ]
    _write(cursor, Skill, columns, rows, key=("slug",), report=report)
    ids = _ids(Skill)
    spellings = _spellings(skills)
    rows = [(ids[slug], alias, OURS) for alias, slug in spellings.items()]
    alias_columns = ("skill_id", "alias", "scheme")
    _write(cursor, SkillAlias, alias_columns, rows, key=("alias",), owner=("skill_id", "scheme"), report=report)


def _category_levels(rows: Sequence[dict[str, str]]) -> Iterator[list[tuple[dict[str, str], str, int]]]:
    """The rows with path and depth, one list for each depth; raises ValueError for a row that no root leads to."""
    paths = {"": ""}
    left = list(rows)
    depth = 0
    while left:
        level = [(row, f"{paths[row['parent']]}{row['slug']}/", depth) for row in left if row["parent"] in paths]
        if not level:
            raise ValueError(f"categories.csv: no root leads to {left[0]['slug']!r}")
        yield level
        left = [row for row in left if row["parent"] not in paths]
        paths.update((row["slug"], path) for row, path, _ in level)
        depth += 1


def _spellings(skills: Iterable[dict[str, str]]) -> dict[str, str]:
    """The slug of the skill that each folded spelling stands for; raises ValueError where two skills claim one."""
    spellings: dict[str, str] = {}
    for row in skills:
        for alias in _folded([row["name"], *split(row["aliases"])]):
            if spellings.setdefault(alias, row["slug"]) != row["slug"]:
                raise ValueError(f"skills.csv: {alias!r} stands for {spellings[alias]!r} and for {row['slug']!r}")
    return spellings


def _folded(names: Iterable[str]) -> set[str]:
    return {folded for name in names if (folded := fold(name))}


def _ids(model: type[Category | Occupation | Skill]) -> dict[str, int]:
    return dict(model._default_manager.values_list("slug", "pk"))


def _write(
    cursor: CursorWrapper,
    model: type[models.Model],
    columns: Sequence[str],
    rows: Rows,
    *,
    key: Sequence[str],
    report: Report,
    owner: str | Sequence[str] = (),
) -> None:
    written = merge(cursor, model, columns, rows, key=key, owner=owner)
    report(f"{model._meta.verbose_name_plural}: {len(rows):,} read, {written:,} written")


def digest() -> str:
    """Changes with the reference files, and with what this module makes of them."""
    content = hashlib.sha256(str(LOADER_VERSION).encode())
    for name in FILES:
        content.update((DATA / name).read_bytes())
    return content.hexdigest()


def _fingerprint(current: str, counts: Sequence[int]) -> str:
    return f"reference {current} {' '.join(map(str, counts))}"


def _counts(cursor: CursorWrapper) -> list[int]:
    """How many rows there are, without those of taxonomies: what these load is theirs to look after."""
    counts = SQL(", ").join(
        SQL("(SELECT count(*) FROM {}{})").format(
            Identifier(model._meta.db_table),
            SQL(" WHERE scheme = {}").format(Literal(OURS.value)) if model in SHARED_TABLES else SQL(""),
        )
        for model in TABLES
    )
    cursor.execute(SQL("SELECT {}").format(counts))
    return list(cursor.fetchone())


def _stored(cursor: CursorWrapper) -> str | None:
    """The fingerprint of the last load. A comment on the table travels with dumps, and with a template database."""
    cursor.execute("SELECT obj_description(%s::regclass, 'pg_class')", [Place._meta.db_table])
    stored: str | None = cursor.fetchone()[0]
    return stored


def _store(cursor: CursorWrapper, fingerprint: str) -> None:
    table = Identifier(Place._meta.db_table)
    cursor.execute(SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(fingerprint)))
