"""The clock of postings runs on a schedule."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from jobs.models import Job
from jobs.tasks import move_jobs, remind_of_ends
from kernel.models import OutboxEvent
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


def test_what_is_due_goes_live_and_what_is_over_expires() -> None:
    now = timezone.now()
    due = JobFactory(scheduled=True, scheduled_at=now - timedelta(seconds=1))
    over = JobFactory(published_at=now - timedelta(days=9), expires_at=now - timedelta(seconds=1))
    move_jobs()
    assert Job.objects.get(pk=due.pk).lifecycle == "published"
    assert Job.objects.get(pk=over.pk).lifecycle == "expired"


def test_ends_are_announced() -> None:
    now = timezone.now()
    job = JobFactory(published_at=now - timedelta(days=9), expires_at=now + timedelta(days=1))
    remind_of_ends()
    assert OutboxEvent.objects.get(aggregate=f"job:{job.pk}").kind == "JobExpiresSoon"


def test_the_clock_looks_every_half_minute() -> None:
    schedule = settings.CELERY_BEAT_SCHEDULE
    assert schedule["move-jobs"]["task"] == move_jobs.name
    assert schedule["move-jobs"]["schedule"] <= 30
    assert schedule["remind-of-ends"]["task"] == remind_of_ends.name
