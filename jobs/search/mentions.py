"""Which titles a running text mentions: a résumé that is one text says somewhere what its writer was."""

import re
from collections.abc import Iterator, Sequence

from jobs.search import occupations
from jobs.search.nearest import SMALL_WORDS, Space, stems
from jobs.search.occupations import MOST_NAMED, without_grades
from jobs.search.stopwords import STOP_WORDS
from jobs.search.words import words_of

_LONGEST = 5
_MOST_CHARACTERS = 20_000
# So many occupations have a name that ends with a word that says what somebody is ("engineer"); fewer do by chance.
_ENDED = 8
_BEFORE = 2
# What ends like a title without being a known one counts so much beside one; a single word less than that.
_LIKE, _SINGLE = 0.1, 0.03
# What stands on both sides of these belongs to different sentences, or to different entries of a list.
_PARTED = re.compile(r"[^\w\s+#'/&-]+|\n|\s[-–—]\s")


def titles_in(text: str) -> dict[str, float]:
    """The titles in a text, folded, with how much it speaks of each: what comes again more, names of occupations most.

    They are names that a taxonomy has, and words in front of one that ends many such names ("Hadoop developer").
    """
    of = occupations.space()
    found: dict[str, float] = {}
    for piece in _PARTED.split(text[:_MOST_CHARACTERS]):
        for words, worth in _titles_in(of, words_of(piece)):
            title = " ".join(stems(words))
            found[title] = found.get(title, 0.0) + worth
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _titles_in(of: Space, words: Sequence[str]) -> Iterator[tuple[Sequence[str], float]]:
    named: set[int] = set()
    for start, end in of.names_in(words, _LONGEST):
        name = words[start:end]
        if len(name) > 1 and 0 < len(of.whole(name)) <= MOST_NAMED:
            named.update(range(start, end))
            yield name, 1.0
    for place, word in enumerate(words):
        if place in named or of.endings(word) < _ENDED:
            continue
        start = place
        while start > max(0, place - _BEFORE) and start - 1 not in named and _tells(words[start - 1]):
            start -= 1
        if start < place:
            yield words[start : place + 1], _LIKE
        elif of.whole([word]):
            yield [word], _SINGLE


def _tells(word: str) -> bool:
    is_small = word in SMALL_WORDS or word in STOP_WORDS or len(word) == 1
    return not is_small and not word.isdigit() and bool(without_grades([word]))
