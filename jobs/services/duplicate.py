"""Duplicates of postings: found, shown together, and told apart by people, whose word stands."""

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from jobs import policies
from jobs.models import DuplicateCluster, DuplicateVerdict, Job, JobFingerprint
from jobs.selectors import duplicate as duplicates
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import clustering, fingerprint
from jobs.text import fold
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

BATCH = 1_000
ATTEMPTS = 3
# Of a company's live postings, when one more is to be published: the newest whose titles are read, and the newest of
# those with its title and places whose texts are compared. Ten thousand characters cost about a millisecond.
MOST_TITLES, MOST_TEXTS = 5_000, 50

type Report = Callable[[int], None]  # how many jobs have been looked at so far


def refresh(job_ids: Iterable[UUID] | None = None, report: Report = lambda done: None) -> int:
    """Place the jobs, or all, whose fingerprint is missing or stale, into clusters. Gives back how many there were.

    Every `BATCH` jobs are a transaction of their own; whoever refreshes at the same time takes turns. Jobs that lost
    their leader over it are placed last.
    """
    placed = done = 0
    orphans: list[UUID] = []
    if job_ids is None:
        clustering.tidy()
    chunks = _stale() if job_ids is None else itertools.batched(sorted(set(job_ids)), BATCH)
    for chunk in chunks:
        count, followers = _placed(chunk)
        placed, done = placed + count, done + len(chunk)
        orphans += followers
        report(done)
    return placed + (refresh(orphans) if orphans else 0)


def rebuild(report: Report = lambda done: None) -> int:
    """Forget all clusters and place every job anew, in the order in which they came. Verdicts stand."""
    with transaction.atomic():
        clustering.lock()
        JobFingerprint.objects.all().delete()
        DuplicateCluster.objects.all().delete()
    return refresh(report=report)


def dismiss(*, by: Viewer, job_id: UUID, duplicate_id: UUID) -> Job:
    """Say that two jobs are not duplicates, and give back the first. From then on neither is listed with the other.

    It is about the two, and about no other: both stay in their cluster, whichever leads it, and among the duplicates
    of all the rest. Saying it again changes nothing. Whoever is refused waits for nobody.
    """
    wanted = (job_id, duplicate_id)
    found = jobs.by_id(by, wanted)
    _refuse_verdict(by, found, *wanted)
    with transaction.atomic():
        visible = Job.objects.filter(jobs.visible_to(by), pk__in=wanted).only("company_id").order_by("pk")
        _refuse_verdict(by, visible.select_for_update(of=("self",), no_key=True).in_bulk(), *wanted)
        older, younger = sorted(wanted)
        DuplicateVerdict.objects.get_or_create(job_a_id=older, job_b_id=younger, defaults={"by_id": by.user_id})
    return found[job_id]


def repeated_by(job: Job) -> Job | None:
    """The live job of the same company that `job` says over again: same title and places, equal or near-equal text.

    None where there is none among the `MOST_TITLES` newest, of which the `MOST_TEXTS` newest with the same title and
    places are compared, or a verdict says that they are no duplicates. Until the transaction ends nobody else can ask
    for the same company, so that of two equal drafts one finds the other. At most seven statements.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"nexus.publish {job.company_id}"])
    candidates = _titled_alike(job)
    if not candidates:
        return None
    places = clustering.places([job.pk, *candidates])
    here = {where.key for where in places.get(job.pk, ())}
    told_apart = duplicates.told_apart([job.pk]).get(job.pk, set())
    alike = [
        key for key in candidates if key not in told_apart and {where.key for where in places.get(key, ())} == here
    ][:MOST_TEXTS]
    if not alike:
        return None
    known = clustering.likenesses(Job.objects.filter(pk__in=clustering.among([job.pk, *alike])))
    shingles = functools.cache(fingerprint.shingles)
    for key in alike:
        if key in known and fingerprint.is_repeat(known[job.pk], known[key], shingles):
            return Job.objects.filter(pk=key).first()
    return None


def _titled_alike(job: Job) -> list[UUID]:
    """Of the newest live jobs of the company those whose title says the same, the newest first."""
    live = Job.objects.filter(jobs.live(), company_id=job.company_id).exclude(pk=job.pk)
    newest = live.order_by("-published_at", "-pk").values_list("pk", "title")[:MOST_TITLES]
    title = fold(job.title)
    return [key for key, other in newest if fold(other) == title]


def _refuse_verdict(by: Viewer, found: Mapping[UUID, Job], job_id: UUID, duplicate_id: UUID) -> None:
    for field, key in (("job_id", job_id), ("duplicate_id", duplicate_id)):
        if key not in found:
            raise NotFound(field=field)
    if job_id == duplicate_id:
        raise Invalid("A job is no duplicate of itself.", field="duplicate_id")
    if not policies.may_dismiss_duplicate(by, membership.roles(by), found[job_id], found[duplicate_id]):
        raise Forbidden


def _placed(job_ids: Iterable[UUID]) -> tuple[int, list[UUID]]:
    chunk = list(job_ids)
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(IntegrityError):  # one of the jobs was deleted meanwhile
            return clustering.place(chunk)
    return clustering.place(chunk)


def _stale() -> Iterator[list[UUID]]:
    """Every job that has no fingerprint, or a stale one, the oldest first."""
    last: UUID | None = None
    while True:
        after = Job.objects.filter(clustering.STALE, **({"pk__gt": last} if last else {}))
        chunk = list(after.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not chunk:
            return
        yield chunk
        last = chunk[-1]
