"""Kinds of work that the same people like, learned by night from what they did with postings.

Postings are gone too soon to learn from each, so their *cells* are learned from: an occupation with one of the three
rarest skills that a posting asks for, and the occupation alone. Two cells are like one another as far as the people are
the same who liked jobs of both: by the cosine, shrunk where few people say so. What fewer than five people did counts
for nothing, and nor do people who do not want to be profiled.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from jobs.models import InteractionKind
from jobs.progress import Progress
from jobs.search.occupations import LIKE, classify
from jobs.services.heat import WEIGHTS

REACH = timedelta(days=90)
LEAST_PEOPLE = 5
MOST_NEAR = 20
"""Of each cell so many are kept: those most like it."""
MOST_LIKED = 50
"""Of each person so many jobs count: those with which most was done, the last of them."""
MOST_CELLS = 40
"""Of each person so many cells."""
SKILLS, OCCUPATIONS = 3, 2
"""Of each job."""
SHRINK = 10
"""So many people say half of what there is to be said."""
BATCH = 2_000

_KINDS = tuple(map(str, WEIGHTS))
_WORTH = "CASE kind " + " ".join(f"WHEN '{kind}' THEN {weight}" for kind, weight in WEIGHTS.items()) + " END"

# People and jobs by numbers: less to sort. Nothing of this outlives the transaction, and the server keeps it on its
# disk where it is much.
_LIKED = f"""
    CREATE TEMPORARY TABLE feed_liked ON COMMIT DROP AS
    SELECT user_id, job_id, worth FROM (
        SELECT user_id, job_id, max({_WORTH})::float8 AS worth,
            row_number() OVER (PARTITION BY user_id ORDER BY max({_WORTH}) DESC, max(occurred_at) DESC, job_id) AS place
        FROM jobs_interactionevent
        WHERE occurred_at > %(since)s AND occurred_at <= %(at)s AND user_id IS NOT NULL
            AND kind = ANY(%(kinds)s) AND kind <> '{InteractionKind.IMPRESSION}'
            AND user_id NOT IN (SELECT user_id FROM jobs_feedsettings WHERE NOT is_profiled)
        GROUP BY user_id, job_id
    ) AS liked WHERE place <= {MOST_LIKED}"""  # noqa: S608 - our own text
_JOBS = """
    CREATE TEMPORARY TABLE feed_job ON COMMIT DROP AS
    SELECT job_id AS id, row_number() OVER (ORDER BY job_id)::int AS number
    FROM (SELECT DISTINCT job_id FROM feed_liked) AS job"""
_PLACES = """
    CREATE TEMPORARY TABLE feed_place (
        job int NOT NULL, occupation_id bigint NOT NULL, skill_id bigint
    ) ON COMMIT DROP"""
_RARITIES = "SELECT key, count(*) FROM job_search, unnest(skill_ids) AS key GROUP BY key"
_BATCH = f"""
    SELECT f.number, j.title, j.occupation_id, ARRAY(SELECT skill_id FROM jobs_jobskill k WHERE k.job_id = j.id)
    FROM feed_job f JOIN jobs_job j ON j.id = f.id WHERE f.number > %(after)s ORDER BY f.number LIMIT {BATCH}"""  # noqa: S608
_PLACE = """
    INSERT INTO feed_place (job, occupation_id, skill_id)
    SELECT * FROM unnest(%(jobs)s::int[], %(occupations)s::bigint[], %(skills)s::bigint[])"""
_CELLS = f"""
    CREATE TEMPORARY TABLE feed_kind ON COMMIT DROP AS
    SELECT occupation_id, skill_id, row_number() OVER (ORDER BY occupation_id, skill_id)::int AS number
    FROM (
        SELECT p.occupation_id, p.skill_id FROM feed_liked l
        JOIN feed_job f ON f.id = l.job_id JOIN feed_place p ON p.job = f.number
        GROUP BY 1, 2 HAVING count(DISTINCT l.user_id) >= {LEAST_PEOPLE}
    ) AS kind"""  # noqa: S608
# How much each person likes each cell, and whether one job alone says so.
_LIKES = f"""
    CREATE TEMPORARY TABLE feed_like ON COMMIT DROP AS
    SELECT person, kind, worth, only_job FROM (
        SELECT dense_rank() OVER (ORDER BY l.user_id)::int AS person, k.number AS kind, max(l.worth) AS worth,
            CASE WHEN min(f.number) = max(f.number) THEN min(f.number) END AS only_job,
            row_number() OVER (PARTITION BY l.user_id ORDER BY max(l.worth) DESC, count(*) DESC, k.number) AS place
        FROM feed_liked l JOIN feed_job f ON f.id = l.job_id JOIN feed_place p ON p.job = f.number
        JOIN feed_kind k ON k.occupation_id = p.occupation_id AND k.skill_id IS NOT DISTINCT FROM p.skill_id
        GROUP BY l.user_id, k.number
    ) AS likes WHERE place <= {MOST_CELLS}"""  # noqa: S608
# Fine cells are compared with fine ones, and whole occupations with whole occupations. That a job is of two cells says
# nothing of who likes both.
_NEAR = f"""
    INSERT INTO feed_cell (occupation_id, skill_id, near_occupation_id, near_skill_id, likeness)
    WITH sizes AS (
        SELECT kind, sqrt(sum(worth * worth)) AS size FROM feed_like GROUP BY kind
    ), pairs AS (
        SELECT a.kind AS one, b.kind AS other, sum(a.worth * b.worth) AS shared, count(*) AS people
        FROM feed_like a JOIN feed_like b ON b.person = a.person AND b.kind > a.kind
        JOIN feed_kind ka ON ka.number = a.kind JOIN feed_kind kb ON kb.number = b.kind
        WHERE (ka.skill_id IS NULL) = (kb.skill_id IS NULL) AND (a.only_job = b.only_job) IS NOT TRUE
        GROUP BY 1, 2 HAVING count(*) >= {LEAST_PEOPLE}
    ), likenesses AS (
        SELECT one, other, least(1, shared / (sa.size * sb.size) * people / (people + {SHRINK}.0)) AS likeness
        FROM pairs JOIN sizes sa ON sa.kind = one JOIN sizes sb ON sb.kind = other
    ), placed AS (
        SELECT one, other, likeness, row_number() OVER (PARTITION BY one ORDER BY likeness DESC, other) AS place
        FROM (SELECT one, other, likeness FROM likenesses UNION ALL SELECT other, one, likeness FROM likenesses) AS each
    )
    SELECT a.occupation_id, a.skill_id, b.occupation_id, b.skill_id, likeness
    FROM placed JOIN feed_kind a ON a.number = one JOIN feed_kind b ON b.number = other
    -- What was deleted meanwhile is nobody's cell.
    WHERE place <= {MOST_NEAR} AND likeness > 0
        AND EXISTS (SELECT FROM jobs_occupation o WHERE o.id = a.occupation_id)
        AND EXISTS (SELECT FROM jobs_occupation o WHERE o.id = b.occupation_id)
        AND (a.skill_id IS NULL OR EXISTS (SELECT FROM jobs_skill s WHERE s.id = a.skill_id))
        AND (b.skill_id IS NULL OR EXISTS (SELECT FROM jobs_skill s WHERE s.id = b.skill_id))
    ORDER BY 1, 2, 3, 4"""  # noqa: S608


@transaction.atomic
def rebuild(at: datetime, progress: Progress | None = None) -> int:
    """Learn the cells anew from the last 90 days, and put them in the place of those that there are; how many rows.

    Until it is done everybody reads what there was. One does so at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('feed_cell'))")
        cursor.execute(_LIKED, {"since": at - REACH, "at": at, "kinds": list(_KINDS)})
        cursor.execute(_JOBS)
        jobs = cursor.rowcount
        cursor.execute(_PLACES)
        cursor.execute("ANALYZE feed_liked; CREATE INDEX ON feed_job (number)")
    _place_jobs(jobs, progress)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE feed_job, feed_place")
        cursor.execute(_CELLS)
        cursor.execute("ANALYZE feed_kind")
        cursor.execute(_LIKES)
        cursor.execute("CREATE INDEX ON feed_like (person, kind); ANALYZE feed_like")
        cursor.execute("DELETE FROM feed_cell")
        cursor.execute(_NEAR)
        rows = int(cursor.rowcount)
        # They go with the transaction, but a caller's may be longer.
        cursor.execute("DROP TABLE feed_liked, feed_job, feed_place, feed_kind, feed_like")
    return rows


def _place_jobs(count: int, progress: Progress | None) -> None:
    """Write down the cells of each job, live or not, a batch at a time."""
    if progress is not None:
        progress.start("Jobs", count)
    with connection.cursor() as cursor:
        cursor.execute(_RARITIES)
        rarities = Counter(dict(cursor.fetchall()))
        after = 0
        while True:
            cursor.execute(_BATCH, {"after": after})
            batch = cursor.fetchall()
            if not batch:
                return
            likely = classify({title for _, title, _, _ in batch})
            placed = [
                (number, occupation, skill)
                for number, title, known, skills in batch
                for occupation in _occupations(dict(likely[title]), known)
                for skill in (None, *_rarest(skills, rarities))
            ]
            columns = [list(column) for column in zip(*placed, strict=True)] or [[], [], []]
            cursor.execute(_PLACE, dict(zip(("jobs", "occupations", "skills"), columns, strict=True)))
            after = batch[-1][0]
            if progress is not None:
                progress.show(min(after, count))


def _occupations(likely: dict[int, float], known: int | None) -> Sequence[int]:
    """What a job most likely is, as the index says of one that is live."""
    if known is not None:
        likely[known] = max(likely.get(known, 0.0), LIKE)
    return sorted(likely, key=lambda key: (-likely[key], key))[:OCCUPATIONS]


def _rarest(skills: Iterable[int], rarities: Counter[int]) -> Collection[int]:
    return sorted(skills, key=lambda key: (rarities[key], key))[:SKILLS]
