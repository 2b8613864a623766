"""How well a row answers a question, as SQL: a sum, of which each part can be told.

A word counts by its rarity and by where it stands: in the title most, the more so the shorter the title is, then in the
names of skills and of the company, then in the text. What stands in for a word counts as much as its weight says. A
title's words in their order, and a title that is just the question, count more. An occupation or a skill that is meant
adds to it, by how surely the question means it and the title is of it. A younger posting comes before one that is as
good.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from jobs.search.port import Atom, Clause, Question, SearchField
from jobs.search.postgres import terms
from jobs.search.postgres.fragment import Fragment, join
from jobs.search.postgres.matching import tsquery_of
from jobs.search.words import key_of

# What a word's rarity is multiplied by, for where it stands. All were chosen by docs/search-quality.md.
SKILL = 0.5
COMPANY = 0.5
TEXT = 0.2
IN_ORDER = 0.3
WHOLE_TITLE = 0.3
CONCEPT = 0.6
RECENCY = 0.02
DAYS = 30.0
# How much an occupation counts by the label that the index gave it (`occupations.label`).
SURENESS = {"A": 1.0, "B": 0.6, "C": 0.35, "D": 0.15}
# A title of six words is as long as any; one of two counts for a third more.
_LENGTH = Fragment("(1 / (0.6 + 0.4 * least(s.title_length, 30) / 6.0))")

Part = tuple[str, str, Fragment]


def score_sql(question: Question, at: datetime) -> tuple[Fragment, Sequence[Part]]:
    """The score of a row `s`, and the parts that it is the sum of: each a name, what it is for, and its SQL."""
    parts = list(_parts(question, at))
    return join(" + ", (fragment for _, _, fragment in parts)), parts


def _parts(question: Question, at: datetime) -> Iterator[Part]:
    clauses = [clause for clause in question.clauses if not clause.is_excluded]
    rarities = terms.rarities({word for clause in clauses for word in _written(clause).words})

    def rarity(atom: Atom) -> float:
        # A beginning stands for many words, and none of them is counted.
        return sum(rarities[word] for word in atom.words) or 1.0

    asked = sum(rarity(_written(clause)) for clause in clauses) or 1.0
    for clause in clauses:
        yield "words", " ".join(_written(clause).words), _best(clause, rarity)
    for first, second in pairwise(clauses):
        if together := _together(_written(first), _written(second)):
            value = IN_ORDER * min(rarity(_written(first)), rarity(_written(second)))
            found = Fragment.of("s.head @@ {}::tsquery", tsquery_of(together, "A"))
            yield "order", " ".join(together.words), Fragment.of(f"CASE WHEN {{}} THEN {value:.4f} ELSE 0 END", found)
    if question.exactly:
        value = WHOLE_TITLE * asked
        is_whole = Fragment.of(f"CASE WHEN s.title_key = {{}} THEN {value:.4f} ELSE 0 END", key_of(question.exactly))
        yield "whole title", " ".join(question.exactly), is_whole
    for atom in question.instead:
        yield _concept(atom, asked)
    age = Fragment.of("greatest(extract(epoch FROM {}::timestamptz - s.published_at) / 86400, 0)", at)
    yield "recency", "", Fragment.of(f"({RECENCY * asked * DAYS:.4f} / ({DAYS} + {{}}))::float8", age)


def _written(clause: Clause) -> Atom:
    return clause.any_of[0]


def _best(clause: Clause, rarity: Callable[[Atom], float]) -> Fragment:
    """The most that one of the clause's atoms counts. What stands in for a word is as rare as the word."""
    own = rarity(_written(clause))
    values = [
        _word(atom, (rarity(atom) if atom.weight == 1 else own) * atom.weight)
        for atom in clause.any_of
        if atom.words
    ]
    return values[0] if len(values) == 1 else Fragment("greatest") + join(", ", values)


def _word(atom: Atom, value: float) -> Fragment:
    """What an atom counts in the best of the places where it stands. The text is only opened if the head has it not."""
    places = {
        SearchField.TITLE: ("A",),
        SearchField.SKILL: ("B",),
        SearchField.COMPANY: ("C",),
        SearchField.ANY: ("A", "B", "C"),
    }[atom.field]
    counts = {"A": Fragment(f"{value:.4f} * ") + _LENGTH, "B": _number(value * SKILL), "C": _number(value * COMPANY)}
    cases = [
        Fragment.of("WHEN s.head @@ {}::tsquery THEN ", tsquery_of(atom, label)) + counts[label] for label in places
    ]
    if atom.field == SearchField.ANY:
        cases.append(Fragment.of("WHEN s.tsv @@ {}::tsquery THEN ", tsquery_of(atom)) + _number(value * TEXT))
    return _case(cases)


def _number(value: float) -> Fragment:
    return Fragment(f"{value:.4f}")


def _together(first: Atom, second: Atom) -> Atom | None:
    """Both as one phrase of a title, if they may stand there."""
    if first.is_prefix or second.is_prefix or {first.field, second.field} & {SearchField.SKILL, SearchField.COMPANY}:
        return None
    return Atom((*first.words, *second.words), SearchField.TITLE)


def _concept(atom: Atom, asked: float) -> Part:
    """What an occupation or a skill that is meant adds."""
    value = CONCEPT * asked * atom.weight
    if atom.occupation is None:
        found = Fragment.of(f"CASE WHEN s.head @@ {{}}::tsquery THEN {value:.4f} ELSE 0 END", tsquery_of(atom))
        return "skill" if atom.skill is not None else "words", str(atom.skill or " ".join(atom.words)), found
    cases = [
        Fragment.of(f"WHEN s.head @@ {{}}::tsquery THEN {value * sure:.4f}", tsquery_of(atom, label))
        for label, sure in SURENESS.items()
    ]
    return "occupation", str(atom.occupation), _case(cases)


def _case(cases: Sequence[Fragment]) -> Fragment:
    whole = Fragment("CASE")
    for case in cases:
        whole = whole + " " + case
    return whole + " ELSE 0 END"
