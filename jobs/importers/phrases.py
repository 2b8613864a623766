"""Finds known phrases in a folded text, in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Hit[T](NamedTuple):
    """A phrase found: the words from `start` up to `end`, and what the phrase stands for."""

    start: int
    end: int
    value: T


class Phrases[T]:
    """Folded phrases and what each stands for. Built once, asked for every text."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._values: dict[str, T] = dict(entries)
        self._longest: dict[str, int] = {}
        for phrase in self._values:
            first, _, _ = phrase.partition(" ")
            self._longest[first] = max(self._longest.get(first, 0), phrase.count(" ") + 1)

    def get(self, phrase: str) -> T | None:
        """What the whole phrase stands for."""
        return self._values.get(phrase)

    def find(self, words: Sequence[str]) -> Iterator[Hit[T]]:
        """The phrases in the words of a folded text: leftmost first, the longest at each place, none overlapping."""
        longest = self._longest
        free = 0  # where the last phrase ended
        for position, word in enumerate(words):
            if position < free or word not in longest:
                continue
            for length in range(min(longest[word], len(words) - position), 0, -1):
                value = self._values.get(" ".join(words[position : position + length]))
                if value is not None:
                    free = position + length
                    yield Hit(position, free, value)
                    break
