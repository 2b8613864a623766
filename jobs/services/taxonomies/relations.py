"""Writes what taxonomies say of occupations: the skills they take, their like, and how much preparation they need."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from jobs.models import OccupationSkill, RelatedOccupation, SkillRelevance, TaxonomyScheme
from jobs.services.bulk import merge
from jobs.services.taxonomies.concepts import Report


@dataclass(frozen=True, slots=True)
class Need:
    """An occupation takes a skill; both by their codes."""

    occupation: str
    skill: str
    is_essential: bool
    is_hot: bool = False


def write_needs(
    cursor: CursorWrapper,
    scheme: TaxonomyScheme,
    needs: Iterable[Need],
    occupations: dict[str, int],
    skills: dict[str, int],
    report: Report,
) -> None:
    """Writes the skills of occupations, which are all that the taxonomy has. Those with unknown codes are left out."""
    # Concepts that are one row of ours are taken together: what one of them calls essential is.
    found: dict[tuple[int, int], tuple[bool, bool]] = {}
    count = unknown = 0
    for need in needs:
        count += 1
        occupation, skill = occupations.get(need.occupation), skills.get(need.skill)
        if occupation is None or skill is None:
            unknown += 1
            continue
        is_essential, is_hot = found.get((occupation, skill), (False, False))
        found[occupation, skill] = (is_essential or need.is_essential, is_hot or need.is_hot)
    rows = (
        (occupation, skill, SkillRelevance.ESSENTIAL if is_essential else SkillRelevance.OPTIONAL, is_hot, scheme)
        for (occupation, skill), (is_essential, is_hot) in found.items()
    )
    columns = ("occupation_id", "skill_id", "relevance", "is_hot", "scheme")
    key = ("occupation_id", "skill_id", "scheme")
    written = merge(cursor, OccupationSkill, columns, rows, key=key, owner=("scheme",))
    report(f"{scheme.upper()} skills of occupations: {_account(count, len(found), unknown, written)}")


def write_related(
    cursor: CursorWrapper,
    scheme: TaxonomyScheme,
    relations: Iterable[tuple[str, str, int]],
    occupations: dict[str, int],
    report: Report,
) -> None:
    """Writes which occupations are alike, by code, code and rank; they are all that the taxonomy has."""
    found: dict[tuple[int, int], int] = {}
    count = unknown = 0
    for code, related_code, rank in relations:
        count += 1
        occupation, related = occupations.get(code), occupations.get(related_code)
        if occupation is None or related is None:
            unknown += 1
        elif occupation != related:
            found[occupation, related] = min(rank, found.get((occupation, related), rank))
    rows = ((occupation, related, rank, scheme) for (occupation, related), rank in found.items())
    key = ("occupation_id", "related_id", "scheme")
    columns = ("occupation_id", "related_id", "rank", "scheme")
    written = merge(cursor, RelatedOccupation, columns, rows, key=key, owner=("scheme",))
    report(f"{scheme.upper()} related occupations: {_account(count, len(found), unknown, written)}")


def write_preparation(cursor: CursorWrapper, levels: dict[int, int], report: Report) -> None:
    """Writes how much preparation occupations take, by key; those that are not named have none known."""
    cursor.execute(
        "UPDATE jobs_occupation o SET preparation = l.level"
        " FROM jobs_occupation p LEFT JOIN unnest(%s::bigint[], %s::smallint[]) AS l (id, level) ON l.id = p.id"
        " WHERE o.id = p.id AND o.preparation IS DISTINCT FROM l.level",
        [list(levels), list(levels.values())],
    )
    report(f"ONET job zones: {len(levels):,} occupations; {cursor.rowcount:,} rows written")


def _account(count: int, kept: int, unknown: int, written: int) -> str:
    left_out = f", {unknown:,} left out: they name what is not loaded" if unknown else ""
    return f"{count:,} read, {kept:,} of different rows{left_out}; {written:,} rows written"
