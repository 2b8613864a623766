"""The clock of postings."""

import contextlib

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from jobs.services import job_clock

log = structlog.get_logger("nexus.jobs")


@shared_task(soft_time_limit=55, time_limit=60)
def move_jobs() -> None:
    """Publishes what is due, and expires what is over. What is not reached in time is for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        if published := job_clock.publish_due(timezone.now()):
            log.info("jobs_published", jobs=published)
        if expired := job_clock.expire_due(timezone.now()):
            log.info("jobs_expired", jobs=expired)


@shared_task(soft_time_limit=55, time_limit=60)
def remind_of_ends() -> None:
    """Announces the ends that come near."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        if reminded := job_clock.remind(timezone.now()):
            log.info("ends_announced", jobs=reminded)
