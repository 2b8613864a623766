"""Writes the concepts of a taxonomy: linked to rows that we have, or as rows of their own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import models
from django.db.backends.utils import CursorWrapper
from django.utils.text import slugify
from psycopg.sql import SQL, Composed, Identifier

from jobs.models import (
    Occupation,
    OccupationCode,
    OccupationLabel,
    OccupationName,
    OccupationTerm,
    Skill,
    SkillAlias,
    SkillCode,
    SkillLabel,
    TaxonomyScheme,
)
from jobs.services.bulk import merge
from jobs.services.taxonomies.words import MAX_WORD, Claim, Guard, folded, settle, singular

type Report = Callable[[str], None]

SLUG_LENGTH = 80
TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Concept:
    """An occupation or a skill of a taxonomy."""

    code: str
    title: str  # as the taxonomy has it
    name: str  # as we show it, if it becomes a row of its own
    values: tuple[Any, ...]  # of the vocabulary's further columns, likewise
    names: Sequence[str]  # folded: what it is called
    others: Sequence[str] = ()  # folded: what else it is called
    links: Sequence[str] = ()  # folded: what we may call it, and is no name of it
    is_read: Callable[[str], bool] = lambda word: True  # whether postings are read by a folded word of it


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables of one kind of concept, and their columns."""

    model: type[models.Model]
    codes: type[models.Model]
    words: type[models.Model]
    labels: type[models.Model]
    name: str
    word: str
    owner: str
    further: tuple[str, ...]
    name_length: int


OCCUPATIONS = Vocabulary(
    Occupation, OccupationCode, OccupationTerm, OccupationLabel, "title", "term", "occupation_id", ("category_id",), 120
)
SKILLS = Vocabulary(
    Skill, SkillCode, SkillAlias, SkillLabel, "name", "alias", "skill_id", ("kind", "aliases", "is_ambiguous"), 120
)


def write(
    cursor: CursorWrapper,
    of: Vocabulary,
    scheme: TaxonomyScheme,
    concepts: Sequence[Concept],
    report: Report,
    *,
    has_others: bool = True,
) -> dict[str, int]:
    """Writes the concepts, which are all that the taxonomy has, and gives the key of the row of each code.

    Concepts that are gone are marked as retired. Without `has_others` the concepts come without their other words, and
    what the last load had of these stays.
    """
    linker = _Linker(of, scheme)
    places = {concept.code: linker.find(concept) for concept in concepts}
    own = {place.slug: (place.slug, concept) for concept in concepts if (place := places[concept.code]).is_own}
    columns = ("slug", of.name, *of.further, "scheme")
    rows = [(slug, cut(c.name, of.name_length), *c.values, scheme) for slug, c in own.values()]
    written = merge(cursor, of.model, columns, rows, key=("slug",))
    ids = dict(of.model._default_manager.values_list("slug", "pk"))
    keys = {code: ids[place.slug] for code, place in places.items()}
    code_rows = [(scheme, c.code, cut(c.title, TITLE_LENGTH), False, keys[c.code]) for c in concepts]
    code_columns = ("scheme", "code", "title", "is_retired", of.owner)
    code_key = ("scheme", "code", of.owner) if of is OCCUPATIONS else ("scheme", "code")
    written += merge(cursor, of.codes, code_columns, code_rows, key=code_key)
    if of is OCCUPATIONS:
        written += _write_names(cursor, scheme, concepts, has_others=has_others)
    words, labels, touched = _write_words(cursor, of, scheme, concepts, keys, has_others=has_others)
    retired = retire(cursor, of.model, of.codes, of.owner, scheme, list(keys))
    report(
        f"{scheme.upper()} {of.model._meta.verbose_name_plural}: {len(concepts):,} read, {len(own):,} of their own,"
        f" {len(concepts) - len(own):,} linked to ours; {words:,} words, {labels:,} labels;"
        f" {written + touched:,} rows written" + (f", {retired:,} retired" if retired else "")
    )
    return keys


def keys_of(codes: type[models.Model], owner: str, scheme: TaxonomyScheme) -> dict[str, int]:
    """The key of the row that each code of a taxonomy leads to."""
    return dict(codes._default_manager.filter(scheme=scheme, is_retired=False).values_list("code", owner))


def retire(
    cursor: CursorWrapper,
    model: type[models.Model],
    codes: type[models.Model],
    owner: str,
    scheme: TaxonomyScheme,
    live: Sequence[str],
) -> int:
    """Marks the codes that are no longer there, and the taxonomy's own rows that only such ones lead to; how many."""
    names = {"rows": _table(model), "codes": _table(codes), "owner": Identifier(owner)}
    cursor.execute(
        _statement(
            "UPDATE {codes} SET is_retired = true WHERE scheme = %s AND NOT is_retired AND code <> ALL(%s)", names
        ),
        [scheme, list(live)],
    )
    gone: int = cursor.rowcount
    cursor.execute(
        _statement(
            "UPDATE {rows} r SET is_retired = NOT r.is_retired WHERE r.scheme = %s AND r.is_retired ="
            " EXISTS (SELECT FROM {codes} c WHERE c.{owner} = r.id AND c.scheme <> 'isco' AND NOT c.is_retired)",
            names,
        ),
        [scheme],
    )
    return gone


@dataclass(frozen=True, slots=True)
class _Place:
    slug: str
    is_own: bool  # of this taxonomy, and written by it


class _Linker:
    """Finds the row that a concept is: the one that its code leads to, one of the same name, or a new one."""

    def __init__(self, of: Vocabulary, scheme: TaxonomyScheme) -> None:
        self._scheme = scheme
        rows = list(of.model._default_manager.values_list("pk", "slug", of.name, "scheme"))
        self._slugs = {pk: slug for pk, slug, _, _ in rows}
        self._schemes = {slug: owner for _, slug, _, owner in rows}
        # Retired ones, too: a concept that is back is the row that it was.
        self._coded = dict(of.codes._default_manager.filter(scheme=scheme).values_list("code", of.owner))
        self._native_names: dict[str, int] = {}
        self._named: dict[str, int] = {}
        for pk, _, name, owner in rows:
            for word in folded((name, singular(name))):
                self._named.setdefault(word, pk)
                if owner == TaxonomyScheme.NEXUS:
                    self._native_names.setdefault(word, pk)
        words = of.words._default_manager.filter(scheme=TaxonomyScheme.NEXUS)
        if of is OCCUPATIONS:
            words = words.exclude(is_abbreviation=True)
        self._native = {**self._native_names, **dict(words.values_list(of.word, of.owner))}
        self._new: dict[str, str] = {}  # slugs by name, of this load

    def find(self, concept: Concept) -> _Place:
        known = self._coded.get(concept.code)
        for words, rows in (
            (concept.names, self._native),
            (concept.links, self._native_names),
            (concept.names, self._named),
        ):
            if known is None:
                known = next((rows[word] for word in words if word in rows), None)
        if known is not None:
            slug = self._slugs[known]
            return _Place(slug, self._schemes[slug] == self._scheme)
        twin = next((self._new[word] for word in concept.names if word in self._new), None)
        slug = twin or self._free_slug(concept)
        self._schemes[slug] = self._scheme
        self._new.update((word, slug) for word in concept.names if word not in self._new)
        return _Place(slug, is_own=True)

    def _free_slug(self, concept: Concept) -> str:
        base = slugify(concept.name)[:SLUG_LENGTH].strip("-") or slugify(concept.code)[:SLUG_LENGTH]
        endings = ("", f"-{self._scheme}", f"-{slugify(concept.code)[-24:]}")
        slugs = (base[: SLUG_LENGTH - len(ending)] + ending for ending in endings)
        return next(slug for slug in slugs if slug not in self._schemes)


def _write_words(
    cursor: CursorWrapper,
    of: Vocabulary,
    scheme: TaxonomyScheme,
    concepts: Iterable[Concept],
    keys: Mapping[str, int],
    *,
    has_others: bool,
) -> tuple[int, int, int]:
    """Gives the words and labels to their owners; how many of each there are, and how many rows were written."""
    words = of.words._default_manager
    guard = Guard(
        native=dict(words.filter(scheme=TaxonomyScheme.NEXUS).values_list(of.word, of.owner)),
        foreign=set(words.exclude(scheme__in=(TaxonomyScheme.NEXUS, scheme)).values_list(of.word, flat=True)),
    )
    claims = (
        Claim(word, keys[concept.code], is_name, concept.is_read(word))
        for concept in concepts
        for is_name, said in ((True, concept.names), (False, concept.others))
        for word in said
    )
    settled = settle(claims, guard)
    whole = ("scheme",) if has_others else ()
    key = (of.owner, "term") if of is OCCUPATIONS else ("alias",)
    rows = [(owner, word, scheme) for word, owner in settled.words.items()]
    written = merge(cursor, of.words, (of.owner, of.word, "scheme"), rows, key=key, owner=whole)
    labels = [(owner, word, scheme) for owner, word in settled.labels]
    label_key = (of.owner, "label", "scheme")
    written += merge(cursor, of.labels, (of.owner, "label", "scheme"), labels, key=label_key, owner=whole)
    return len(settled.words), len(settled.labels), written


def _write_names(
    cursor: CursorWrapper, scheme: TaxonomyScheme, concepts: Iterable[Concept], *, has_others: bool
) -> int:
    """Gives each of the taxonomy's occupations its own names, whichever of ours it is; how many rows were written."""
    keys = dict(OccupationCode.objects.filter(scheme=scheme).values_list("code", "pk"))
    rows = [
        (keys[concept.code], name, scheme)
        for concept in concepts
        for name in dict.fromkeys((*concept.names, *concept.others))
        if len(name) <= MAX_WORD
    ]
    whole = ("scheme",) if has_others else ()
    return merge(cursor, OccupationName, ("code_id", "name", "scheme"), rows, key=("code_id", "name"), owner=whole)


def cut(text: str, length: int) -> str:
    """The text, shortened to fit a column of that length."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _table(model: type[models.Model]) -> Identifier:
    return Identifier(model._meta.db_table)


def _statement(text: LiteralString, names: Mapping[str, Identifier]) -> Composed:
    return SQL(text).format(**names)
