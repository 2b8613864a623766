"""How good the order of an answer is, by what is known to be right."""

from collections.abc import Mapping, Sequence
from math import log2

DEPTH = 10


def ndcg(found: Sequence[str], right: Mapping[str, int]) -> float:
    """How much of the best order's worth the first ten have: what stands further behind counts less."""
    best = sorted(right.values(), reverse=True)[:DEPTH]
    return _worth([right.get(key, 0) for key in found[:DEPTH]]) / _worth(best)


def recall(found: Sequence[str], right: Mapping[str, int], depth: int = DEPTH) -> float:
    """How many of the right ones are among the first ten, or as many as `depth`, of as many as can be there."""
    return sum(key in right for key in found[:depth]) / min(len(right), depth)


def reciprocal_rank(found: Sequence[str], right: Mapping[str, int]) -> float:
    """One by the place of the first that is right; 0 where none of ten is."""
    return next((1 / place for place, key in enumerate(found[:DEPTH], 1) if key in right), 0.0)


def _worth(grades: Sequence[int]) -> float:
    return sum(grade / log2(place + 1) for place, grade in enumerate(grades, 1))
