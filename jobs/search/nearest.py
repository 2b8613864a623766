"""Which named things a text is like: by the words that it shares with their names, the rarer the more.

A thing is the sum of its names. So a name that nobody listed ("paediatric ward nurse") comes to lie near the thing
whose names use the same words, and beside others that use some of them.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import pairwise
from math import log

# They join words, and tell nothing of what is named.
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "und",
        "der",
        "die",
        "das",
        "im",
        "fur",
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "et",
        "en",
        "y",
        "el",
        "los",
        "las",
        "del",
        "e",
        "do",
        "da",
        "dos",
        "das",
        "para",
    ]
)
# A feature's share of a thing grows with how many of its names have it, up to 1, and is half there at _HALF names,
# times a little for things of many names. Chosen on names that were held out (docs/search-quality.md).
_HALF = 0.5
_NAMES_POWER = 0.25
_BEGINNING = 5
_BEGINNING_WEIGHT = 0.5
_PAIR_WEIGHT = 0.5
_LAST_WEIGHT = 0.5
_WHOLE = 12.0
# A feature of more things than this only tells apart those that rarer ones have brought in.
_COMMON = 400
_MOST_WORDS = 24


def stem(word: str) -> str:
    """The word without the ending of a plural: what is compared. It need not be a word."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(words: Iterable[str]) -> list[str]:
    """The stems of the words that tell something."""
    return [stem(word) for word in words if word not in SMALL_WORDS][:_MOST_WORDS]


class Space:
    """Things by their names. Made once and then only read; small enough to be kept by every process."""

    def __init__(self, names: Iterable[tuple[Sequence[str], int]]) -> None:
        named: dict[int, list[list[str]]] = {}
        for words, key in names:
            if parts := stems(words):
                named.setdefault(key, []).append(parts)
        self._keys = array("q", named)
        wholes: dict[str, tuple[int, ...]] = {}
        # A number for each feature; of each thing's features that number, the thing, and how much of the thing it is.
        self._numbers: dict[str, int] = {}
        numbers, things, shares = array("L"), array("L"), array("f")
        for place, of in enumerate(named.values()):
            half = _HALF * len(of) ** _NAMES_POWER
            alone = (place,)
            counts: Counter[str] = Counter()
            for parts in of:
                counts.update(_features(parts).keys())
                there = wholes.get(whole := " ".join(parts), ())
                if place not in there:
                    # Nearly all names are of one thing, and each thing has one tuple for those.
                    wholes[whole] = (*there, place) if there else alone
            for feature, count in counts.items():
                numbers.append(self._numbers.setdefault(feature, len(self._numbers)))
                things.append(place)
                shares.append(count / (count + half))
        self._wholes = wholes
        self._unknown = log(1 + len(self._keys))
        self._sort(numbers, things, shares)

    def _sort(self, numbers: Sequence[int], things: Sequence[int], shares: Sequence[float]) -> None:
        """All features' things one after the other, and where each feature's begin: far smaller than many lists."""
        self._starts = array("L", bytes(array("L").itemsize * (len(self._numbers) + 1)))
        for number in numbers:
            self._starts[number + 1] += 1
        for number in range(len(self._numbers)):
            self._starts[number + 1] += self._starts[number]
        ends = self._starts[:]
        self._things = array("L", things)
        self._shares = array("f", shares)
        for number, thing, share in zip(numbers, things, shares, strict=True):
            self._things[ends[number]] = thing
            self._shares[ends[number]] = self._rarity(number) * share
            ends[number] += 1

    def _rarity(self, number: int) -> float:
        return log(1 + len(self._keys) / (self._starts[number + 1] - self._starts[number]))

    def __len__(self) -> int:
        return len(self._keys)

    def keys(self) -> Sequence[int]:
        """Of all things that have a name."""
        return self._keys

    def has(self, word: str) -> bool:
        """Whether a name has the word."""
        return stem(word) in self._numbers

    def having(self, word: str) -> Iterator[tuple[int, float]]:
        """The things that have the word in a name, each with how much of its names have it, up to 1."""
        number = self._numbers.get(stem(word))
        if number is not None:
            start, end = self._starts[number], self._starts[number + 1]
            rarity = self._rarity(number)
            for place, share in zip(self._things[start:end], self._shares[start:end], strict=True):
                yield self._keys[place], share / rarity

    def whole(self, words: Sequence[str]) -> list[int]:
        """The things that have just this name."""
        return [self._keys[place] for place in self._wholes.get(" ".join(stems(words)), ())]

    def names_in(self, words: Sequence[str], longest: int) -> Iterator[tuple[int, int]]:
        """Where the words say a name of things: from its first word to behind its last. The longest of those that begin
        together, one behind the other.
        """
        parts = [stem(word) for word in words]
        start = 0
        while start < len(parts):
            for end in range(min(start + longest, len(parts)), start, -1):
                if " ".join(parts[start:end]) in self._wholes:
                    yield start, end
                    start = end - 1
                    break
            start += 1

    def endings(self, word: str) -> int:
        """How many things have a name that ends with the word."""
        number = self._numbers.get(f"${stem(word)}")
        return 0 if number is None else self._starts[number + 1] - self._starts[number]

    def is_ending(self, word: str, most_else: float) -> bool:
        """Whether names that have the word end with it, but for such a part of the things that have one: it says what
        somebody or something is ("engineer"), and not what of it ("music").
        """
        number = self._numbers.get(stem(word))
        if number is None:
            return False
        return self.endings(word) >= (1 - most_else) * (self._starts[number + 1] - self._starts[number])

    def nearest(self, words: Sequence[str], most: int) -> list[tuple[int, float]]:
        """The keys of the nearest things, nearest first, each with how much of the text it is: 1 for just its name."""
        parts = stems(words)
        if not parts:
            return []
        found: dict[int, float] = {}
        possible = 0.0
        ranked: list[tuple[int, float, int]] = []
        for feature, weight in _features(parts).items():
            number = self._numbers.get(feature)
            if number is None:
                # A beginning or a pair that is not known says no more than its words do.
                possible += self._unknown * weight if " " not in feature and feature[0] not in "~$" else 0.0
                continue
            count = self._starts[number + 1] - self._starts[number]
            possible += weight * log(1 + len(self._keys) / count)
            ranked.append((count, weight, number))
        ranked.sort()
        for count, weight, number in ranked:
            start, end = self._starts[number], self._starts[number + 1]
            if count > _COMMON and found:
                for place in found:
                    # Things stand in their order.
                    at = bisect_left(self._things, place, start, end)
                    if at < end and self._things[at] == place:
                        found[place] += weight * self._shares[at]
            else:
                for place, share in zip(self._things[start:end], self._shares[start:end], strict=True):
                    found[place] = found.get(place, 0.0) + weight * share
        for place in self._wholes.get(" ".join(parts), ()):
            found[place] = found.get(place, 0.0) + _WHOLE
            possible = max(possible, found[place])
        best = nsmallest(most, found.items(), key=lambda item: (-item[1], item[0]))
        return [(self._keys[place], score / possible) for place, score in best]


def _features(parts: Sequence[str]) -> dict[str, float]:
    """What names are compared by: words, their beginnings, pairs of neighbours, and the word that comes last."""
    features = dict.fromkeys(parts, 1.0)
    for part in parts:
        features[f"~{part[:_BEGINNING]}"] = _BEGINNING_WEIGHT
    for first, second in pairwise(parts):
        features[f"{first} {second}"] = _PAIR_WEIGHT
    features[f"${parts[-1]}"] = _LAST_WEIGHT
    return features
