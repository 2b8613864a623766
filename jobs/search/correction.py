"""What a word with a mistake in it was probably meant to be."""

from collections.abc import Mapping
from itertools import pairwise
from math import log

# What is written by mistake most often costs least: two letters the wrong way round, one doubled, left out or put in,
# one hit beside the right key; seldom the first letter. Of mistakes that cost the same, the commoner word was meant.
_STEP = 1.0
_SWAPPED = 0.8
_DOUBLED = 0.75
_BESIDE = 0.85
_FIRST = 0.4
_LEAST = min(_STEP, _SWAPPED, _DOUBLED, _BESIDE)
_PER_MAGNITUDE = 0.12
# A word that some jobs have is only taken for another that is so many times commoner.
_TIMES_COMMONER = 20
FEW = 4
"""A word that more jobs have is what was meant."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {frozenset((first, second)) for row in _ROWS for first, second in pairwise(row)} | {
    frozenset((above, below))
    for upper, lower in pairwise(_ROWS)
    for place, below in enumerate(lower)
    for above in upper[place : place + 2]
}


def best(word: str, jobs: int, candidates: Mapping[str, int]) -> str | None:
    """The candidate that the word was meant to be, by how many jobs have each; None where none is like it.

    A word that more than a few jobs have is what was meant.
    """
    if jobs > FEW:
        return None
    most = most_mistakes(word)
    found: tuple[float, int, str] | None = None
    # The commonest first: once even the least mistake would not make up for being rarer, nothing better follows.
    for candidate, count in sorted(candidates.items(), key=lambda each: (-each[1], each[0])):
        likelier = _PER_MAGNITUDE * log(1 + count)
        if (jobs and count < jobs * _TIMES_COMMONER) or (found and _LEAST - likelier > found[0]):
            break
        if candidate == word:
            continue
        steps, cost = mistakes(word, candidate, most)
        if steps <= most and (found is None or (cost - likelier, -count, candidate) < found):
            found = (cost - likelier, -count, candidate)
    return found[2] if found else None


def most_mistakes(word: str) -> int:
    """How many mistakes are looked for in a word of its length."""
    return 1 if len(word) < 6 else 2


def mistakes(written: str, meant: str, most: int) -> tuple[int, float]:
    """How many mistakes lead from one word to the other (`most + 1` for more), and what they cost."""
    far = (most + 1, float(most + 1))
    if abs(len(written) - len(meant)) > most:
        return far
    width = len(meant) + 1
    before_last: list[tuple[int, float]] = []
    last = [(column, column * _STEP) for column in range(width)]
    for row, letter in enumerate(written, 1):
        current = [(row, row * _STEP)]
        for column in range(1, width):
            wanted = meant[column - 1]
            if letter == wanted:
                current.append(last[column - 1])
                continue
            dropped, added, replaced = current[column - 1], last[column], last[column - 1]
            options = [
                (dropped[0] + 1, dropped[1] + _left_out(meant, column - 1)),
                (added[0] + 1, added[1] + _left_out(written, row - 1)),
                (replaced[0] + 1, replaced[1] + _instead(letter, wanted)),
            ]
            if row > 1 and column > 1 and letter == meant[column - 2] and written[row - 2] == wanted:
                swapped = before_last[column - 2]
                options.append((swapped[0] + 1, swapped[1] + _SWAPPED))
            current.append(min(options))
        if min(steps for steps, _ in current) > most:
            return far
        before_last, last = last, current
    steps, cost = last[-1]
    return steps, cost + (_FIRST if written[:1] != meant[:1] else 0.0)


def _left_out(word: str, place: int) -> float:
    """A letter that is there once too often, or once too little, beside its like."""
    return _DOUBLED if word[place] in (word[place - 1 : place], word[place + 1 : place + 2]) else _STEP


def _instead(written: str, meant: str) -> float:
    return _BESIDE if frozenset((written, meant)) in _NEIGHBOURS else _STEP
