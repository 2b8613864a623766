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
EXACT = 0.3
IN_ORDER = 0.3
ALL_IN_TITLE = 1.5
WHOLE_TITLE = 0.3
CONCEPT = 1.5
SKILL_MEANT = 0.5
RECENCY = 0.02
DAYS = 30.0
# How much an occupation counts by the label that the index gave it (`occupations.label`).
SURENESS = {"A": 1.0, "B": 0.6, "C": 0.35, "D": 0.15}
# A title of six words is as long as any; one of two counts for a third more.
_LENGTH = Fragment("(1 / ('0.6'::float8 + '0.4'::float8 * least(s.title_length, 30) / '6'::float8))")

Part = tuple[str, str, Fragment]


def score_sql(question: Question, at: datetime) -> tuple[Fragment, Sequence[Part]]:
    """The score of a row `s`, and the parts that it is the sum of: each a name, what it is for, and its SQL."""
    parts = list(_parts(question, at))
    return join(" + ", (fragment for _, _, fragment in parts)), parts


def _parts(question: Question, at: datetime) -> Iterator[Part]:
    clauses = [clause for clause in question.clauses if not clause.is_excluded]
    rarities = terms.rarities({word for clause in clauses for atom in clause.any_of for word in atom.words})

    def rarity(atom: Atom) -> float:
        # A beginning stands for many words, and none of them is counted.
        return sum(rarities[word] for word in atom.words) or 1.0

    asked = sum(rarity(_written(clause)) for clause in clauses) or 1.0
    # Whatever has all that was asked has in its text what it has not in its head; else the text has to be opened.
    is_all = not question.instead and question.at_least >= 1
    for clause in clauses:
        is_there = is_all and not clause.is_optional and len(clause.any_of) == 1
        yield "words", " ".join(_written(clause).words), _best(clause, rarity, is_there=is_there)
    for clause in clauses:
        atom = _written(clause)
        if len(atom.words) == 1 and not atom.is_prefix and atom.field in (SearchField.ANY, SearchField.TITLE):
            # The index has a title's words as they are, too.
            yield "exact word", atom.words[0], _if_head(f"'={atom.words[0]}'", EXACT * rarity(atom))
    needed = [clause for clause in clauses if not clause.is_optional]
    if needed:
        # As much as any meaning adds: what was written comes before what stands in for it.
        written = " & ".join(tsquery_of(_written(clause), "A") for clause in needed)
        yield "all in the title", "", _if_head(written, ALL_IN_TITLE * asked)
    for first, second in pairwise(clauses):
        if together := _together(_written(first), _written(second)):
            value = IN_ORDER * min(rarity(_written(first)), rarity(_written(second)))
            yield "order", " ".join(together.words), _if_head(tsquery_of(together, "A"), value)
    if question.exactly:
        value = WHOLE_TITLE * asked
        is_whole = Fragment.of("WHEN s.title_key = {} THEN {}", key_of(question.exactly), _number(value))
        yield "whole title", " ".join(question.exactly), _case([is_whole])
    yield from _concepts(question.instead, asked)
    age = Fragment.of("greatest(extract(epoch FROM {}::timestamptz - s.published_at)::float8 / 86400, 0)", at)
    yield "recency", "", Fragment.of("({} / ({} + {}))", _number(RECENCY * asked * DAYS), _number(DAYS), age)


def _written(clause: Clause) -> Atom:
    return clause.any_of[0]


def _best(clause: Clause, rarity: Callable[[Atom], float], *, is_there: bool) -> Fragment:
    """The most that one of the clause's atoms counts. What stands in for a word is as rare as the word."""
    own = rarity(_written(clause))
    values = [
        _word(atom, (rarity(atom) if atom.weight == 1 else own) * atom.weight, is_there=is_there)
        for atom in clause.any_of
        if atom.words
    ]
    return values[0] if len(values) == 1 else Fragment("greatest") + join(", ", values)


def _word(atom: Atom, value: float, *, is_there: bool) -> Fragment:
    """What an atom counts in the best of the places where it stands. The text is only opened if the head has it not."""
    places = {
        SearchField.TITLE: ("A",),
        SearchField.SKILL: ("B",),
        SearchField.COMPANY: ("C",),
        SearchField.ANY: ("A", "B", "C"),
    }[atom.field]
    counts = {"A": _number(value) + " * " + _LENGTH, "B": _number(value * SKILL), "C": _number(value * COMPANY)}
    cases = [
        Fragment.of("WHEN s.head @@ {}::tsquery THEN ", tsquery_of(atom, label)) + counts[label] for label in places
    ]
    if atom.field == SearchField.ANY:
        has_it = Fragment("TRUE") if is_there else Fragment.of("s.tsv @@ {}::tsquery", tsquery_of(atom))
        cases.append(Fragment.of("WHEN {} THEN {}", has_it, _number(value * TEXT)))
    return _case(cases)


def _number(value: float) -> Fragment:
    # Sums of numeric take three times as long.
    return Fragment(f"'{value:.4f}'::float8")


def _together(first: Atom, second: Atom) -> Atom | None:
    """Both as one phrase of a title, if they may stand there."""
    if first.is_prefix or second.is_prefix or {first.field, second.field} & {SearchField.SKILL, SearchField.COMPANY}:
        return None
    return Atom((*first.words, *second.words), SearchField.TITLE)


def _concepts(atoms: Sequence[Atom], asked: float) -> Iterator[Part]:
    """What the occupations and skills that are meant add. Occupations that are meant as much as each other are one."""
    alike: dict[float, list[Atom]] = {}
    for atom in atoms:
        if atom.occupation is None:
            name = "skill" if atom.skill is not None else "words"
            value = SKILL_MEANT * asked * atom.weight
            yield name, str(atom.skill or " ".join(atom.words)), _if_head(tsquery_of(atom), value)
        else:
            alike.setdefault(max(round(atom.weight, 1), 0.05), []).append(atom)
    for weight, those in alike.items():
        value = CONCEPT * asked * weight
        cases = [
            Fragment.of(
                "WHEN s.head @@ {}::tsquery THEN {}",
                " | ".join(tsquery_of(atom, label) for atom in those),
                _number(value * sure),
            )
            for label, sure in SURENESS.items()
        ]
        yield "occupation", " ".join(str(atom.occupation) for atom in those), _case(cases)


def _if_head(tsquery: str, value: float) -> Fragment:
    return _case([Fragment.of("WHEN s.head @@ {}::tsquery THEN {}", tsquery, _number(value))])


def _case(cases: Sequence[Fragment]) -> Fragment:
    whole = Fragment("CASE")
    for case in cases:
        whole = whole + " " + case
    return whole + " ELSE '0'::float8 END"
