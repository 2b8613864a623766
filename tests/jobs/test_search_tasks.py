"""What keeps the search index up to date beside the services: events and the schedule."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from django.utils import timezone
from structlog.testing import capture_logs

from jobs.events import CompanyUpdated, PostingsChanged
from jobs.models import FxRate, Job, SearchPending, SearchTerm
from jobs.search.postgres import pending
from jobs.services.company import Employers
from jobs.services.incoming import Import, Posting
from jobs.services.posting import upsert
from jobs.tasks import index_changed, index_pending, load_rates, rebuild_vocabulary
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.subscribers import Telling, subscribers
from tests.factories import JobFactory
from tests.jobs.importers.web import site
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
        assert {PostingsChanged, CompanyUpdated} < set(subscribers["jobs.tasks.upkeep.index_changed"].kinds)


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
        assert pending.sort_in() == 0

    def test_counts_the_words_anew(self) -> None:
        live_job("Lighthouse keeper")
        rebuild_vocabulary()
        assert SearchTerm.objects.get(term="lighthouse").jobs == 1

    def test_both_are_in_it(self) -> None:
        every = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        assert every[index_pending.name] <= 10
        assert every[rebuild_vocabulary.name] <= 3600


class TestRates:
    DAY = b"Date, USD, \n20 November 2031, 1.5, \n"

    @pytest.fixture(autouse=True)
    def local(self, settings: LazySettings) -> None:
        settings.IMPORT_ALLOW_PRIVATE = True

    def test_come_from_where_the_settings_say(self, settings: LazySettings) -> None:
        with site(lambda visit: visit.send(self.DAY)) as server:
            settings.FX_RATES_URL = server.url("/eurofxref.csv")
            load_rates()
        assert FxRate.objects.get(on_date="2031-11-20", currency="USD").per_euro == Decimal("1.5")

    @pytest.mark.parametrize("answer", [b"<html>", b""])
    def test_stay_as_they_are_where_there_are_none(self, settings: LazySettings, answer: bytes) -> None:
        before = FxRate.objects.count()
        with site(lambda visit: visit.send(answer)) as server, capture_logs() as logs:
            settings.FX_RATES_URL = server.url("/eurofxref.csv")
            load_rates()
        assert FxRate.objects.count() == before
        assert [entry["event"] for entry in logs] == ["rates_not_loaded"]

    def test_nobody_is_asked_unless_the_settings_say_so(self, settings: LazySettings) -> None:
        assert settings.FX_RATES_URL == ""
        with capture_logs() as logs:
            load_rates()
        assert logs == []
        assert load_rates.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
