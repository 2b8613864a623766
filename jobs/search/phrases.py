"""Which of very many named things a phrase is like, in little memory: for what is asked, not for what is indexed.

As `nearest.Space`, but a name is a phrase ("manage musical staff"): no word of it says more than another because of its
place, and pairs of words tell nothing that the words do not (docs/search-quality.md).
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import log
from operator import itemgetter

from jobs.search.nearest import stems

# A feature's share of a thing grows with how many of its names have it, up to 1.
_HALF = 0.5
_NAMES_POWER = 0.25
_BEGINNING = 5
_BEGINNING_WEIGHT = 0.5
_WHOLE = 12.0
# A feature of more things than this only tells apart those that rarer ones have brought in.
_COMMON = 400


class Phrases:
    """Things by their names. Made once and then only read."""

    def __init__(self, names: Iterable[tuple[Sequence[str], int]]) -> None:
        """The names of one thing follow each other."""
        self._keys: list[int] = []
        numbers: dict[str, int] = {}
        features, places, shares = array("I"), array("I"), array("f")
        wholes: list[tuple[int, int]] = []
        for key, those in groupby(names, itemgetter(1)):
            said = [parts for words, _ in those if (parts := stems(words))]
            if not said:
                continue
            place = len(self._keys)
            self._keys.append(key)
            # A number instead of the text: of a hundred thousand texts no two have the same.
            wholes += {(hash(tuple(parts)), place) for parts in said}
            half = _HALF * len(said) ** _NAMES_POWER
            for feature, count in Counter(feature for parts in said for feature in _features(parts)).items():
                features.append(numbers.setdefault(feature, len(numbers)))
                places.append(place)
                shares.append(count / (count + half))
        wholes.sort()
        self._hashes = array("q", (number for number, _ in wholes))
        self._named = array("I", (place for _, place in wholes))
        self._numbers = numbers
        self._unknown = log(1 + len(self._keys))
        self._fill(features, places, shares)

    def _fill(self, features: array[int], places: array[int], shares: array[float]) -> None:
        """Put what belongs to a feature one behind the other: it begins where that of the feature before ends."""
        ends = array("I", bytes(array("I").itemsize * (len(self._numbers) + 1)))
        for feature in features:
            ends[feature + 1] += 1
        for number in range(1, len(ends)):
            ends[number] += ends[number - 1]
        self._starts = array("I", ends)
        self._things = array("I", places)
        self._shares = array("f", shares)
        for feature, place, share in zip(features, places, shares, strict=True):
            self._things[ends[feature]] = place
            self._shares[ends[feature]] = share
            ends[feature] += 1

    def __len__(self) -> int:
        return len(self._keys)

    def nearest(self, words: Sequence[str], most: int) -> list[tuple[int, float]]:
        """The keys of the nearest things, nearest first, each with how much of the text it is: 1 for just its name."""
        parts = stems(words)
        if not parts:
            return []
        possible = 0.0
        known: list[tuple[int, int, float]] = []
        for feature, weight in _features(parts).items():
            number = self._numbers.get(feature)
            if number is not None:
                start, end = self._starts[number], self._starts[number + 1]
                worth = weight * log(1 + len(self._keys) / (end - start))
                known.append((end - start, start, worth))
                possible += worth
            elif feature[0] != "~":
                # A beginning that is not known says no more than its word does.
                possible += weight * self._unknown
        found: dict[int, float] = {}
        for count, start, worth in sorted(known):
            those = zip(self._things[start : start + count], self._shares[start : start + count], strict=True)
            if count > _COMMON and found:
                for place, share in those:
                    if place in found:
                        found[place] += worth * share
            else:
                for place, share in those:
                    found[place] = found.get(place, 0.0) + worth * share
        for place in self._whole(parts):
            found[place] = found.get(place, 0.0) + _WHOLE
            possible = max(possible, found[place])
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
        return [(self._keys[place], score / possible) for place, score in best]

    def _whole(self, parts: Sequence[str]) -> Iterator[int]:
        """The things that have just this name."""
        number = hash(tuple(parts))
        at = bisect_left(self._hashes, number)
        while at < len(self._hashes) and self._hashes[at] == number:
            yield self._named[at]
            at += 1


def _features(parts: Sequence[str]) -> Mapping[str, float]:
    """What names are compared by: words, and how they begin."""
    return dict.fromkeys(parts, 1.0) | {f"~{part[:_BEGINNING]}": _BEGINNING_WEIGHT for part in parts}
