"""Duplicates of postings: found, shown together, and told apart by people, whose word stands."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from jobs import policies
from jobs.errors import Forbidden
from jobs.models import DuplicateCluster, DuplicateVerdict, Job, JobFingerprint
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import clustering, fingerprint
from jobs.text import fold
from kernel.errors import Invalid, NotFound
from kernel.viewer import Viewer

BATCH = 1_000
ATTEMPTS = 3

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


@transaction.atomic
def dismiss(*, by: Viewer, job_id: UUID, duplicate_id: UUID) -> Job:
    """Say that two jobs are not duplicates, and give back the first. They never share a cluster again.

    Where they share one, the younger leaves it. Saying it again changes nothing.
    """
    clustering.lock()
    found = jobs.by_id(by, {job_id, duplicate_id})
    for field, key in (("job_id", job_id), ("duplicate_id", duplicate_id)):
        if key not in found:
            raise NotFound(field=field)
    if job_id == duplicate_id:
        raise Invalid("A job is no duplicate of itself.", field="duplicate_id")
    job, duplicate = found[job_id], found[duplicate_id]
    if not policies.may_dismiss_duplicate(by, membership.roles(by), job, duplicate):
        raise Forbidden
    older, younger = sorted((job_id, duplicate_id))
    DuplicateVerdict.objects.get_or_create(job_a_id=older, job_b_id=younger, defaults={"by_id": by.user_id})
    stood = dict(JobFingerprint.objects.filter(pk__in=(older, younger)).values_list("pk", "cluster_id"))
    if stood.get(older) is not None and stood.get(older) == stood.get(younger):
        _, orphans = clustering.place([younger], anew=True)
        refresh(orphans)
    return job


def repeated_by(job: Job) -> Job | None:
    """The live job of the same company that `job` says over again: same title and places, equal or near-equal text.

    None where there is none, or a verdict says that they are no duplicates. Until the transaction ends nobody else
    can ask for the same company, so that of two equal drafts one finds the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"nexus.publish {job.company_id}"])
    live = Job.objects.filter(jobs.live(), company_id=job.company_id).exclude(pk=job.pk)
    title = fold(job.title)
    alike = [key for key, other in live.values_list("pk", "title") if fold(other) == title]
    if not alike:
        return None
    told_apart = DuplicateVerdict.objects.filter(Q(job_a=job) | Q(job_b=job)).values_list("job_a_id", "job_b_id")
    alike = sorted(set(alike).difference(*told_apart))
    known = clustering.likenesses(Job.objects.filter(pk__in=[job.pk, *alike]))
    return Job.objects.filter(pk__in=[key for key in alike if fingerprint.is_repeat(known[job.pk], known[key])]).first()


def _placed(job_ids: Iterable[UUID]) -> tuple[int, list[UUID]]:
    chunk = list(job_ids)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return clustering.place(chunk)
        except IntegrityError:  # one of the jobs was deleted meanwhile
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


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
