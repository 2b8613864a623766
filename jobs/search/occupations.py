"""Which occupations a title names, though nobody may have listed it."""

import re
from collections.abc import Collection, Iterable, Sequence

from jobs.search.nearest import Space
from jobs.search.spaces import Kept
from jobs.search.words import words_of

# What follows is a team, a place or a grade: the occupation stands before it.
_HEAD = re.compile(r"\s*(?:[,(|;:\[]|\s[-–—/]\s|[–—])")
MOST = 8
_LOOKED_AT = 16
# Shares become likelihoods: the greater, the more the nearest gets.
_SHARPNESS = 3.0
_LEAST_SHARE = 0.2
_LEAST = 0.04
_LABELS = ((0.4, "A"), (0.2, "B"), (0.1, "C"), (0.0, "D"))

_NAMES = """
    SELECT lower(title), id FROM jobs_occupation WHERE NOT is_retired
    UNION SELECT t.term, t.occupation_id FROM jobs_occupationterm t
        JOIN jobs_occupation o ON o.id = t.occupation_id AND NOT o.is_retired
    UNION SELECT l.label, l.occupation_id FROM jobs_occupationlabel l
        JOIN jobs_occupation o ON o.id = l.occupation_id AND NOT o.is_retired
    ORDER BY 2, 1
"""
_VERSION = """
    SELECT (SELECT max(loaded_at)::text FROM jobs_taxonomyedition), (SELECT max(id) FROM jobs_occupation),
        (SELECT max(id) FROM jobs_occupationterm), (SELECT max(id) FROM jobs_occupationlabel)
"""

Concepts = tuple[tuple[int, float], ...]

space = Kept(_NAMES, _VERSION).space


def classify(titles: Collection[str]) -> dict[str, Concepts]:
    """The likely occupations of each title, the likeliest first, with how likely each is, from 0 to 1."""
    of = space()
    return {title: _likely(of, _ways_to_read(title)) for title in titles}


def occupations_of(of: Space, words: Sequence[str]) -> Concepts:
    """The likely occupations of what somebody is looking for."""
    return _likely(of, [words])


def label(likelihood: float) -> str:
    """The weight, from A to D, with which a concept stands in the index."""
    return next(label for least, label in _LABELS if likelihood >= least)


def _ways_to_read(title: str) -> list[list[str]]:
    head = _HEAD.split(title, maxsplit=1)[0]
    return [words_of(head), words_of(title)] if head != title else [words_of(title)]


def _likely(of: Space, readings: Iterable[Sequence[str]]) -> Concepts:
    """Of several ways to read a title the one counts that is most like an occupation."""
    near = max((of.nearest(words, _LOOKED_AT) for words in readings), key=lambda found: found[0][1] if found else 0.0)
    if not near or near[0][1] < _LEAST_SHARE:
        return ()
    powers = [(key, share**_SHARPNESS) for key, share in near]
    total = sum(power for _, power in powers)
    # What is hardly like anything is likely nothing of it all.
    trust = min(1.0, near[0][1] / 0.5)
    likely = ((key, trust * power / total) for key, power in powers[:MOST])
    return tuple((key, likelihood) for key, likelihood in likely if likelihood >= _LEAST)
