"""NAICS: sectors, subsectors and industry groups below our own industries (https://www.census.gov/naics/).

An industry that the crosswalk names, or that has the name of one of ours, is ours. The others down to four digits
become rows below it; five and six digits are codes of the row that they are part of: a list of a thousand trades is
of no use to anybody who chooses one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.utils import CursorWrapper
from django.utils.text import slugify

from jobs.models import Industry, IndustryCode, TaxonomyScheme
from jobs.services.bulk import merge
from jobs.services.taxonomies import crosswalk
from jobs.services.taxonomies.concepts import TITLE_LENGTH, Report, cut, retire
from jobs.services.taxonomies.files import Progress, Table, read
from jobs.text import fold

SCHEME = TaxonomyScheme.NAICS
TABLE = Table(
    "NAICS industries",
    re.compile(r"naics.*\.csv|2-6 ?digit_\d{4}_codes\.csv"),
    {"code": ("code", "NAICS US Code", "NAICS Code"), "title": ("title", "name", "NAICS US Title", "NAICS Title")},
)
TABLES = (TABLE,)
DEEPEST_ROW = 4  # digits
NAME_LENGTH = 100
SLUG_LENGTH = 60

_CODE = re.compile(r"\d{2}-\d{2}|\d{2,6}")
# The Census Bureau marks titles that Canada and Mexico share by a letter at the end: "Crop ProductionT".
_MARK = re.compile(r"(?<=[a-z)])T$")


@dataclass(frozen=True, slots=True)
class _Node:
    """The industry that a code leads to, by slug, and whether it is a row that this taxonomy makes."""

    slug: str
    title: str
    parent: str
    is_own: bool


def load(cursor: CursorWrapper, files: dict[Table, Path], progress: Progress, report: Report) -> None:
    """Writes what the table holds. `BadTable` where it cannot be read."""
    path = files.get(TABLE)
    if path is None:
        return
    titles: dict[str, str] = {}
    for row in read(path, TABLE, progress):
        code = row.needed("code")
        if not _CODE.fullmatch(code):
            raise row.bad("code", f"{code[:20]!r} is no code of NAICS.")
        titles[code] = _MARK.sub("", " ".join(row.needed("title").split()))
    nodes, alone = _place(titles)
    written = _write_rows(cursor, nodes)
    keys = dict(Industry.objects.values_list("slug", "pk"))
    columns = ("scheme", "code", "title", "is_retired", "industry_id")
    rows = [(SCHEME, code, titles[code][:TITLE_LENGTH], False, keys[node.slug]) for code, node in nodes.items()]
    written += merge(cursor, IndustryCode, columns, rows, key=("scheme", "code"))
    retired = retire(cursor, Industry, IndustryCode, "industry_id", SCHEME, list(nodes))
    own = {node.slug for node in nodes.values() if node.is_own}
    report(
        f"NAICS industries: {len(titles):,} read, {len(own):,} of their own; {written:,} rows written"
        + (f", {retired:,} retired" if retired else "")
        + (f"; of no one industry of ours: {', '.join(alone)}" if alone else "")
    )


def _place(titles: dict[str, str]) -> tuple[dict[str, _Node], list[str]]:
    """Where each code belongs, and the codes that several of our industries share."""
    rows = list(Industry.objects.values_list("pk", "slug", "name", "scheme"))
    ours = {fold(name): slug for _, slug, name, scheme in rows if scheme != SCHEME}
    slugs = {pk: slug for pk, slug, _, _ in rows}
    kept = {
        code: slugs[pk]
        for code, pk in IndustryCode.objects.filter(scheme=SCHEME, industry__scheme=SCHEME).values_list(
            "code", "industry_id"
        )
    }
    taken = set(slugs.values())
    nodes: dict[str, _Node] = {}
    alone = []
    for code in sorted(titles, key=lambda code: (len(code), code)):
        title = titles[code]
        whole = crosswalk.table("naics").get(code) or ours.get(fold(title))
        parent = _above(code, nodes)
        if whole:
            nodes[code] = _Node(whole, title, "", is_own=False)
        elif parent is None or "-" in code:
            alone.append(code)
        elif len(code) > DEEPEST_ROW or fold(parent.title) == fold(title):
            nodes[code] = parent
        else:
            slug = kept.get(code) or _free_slug(title, code, taken)
            taken.add(slug)
            nodes[code] = _Node(slug, title, parent.slug, is_own=True)
    return nodes, alone


def _above(code: str, nodes: dict[str, _Node]) -> _Node | None:
    """The industry that the code is part of: of the next shorter code, or what the crosswalk says of its beginning."""
    for end in range(len(code) - 1, 1, -1):
        if code[:end] in nodes:
            return nodes[code[:end]]
    slug = crosswalk.slug_of("naics", code)
    return _Node(slug, "", "", is_own=False) if slug else None


def _free_slug(title: str, code: str, taken: set[str]) -> str:
    base = slugify(title)[:SLUG_LENGTH].strip("-")
    return base if base and base not in taken else f"{base[: SLUG_LENGTH - 12]}-naics-{code}"


def _write_rows(cursor: CursorWrapper, nodes: dict[str, _Node]) -> int:
    """Writes the rows that are NAICS's own, the wider ones first."""
    written = 0
    for digits in (2, 3, 4):
        keys = dict(Industry.objects.values_list("slug", "pk"))
        level = {node.slug: node for code, node in nodes.items() if node.is_own and len(code) == digits}
        rows = [(slug, cut(node.title, NAME_LENGTH), keys[node.parent], SCHEME) for slug, node in level.items()]
        written += merge(cursor, Industry, ("slug", "name", "parent_id", "scheme"), rows, key=("slug",))
    return written
