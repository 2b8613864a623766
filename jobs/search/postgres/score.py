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
from math import pi
from typing import NamedTuple

from jobs.search.nearest import stem
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
ALL_IN_TITLE = 5.0
ALL_IN_HEAD = 4.0
# All words, but some of them only by their stem: "account" is no accountant. And some of them only in skills and
# company, where an occupation or a skill is meant.
ALL_BY_STEM = 0.5
ALL_ABOUT = 1.0
ALL_IN_TEXT = 0.5
ALL_BY_SYNONYM = 3.0
WHOLE_TITLE = 1.0
CONCEPT = 1.5
SKILL_MEANT = 0.5
RECENCY = 0.02
DAYS = 30.0
# Where an occupation is meant, one word of several says little: "technician" alone is of any.
BESIDE_MEANING = 0.1
# How much an occupation counts by the label that the index gave it (`occupations.label`).
SURENESS = {"A": 1.0, "B": 0.4, "C": 0.2, "D": 0.06}
# One occupation that is surely meant, and surely the title's, counts for `CONCEPT`; however many are, for less than
# 1 + `MANY` times that.
MANY = 1.0
_RANK_OF_ONE = pi**2 / 6
# Forms of a word that are the word itself, in the languages of titles: plurals, genders, cases.
_ENDINGS = ("s", "es", "n", "en", "in", "innen", "e", "a", "as", "os")
# A title of six words is as long as any; one of two counts for a third more.
_LENGTH = Fragment("(1 / ('0.6'::float8 + '0.4'::float8 * least(s.title_length, 30) / '6'::float8))")

NOTHING = Fragment("'0'::float8")


class Part(NamedTuple):
    """A summand of a score: its name, what it is for, its SQL, and that of a row whose head has nothing of it."""

    name: str
    detail: str
    value: Fragment
    elsewhere: Fragment = NOTHING


def parts_of(question: Question, at: datetime) -> Sequence[Part]:
    """What a row's score is the sum of. One statement, for the rarity of the words."""
    return list(_parts(question, at))


def score_of(parts: Sequence[Part]) -> Fragment:
    """The score of a row `s`."""
    return Fragment.of("({})::float8", join(" + ", (part.value for part in parts)))


def score_in_texts(parts: Sequence[Part], question: Question) -> Fragment:
    """The same, for rows of which most have what is asked in their texts alone: of their heads no more is asked."""
    elsewhere = join(" + ", (part.elsewhere for part in parts if part.elsewhere is not NOTHING))
    atoms = [atom for clause in question.clauses if not clause.is_excluded for atom in clause.any_of]
    in_head = " | ".join(map(tsquery_of, (*atoms, *question.instead)))
    return Fragment.of("({})::float8", _case([_when(in_head, score_of(parts))], elsewhere))


def _parts(question: Question, at: datetime) -> Iterator[Part]:
    clauses = [clause for clause in question.clauses if not clause.is_excluded]
    rarities = terms.rarities({word for clause in clauses for atom in clause.any_of for word in atom.words}, at)

    def rarity(atom: Atom) -> float:
        # A beginning stands for many words, and none of them is counted.
        return sum(rarities[word] for word in atom.words) or 1.0

    asked = sum(rarity(_written(clause)) for clause in clauses) or 1.0
    # Whatever has all that was asked has in its text what it has not in its head; else the text has to be opened.
    is_all = not question.instead and question.at_least >= 1
    beside = BESIDE_MEANING if question.instead else 1.0
    for clause in clauses:
        is_there = is_all and not clause.is_optional and len(clause.any_of) == 1
        found = _best(clause, lambda atom: beside * rarity(atom), is_there=is_there)
        yield Part("words", " ".join(_written(clause).words), *found)
    for clause in clauses:
        atom = _written(clause)
        if len(atom.words) == 1 and not atom.is_prefix and atom.field in (SearchField.ANY, SearchField.TITLE):
            # The index has a title's words as they are, too.
            yield Part("exact word", atom.words[0], _if_head(f"'={atom.words[0]}'", EXACT * beside * rarity(atom)))
    needed = [clause for clause in clauses if not clause.is_optional]
    if needed:
        is_there = is_all and all(len(one.any_of) == 1 for one in needed)
        about = ALL_ABOUT if question.instead else ALL_IN_HEAD
        yield Part("all words", "", *_all(needed, asked, about=about, is_there=is_there))
    for first, second in pairwise(clauses):
        if together := _together(_written(first), _written(second)):
            value = IN_ORDER * min(rarity(_written(first)), rarity(_written(second)))
            yield Part("order", " ".join(together.words), _if_head(tsquery_of(together, "A"), value))
    if question.exactly:
        value = WHOLE_TITLE * asked
        is_whole = Fragment.of("WHEN s.title_key = {} THEN {}", key_of(question.exactly), _number(value))
        yield Part("whole title", " ".join(question.exactly), _case([is_whole]))
    yield from _concepts(question.instead, asked)
    # `extract` makes a numeric, which takes twice as long.
    age = Fragment.of("greatest(date_part('epoch', {}::timestamptz - s.published_at) / 86400, 0)", at)
    recency = Fragment.of("({} / ({} + {}))", _number(RECENCY * asked * DAYS), _number(DAYS), age)
    yield Part("recency", "", recency, recency)


def _written(clause: Clause) -> Atom:
    return clause.any_of[0]


def _all(clauses: Sequence[Clause], asked: float, *, about: float, is_there: bool) -> tuple[Fragment, Fragment]:
    """More than any meaning adds, if title, skills and company have all that was written. A text has many words."""
    in_title = " & ".join(_as_written(_written(clause)) for clause in clauses)
    as_written = " & ".join(
        _as_written(_written(clause), elsewhere="BC", is_alone=len(clauses) == 1) for clause in clauses
    )
    in_head = " & ".join(tsquery_of(_written(clause)) for clause in clauses)
    # Most rows that are only meant have not even the stems: of those the many forms are not looked for.
    written = [_when(in_title, _number(ALL_IN_TITLE * asked)), _when(as_written, _number(about * asked))]
    cases = [_when(in_head, _case(written, _number(ALL_BY_STEM * asked)))]
    in_text = []
    if any(_written(clause).field is SearchField.ANY for clause in clauses):
        in_text = [_in_text(in_head, ALL_IN_TEXT * asked, is_there=is_there)]
    by_synonym = []
    if any(len(clause.any_of) > 1 for clause in clauses):
        found = " & ".join(
            f"({' | '.join(tsquery_of(atom, 'A') for atom in clause.any_of if atom.words)})" for clause in clauses
        )
        weight = min(max(atom.weight for atom in clause.any_of[1:] or clause.any_of) for clause in clauses)
        by_synonym = [_when(found, _number(ALL_BY_SYNONYM * weight * asked))]
    return _case([*cases, *in_text, *by_synonym]), _case(in_text) if in_text else NOTHING


def _as_written(atom: Atom, *, elsewhere: str = "", is_alone: bool = False) -> str:
    """An atom in the title as its word is written there, or in another form of it; or by its stem `elsewhere`: there
    only if it `is_alone`, since who asks has seen that the title has not all of them.
    """
    if atom.field not in (SearchField.ANY, SearchField.TITLE):
        return tsquery_of(atom)
    if len(atom.words) != 1 or atom.is_prefix:
        return tsquery_of(atom, "A" + elsewhere)
    if is_alone and elsewhere and atom.field is SearchField.ANY:
        return tsquery_of(atom, elsewhere)
    word, root = atom.words[0], stem(atom.words[0])
    forms = dict.fromkeys([word, root, *(root + ending for ending in _ENDINGS)])
    if root.endswith("y"):
        forms[f"{root[:-1]}ies"] = None
    found = [f"'={form}':A" for form in forms]
    if elsewhere and atom.field is SearchField.ANY:
        found.insert(0, tsquery_of(atom, elsewhere))
    return f"({' | '.join(found)})"


def _best(clause: Clause, rarity: Callable[[Atom], float], *, is_there: bool) -> tuple[Fragment, Fragment]:
    """The most that one of the clause's atoms counts. What stands in for a word is as rare as the word."""
    own = rarity(_written(clause))
    values = [
        _word(atom, (rarity(atom) if atom.weight == 1 else own) * atom.weight, is_there=is_there)
        for atom in clause.any_of
        if atom.words
    ]
    if len(values) == 1:
        return values[0]
    anywhere, elsewhere = zip(*values, strict=True)
    return Fragment("greatest") + join(", ", anywhere), Fragment("greatest") + join(", ", elsewhere)


def _word(atom: Atom, value: float, *, is_there: bool) -> tuple[Fragment, Fragment]:
    """What an atom counts in the best of the places where it stands. The text is only opened if the head has it not."""
    places = {
        SearchField.TITLE: ("A",),
        SearchField.SKILL: ("B",),
        SearchField.COMPANY: ("C",),
        SearchField.ANY: ("A", "B", "C"),
    }[atom.field]
    counts = {"A": _number(value) + " * " + _LENGTH, "B": _number(value * SKILL), "C": _number(value * COMPANY)}
    cases = [_when(tsquery_of(atom, label), counts[label]) for label in places]
    if atom.field != SearchField.ANY:
        return _case(cases), NOTHING
    if len(atom.words) == 1 and not atom.is_prefix:
        # Most heads have it nowhere, and are asked once only. One that has it has it in one of the three.
        told_apart = cases[:1] if SKILL == COMPANY else cases[:2]
        cases = [_when(tsquery_of(atom), _case(told_apart, counts["C"]))]
    in_text = [_in_text(tsquery_of(atom), value * TEXT, is_there=is_there)]
    return _case([*cases, *in_text]), _case(in_text)


def _in_text(tsquery: str, value: float, *, is_there: bool) -> Fragment:
    has_it = Fragment("TRUE") if is_there else Fragment.of("s.tsv @@ {}::tsquery", tsquery)
    return Fragment.of("WHEN {} THEN {}", has_it, _number(value))


def _number(value: float) -> Fragment:
    # Sums of numeric take three times as long.
    return Fragment(f"'{value:.4f}'::float8")


def _together(first: Atom, second: Atom) -> Atom | None:
    """Both as one phrase of a title, if they may stand there."""
    if first.is_prefix or second.is_prefix or {first.field, second.field} & {SearchField.SKILL, SearchField.COMPANY}:
        return None
    return Atom((*first.words, *second.words), SearchField.TITLE)


def _concepts(atoms: Sequence[Atom], asked: float) -> Iterator[Part]:
    """What the occupations and skills that are meant add: the more of them, the more, but never more than so much."""
    alike: dict[float, list[Atom]] = {}
    for atom in atoms:
        if atom.occupation is None and atom.code is None:
            name = "skill" if atom.skill is not None else "words"
            value = SKILL_MEANT * asked * atom.weight
            yield Part(name, str(atom.skill or " ".join(atom.words)), _if_head(tsquery_of(atom), value))
        else:
            alike.setdefault(max(round(atom.weight, 1), 0.05), []).append(atom)
    if alike:
        met = join(" + ", (_sureness(those, weight) for weight, those in alike.items()))
        value = CONCEPT * asked * (1 + MANY)
        keys = " ".join(
            str(atom.occupation) if atom.code is None else f"c:{atom.code}"
            for those in alike.values()
            for atom in those
        )
        half = _number(MANY)
        yield Part("occupation", keys, Fragment.of("({} * (1 - {} / ({} + {})))", *(_number(value), half, half, met)))


def _sureness(atoms: Sequence[Atom], weight: float) -> Fragment:
    """How surely a title is of the occupations, added up, times a weight.

    That is `ts_rank` of lexemes that have one place each: the mean of the weights of their labels, by a constant.
    """
    sure = "{" + ",".join(str(SURENESS[label]) for label in "DCBA") + "}"
    found = " | ".join(tsquery_of(atom) for atom in atoms)
    number = _number(weight * len(atoms) * _RANK_OF_ONE)
    return Fragment.of("{} * ts_rank({}::float4[], s.head, {}::tsquery)", number, sure, found)


def _if_head(tsquery: str, value: float) -> Fragment:
    return _case([_when(tsquery, _number(value))])


def _when(tsquery: str, value: Fragment) -> Fragment:
    return Fragment.of("WHEN s.head @@ {}::tsquery THEN {}", tsquery, value)


def _case(cases: Sequence[Fragment], otherwise: Fragment = NOTHING) -> Fragment:
    whole = Fragment("CASE")
    for case in cases:
        whole = whole + " " + case
    return Fragment.of("{} ELSE {} END", whole, otherwise)
