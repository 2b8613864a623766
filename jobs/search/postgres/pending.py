"""Takes what the triggers put down in `search_pending`, drops what is over, and sorts in what waits in the index.

Any number of processes may drain at once: each takes rows that no other has, and passes over jobs that somebody is
writing, whose rows stay for the next one. A row goes in the transaction that indexes its job, or not at all.
"""

from uuid import UUID

from django.db import connection, transaction

from jobs.search.postgres.document import rows, write
from kernel.reading import array

BATCH = 500
MOST_OVER = 5_000

_NEWEST = "SELECT coalesce(max(id), 0) FROM search_pending"
_TAKE = """
SELECT id, job_id FROM search_pending WHERE id > %(after)s AND id <= %(last)s
ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED"""
# Of what could not be locked, the jobs that are gone. Nobody will ever take their rows in another way.
_FORGET_GONE = """
DELETE FROM search_pending p WHERE p.id = ANY(%(ids)s::bigint[])
AND NOT EXISTS (SELECT FROM jobs_job j WHERE j.id = p.job_id)"""
_FORGET_ALL_GONE = """
DELETE FROM search_pending WHERE id IN (
    SELECT p.id FROM search_pending p WHERE NOT EXISTS (SELECT FROM jobs_job j WHERE j.id = p.job_id)
    FOR UPDATE SKIP LOCKED
)"""
_IS_OVER = "SELECT EXISTS (SELECT FROM job_search WHERE expires_at <= now())"
_DROP_OVER = """
DELETE FROM job_search WHERE job_id = ANY(ARRAY(
    SELECT job_id FROM job_search WHERE expires_at <= now() LIMIT %(most)s FOR UPDATE SKIP LOCKED
))"""
# Whatever is looked for by the index reads that list as well, from its beginning to its end.
_SORT_IN = "SELECT gin_clean_pending_list('job_search_words')"


def drain(most: int | None = None) -> int:
    """Index what was pending when this began, or about `most` jobs of it, the oldest first; how many jobs it was.

    Every `BATCH` rows are a transaction of their own, unless one is open.
    """
    ((last,),) = rows(_NEWEST)
    after = done = 0
    while most is None or done < most:
        with transaction.atomic():
            taken = rows(_TAKE, after=after, last=last, size=BATCH)
            if not taken:
                break
            after = taken[-1][0]
            done += _indexed(taken)
    return done


def forget_gone() -> int:
    """Forget what is pending of jobs that are there no longer; how many rows it was. `drain` would, too, bit by bit."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_ALL_GONE)
        return int(cursor.rowcount)


def drop_over() -> int:
    """Take up to `MOST_OVER` jobs whose time is over out of the index; how many it was."""
    # Caches grow old with a DELETE, whether or not there was anything to delete.
    if not rows(_IS_OVER)[0][0]:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_DROP_OVER, {"most": MOST_OVER})
        return int(cursor.rowcount)


def sort_in() -> int:
    """Sort what writers have left on the list of the index of words into the index; how many pages of it there were."""
    ((pages,),) = rows(_SORT_IN)
    return int(pages)


def _indexed(taken: list[tuple[int, UUID]]) -> int:
    locked = set(write({job_id for _, job_id in taken}, is_patient=False))
    if left := [pending for pending, job_id in taken if job_id not in locked]:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_GONE, {"ids": array(left)})
    return len(locked)
