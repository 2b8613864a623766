"""Which skills a phrase means, though nobody may have listed it, and the occupations that take them."""

from collections.abc import Mapping, Sequence

from django.db import connection

from jobs.search.spaces import Kept

MOST = 3
_LEAST_SHARE = 0.55
_SHARPNESS = 3.0

_NAMES = """
    SELECT a.alias, a.skill_id FROM jobs_skillalias a JOIN jobs_skill k ON k.id = a.skill_id AND NOT k.is_retired
    UNION SELECT l.label, l.skill_id FROM jobs_skilllabel l JOIN jobs_skill k ON k.id = l.skill_id AND NOT k.is_retired
"""
_VERSION = """
    SELECT (SELECT max(loaded_at)::text FROM jobs_taxonomyedition), (SELECT max(id) FROM jobs_skill),
        (SELECT max(id) FROM jobs_skillalias), (SELECT max(id) FROM jobs_skilllabel)
"""
_TAKING = """
    SELECT skill_id, occupation_id, bool_or(relevance = 'essential') FROM jobs_occupationskill
    WHERE skill_id = ANY(%s) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2 LIMIT 1000
"""

space = Kept(_NAMES, _VERSION).space


def skills_of(words: Sequence[str]) -> tuple[tuple[int, float], ...]:
    """The likely skills of what somebody is looking for, the likeliest first, with how likely each is, from 0 to 1."""
    near = space().nearest(words, MOST)
    if not near or near[0][1] < _LEAST_SHARE:
        return ()
    best = near[0][1]
    return tuple((key, share * (share / best) ** _SHARPNESS) for key, share in near if share >= _LEAST_SHARE)


def occupations_taking(skills: Sequence[tuple[int, float]]) -> Mapping[int, float]:
    """The occupations that take the skills, those that take them most first, each with how much."""
    if not skills:
        return {}
    weights = dict(skills)
    with connection.cursor() as cursor:
        cursor.execute(_TAKING, [list(weights)])
        found = cursor.fetchall()
    summed: dict[int, float] = {}
    for skill, occupation, is_essential in found:
        value = weights[skill] * (1.0 if is_essential else 0.4)
        summed[occupation] = summed.get(occupation, 0.0) + value
    best = sorted(summed.items(), key=lambda item: (-item[1], item[0]))
    return dict(best)
