"""Which occupations a title names, though nobody may have listed it."""

import re
from collections.abc import Collection, Sequence

from jobs.search.nearest import Space
from jobs.search.spaces import Kept
from jobs.search.words import words_of

# What follows is a team, a place or a grade: the occupation stands before it.
_HEAD = re.compile(r"\s*(?:[,(|;:\[]|\s[-–—/]\s|[–—])")
# They say how high a post is, not what is done in it.
_GRADES = frozenset(
    [
        "senior",
        "sr",
        "junior",
        "jr",
        "lead",
        "principal",
        "staff",
        "supervisory",
        "chief",
        "associate",
        "deputy",
        "trainee",
        "entry",
        "mid",
        "level",
        "i",
        "ii",
        "iii",
        "iv",
        "v",
        "vi",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
    ]
)
_MOST = 8
# A name of more occupations than this ("supervisor") names none of them.
MOST_NAMED = 20
_LOOKED_AT = 16
# Shares become likelihoods: the greater, the more the nearest gets.
_SHARPNESS = 3.0
_LEAST_SHARE = 0.2
_LEAST = 0.02
# So near, and the nearest is likely of something that is meant at all.
_TRUSTED = 0.5
# A title that is just a name of an occupation is surely of it. No likeness is as sure, nor the occupation that the job
# was given: importers give one for words in the title that are safe to read, whatever else stands there.
NAMED = 1.0
LIKE = 0.6
_LABELS = ((0.8, "A"), (0.25, "B"), (0.12, "C"), (0.0, "D"))

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

space = Kept(_NAMES, _VERSION, Space).space


def classify(titles: Collection[str]) -> dict[str, Concepts]:
    """The likely occupations of each title, the likeliest first, with how likely each is, from 0 to 1.

    A title is all of those that have just this name: taxonomies part the same work differently, and each is right.
    """
    return classify_by(space(), titles)


def classify_by(of: Space, titles: Collection[str]) -> dict[str, Concepts]:
    """The same, by another space."""
    return {title: _classified(of, _ways_to_read(title)) for title in titles}


def occupations_of(of: Space, words: Sequence[str]) -> Concepts:
    """The likely occupations of what somebody is looking for, the likeliest first, with how likely each is beside it.

    The likeliest is 1 where the words are like it at all.
    """
    near = nearest_of(of, words)
    return tuple((key, trust(near) * (share / near[0][1]) ** _SHARPNESS) for key, share in near)


def label(likelihood: float) -> str:
    """The weight, from A to D, with which a concept stands in the index."""
    return next(label for least, label in _LABELS if likelihood >= least)


def without_grades(words: Sequence[str]) -> list[str]:
    """The words of a title that say what is done, and not only how high the post is."""
    return [word for word in words if word not in _GRADES]


def _ways_to_read(title: str) -> list[list[str]]:
    """All of it, what stands first, and both without the grade: the last one has the least that is not the name."""
    ways = [words_of(title), words_of(_HEAD.split(title, maxsplit=1)[0])]
    ways += [without_grades(words) for words in ways]
    return [list(words) for words in dict.fromkeys(map(tuple, ways)) if words]


def _classified(of: Space, readings: Sequence[Sequence[str]]) -> Concepts:
    names = (of.whole(words) for words in readings)
    if named := {key for keys in names if len(keys) <= MOST_NAMED for key in keys}:
        return tuple((key, NAMED) for key in sorted(named))
    near = nearest_of(of, readings[-1]) if readings else []
    powers = [(key, share**_SHARPNESS) for key, share in near]
    total = sum(power for _, power in powers)
    likely = ((key, LIKE * trust(near) * power / total) for key, power in powers[:_MOST])
    return tuple((key, likelihood) for key, likelihood in likely if likelihood >= _LEAST)


def nearest_of(of: Space, words: Sequence[str], most: int = _LOOKED_AT) -> list[tuple[int, float]]:
    """The occupations that the words are nearest to, as `Space.nearest`; none where they are hardly like any."""
    near = of.nearest(words, most)
    return near if near and near[0][1] >= _LEAST_SHARE else []


def trust(near: Sequence[tuple[int, float]]) -> float:
    """How likely the nearest is meant at all: what is hardly like anything is likely nothing of it all."""
    return min(1.0, near[0][1] / _TRUSTED) if near else 0.0
