"""What time does to postings: those that are due go live, those whose time is over expire, and ends are announced.

Any number of clocks may run at once. Each takes postings that no other has, and none that a person is moving at this
moment: what it passes over is for the next look. Each look does so much and no more.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from jobs.events import JobExpired, JobExpiresSoon
from jobs.models import Job, JobLifecycle, SourcePosting
from jobs.models.job import live
from jobs.services import job as jobs
from kernel.errors import DomainError
from kernel.events import emit_all

log = structlog.get_logger("nexus.jobs")

REMINDED_BEFORE = timedelta(days=7)
# Until its transaction ends each event holds a lock, of which the server has some thousands for everybody.
BATCH = 200
MOST_PUBLISHED, MOST_EXPIRED, MOST_REMINDED = 500, 20_000, 5_000


def publish_due(at: datetime) -> int:
    """Make the postings live whose time has come, the longest due first; how many it was.

    One that cannot go live is handed back, approved: its review comment says why, and an event tells it.
    """
    published, failed = 0, set[UUID]()
    for _ in range(MOST_PUBLISHED):
        with transaction.atomic():
            due = Job.objects.filter(lifecycle=JobLifecycle.SCHEDULED, scheduled_at__lte=at).exclude(pk__in=failed)
            free = due.select_for_update(skip_locked=True, of=("self",)).select_related("company")
            job = free.order_by("scheduled_at", "pk").first()
            if job is None:
                break
            try:
                with transaction.atomic():
                    published += _published(job, at)
            except SoftTimeLimitExceeded:
                raise
            except Exception:
                # No posting stands in the way of those behind it.
                log.exception("job_not_published", job_id=str(job.pk))
                failed.add(job.pk)
    return published


def expire_due(at: datetime) -> int:
    """Write down of postings that their time is over, the longest over first; how many it was."""
    expired = 0
    for lifecycle in (JobLifecycle.PUBLISHED, JobLifecycle.PAUSED):  # each has an index
        while expired < MOST_EXPIRED and (batch := _expired(lifecycle, at)):
            expired += batch
    return expired


def remind(at: datetime) -> int:
    """Announce the ends of live postings a week before, each end once; how many it was.

    Not of what was imported, whose end is its source's doing; nor of what was to be live for less than a week.
    """
    reminded = 0
    while reminded < MOST_REMINDED and (batch := _reminded(at)):
        reminded += batch
    return reminded


def _published(job: Job, at: datetime) -> int:
    try:
        with transaction.atomic():
            jobs.publish_scheduled(job, at)
    except DomainError as refusal:
        # As it was before the attempt.
        jobs.hold_back(Job.objects.select_related("company").get(pk=job.pk), refusal, at)
        return 0
    return 1


@transaction.atomic
def _expired(lifecycle: JobLifecycle, at: datetime) -> int:
    over = Job.objects.filter(lifecycle=lifecycle, expires_at__lte=at).order_by("expires_at")
    taken = list(over.select_for_update(skip_locked=True).values_list("pk", "company_id")[:BATCH])
    Job.objects.filter(pk__in=[key for key, _ in taken]).update(
        lifecycle=JobLifecycle.EXPIRED, version=F("version") + 1, updated_at=at
    )
    emit_all([JobExpired(*keys) for keys in sorted(taken)])
    return len(taken)


@transaction.atomic
def _reminded(at: datetime) -> int:
    imported = SourcePosting.objects.filter(job=OuterRef("pk"))
    ending = Job.objects.filter(live(at), ~Exists(imported), expires_at__lte=at + REMINDED_BEFORE).filter(
        Q(reminded_of=None) | ~Q(reminded_of=F("expires_at")),
        published_at__lte=F("expires_at") - REMINDED_BEFORE,
    )
    free = ending.order_by("expires_at").select_for_update(skip_locked=True, of=("self",))
    taken = list(free.values_list("pk", "company_id")[:BATCH])
    Job.objects.filter(pk__in=[key for key, _ in taken]).update(reminded_of=F("expires_at"))
    emit_all([JobExpiresSoon(*keys) for keys in sorted(taken)])
    return len(taken)
