"""What the words of a taxonomy may mean to us.

A posting is read by our own words first: a word of a taxonomy never takes one of ours away, makes it mean two things
or hides it. What would do so, and what two concepts claim, is kept as a label: it can be looked for, and decides
nothing.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from jobs.text import fold

MAX_WORD = 120  # characters, as the columns hold them
_LAST_WORD = re.compile(r"[A-Za-z]+$")
_SMALL_WORDS = frozenset({"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"})
_NAMING = re.compile(r"[A-Z0-9]")
_COINED = re.compile(r"[A-Za-z0-9][A-Z]|[A-Za-z][0-9]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A concept says that a folded word is its own: its name, or another word for it."""

    word: str
    owner: int
    is_name: bool
    is_readable: bool = True  # a posting's text may be read by it


@dataclass(frozen=True, slots=True)
class Settled:
    """The owner of each word that postings are read by, and the (owner, word) pairs that are labels only."""

    words: Mapping[str, int]
    labels: Collection[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Guard:
    """The words that are spoken for: our own, each with its owner, and those that postings are read by already."""

    native: Mapping[str, int]
    foreign: Collection[str]
    _beginnings: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        beginnings = {" ".join(part) for word in self.native for part in _beginnings(word.split())}
        object.__setattr__(self, "_beginnings", frozenset(beginnings))

    def hides(self, word: str) -> bool:
        """Whether one of our words could be overlooked in a text for this one.

        Texts are searched from the left for the longest word at each place. So a longer word hides ours when it holds
        it, and when it ends in what ours begins with.
        """
        parts = word.split()
        ends = range(1, len(parts) + 1)
        if any(" ".join(parts[start:end]) in self.native for end in ends for start in range(end)):
            return True
        return any(" ".join(parts[start:]) in self._beginnings for start in range(1, len(parts)))


def settle(claims: Iterable[Claim], guard: Guard) -> Settled:
    """Who gets which word. One that several claim goes to the concept whose name it is, if that is one alone."""
    claimed: dict[str, list[Claim]] = {}
    for claim in claims:
        if 0 < len(claim.word) <= MAX_WORD:
            claimed.setdefault(claim.word, []).append(claim)
    words: dict[str, int] = {}
    labels: set[tuple[int, str]] = set()
    for word, rivals in claimed.items():
        owner = guard.native.get(word)
        if owner is None and word not in guard.foreign and not guard.hides(word):
            owner = _winner(rivals)
            if owner is not None:
                words[word] = owner
        labels.update((claim.owner, word) for claim in rivals if claim.owner != owner)
    return Settled(words, labels)


def _winner(rivals: Collection[Claim]) -> int | None:
    readable = [claim for claim in rivals if claim.is_readable]
    owners = {claim.owner for claim in readable}
    if len(owners) > 1 or len(owners) < len({claim.owner for claim in rivals}):
        owners = {claim.owner for claim in readable if claim.is_name}
    return owners.pop() if len(owners) == 1 else None


def is_title_like(title: str, names: Iterable[str]) -> bool:
    """Whether a folded title is much like a name: they end in the same word, and have two words or more in common.

    Taxonomies list every title that somebody of an occupation was seen to have: "engineering supervisor" for a
    technician in a theme park. As far from its name as that, a title says little of the occupation; and a single word,
    as "model" or "ambassador", says little at all.
    """
    words = _singulars(title)
    return any(words[-1:] == other[-1:] and len({*words} & {*other}) > 1 for other in map(_singulars, names))


def is_name_like(word: str, names: Iterable[str]) -> bool:
    """Whether a folded spelling has a word in common with one of the names."""
    words = {*_singulars(word)}
    return any(words & {*_singulars(name)} for name in names)


def is_proper_name(spelling: str) -> bool:
    """Whether each word has a capital or a digit, small words (of, for, and …) apart: "Internet of Things", "DB2"."""
    words = spelling.split()
    return bool(_NAMING.search(spelling)) and all(word in _SMALL_WORDS or _NAMING.search(word) for word in words)


def is_coined(spelling: str) -> bool:
    """Whether it is spelled as no everyday word is, with a capital or a digit after its beginning: "MapInfo", "DB2"."""
    return bool(_COINED.search(spelling))


def folded(names: Iterable[str]) -> tuple[str, ...]:
    """The names as they are compared, each once, in their order."""
    return tuple(dict.fromkeys(word for name in names if (word := fold(name))))


def singular(title: str) -> str:
    """A title in the plural as one person has it: "Database Administrators" gives "Database Administrator".

    Only the last word is changed, by the spelling rules of English; a title that joins several stays what it is.
    """
    if "," in title or " and " in title or " or " in title or "/" in title:
        return title
    match = _LAST_WORD.search(title)
    return title[: match.start()] + _singular(match[0]) if match else title


def _singulars(name: str) -> list[str]:
    return [_singular(word) for word in name.split()]


def _singular(word: str) -> str:
    if word == "Men" or word.endswith("men"):
        return word[:-2] + "an"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search("(?:ch|sh|ss|x)es$", word):
        return word[:-2]
    return word[:-1] if re.search("[^isu]s$", word) else word


def _beginnings(parts: list[str]) -> Iterable[list[str]]:
    return (parts[:end] for end in range(1, len(parts)))
