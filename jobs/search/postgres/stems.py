"""What a word may be in the index, whose postings are in many languages."""

import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from jobs.search.port import Atom
from jobs.search.postgres.fragment import Fragment, rows
from jobs.search.words import CONFIGURATIONS, PLAIN, configuration_of

MOST_STEMS = 50_000
EXACTLY = "="
"""Stands before a title's words as they are, in the index (`document`)."""
SHORT = 3
"""A word of so many letters is an abbreviation as often as a word, and what a stemmer makes of it is another one."""
STATISTICS_SECONDS = 3600
HARDLY_SPOKEN = 0.002
"""A language of no more of the postings is not asked for its stems where they are words of others."""
# Statistics are of a sample, and leave out languages of which it has one posting.
SPARE_ROWS = 100

# What each configuration makes of a word, as it does in a document.
_STEMS = """
SELECT word, configuration, coalesce((tsvector_to_array(to_tsvector(configuration::regconfig, word)))[1], word)
FROM unnest(%(words)s::text[]) AS word, unnest(%(configurations)s::text[]) AS configuration"""
_STATISTICS = """
SELECT attname, c.reltuples, coalesce(most_common_vals::text, most_common_elems::text)::text[],
    coalesce(most_common_freqs, most_common_elem_freqs)
FROM pg_stats JOIN pg_class c ON c.oid = 'job_search'::regclass
WHERE schemaname = ANY(current_schemas(false)) AND tablename = 'job_search' AND attname IN ('language', 'tsv')"""
_NAMES = [PLAIN, *CONFIGURATIONS.values()]

_kept: OrderedDict[str, tuple[str, ...]] = OrderedDict()
_lock = Lock()


def stems(words: Sequence[str]) -> list[tuple[str, ...]]:
    """What each word may be in the index: as it is first, then its stems in the languages, each once. A short word has
    none but that of its plural. Where a stem is left out, a title that has the word as it is is found all the same.

    One statement for all that were not asked for lately, and none otherwise; every hour one more.
    """
    found = {word: _kept.get(word) for word in words}
    unknown = [word for word, forms in found.items() if forms is None]
    if unknown:
        board = _board()
        made: dict[str, dict[str, list[str]]] = {word: {} for word in unknown}
        for word, configuration, stem in rows(Fragment(_STEMS, {"words": unknown, "configurations": _NAMES})):
            made[word].setdefault(stem, []).append(configuration)
        for word, forms in made.items():
            own = {word: [], **{form: of for form, of in forms.items() if _is_form(word, form)}}
            taken = [form for form, of in own.items() if form == word or not board.is_another(form, of)]
            found[word] = (*taken, *([EXACTLY + word] if len(taken) < len(own) else []))
        with _lock:
            _kept.update({word: found[word] or () for word in unknown})
            while len(_kept) > MOST_STEMS:
                _kept.popitem(last=False)
    return [found[word] or () for word in words]


def warm(atoms: Iterable[Atom]) -> None:
    """Have the stems of all the atoms' words, in one statement."""
    stems([word for atom in atoms for word in atom.words])


def _is_form(word: str, stem: str) -> bool:
    """Whether a stem is taken for the word: "cae" is not "ca", but "rns" are "rn"."""
    return len(word) > SHORT or word == f"{stem}s"


@dataclass(frozen=True, slots=True)
class _Board:
    """What the planner's statistics know of the index: the shares of the configurations, and of common lexemes."""

    rows: float
    spoken: Mapping[str, float]
    common: Mapping[str, float]

    def is_another(self, form: str, configurations: Collection[str]) -> bool:
        """Whether a stem is, in nearly all rows that have it, another word: these languages hardly anybody speaks here.

        A Hungarian's "lead" is "le", and that is French.
        """
        spoken = sum(self.spoken.get(name, 0.0) for name in configurations)
        return spoken <= HARDLY_SPOKEN and (self.common.get(form, 0.0) - spoken) * self.rows > SPARE_ROWS


_read: tuple[float, _Board] | None = None


def _board() -> _Board:
    global _read  # noqa: PLW0603 - as the words are kept
    if _read is not None and time.monotonic() - _read[0] < STATISTICS_SECONDS:
        return _read[1]
    number, spoken, common = 0.0, dict[str, float](), dict[str, float]()
    for name, number, values, shares in rows(Fragment(_STATISTICS)):  # noqa: B007 - the same in each
        if name == "tsv":
            # Behind those of the lexemes are the least and the greatest share.
            common = dict(zip(values or (), shares or (), strict=False))
            continue
        for language, share in zip(values or (), shares or (), strict=False):
            spoken[configuration_of(language)] = spoken.get(configuration_of(language), 0.0) + share
    _read = time.monotonic(), _Board(number, spoken, common)
    with _lock:
        _kept.clear()
    return _read[1]
