"""What keeps the search index up to date beside the services: events and the schedule."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs.events import CompanyUpdated, PostingsChanged
from jobs.models import Job, SearchPending, SearchTerm
from jobs.services.company import Employers
from jobs.services.incoming import Import, Posting
from jobs.services.posting import upsert
from jobs.tasks import index_changed, index_pending, rebuild_vocabulary
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.outbox import Telling, subscribers
from tests.factories import JobFactory
from tests.search_board import indexed, live_job

pytestmark = pytest.mark.django_db

TELLING = Telling(id=uuid7(), attempt=1, occurred_at=timezone.now(), actor_id=None, request_id="")


def _import(*titles: str, is_dry_run: bool = False) -> None:
    into = Import(source="board", now=timezone.now(), employers=Employers(), is_dry_run=is_dry_run)
    upsert([Posting(company="Acme", reference=title, title=title) for title in titles], into)


def _events() -> int:
    return OutboxEvent.objects.filter(kind="PostingsChanged").count()


class TestImports:
    def test_a_batch_leaves_one_event_whose_subscriber_indexes_it(self) -> None:
        _import("Cook", "Baker")
        assert _events() == 1
        assert indexed() == set()
        index_changed(PostingsChanged(uuid7()), TELLING)
        assert indexed() == set(Job.objects.values_list("pk", flat=True))
        assert not SearchPending.objects.exists()

    def test_one_that_changes_nothing_leaves_none(self) -> None:
        _import("Cook")
        _import("Cook")
        _import("Baker", is_dry_run=True)
        assert _events() == 1

    def test_events_that_change_what_search_shows_have_the_subscriber(self) -> None:
        assert {PostingsChanged, CompanyUpdated} < set(subscribers["jobs.tasks.index_changed"].kinds)


class TestSchedule:
    def test_indexes_what_no_event_told_of_and_drops_what_is_over(self) -> None:
        over, job = live_job("Cook"), JobFactory()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE job_search SET expires_at = %s WHERE job_id = %s",
                [timezone.now() - timedelta(seconds=1), over.pk],
            )
        index_pending()
        assert indexed() == {job.pk}

    def test_counts_the_words_anew(self) -> None:
        live_job("Lighthouse keeper")
        rebuild_vocabulary()
        assert SearchTerm.objects.get(term="lighthouse").jobs == 1

    def test_both_are_in_it(self) -> None:
        every = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        assert every[index_pending.name] <= 10
        assert every[rebuild_vocabulary.name] <= 3600
