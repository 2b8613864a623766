"""What stands in for what was asked: synonyms and abbreviations, and the occupations and skills that are meant.

Whatever is found by it counts less than what was written, and is told to whoever asked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import TextChoices

from jobs.models import Skill
from jobs.search import meaning
from jobs.search.port import Atom, Clause, Question, SearchField
from kernel.reading import Statement

LONGEST_SPAN = 5
"""Words of an abbreviation's long form, or of anything else that other words stand in for."""
MOST_SYNONYMS = 6
"""For each span."""

_SYNONYMS = Statement[list[tuple[str, str, float]]](
    "SELECT folded, stands_for, weight FROM search_synonym WHERE folded = ANY(%(spans)s::text[])"
    " ORDER BY weight DESC, stands_for",
    list,
)
_TITLES = Statement[list[tuple[str, int, str]]](
    "SELECT 'o', id, title FROM jobs_occupation WHERE id = ANY(%(occupations)s::bigint[])"
    " UNION ALL SELECT 'c', id, title FROM jobs_occupationcode WHERE id = ANY(%(codes)s::bigint[])",
    list,
)


class ExpansionKind(TextChoices):
    """Why something is looked for that was not written."""

    SYNONYM = "synonym", "It means the same: an abbreviation, its long form, another name"
    OCCUPATION = "occupation", "What was written is a title of the occupation, or much like one"
    SKILL = "skill", "What was written is a name of the skill, or much like one"


@dataclass(frozen=True, slots=True)
class Expansion:
    """Something that is looked for beside what was written. `weight` is how much it counts, from 0 to 1."""

    written: str
    kind: ExpansionKind
    text: str
    weight: float


def expand(
    question: Question, at: datetime | None = None, *, has_meaning: bool = True
) -> tuple[Question, tuple[Expansion, ...]]:
    """The question with all that may stand in for it, as of an instant or now, and what that is. Without `has_meaning`
    synonyms only.
    """
    plain = [_plain(clause) for clause in question.clauses]
    question, told = _with_synonyms(question, plain)
    if has_meaning and question.exactly and all(plain):
        question, meant = _with_meaning(question, at)
        told += meant
    return question, tuple(told)


def _plain(clause: Clause) -> Atom | None:
    """The clause's only atom, if other words may stand in for it."""
    atom = clause.any_of[0]
    is_plain = len(clause.any_of) == 1 and not clause.is_excluded and not atom.is_prefix
    return atom if is_plain and atom.field != SearchField.COMPANY else None


def _with_synonyms(question: Question, plain: Sequence[Atom | None]) -> tuple[Question, list[Expansion]]:
    spans = {(start, end): words for start, end, words in _spans(plain)}
    found = _synonyms({" ".join(words) for words in spans.values()})
    clauses = list(question.clauses)
    told: dict[Expansion, None] = {}
    for (start, end), words in spans.items():
        written = " ".join(words)
        for stands_for, weight in found.get(written, ())[:MOST_SYNONYMS]:
            told[Expansion(written, ExpansionKind.SYNONYM, stands_for, weight)] = None
            # Each of the words may be missing where that is there: some have "ML", others "machine learning".
            for place in range(start, end):
                atom = replace(clauses[place].any_of[0], words=tuple(stands_for.split()), weight=weight)
                clauses[place] = replace(clauses[place], any_of=(*clauses[place].any_of, atom))
    return replace(question, clauses=tuple(clauses)), list(told)


def _spans(plain: Sequence[Atom | None]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Neighbouring clauses and their words together."""
    for start in range(len(plain)):
        words: tuple[str, ...] = ()
        for end in range(start + 1, len(plain) + 1):
            atom = plain[end - 1]
            if atom is None or len(words) + len(atom.words) > LONGEST_SPAN:
                break
            words += atom.words
            yield start, end, words


def _synonyms(spans: set[str]) -> dict[str, list[tuple[str, float]]]:
    if not spans:
        return {}
    found: dict[str, list[tuple[str, float]]] = {}
    for folded, stands_for, weight in _SYNONYMS.read({"spans": list(spans)}):
        found.setdefault(folded, []).append((stands_for, weight))
    return found


def _with_meaning(question: Question, at: datetime | None) -> tuple[Question, list[Expansion]]:
    words = question.exactly
    written = " ".join(words)
    meant = meaning.of(words, at)
    # Whoever looks in titles or in skills alone means those.
    fields = {clause.any_of[0].field for clause in question.clauses}
    likely, listed = ({}, {}) if SearchField.SKILL in fields else (meant.occupations, meant.codes)
    skills = {} if SearchField.TITLE in fields else meant.skills
    instead = [Atom(occupation=key, weight=weight) for key, weight in likely.items()]
    instead += [Atom(code=key, weight=weight) for key, weight in listed.items()]
    instead += [Atom(skill=key, weight=weight) for key, weight in skills.items()]
    titles = _titles(likely, listed)
    names = dict(Skill.objects.filter(pk__in=skills).values_list("pk", "name")) if skills else {}
    # Ours and a taxonomy's may have the same title.
    told = list(
        {
            title: Expansion(written, ExpansionKind.OCCUPATION, title, weight)
            for kind, weights in (("o", likely), ("c", listed))
            for key, weight in weights.items()
            if (title := titles.get((kind, key)))
        }.values()
    )
    told += [
        Expansion(written, ExpansionKind.SKILL, names[key], weight) for key, weight in skills.items() if key in names
    ]
    return replace(question, instead=(*question.instead, *instead)), told


def _titles(occupations: Collection[int], codes: Collection[int]) -> dict[tuple[str, int], str]:
    """The titles of our own occupations and of the taxonomies'. One statement."""
    if not occupations and not codes:
        return {}
    found = _TITLES.read({"occupations": list(occupations), "codes": list(codes)})
    return {(kind, key): title for kind, key, title in found}
