"""What people type, read as a question. Every text is one: what makes no sense as a sign is a word, or nothing.

    python django            both words
    "machine learning"       the words one after the other
    nurse or midwife         one of them; also `nurse | midwife`
    -manager, NOT manager    none with it
    develop*                 words that begin so, with two letters at least
    title:nurse              in the title; also `skill:` and `company:`, before a phrase as well

Signs are signs at the edge of a word only: "front-end" is two words that follow one another, "C++" is one. A sign with
nothing to stand for is nothing. AND and NOT are signs in capitals, in a text that has small letters too; `or`, in any
letters, between two words: in "OR nurse" it is the operating room.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import TextChoices

from jobs.search.port import Atom, Clause, Question, SearchField
from jobs.search.stopwords import STOP_WORDS
from jobs.search.words import words_of

MOST_CHARACTERS = 2_000
MOST_CLAUSES = 32
MOST_WORDS = 64
"""Of all the clauses together, phrases and alternatives too. What is written behind is not looked for."""
LONGEST_WORD = 61
"""Characters, of which a longer word only keeps the first: one more than any word in the index has."""


LEAST_PREFIX = 2
"""Letters of a beginning; what is shorter is a word. (One letter would begin the index's names of concepts, too.)"""


class KeywordMode(TextChoices):
    """Where words without a field of their own are looked for."""

    ALL = "all", "Title, skills, company and text"
    TITLE = "title", "Titles only"
    SKILLS = "skills", "Names of skills only"


_FIELDS = {
    KeywordMode.ALL: SearchField.ANY,
    KeywordMode.TITLE: SearchField.TITLE,
    KeywordMode.SKILLS: SearchField.SKILL,
}
_NAMED = {
    "title": SearchField.TITLE,
    "skill": SearchField.SKILL,
    "skills": SearchField.SKILL,
    "company": SearchField.COMPANY,
}
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
# A sign of exclusion, a field, then a phrase or a word.
_TOKEN = re.compile(
    r"""
    (?P<not>(?<!\S)[-−](?=[^\s-]))?
    (?:(?P<field>title|skills?|company)\s?:\s?)?
    (?: "(?P<phrase>[^"]*)"(?P<star>\*)?  |  (?P<word>[^\s"|/,;()]+)  |  (?P<or>\|+) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGNED = re.compile(r'["|*:]|(?<!\S)[-−](?=[^\s-])')


@dataclass(frozen=True, slots=True)
class _Term:
    """A word or phrase that was written, before clauses are made of it."""

    atom: Atom
    is_excluded: bool
    has_or: bool
    """Whether it is an alternative to the one before it."""
    is_stop: bool


def parse(text: str, mode: KeywordMode = KeywordMode.ALL) -> Question:
    """The question that a text asks. One without clauses asks for nothing in particular."""
    text = text[:MOST_CHARACTERS].translate(_QUOTES)
    clauses: list[Clause] = []
    for term in _terms(text, _FIELDS[mode]):
        before = clauses[-1] if clauses else None
        if term.has_or and before and not term.is_excluded and not before.is_excluded:
            clauses[-1] = Clause((*before.any_of, term.atom), is_optional=before.is_optional and term.is_stop)
        elif len(clauses) < MOST_CLAUSES:
            clauses.append(Clause((term.atom,), term.is_excluded, term.is_stop and not term.is_excluded))
    if all(clause.is_optional or clause.is_excluded for clause in clauses):
        clauses = [replace(clause, is_optional=False) for clause in clauses]
    exactly = () if _SIGNED.search(text) or mode is KeywordMode.SKILLS else tuple(words_of(text)[:MOST_WORDS])
    return Question(tuple(clauses), exactly=exactly if clauses else ())


def _terms(text: str, field: SearchField) -> Iterator[_Term]:
    """The words and phrases of a text, each with the signs that stand before it."""
    has_small = any(char.islower() for char in text)
    has_or = is_excluded = False
    left = MOST_WORDS
    held: _Term | None = None  # an "or", until it is seen to stand between two terms
    has_term = False
    for found in _TOKEN.finditer(text):
        if found["or"]:
            has_or = True
            continue
        word, is_phrase = found["word"] or "", found["phrase"] is not None
        is_plain = not (is_phrase or found["field"] or found["not"])
        if is_plain and has_small and word in ("AND", "NOT"):
            is_excluded = word == "NOT"
            continue
        atom = _atom(found, _NAMED[found["field"].lower()] if found["field"] else field)
        if atom is None:
            continue
        left -= len(atom.words)
        if left < 0:
            break
        term = _Term(
            atom,
            is_excluded or bool(found["not"]),
            has_or or held is not None,
            is_plain and _is_stop(word, atom, has_small=has_small),
        )
        if is_plain and atom.words == ("or",) and has_term and held is None:
            held = term
            continue
        yield term
        has_term = True
        held, has_or, is_excluded = None, False, False
    if held is not None:
        yield held


def _atom(found: re.Match[str], field: SearchField) -> Atom | None:
    """What a token looks for. "front-end" was written as one: where it is found its words follow one another."""
    written = found["word"] if found["phrase"] is None else found["phrase"]
    words = [word[:LONGEST_WORD] for word in words_of(written)]
    if not words or (found["word"] and _DANGLING.fullmatch(written)):
        return None
    has_star = bool(found["star"]) or (found["phrase"] is None and written[-1] == "*")
    return Atom(tuple(words), field, is_prefix=has_star and len(words[-1]) >= LEAST_PREFIX)


_DANGLING = re.compile(r"(?:title|skills?|company):", re.IGNORECASE)


def _is_stop(word: str, atom: Atom, *, has_small: bool) -> bool:
    """Whether a word says little. "IT" in "IT manager" does say something: it is in capitals where others are not."""
    if len(atom.words) > 1 or atom.is_prefix or atom.words[0] not in STOP_WORDS:
        return False
    return not (has_small and len(word) > 1 and word.isupper())


def words_asked(question: Question) -> list[str]:
    """The whole words that a question looks for, each once, without those that are excluded."""
    return list(
        dict.fromkeys(
            word
            for clause in question.clauses
            if not clause.is_excluded
            for atom in clause.any_of
            for word in (atom.words[:-1] if atom.is_prefix else atom.words)
        )
    )


_WORD = re.compile(r"[^\W_]+[+#]*")


def respelled(text: str, corrections: Mapping[str, str]) -> str:
    """The text with other words in the place of some, everything else as it was written."""

    def respell(found: re.Match[str]) -> str:
        words = words_of(found[0])
        return corrections.get(words[0], found[0]) if len(words) == 1 else found[0]

    return _WORD.sub(respell, text[:MOST_CHARACTERS])
