"""Abbreviations and what they are short for, found where both are written."""

import re
from collections.abc import Iterator, Mapping, Sequence

from jobs.search.nearest import SMALL_WORDS
from jobs.search.words import words_of

LONGEST = 5
"""Letters of an abbreviation, and words of what it is short for."""
_IN_BRACKETS = re.compile(r"\(([A-Z][A-Za-z]*[A-Z])s?\)")


def told(title: str) -> Iterator[tuple[str, str]]:
    """What a title explains itself, as `words_of` cuts it: "Medical Support Assistant (MSA)"."""
    for found in _IN_BRACKETS.finditer(title):
        short = found[1].lower()
        if not 2 <= len(short) <= LONGEST:
            continue
        before = words_of(title[: found.start()])
        if long := _ending(before, short):
            yield short, " ".join(long)


def _ending(words: Sequence[str], short: str) -> Sequence[str]:
    """The last words whose initials the abbreviation is made of; small words may have none in it."""
    place = len(words)
    for letter in reversed(short):
        place -= 1
        while place >= 0 and words[place][0] != letter and words[place] in SMALL_WORDS:
            place -= 1
        if place < 0 or words[place][0] != letter:
            return ()
    return words[place:]


def initials(words: Sequence[str]) -> Iterator[str]:
    """What the words may be abbreviated to: by all their initials, and by those of the words that tell something."""
    if 2 <= len(words) <= LONGEST + 1:
        every = "".join(word[0] for word in words)
        telling = "".join(word[0] for word in words if word not in SMALL_WORDS)
        for short in {every, telling}:
            if 2 <= len(short) <= LONGEST and short.isalpha():
                yield short


def pairs(names: Mapping[int, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The abbreviations among the names that each thing has: "rn" beside "registered nurse"."""
    for said in names.values():
        shorts = {name for name in said if " " not in name and 2 <= len(name) <= LONGEST}
        if shorts:
            for name in said:
                for short in initials(name.split()):
                    if short in shorts:
                        yield short, name
