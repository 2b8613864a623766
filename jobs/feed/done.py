"""What somebody did with jobs, and what of it still counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from jobs.search.postgres.fragment import Fragment, rows_again

MOST_LIKED = 200

# What was done with a job is worth so much, and half of it a fortnight later.
WORTH = {"view": 1.0, "save": 3.0, "apply_click": 3.0, "apply": 7.0, "hide": -2.0}
GLANCE_SECONDS = 20
GLANCE = 0.3
HALF_LIFE_DAYS = 14.0
LIKED_DAYS = 90
SHOWN_DAYS = 14
MOST_EVENTS = 3_000

# What was done with a job after it was shown makes up for having been shown it before. What says the same is as
# tiring: nobody sees that it is another.
_DONE = """
WITH shown AS MATERIALIZED (
    SELECT job_id, occurred_at FROM jobs_interactionevent
    WHERE user_id = %(user_id)s::uuid AND kind = 'impression'
    AND occurred_at > %(at)s - %(shown_days)s * interval '1 day' AND occurred_at <= %(at)s
    ORDER BY occurred_at DESC LIMIT %(events)s
), done AS (
    (SELECT job_id, kind, occurred_at, seconds FROM jobs_interactionevent
    WHERE user_id = %(user_id)s::uuid AND kind <> 'impression'
    AND occurred_at > %(at)s - %(liked_days)s * interval '1 day' AND occurred_at <= %(at)s
    ORDER BY occurred_at DESC LIMIT %(events)s)
    UNION ALL
    (SELECT job_id, 'save', saved_at, NULL FROM jobs_savedjob
    WHERE user_id = %(user_id)s::uuid AND saved_at <= %(at)s ORDER BY saved_at DESC, id DESC LIMIT %(liked)s)
    UNION ALL
    (SELECT job_id, 'hide', dismissed_at, NULL FROM jobs_jobdismissal
    WHERE user_id = %(user_id)s::uuid AND dismissed_at <= %(at)s ORDER BY dismissed_at DESC, id DESC LIMIT %(liked)s)
), kinds AS (
    SELECT job_id, kind, max(occurred_at) AS last, max(seconds) AS seconds FROM done GROUP BY job_id, kind
), jobs AS (
    SELECT job_id, max(last) AS last, json_agg(json_build_array(
        kind, extract(epoch FROM %(at)s - last)::float8 / 86400, seconds
    )) AS kinds FROM kinds GROUP BY job_id
), known AS (
    SELECT s.job_id, s.likeness FROM (SELECT job_id FROM shown UNION SELECT job_id FROM jobs) j
    JOIN job_search s USING (job_id)
), opened AS (
    SELECT k.likeness, max(j.last) AS last FROM jobs j JOIN known k USING (job_id) GROUP BY k.likeness
)
(SELECT job_id, kinds, NULL::bigint, NULL::bigint FROM jobs ORDER BY last DESC, job_id LIMIT %(liked)s)
UNION ALL
SELECT NULL, NULL, k.likeness, count(*) FROM shown JOIN known k USING (job_id) LEFT JOIN opened USING (likeness)
WHERE opened.last IS NULL OR shown.occurred_at > opened.last OR NOT %(is_profiled)s GROUP BY k.likeness"""


def done_by(
    user_id: UUID, at: datetime, *, is_profiled: bool
) -> tuple[Sequence[tuple[UUID, float]], Mapping[int, int]]:
    """Jobs with what was done with them is worth at an instant, newest first; and how often others that can still be
    found, by likeness, were shown since they were opened last. One statement.

    Of who is not profiled nothing but having been seen at all: whatever they did since, that counts once.
    """
    given = {
        "user_id": user_id,
        "at": at,
        "liked_days": LIKED_DAYS,
        "shown_days": SHOWN_DAYS,
        "events": MOST_EVENTS,
        "liked": MOST_LIKED,
        "is_profiled": is_profiled,
    }
    found = rows_again(Fragment(_DONE, given))
    shown = {likeness: times for _, kinds, likeness, times in found if kinds is None}
    if not is_profiled:
        return (), dict.fromkeys(shown, 1)
    liked = [(job_id, sum(_worth(*kind) for kind in kinds)) for job_id, kinds, *_ in found if kinds is not None]
    return tuple(liked), shown


def _worth(kind: str, days: float, seconds: int | None) -> float:
    worth = WORTH.get(kind, 0.0)
    if kind == "view" and seconds is not None and seconds < GLANCE_SECONDS:
        worth *= GLANCE
    return worth * 0.5 ** (max(days, 0.0) / HALF_LIFE_DAYS)
