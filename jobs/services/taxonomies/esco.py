"""ESCO: occupations, skills and which occupation takes which skill (https://esco.ec.europa.eu/en/use-esco/download)."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from django.db.backends.utils import CursorWrapper

from jobs.models import Category, OccupationCode, SkillCode, SkillKind, TaxonomyScheme
from jobs.services.bulk import merge
from jobs.services.taxonomies import crosswalk
from jobs.services.taxonomies.concepts import OCCUPATIONS, SKILLS, TITLE_LENGTH, Concept, Report, keys_of, write
from jobs.services.taxonomies.files import Progress, Row, Table, read
from jobs.services.taxonomies.relations import Need, write_needs
from jobs.services.taxonomies.words import MAX_WORD, folded, is_coined, is_name_like, is_proper_name, is_title_like

SCHEME = TaxonomyScheme.ESCO
OCCUPATION_TABLE = Table(
    "ESCO occupations",
    re.compile(r"(esco_occupations|occupations_en)\.csv"),
    {
        "id": ("id", "conceptUri"),
        "isco": ("isco", "iscoGroup"),
        "label": ("label", "preferredLabel"),
        "others": ("alt_labels", "altLabels"),
    },
)
SKILL_TABLE = Table(
    "ESCO skills",
    re.compile(r"(esco_skills|skills_en)\.csv"),
    {
        "id": ("id", "conceptUri"),
        "type": ("type", "skillType"),
        "reuse": ("reuse_level", "reuseLevel"),
        "label": ("label", "preferredLabel"),
        "others": ("alt_labels", "altLabels"),
        "description": ("description",),
    },
    optional=frozenset({"description"}),
)
NEED_TABLE = Table(
    "ESCO skills of occupations",
    re.compile(r"(esco_occupation_skill_relations|occupationskillrelations(_en)?)\.csv"),
    {
        "occupation": ("occupation_id", "occupationUri"),
        "relation": ("relation", "relationType"),
        "skill": ("skill_id", "skillUri"),
    },
)
GROUP_TABLE = Table(
    "ISCO-08 groups",
    re.compile(r"(isco08_groups|iscogroups_en)\.csv"),
    {"code": ("code",), "label": ("label", "preferredLabel")},
)
TABLES = (OCCUPATION_TABLE, SKILL_TABLE, NEED_TABLE, GROUP_TABLE)

# What tells "Python (computer programming)" from the snake.
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_ESSENTIAL = {"e": True, "essential": True, "o": False, "optional": False}


def load(cursor: CursorWrapper, files: dict[Table, Path], progress: Progress, report: Report) -> None:
    """Writes what the tables hold. `BadTable` where one cannot be read."""
    if path := files.get(OCCUPATION_TABLE):
        _load_occupations(cursor, path, files.get(GROUP_TABLE), progress, report)
    if path := files.get(SKILL_TABLE):
        write(cursor, SKILLS, SCHEME, [_skill(row) for row in read(path, SKILL_TABLE, progress)], report)
    if path := files.get(NEED_TABLE):
        occupations = keys_of(OccupationCode, "occupation_id", SCHEME)
        skills = keys_of(SkillCode, "skill_id", SCHEME)
        write_needs(cursor, SCHEME, _needs(path, progress), occupations, skills, report)


def _load_occupations(
    cursor: CursorWrapper, path: Path, groups: Path | None, progress: Progress, report: Report
) -> None:
    categories = dict(Category.objects.values_list("slug", "pk"))
    group_of: dict[str, str] = {}
    concepts = []
    for row in read(path, OCCUPATION_TABLE, progress):
        group = row.needed("isco").removeprefix("C")
        category = crosswalk.slug_of("isco", group)
        if category is None:
            raise row.bad("isco", f"{group} is no group of ISCO-08.")
        concept = _concept(row, (categories[category],), is_read=is_title_like)
        concepts.append(concept)
        group_of[concept.code] = group
    keys = write(cursor, OCCUPATIONS, SCHEME, concepts, report)
    titles = {row.needed("code"): row.needed("label") for row in read(groups, GROUP_TABLE)} if groups else None
    _write_groups(cursor, {(group_of[code], key) for code, key in keys.items()}, titles)


def _write_groups(cursor: CursorWrapper, groups: set[tuple[str, int]], titles: dict[str, str] | None) -> None:
    """Gives occupations their groups of ISCO-08. Without `titles`, what is known of the groups' titles stays."""
    scheme = TaxonomyScheme.ISCO
    if titles is None:
        titles = dict(OccupationCode.objects.filter(scheme=scheme).values_list("code", "title"))
    rows = [(scheme, group, titles.get(group, "")[:TITLE_LENGTH], key) for group, key in sorted(groups)]
    columns = ("scheme", "code", "title", "occupation_id")
    key = ("scheme", "code", "occupation_id")
    merge(cursor, OccupationCode, columns, rows, key=key, owner=("scheme",))


def _skill(row: Row) -> Concept:
    others = [other.lower() for other in _others(row)]
    name = row.needed("label")
    values = (
        _kind(row),
        [other for other in dict.fromkeys(others) if len(other) <= MAX_WORD and other != name.lower()],
        # "LESS" and "THC Hydra": short names are trusted in their own spelling and in company only.
        len(name.split()) < 3,
    )
    is_named = row.get("type") == "knowledge" and is_proper_name(_IN_BRACKETS.sub("", name))
    spellings = (name, *_others(row)) if is_named else ()
    proper = frozenset(folded(filter(_is_telling, spellings)))
    return _concept(row, values, is_read=partial(_is_skill_read, proper=proper))


class _Reading(Protocol):
    """Whether postings are read by a folded word of a concept that has the names."""

    def __call__(self, word: str, /, names: Sequence[str]) -> bool: ...


def _is_telling(spelling: str) -> bool:
    """Whether it is a proper name that means one thing: "iOS", "Oracle Data Integrator"; not "Latin" (America)."""
    return is_proper_name(spelling) and (is_coined(spelling) or len(spelling.split()) > 2)


def _is_skill_read(word: str, names: Sequence[str], proper: Collection[str]) -> bool:
    """Whether postings are read by a folded word of a skill; `proper` are its telling names.

    ESCO writes capitals in proper names only. All else is told in everyday words ("manage staff", "maintenance and
    repair"), which are in every posting and ask for nothing.
    """
    return word in proper and (word in names or (" " in word and is_name_like(word, names)))


def _kind(row: Row) -> SkillKind:
    is_transversal = row.get("reuse") == "transversal"
    if row.get("type") == "knowledge":
        is_language = is_transversal and row.get("label") != row.get("label").lower()
        return SkillKind.LANGUAGE if is_language else SkillKind.TECHNICAL
    return SkillKind.PROFESSIONAL if is_transversal else SkillKind.TECHNICAL


def _concept(row: Row, values: tuple[object, ...], *, is_read: _Reading) -> Concept:
    label = " ".join(row.needed("label").split())
    first, _, rest = label.partition(" ")
    name = f"{first.capitalize()} {rest}".strip() if first.islower() else label
    names = folded([label])
    return Concept(
        code=row.needed("id").rpartition("/")[2],
        title=label,
        name=name,
        values=values,
        names=names,
        others=tuple(word for word in folded(_others(row)) if word not in names),
        links=folded([_IN_BRACKETS.sub("", label)]),
        is_read=partial(is_read, names=names),
    )


def _others(row: Row) -> list[str]:
    """The other labels: a line each in the published tables."""
    return [" ".join(label.split()) for label in re.split(r"[|\n\r]", row.get("others")) if label.strip()]


def _needs(path: Path, progress: Progress) -> Iterator[Need]:
    for row in read(path, NEED_TABLE, progress):
        is_essential = _ESSENTIAL.get(row.needed("relation"))
        if is_essential is None:
            raise row.bad("relation", f"{row.get('relation')!r} is neither essential nor optional.")
        occupation, skill = (row.needed(column).rpartition("/")[2] for column in ("occupation", "skill"))
        yield Need(occupation, skill, is_essential)
