"""Which skills a phrase means, though nobody may have listed it, and the occupations that take them."""

from collections.abc import Mapping, Sequence

from django.db import connection

from jobs.search.phrases import Phrases
from jobs.search.spaces import Kept

# Chosen outside the index on 150 to 400 queries of the judged set, loaded and unseen each (docs/search-quality.md).
MOST = 6
_LEAST_SHARE = 0.4
_SHARPNESS = 5.0
# What an occupation may take, beside what it always takes.
_OPTIONAL = 0.2
_MOST_TAKING = 200

_NAMES = """
    SELECT a.alias, a.skill_id FROM jobs_skillalias a JOIN jobs_skill k ON k.id = a.skill_id AND NOT k.is_retired
    UNION SELECT l.label, l.skill_id FROM jobs_skilllabel l JOIN jobs_skill k ON k.id = l.skill_id AND NOT k.is_retired
    ORDER BY 2, 1
"""
_VERSION = """
    SELECT (SELECT max(loaded_at)::text FROM jobs_taxonomyedition), (SELECT max(id) FROM jobs_skill),
        (SELECT max(id) FROM jobs_skillalias), (SELECT max(id) FROM jobs_skilllabel)
"""
_TAKING = """
    SELECT r.occupation_id, sum(w.weight * CASE WHEN r.is_essential THEN 1 ELSE %s::float8 END)
    FROM unnest(%s::int[], %s::float8[]) AS w (skill_id, weight)
    CROSS JOIN LATERAL (
        SELECT occupation_id, bool_or(relevance = 'essential') AS is_essential FROM jobs_occupationskill
        WHERE skill_id = w.skill_id GROUP BY 1
    ) r
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""

space = Kept(_NAMES, _VERSION, Phrases).space


def skills_of(words: Sequence[str]) -> tuple[tuple[int, float], ...]:
    """The likely skills of what somebody is looking for, the likeliest first, with how likely each is, from 0 to 1."""
    near = space().nearest(words, MOST)
    if not near or near[0][1] < _LEAST_SHARE:
        return ()
    best = near[0][1]
    return tuple((key, share * (share / best) ** _SHARPNESS) for key, share in near)


def occupations_taking(skills: Sequence[tuple[int, float]]) -> Mapping[int, float]:
    """The occupations that take the skills, those that take them most first, each with how much: 1 for the first.

    Several skills that are alike tell more than one: what is essential for one of them may be missing beside another.
    """
    if not skills:
        return {}
    with connection.cursor() as cursor:
        keys, weights = zip(*skills, strict=True)
        cursor.execute(_TAKING, [_OPTIONAL, list(keys), list(weights), _MOST_TAKING])
        found = cursor.fetchall()
    return {occupation: value / found[0][1] for occupation, value in found}
