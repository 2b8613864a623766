"""O*NET: occupations, their alternate titles, technologies and likes (https://www.onetcenter.org/database.html)."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.db.backends.utils import CursorWrapper

from jobs.models import Category, OccupationCode, SkillKind, TaxonomyScheme
from jobs.services.taxonomies import crosswalk
from jobs.services.taxonomies.concepts import OCCUPATIONS, SKILLS, Concept, Report, keys_of, write
from jobs.services.taxonomies.files import Progress, Table, read
from jobs.services.taxonomies.relations import Need, write_needs, write_preparation, write_related
from jobs.services.taxonomies.words import folded, is_coined, is_proper_name, is_title_like, singular

SCHEME = TaxonomyScheme.ONET
_CODE = ("O*NET-SOC Code", "soc")
OCCUPATION_TABLE = Table(
    "O*NET occupations",
    re.compile(r"onet_occupations\.csv|occupation data\.(txt|csv)"),
    {"code": _CODE, "title": ("title",)},
)
TITLE_TABLE = Table(
    "O*NET alternate titles",
    re.compile(r"onet_alternate_titles(_\w+)?\.csv|alternate titles\.(txt|csv)"),
    {"code": _CODE, "title": ("Alternate Title", "alternate_title"), "short": ("Short Title", "short_title")},
    optional=frozenset({"short"}),
)
TECHNOLOGY_TABLE = Table(
    "O*NET technology skills",
    re.compile(r"onet_technology_skills\.csv|technology skills\.(txt|csv)"),
    {"code": _CODE, "example": ("example",), "hot": ("Hot Technology", "hot")},
    optional=frozenset({"hot"}),
)
RELATED_TABLE = Table(
    "O*NET related occupations",
    re.compile(r"onet_related_occupations\.csv|related occupations\.(txt|csv)"),
    {"code": _CODE, "related": ("Related O*NET-SOC Code", "related_soc"), "rank": ("index", "rank")},
)
ZONE_TABLE = Table(
    "O*NET job zones",
    re.compile(r"onet_job_zones\.csv|job zones\.(txt|csv)"),
    {"code": _CODE, "zone": ("Job Zone", "zone")},
)
TABLES = (OCCUPATION_TABLE, TITLE_TABLE, TECHNOLOGY_TABLE, RELATED_TABLE, ZONE_TABLE)

_SOC = re.compile(r"\d\d-\d{4}(?:\.\d\d)?")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
# Makers whose names O*NET puts before those of products, and others leave away.
_MAKERS = (
    "Adobe Systems", "Apache", "Apple", "Atlassian", "Autodesk", "Dassault Systemes", "ESRI", "Google", "IBM", "Intuit",
    "Microsoft", "National Instruments", "Oracle", "Qlik Tech", "Siemens", "The MathWorks", "Trimble",
)  # fmt: skip
# Where applicants and employers are found: a posting that names one rarely asks for it as a skill.
_MEETING_PLACES = frozenset({"Facebook", "Google Gmail", "LinkedIn", "PayPal", "WhatsApp", "YouTube"})


def load(cursor: CursorWrapper, files: dict[Table, Path], progress: Progress, report: Report) -> None:
    """Writes what the tables hold. `BadTable` where one cannot be read."""
    if path := files.get(OCCUPATION_TABLE):
        _load_occupations(cursor, path, files.get(TITLE_TABLE), progress, report)
    elif TITLE_TABLE in files:
        report("ONET alternate titles: left out, they go in together with the occupations")
    occupations = keys_of(OccupationCode, "occupation_id", SCHEME)
    if path := files.get(TECHNOLOGY_TABLE):
        _load_technologies(cursor, path, occupations, progress, report)
    if path := files.get(RELATED_TABLE):
        write_related(cursor, SCHEME, _relations(path, progress), occupations, report)
    if path := files.get(ZONE_TABLE):
        write_preparation(cursor, _levels(path, occupations, progress), report)


def _load_occupations(
    cursor: CursorWrapper, path: Path, titles: Path | None, progress: Progress, report: Report
) -> None:
    others: dict[str, list[str]] = {}
    for row in read(titles, TITLE_TABLE, progress) if titles else ():
        title = row.needed("title")
        short = row.get("short") if row.get("short").lower() != "n/a" else ""
        others.setdefault(row.needed("code"), []).extend((_IN_BRACKETS.sub("", title), short))
    categories = dict(Category.objects.values_list("slug", "pk"))
    concepts = []
    for row in read(path, OCCUPATION_TABLE, progress):
        code, title = row.needed("code"), row.needed("title")
        category = crosswalk.slug_of("soc", code) if _SOC.fullmatch(code) else None
        if category is None:
            raise row.bad("code", f"{code} is no code of the Standard Occupational Classification.")
        names = folded((title, singular(title)))
        concepts.append(
            Concept(
                code=code,
                title=title,
                name=singular(title),
                values=(categories[category],),
                names=names,
                others=tuple(word for word in folded(others.get(code, ())) if word not in names),
                is_read=partial(is_title_like, names=names),
            )
        )
    write(cursor, OCCUPATIONS, SCHEME, concepts, report, has_others=titles is not None)


def _load_technologies(
    cursor: CursorWrapper, path: Path, occupations: dict[str, int], progress: Progress, report: Report
) -> None:
    # Many occupations have the same few thousand technologies, which are known by their names alone.
    needs = list(_needs(path, progress))
    concepts = [_technology(name) for name in sorted({need.skill for need in needs})]
    skills = write(cursor, SKILLS, SCHEME, concepts, report)
    write_needs(cursor, SCHEME, needs, occupations, skills, report)


def _technology(example: str) -> Concept:
    name = _product(example)
    names = folded([name])
    word_count = len(names[0].split()) if names else 0
    # "Special Agent" is a program, too: short names are trusted in their own spelling and in company only.
    values = (SkillKind.TOOL, [example.lower()] if name != example else [], word_count < 3)
    # O*NET writes everything with capitals: "Loom", "Animal Shelter Manager". "MicroStrategy" means one thing, and so
    # does what a known maker's name is before: "Adobe Dreamweaver".
    is_known = is_coined(name) or example.startswith(tuple(f"{maker} " for maker in _MAKERS))
    is_read = is_known and is_proper_name(name) and name not in _MEETING_PLACES
    return Concept(
        code=example,
        title=example,
        name=name,
        values=values,
        names=names,
        others=folded([example]),
        links=folded(_short_forms(name)),
        is_read=lambda word: is_read,
    )


def _product(example: str) -> str:
    """The example without the maker, where the product's name has it again: "Adobe Systems Adobe Acrobat"."""
    words = example.split()
    again = next((place for place in range(1, len(words) - 1) if words[place] == words[0]), 0)
    return " ".join(words[again:])


def _short_forms(name: str) -> Iterator[str]:
    """What we may call it: "Structured query language SQL" is SQL; "Salesforce software", "Oracle Java" are shorter."""
    bare = name.removesuffix(" software")
    yield bare
    head, _, last = bare.rpartition(" ")
    if last.isupper() and len(last) > 2 and last[0] == head[:1].upper():
        yield head
        yield last
    maker = next((maker for maker in _MAKERS if bare.startswith(f"{maker} ")), None)
    product = bare.removeprefix(maker or "").strip()
    if maker and " " not in product and not product.istitle():
        yield product


def _needs(path: Path, progress: Progress) -> Iterator[Need]:
    for row in read(path, TECHNOLOGY_TABLE, progress):
        example = row.needed("example")
        if len(example) > 200:
            raise row.bad("example", f"is longer than 200 characters: {example[:40]}…")
        yield Need(row.needed("code"), example, is_essential=False, is_hot=row.get("hot") == "Y")


def _relations(path: Path, progress: Progress) -> Iterator[tuple[str, str, int]]:
    for row in read(path, RELATED_TABLE, progress):
        rank = row.needed("rank")
        if not (rank.isascii() and rank.isdigit() and 0 < int(rank) < 1000):
            raise row.bad("rank", f"{rank[:20]!r} is no rank from 1 to 999.")
        yield row.needed("code"), row.needed("related"), int(rank)


def _levels(path: Path, occupations: dict[str, int], progress: Progress) -> dict[int, int]:
    """The level of each occupation's key: the highest, where several of O*NET's occupations are one of ours."""
    levels: dict[int, int] = {}
    for row in read(path, ZONE_TABLE, progress):
        zone = row.needed("zone")
        if zone not in ("1", "2", "3", "4", "5"):
            raise row.bad("zone", f"{zone[:20]!r} is no job zone from 1 to 5.")
        key = occupations.get(row.needed("code"))
        if key is not None:
            levels[key] = max(int(zone), levels.get(key, 0))
    return levels
