"""Live jobs that are like a job: the same occupation, skills in common, words of the title in common."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from jobs.search.postgres.fragment import Fragment, rows

MOST_CONSIDERED = 60
"""Jobs of each of the three ways to be like another that are compared."""
MOST = 50

# The candidates are bounded: those that have the concepts that the job's title stands for, and a skill of its; those
# whose title has all of its words; the newest of its category. Of each two that say the same over again the better one
# counts, and none that says the same as the job itself.
_SIMILAR = """
SELECT o.job_id, found.job_id
FROM job_search o
CROSS JOIN LATERAL (
    SELECT
        array_agg(u.lexeme) FILTER (WHERE {is_titled}) AS title,
        string_agg(quote, ' & ') FILTER (WHERE {is_titled}) AS titled,
        string_agg(quote, ' | ') FILTER (WHERE u.lexeme LIKE 'o:%%') AS occupied,
        array_agg(u.lexeme) FILTER (WHERE u.lexeme LIKE 'o:%%') AS occupations,
        array_agg(u.lexeme) FILTER (WHERE u.lexeme LIKE 's:%%') AS skills,
        string_agg(quote, ' | ') FILTER (WHERE u.lexeme LIKE 's:%%') AS skilled
    FROM unnest(o.head) u, LATERAL (
        SELECT '''' || replace(replace(u.lexeme, '\\', '\\\\'), '''', '''''') || '''' AS quote
    ) q
) w
CROSS JOIN LATERAL (
    SELECT job_id FROM (
        SELECT DISTINCT ON (c.likeness) c.job_id, c.published_at, c.score FROM (
            SELECT s.job_id, s.likeness, s.published_at, (
                CASE WHEN s.title_key = o.title_key THEN 2 ELSE 0 END
                + 2.0 * shared.title / greatest(shared.titles + cardinality(w.title) - shared.title, 1)
                + 2.0 * shared.skills / greatest(cardinality(s.skill_ids) + cardinality(o.skill_ids) - shared.skills, 1)
                + 1.5 * shared.occupations / greatest(cardinality(w.occupations), 1)
                + CASE WHEN s.category_id = o.category_id THEN 0.3 ELSE 0 END
            ) * CASE WHEN s.company_id = o.company_id THEN 0.5 ELSE 1 END AS score
            FROM (
                (SELECT job_id FROM job_search
                WHERE head @@ ('(' || w.occupied || ')' || coalesce(' & (' || w.skilled || ')', ''))::tsquery
                LIMIT %(considered)s)
                UNION
                (SELECT job_id FROM job_search WHERE head @@ w.titled::tsquery LIMIT %(considered)s)
                UNION
                (SELECT job_id FROM job_search WHERE category_id = o.category_id
                ORDER BY published_at DESC, job_id DESC LIMIT %(considered)s)
            ) candidate JOIN job_search s USING (job_id)
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE {is_titled}) AS titles,
                    count(*) FILTER (WHERE u.lexeme = ANY(w.title) AND 'A' = ANY(u.weights)) AS title,
                    count(*) FILTER (WHERE u.lexeme = ANY(w.occupations)) AS occupations,
                    count(*) FILTER (WHERE u.lexeme = ANY(w.skills)) AS skills
                FROM unnest(s.head) u
            ) shared
            WHERE s.published_at <= %(at)s AND s.expires_at > %(at)s
            AND s.job_id <> o.job_id AND s.likeness <> o.likeness
        ) c WHERE c.score > %(least)s ORDER BY c.likeness, c.score DESC, c.published_at DESC, c.job_id DESC
    ) best ORDER BY score DESC, published_at DESC, job_id DESC LIMIT %(size)s
) found
WHERE o.job_id = ANY(%(keys)s::uuid[])"""
# The stems of a title's words: not the words as they are ("=engineering"), not the occupations that it stands for.
_SIMILAR = _SIMILAR.format(is_titled="'A' = ANY(u.weights) AND left(u.lexeme, 1) <> '=' AND u.lexeme !~ '^[oc]:'")

LEAST_SCORE = 0.5
"""Of at most about 8: being of one category alone is not enough."""


def similar(job_ids: Collection[UUID], size: int, at: datetime) -> Mapping[UUID, Sequence[UUID]]:
    """Of each job that the index has, the live jobs most like it, those of other companies first. One statement.

    A job that is not live is like none.
    """
    if not job_ids or size < 1:
        return {}
    given = {
        "keys": list(job_ids),
        "at": at,
        "size": min(size, MOST),
        "considered": MOST_CONSIDERED,
        "least": LEAST_SCORE,
    }
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for job_id, like in rows(Fragment(_SIMILAR, given)):
        found[job_id].append(like)
    return found
