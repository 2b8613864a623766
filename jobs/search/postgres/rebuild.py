"""Makes the index anew while it is read, and finds out where it says something else than the tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from jobs.progress import Progress
from jobs.search.postgres import suggestions, terms
from jobs.search.postgres.document import COLUMNS, ROWS, given, read, rows, write
from kernel.reading import array

BATCH = 500

# In the order of their keys, what should be there and what is.
_WALK = """
(SELECT id FROM jobs_job WHERE id > %(after)s AND lifecycle = 'published' ORDER BY id LIMIT %(size)s)
UNION (SELECT job_id FROM job_search WHERE job_id > %(after)s ORDER BY job_id LIMIT %(size)s)
ORDER BY 1 LIMIT %(size)s"""
_COUNT = "SELECT count(*) FROM jobs_job WHERE lifecycle = 'published'"
_FORGET = """
DELETE FROM job_search s WHERE s.job_id = ANY(%(keys)s::uuid[])
AND NOT EXISTS (SELECT FROM jobs_job j WHERE j.id = s.job_id)"""
_PUT_DOWN = "INSERT INTO search_pending (job_id) SELECT unnest(%(keys)s::uuid[])"
# Rates move every day; a loading of rates has those jobs indexed anew whose pay it moves by much.
_EXACT = [name for name in COLUMNS if name != "pay_common"]
_PAID_OTHERWISE = """(n.pay_common IS NULL) <> (s.pay_common IS NULL)
    OR abs(n.pay_common - s.pay_common) > greatest(1, 0.01 * s.pay_common)"""
# What is over by the clock may be there or not.
_DRIFT = f"""
SELECT coalesce(n.job_id, s.job_id), n.job_id IS NOT NULL, s.job_id IS NOT NULL FROM ({ROWS}) n
FULL JOIN (SELECT * FROM job_search WHERE job_id = ANY(%(walked)s::uuid[]) AND expires_at > now()) s USING (job_id)
WHERE (
    ({", ".join(f"n.{name}" for name in _EXACT)}) IS DISTINCT FROM ({", ".join(f"s.{name}" for name in _EXACT)})
    OR {_PAID_OTHERWISE}
) AND NOT EXISTS (SELECT FROM search_pending p WHERE p.job_id = coalesce(n.job_id, s.job_id))"""  # noqa: S608 - ours
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(slots=True)
class Drift:
    """How many jobs were compared, and of how many the index said something else. What is pending is not counted."""

    compared: int = 0
    missing: int = 0
    left_over: int = 0
    different: int = 0

    @property
    def total(self) -> int:
        return self.missing + self.left_over + self.different


def rebuild(progress: Progress | None = None) -> int:
    """Index every job anew, and what searches are completed and corrected with; how many jobs it was.

    Reads and writes go on meanwhile. Each batch is a transaction of its own, and a row that says the same is left
    alone: whoever was cut off runs it again.
    """
    done = 0
    show = _shown(progress, "Jobs")
    for walked in _walk():
        again(walked)
        done += len(walked)
        show(done)
    with connection.cursor() as cursor:
        # The planner knows nothing of rows that came by the thousand a moment ago.
        cursor.execute("ANALYZE job_search")
    rebuild_vocabulary(progress)
    return done


def rebuild_vocabulary(progress: Progress | None = None) -> None:
    """Make what searches are corrected and completed with say what the index says."""
    terms.rebuild(progress)
    suggestions.rebuild(progress)


def again(job_ids: Sequence[UUID]) -> None:
    """Index jobs, in a transaction; those that somebody is writing are left to whoever drains next."""
    with transaction.atomic():
        locked = set(write(job_ids, is_patient=False))
        if left := [key for key in job_ids if key not in locked]:
            with connection.cursor() as cursor:
                cursor.execute(_FORGET, {"keys": array(left)})
                cursor.execute(_PUT_DOWN, {"keys": array(left)})


def check(progress: Progress | None = None, *, mends: bool = False) -> Drift:
    """Compare the index with the tables, job by job, and with `mends` index anew what differs. Not in a transaction."""
    drift = Drift()
    show = _shown(progress, "Jobs")
    for walked in _walk():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_SNAPSHOT)
            found = rows(_DRIFT, **given(read(walked)), walked=array(walked))
        for _, should_be, is_there in found:
            drift.missing += should_be and not is_there
            drift.left_over += is_there and not should_be
            drift.different += is_there and should_be
        if mends and found:
            again([job_id for job_id, *_ in found])
        drift.compared += len(walked)
        show(drift.compared)
    return drift


def _walk() -> Iterator[list[UUID]]:
    after = UUID(int=0)
    while walked := [key for (key,) in rows(_WALK, after=after, size=BATCH)]:
        yield walked
        after = walked[-1]


def _shown(progress: Progress | None, what: str) -> Callable[[int], None]:
    if progress is None:
        return lambda done: None
    ((total,),) = rows(_COUNT)
    progress.start(what, total)
    return progress.show
