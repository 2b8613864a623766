"""What the schedule does for the feed."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone

from jobs.models import FeedCell, InteractionEvent
from jobs.services import interaction, signal
from jobs.tasks import drain_signals, keep_interactions, learn_cells
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.jobs.feed.liking import jobs_of, kind, like
from tests.search_board import other_connection

pytestmark = pytest.mark.django_db


def test_what_waits_is_written() -> None:
    taken = signal.Signal(uuid4(), JobFactory().pk, "view", timezone.now())
    signal.record(by=viewer_of(UserFactory()), signals=[taken])
    drain_signals()
    assert InteractionEvent.objects.count() == 1
    drain_signals()


def test_the_months_to_come_are_there_and_those_that_are_over_are_not() -> None:
    # Months that other tests wrote to: some are kept, some are over.
    there = {part.start for part in interaction.partitions()}
    interaction.make_months(datetime(2020, 1, 1, tzinfo=UTC).date(), datetime(2020, 1, 1, tzinfo=UTC).date())
    keep_interactions()
    now = timezone.now()
    months = [divmod(now.year * 12 + now.month - 1 + ahead, 12) for ahead in range(interaction.MONTHS_AHEAD + 1)]
    to_come = {datetime(year, month + 1, 1, tzinfo=UTC) for year, month in months}
    left = {part.start for part in interaction.partitions()}
    assert to_come <= left <= there | to_come
    assert datetime(2020, 1, 1, tzinfo=UTC) not in left


@pytest.mark.django_db(transaction=True)
def test_months_in_use_are_left_for_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interaction, "PATIENCE", "50ms")
    with other_connection() as reader:
        reader.execute("SELECT count(*) FROM jobs_interactionevent")
        keep_interactions()
    assert [part.start for part in interaction.partitions()] == [None]
    keep_interactions()
    assert len(interaction.partitions()) == interaction.MONTHS_AHEAD + 2


def test_kinds_of_work_are_learned() -> None:
    like(jobs_of(*kind()) + jobs_of(*kind()), 5)
    learn_cells()
    assert FeedCell.objects.exists()


def test_all_are_on_the_schedule() -> None:
    every = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert every[drain_signals.name] <= 5
    assert every[keep_interactions.name] <= 24 * 3600
    assert every[learn_cells.name] == crontab(hour=3, minute=20)
