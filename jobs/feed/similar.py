"""What people looked at who looked at a job: by what the same people opened, or else by what kinds of work they did."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from jobs.feed.cells import LEAST_PEOPLE, REACH
from jobs.models import InteractionKind, Job
from jobs.search.postgres.fragment import Fragment, rows
from jobs.selectors import job as jobs
from kernel.viewer import Viewer

LEAST_EVENTS = 20
"""Of a job that was opened less often its people say too little."""
MOST_PEOPLE = 100
"""Of those who opened a job, the last so many are asked."""
MOST_EVENTS = 1_000
"""Among the last so many times that it was opened, by whomever."""
MOST_OPENED = 30
"""Of what each of them opened, the last so many jobs."""
MOST_NEAR = 12
MOST_CONSIDERED = 30
MOST = 50

_LIVE = "{0}.published_at <= %(at)s AND {0}.expires_at > %(at)s"
_OPENED = f"kind = '{InteractionKind.VIEW}' AND kind <> '{InteractionKind.IMPRESSION}' AND occurred_at > %(since)s"
# Every step is bounded: people of a job by the index on jobs, jobs of a person by that on people. What nearly everybody
# opens says little of this job: a job counts less, the more was done with it.
_OPENED_TOO = f"""
    SELECT o.job_id, s.job_id, s.likeness
    FROM job_search o
    CROSS JOIN LATERAL (
        SELECT array_agg(user_id) AS people, sum(events) AS events FROM (
            SELECT user_id, count(*) AS events FROM (
                SELECT e.user_id, e.occurred_at FROM jobs_interactionevent e
                WHERE e.job_id = o.job_id AND {_OPENED} AND e.user_id IS NOT NULL
                ORDER BY e.occurred_at DESC LIMIT {MOST_EVENTS}
            ) last
            WHERE NOT EXISTS (SELECT FROM jobs_feedsettings f WHERE f.user_id = last.user_id AND NOT f.is_profiled)
            GROUP BY user_id ORDER BY max(occurred_at) DESC LIMIT {MOST_PEOPLE}
        ) opened
    ) asked
    CROSS JOIN LATERAL (
        SELECT opened.job_id, count(*) AS people
        FROM unnest(asked.people) AS person (id)
        CROSS JOIN LATERAL (
            SELECT DISTINCT job_id FROM (
                SELECT e.job_id FROM jobs_interactionevent e WHERE e.user_id = person.id AND {_OPENED}
                ORDER BY e.occurred_at DESC LIMIT {MOST_OPENED}
            ) last
        ) opened
        WHERE asked.events >= {LEAST_EVENTS}
        GROUP BY opened.job_id HAVING count(*) >= {LEAST_PEOPLE}
    ) too
    JOIN job_search s ON s.job_id = too.job_id
    LEFT JOIN job_heat h ON h.job_id = too.job_id
    WHERE o.job_id = ANY(%(keys)s::uuid[]) AND {_LIVE.format("o")} AND {_LIVE.format("s")}
        AND s.job_id <> o.job_id AND s.likeness <> o.likeness
    ORDER BY o.job_id, too.people / sqrt(greatest(coalesce(h.signals, 0), too.people)) DESC,
        s.published_at DESC, s.job_id DESC"""  # noqa: S608 - our own text
_OF_NEAR_KINDS = f"""
    SELECT o.job_id, found.job_id, found.likeness
    FROM job_search o
    CROSS JOIN LATERAL (
        SELECT n.near_occupation_id, n.near_skill_id, max(n.likeness) AS likeness FROM feed_cell n
        WHERE n.occupation_id = ANY(ARRAY(
            SELECT substr(u.lexeme, 3)::int FROM unnest(o.head) u
            WHERE u.lexeme LIKE 'o:%%' AND u.weights && '{{A,B}}'::text[]
        )) AND (n.skill_id IS NULL OR n.skill_id = ANY(o.skill_ids))
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {MOST_NEAR}
    ) near
    CROSS JOIN LATERAL (
        SELECT s.job_id, s.likeness, s.published_at FROM (
            SELECT job_id FROM job_search WHERE head @@ (
                '''o:' || near.near_occupation_id || '''' || coalesce(' & ''s:' || near.near_skill_id || '''', '')
            )::tsquery LIMIT {MOST_CONSIDERED}
        ) candidate JOIN job_search s USING (job_id)
        WHERE {_LIVE.format("s")} AND s.job_id <> o.job_id AND s.likeness <> o.likeness
    ) found
    WHERE o.job_id = ANY(%(keys)s::uuid[]) AND {_LIVE.format("o")}
    GROUP BY o.job_id, found.job_id, found.likeness, found.published_at
    ORDER BY o.job_id, sum(near.likeness) DESC, found.published_at DESC, found.job_id DESC"""  # noqa: S608


def also_viewed(viewer: Viewer, keys: Collection[UUID], *, size: int) -> dict[UUID, list[Job]]:
    """Live, public jobs that those looked at who looked at each of the jobs, the likeliest first.

    Everybody is told the same, and nothing that fewer than five people did. A job that is not live has none. Of each
    two that say the same over again there is one. Three statements at most.
    """
    at, most = timezone.now(), min(size, MOST)
    found = _best(_OPENED_TOO, keys, at, most)
    others = [key for key in keys if key not in found]
    found |= _best(_OF_NEAR_KINDS, others, at, most)
    live = jobs.listed_by_id({key for likely in found.values() for key in likely})
    return {key: [live[other] for other in found.get(key, ()) if other in live] for key in keys}


def _best(statement: str, keys: Collection[UUID], at: datetime, most: int) -> dict[UUID, Sequence[UUID]]:
    if not keys or most < 1:
        return {}
    given = {"keys": list(keys), "at": at, "since": at - REACH}
    found: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for key, other, likeness in rows(Fragment(statement, given)):
        found[key].append((other, likeness))
    return {key: _once(others)[:most] for key, others in found.items()}


def _once(found: Iterable[tuple[UUID, int]]) -> Sequence[UUID]:
    """The first of those that say the same."""
    best: dict[int, UUID] = {}
    for key, likeness in found:
        best.setdefault(likeness, key)
    return list(best.values())
