"""Which named things a text is like: by the words that it shares with their names, the rarer the more.

A thing is the sum of its names. So a name that nobody listed ("paediatric ward nurse") comes to lie near the thing
whose names use the same words, and beside others that use some of them.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
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
_MOST_SHARING = 6
_LEAST_KIN = 0.2
_MOST_KIN = 6


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
        counts: dict[str, Counter[int]] = {}
        wholes: dict[str, set[int]] = {}
        places: dict[int, int] = {}
        self._keys: list[int] = []
        sizes: Counter[int] = Counter()
        for words, key in names:
            parts = stems(words)
            if not parts:
                continue
            place = places.get(key)
            if place is None:
                place = places[key] = len(self._keys)
                self._keys.append(key)
            sizes[place] += 1
            wholes.setdefault(" ".join(parts), set()).add(place)
            for feature in _features(parts):
                counts.setdefault(feature, Counter())[place] += 1
        self._wholes = {whole: tuple(there) for whole, there in wholes.items()}
        self._kin = _kin(self._keys, self._wholes.values(), sizes)
        self._unknown = log(1 + len(self._keys))
        halves = {place: _HALF * size**_NAMES_POWER for place, size in sizes.items()}
        # All features' things one after the other, and where each feature's begin and end: far smaller than many lists.
        self._things = array("H" if len(self._keys) < 65_536 else "L")
        self._shares = array("f")
        self._ranges: dict[str, tuple[int, int]] = {}
        self._common: dict[str, dict[int, float]] = {}
        for feature, of in counts.items():
            rarity = log(1 + len(self._keys) / len(of))
            start = len(self._things)
            for place, count in of.items():
                self._things.append(place)
                self._shares.append(rarity * count / (count + halves[place]))
            self._ranges[feature] = (start, len(self._things))
            if len(of) > _COMMON:
                self._common[feature] = dict(zip(self._things[start:], self._shares[start:], strict=True))

    def __len__(self) -> int:
        return len(self._keys)

    def whole(self, words: Sequence[str]) -> list[int]:
        """The things that have just this name."""
        return [self._keys[place] for place in self._wholes.get(" ".join(stems(words)), ())]

    def kin(self, key: int) -> Sequence[tuple[int, float]]:
        """Other things that have some of its names, and how much of a name theirs have in common, from 0 to 1."""
        return self._kin.get(key, ())

    def nearest(self, words: Sequence[str], most: int) -> list[tuple[int, float]]:
        """The keys of the nearest things, nearest first, each with how much of the text it is: 1 for just its name."""
        parts = stems(words)
        if not parts:
            return []
        found: dict[int, float] = {}
        possible = 0.0
        ranked: list[tuple[int, float, str]] = []
        for feature, weight in _features(parts).items():
            span = self._ranges.get(feature)
            if span is None:
                # A beginning or a pair that is not known says no more than its words do.
                possible += self._unknown * weight if " " not in feature and feature[0] not in "~$" else 0.0
                continue
            count = span[1] - span[0]
            possible += weight * log(1 + len(self._keys) / count)
            ranked.append((count, weight, feature))
        ranked.sort()
        for count, weight, feature in ranked:
            if count > _COMMON and found:
                common = self._common[feature]
                for place in found:
                    share = common.get(place)
                    if share is not None:
                        found[place] += weight * share
            else:
                start, end = self._ranges[feature]
                for place, share in zip(self._things[start:end], self._shares[start:end], strict=True):
                    found[place] = found.get(place, 0.0) + weight * share
        for place in self._wholes.get(" ".join(parts), ()):
            found[place] = found.get(place, 0.0) + _WHOLE
            possible = max(possible, found[place])
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
        return [(self._keys[place], score / possible) for place, score in best]


def _kin(
    keys: Sequence[int], wholes: Iterable[tuple[int, ...]], sizes: Counter[int]
) -> dict[int, Sequence[tuple[int, float]]]:
    shared: Counter[tuple[int, int]] = Counter()
    for places in wholes:
        # What many things are called ("supervisor") makes them no kin.
        if 1 < len(places) <= _MOST_SHARING:
            shared.update((one, other) for one in places for other in places if one != other)
    found: dict[int, list[tuple[int, float]]] = {}
    for (one, other), count in shared.items():
        likeness = (count / min(sizes[one], sizes[other])) ** 0.5
        if likeness >= _LEAST_KIN:
            found.setdefault(keys[one], []).append((keys[other], min(1.0, likeness)))
    return {key: sorted(kin, key=lambda item: -item[1])[:_MOST_KIN] for key, kin in found.items()}


def _features(parts: Sequence[str]) -> dict[str, float]:
    """What names are compared by: words, their beginnings, pairs of neighbours, and the word that comes last."""
    features = dict.fromkeys(parts, 1.0)
    for part in parts:
        features[f"~{part[:_BEGINNING]}"] = _BEGINNING_WEIGHT
    for first, second in pairwise(parts):
        features[f"{first} {second}"] = _PAIR_WEIGHT
    features[f"${parts[-1]}"] = _LAST_WEIGHT
    return features
