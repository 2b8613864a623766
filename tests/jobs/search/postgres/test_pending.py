"""What is put down when something changes, by whatever path, and how it is taken."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from jobs.models import (
    Company,
    CompanyStatus,
    Compensation,
    DuplicateCluster,
    Job,
    JobFingerprint,
    JobLocation,
    JobModeration,
    JobSearch,
    JobSkill,
    RemoteEligibility,
    SearchPending,
)
from jobs.search.postgres import document, pending
from jobs.search.postgres.document import index
from jobs.search.postgres.rebuild import check
from jobs.search.words import key_of
from jobs.services import bulk, company_standing, job_editing
from jobs.services import job as jobs
from kernel import caching
from kernel.viewer import Viewer
from nexus.environment import BASE_DIR
from tests.factories import (
    CompanyFactory,
    CompensationFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    MembershipFactory,
    PlaceFactory,
    RemoteEligibilityFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)
from tests.jobs.services.races import at_once
from tests.search_board import (
    database_url,
    indexed,
    is_somebody_in_a_transaction,
    live_job,
    live_jobs,
    other_connection,
)
from tests.waiting import until


def _pending() -> set[UUID]:
    return set(SearchPending.objects.values_list("job_id", flat=True))


def _sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def job(db: None) -> Job:
    """An indexed posting with a row in every table that hangs on one; nothing is pending."""
    made = JobFactory(places=[PlaceFactory()], skills=[SkillFactory()], pay=(1_00, 2_00))
    RemoteEligibilityFactory(job=made)
    index([made.pk])
    return made


class TestWhatLeavesAtOnce:
    WAYS: dict[str, Callable[[Job], object]] = {
        "the ORM": lambda job: Job.objects.filter(pk=job.pk).update(lifecycle="paused"),
        "save": lambda job: _saved(job, moderation=JobModeration.FROZEN),
        "bulk_update": lambda job: Job.objects.bulk_update([_with(job, visibility="unlisted")], ["visibility"]),
        "an upsert": lambda job: Job.objects.bulk_create(
            [_with(job, lifecycle="paused")],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["lifecycle"],
        ),
        "SQL": lambda job: _sql("UPDATE jobs_job SET moderation = 'frozen' WHERE id = %s", job.pk),
        "a company off the board": lambda job: Company.objects.filter(pk=job.company_id).update(status="suspended"),
        "SQL on the company": lambda job: _sql("UPDATE jobs_company SET status = 'closed'"),
        "delete": lambda job: job.delete(),
        "DELETE": lambda job: _sql(
            "WITH a AS (DELETE FROM jobs_joblocation), b AS (DELETE FROM jobs_jobskill),"
            " c AS (DELETE FROM jobs_compensation), d AS (DELETE FROM jobs_remoteeligibility) DELETE FROM jobs_job"
        ),
    }

    @pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
    def test_a_job_that_is_no_longer_shown(self, job: Job, way: Callable[[Job], object]) -> None:
        kept = live_job("Another")
        if way is self.WAYS["SQL on the company"] or way is self.WAYS["DELETE"]:
            kept.delete()
        way(job)
        assert job.pk not in indexed()
        assert indexed() <= {kept.pk}

    def test_by_the_services(self, db: None) -> None:
        admin = viewer_of(UserFactory(platform_admin=True))
        closed, suspended, other = live_jobs("Cook"), live_jobs("Baker"), live_jobs("Butcher")
        jobs.close(by=admin, job_id=closed[0].pk, reason="filled")
        company_standing.suspend(by=admin, company_id=suspended[0].company_id)
        assert indexed() == {other[0].pk}

    def test_nothing_leaves_when_the_transaction_does_not_commit(self, job: Job) -> None:
        with transaction.atomic():
            Job.objects.update(lifecycle="paused")
            assert indexed() == set()
            transaction.set_rollback(True)
        assert indexed() == {job.pk}


def _with(job: Job, **values: Any) -> Job:
    for name, value in values.items():
        setattr(job, name, value)
    return job


def _saved(job: Job, **values: Any) -> None:
    _with(job, **values).save()


class TestWhatIsThereAtOnce:
    def test_a_job_that_is_published(self, db: None) -> None:
        job = JobFactory(draft=True, company__verified_at=timezone.now())
        recruiter = MembershipFactory(company=job.company)
        jobs.publish(by=viewer_of(recruiter.user), job_id=job.pk)
        assert indexed() == {job.pk}
        assert not _pending()

    def test_one_that_is_amended(self, job: Job) -> None:
        admin = viewer_of(UserFactory(platform_admin=True))
        before = JobSearch.objects.get().title_key
        job_editing.amend(by=admin, job_id=job.pk, version=job.version, changes={"title": "Something else"})
        assert JobSearch.objects.get().title_key != before
        assert not _pending()


class TestWhatIsPutDown:
    CHANGES: dict[str, Callable[[Job], object]] = {
        "title": lambda job: Job.objects.update(title="Other"),
        "text": lambda job: Job.objects.update(description_text="Other"),
        "dates": lambda job: Job.objects.update(expires_at=F("expires_at") + timedelta(days=1)),
        "a place": lambda job: JobLocationFactory(job=job, position=7),
        "a place changed": lambda job: JobLocation.objects.update(country=None, place=None, text="Moon"),
        "a place less": lambda job: JobLocation.objects.all().delete(),
        "a skill": lambda job: JobSkillFactory(job=job),
        "a skill by COPY": lambda job: bulk.insert([JobSkill(job=job, skill=SkillFactory())]),
        "a skill changed": lambda job: JobSkill.objects.update(necessity="nice"),
        "a skill less": lambda job: JobSkill.objects.all().delete(),
        "pay": lambda job: CompensationFactory(job=job, kind="bonus"),
        "pay changed": lambda job: Compensation.objects.update(max_minor=9_00),
        "pay less": lambda job: Compensation.objects.all().delete(),
        "a rule": lambda job: RemoteEligibilityFactory(job=job, country__code="FR"),
        "a rule changed": lambda job: RemoteEligibility.objects.update(is_allowed=False),
        "a rule less": lambda job: RemoteEligibility.objects.all().delete(),
        "the company's name": lambda job: Company.objects.update(name="Other"),
        "the company's size": lambda job: Company.objects.update(size_band="11-50"),
        "the company's proof": lambda job: Company.objects.update(verified_at=timezone.now()),
        "a cluster": lambda job: _clustered(job) and None,
        "a cluster less": lambda job: _clustered(job) and JobFingerprint.objects.all().delete(),
    }

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_what_search_shows(self, job: Job, change: Callable[[Job], object]) -> None:
        change(job)
        assert _pending() == {job.pk}
        assert pending.drain() == 1
        assert not _pending()

    def test_a_company_back_on_the_board(self, job: Job) -> None:
        Company.objects.update(status=CompanyStatus.SUSPENDED)
        Company.objects.update(status=CompanyStatus.ACTIVE)
        assert indexed() == set()
        pending.drain()
        assert indexed() == {job.pk}

    QUIET: dict[str, Callable[[Job], object]] = {
        "what search shows nothing of": lambda job: Job.objects.update(
            version=F("version") + 1, apply_url="https://a.b"
        ),
        "the same again": lambda job: Job.objects.update(title=F("title")),
        "the same skill again": lambda job: JobSkill.objects.update(necessity=F("necessity")),
        "a draft": lambda job: JobFactory(draft=True),
        "a draft's title": lambda job: Job.objects.filter(pk=JobFactory(draft=True).pk).update(title="Other"),
        "a company's text": lambda job: Company.objects.update(description_text="Other", version=F("version") + 1),
        "a fingerprint of its own": lambda job: JobFingerprint.objects.create(job=job, bands=[1]),
    }

    @pytest.mark.parametrize("change", QUIET.values(), ids=QUIET)
    def test_nothing_else(self, job: Job, change: Callable[[Job], object]) -> None:
        change(job)
        assert not _pending()


def _clustered(job: Job) -> bool:
    JobFingerprint.objects.create(job=job, cluster=DuplicateCluster.objects.create(leader=job))
    return True


class TestDrain:
    def test_takes_a_job_once_however_often_it_stands_there(self, job: Job) -> None:
        for title in ("A", "B", "C"):
            Job.objects.update(title=title)
        assert SearchPending.objects.count() == 3
        assert pending.drain() == 1
        assert not _pending()

    def test_goes_on_through_many_batches(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pending, "BATCH", 2)
        made = {JobFactory().pk for _ in range(5)}
        assert pending.drain(3) in (3, 4)
        assert len(indexed()) in (3, 4)
        pending.drain()
        assert indexed() == made
        assert not _pending()

    def test_forgets_a_job_that_is_gone(self, job: Job) -> None:
        Job.objects.update(title="Other")
        job.delete()
        assert pending.drain() == 0
        assert not _pending()

    def test_forgets_all_that_is_gone_at_once_and_nothing_else(self, job: Job) -> None:
        gone = live_job("Cook")
        Job.objects.update(title="Other")
        waiting = SearchPending.objects.filter(job_id=gone.pk).count()
        gone.delete()
        assert pending.forget_gone() >= waiting > 0
        assert _pending() == {job.pk}

    def test_drops_what_is_over(self, job: Job) -> None:
        kept = live_job("Cook")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE job_search SET expires_at = now() WHERE job_id = %s", [job.pk])
        assert pending.drop_over() == 1
        assert indexed() == {kept.pk}

    def test_caches_do_not_grow_old_where_there_is_nothing_to_do(
        self, job: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: set[str] = set()
        monkeypatch.setattr(caching, "written", lambda *tables: heard.update(tables))
        assert pending.drain() == pending.drop_over() == 0
        assert heard.isdisjoint(caching._by_table)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_a_job_that_somebody_writes_is_passed_over_and_stays(self) -> None:
        busy, free = JobFactory(), JobFactory()
        with other_connection() as other:
            other.execute("SELECT FROM jobs_job WHERE id = %s FOR UPDATE", [busy.pk])
            assert pending.drain() == 1
            assert indexed() == {free.pk}
            assert _pending() == {busy.pk}
        assert pending.drain() == 1
        assert indexed() == {busy.pk, free.pk}

    def test_nor_is_one_waited_for_whose_company_is_written(self) -> None:
        job = JobFactory()
        with other_connection() as other:
            other.execute("UPDATE jobs_company SET status = 'suspended' WHERE id = %s", [job.company_id])
            assert pending.drain() == 0
        assert pending.drain() == 1
        assert indexed() == set()
        assert not _pending()

    def test_a_job_that_is_closed_while_it_is_indexed_is_not_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The closing waits for the index, and then takes the row away."""
        jobs_there = [JobFactory() for _ in range(3)]
        described = document.described

        def close_meanwhile(found: Any) -> list[dict[str, Any]]:
            documents = described(found)
            closing.start()
            until(_waits_for_a_lock)
            return documents

        closing = _Thread("UPDATE jobs_job SET lifecycle = 'paused'")
        monkeypatch.setattr(document, "described", close_meanwhile)
        pending.drain()
        closing.join()
        assert indexed() == set()
        monkeypatch.undo()
        assert not check().total
        assert len(jobs_there) == 3

    def test_a_company_that_is_suspended_while_its_jobs_are_indexed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        JobFactory()
        described = document.described

        def suspend_meanwhile(found: Any) -> list[dict[str, Any]]:
            documents = described(found)
            suspending.start()
            until(_waits_for_a_lock)
            return documents

        suspending = _Thread("UPDATE jobs_company SET status = 'suspended'")
        monkeypatch.setattr(document, "described", suspend_meanwhile)
        pending.drain()
        suspending.join()
        assert indexed() == set()

    def test_what_was_waited_for_is_read_as_it_was_left(self) -> None:
        """Though the statement that waits began before it was written."""
        paused, suspended, renamed = JobFactory(), JobFactory(), JobFactory(title="Cook")
        indexing = threading.Thread(target=_index_and_hang_up, args=([paused.pk, suspended.pk, renamed.pk],))
        with other_connection() as other:
            other.execute("UPDATE jobs_job SET lifecycle = 'paused' WHERE id = %s", [paused.pk])
            other.execute("UPDATE jobs_company SET status = 'suspended' WHERE id = %s", [suspended.company_id])
            other.execute("UPDATE jobs_job SET title = 'Candlemaker' WHERE id = %s", [renamed.pk])
            indexing.start()
            until(_waits_for_a_lock)
        indexing.join(30)
        assert not indexing.is_alive()
        row = JobSearch.objects.get()
        assert (row.pk, row.title_key) == (renamed.pk, key_of(["candlemaker"]))
        assert _pending() == {renamed.pk}
        assert not check().total

    def test_a_skill_that_is_added_after_the_job_was_read_is_taken_next_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job, skill = JobFactory(), SkillFactory()
        described = document.described

        def add_meanwhile(found: Any) -> list[dict[str, Any]]:
            documents = described(found)
            with other_connection() as other:
                other.execute(
                    "INSERT INTO jobs_jobskill (job_id, skill_id, necessity) VALUES (%s, %s, 'nice')",
                    [job.pk, skill.pk],
                )
            return documents

        monkeypatch.setattr(document, "described", add_meanwhile)
        pending.drain()
        monkeypatch.undo()
        assert _pending() == {job.pk}
        pending.drain()
        assert JobSearch.objects.get().skill_ids == [skill.pk]
        assert not check().total

    def test_many_drain_at_once_while_others_write(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pending, "BATCH", 7)
        company = CompanyFactory()
        made = [JobFactory(title=f"Cook {number}", company=company).pk for number in range(60)]
        admin = Viewer(user_id=UserFactory(platform_admin=True).pk, platform_role="admin")

        def rename() -> None:
            for number, key in enumerate(made[:20]):
                Job.objects.filter(pk=key).update(title=f"Baker {number}")

        def close() -> None:
            for key in made[20:30]:
                jobs.close(by=admin, job_id=key, reason="filled")

        def rename_company() -> None:
            for number in range(10):
                Company.objects.update(name=f"Name {number}")

        outcomes = at_once(pending.drain, rename, pending.drain, close, pending.drain, rename_company)
        assert outcomes == ["done"] * 6
        pending.drain()
        assert not _pending()
        assert indexed() == {*made[:20], *made[30:]}
        assert not check().total

    def test_a_worker_that_is_killed_leaves_only_what_is_pending(self) -> None:
        made = [JobFactory(title=f"Cook {number}").pk for number in range(40)]
        died = 0
        for batches in (0, 1, 2, 3):
            worker = subprocess.Popen(
                [sys.executable, "-c", _WORKER, str(batches)],
                cwd=BASE_DIR,
                env={**os.environ, "DATABASE_URL": database_url()},
                stdout=subprocess.PIPE,
            )
            assert worker.stdout is not None
            worker.stdout.readline()  # it is in the midst of a batch now, and will not get any further
            worker.send_signal(signal.SIGKILL)
            died += worker.wait() == -signal.SIGKILL
            worker.stdout.close()
            # Its transaction ends once the server has seen that it is gone.
            until(lambda: not is_somebody_in_a_transaction())
            assert not check().total
            assert indexed() | _pending() == set(made)
        assert died == 4
        assert 0 < len(_pending()) < len(made)
        pending.drain()
        assert indexed() == set(made)
        assert not _pending()
        assert not check().total


# Drains batches of three; after so many it says so between the row's being written and the commit, and waits there.
_WORKER = """
import os, sys, threading
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
import django
django.setup()
from jobs.search.postgres import pending
pending.BATCH = 3
whole, write = int(sys.argv[1]), pending.write
def stopping(job_ids, **options):
    global whole
    done = write(job_ids, **options)
    whole -= 1
    if whole < 0:
        print("writing", flush=True)
        threading.Event().wait()
    return done
pending.write = stopping
pending.drain()
"""


def _index_and_hang_up(job_ids: list[UUID]) -> None:
    index(job_ids)
    connection.close()


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


class _Thread:
    """A statement on a connection of its own, that ends when it is no longer kept waiting."""

    def __init__(self, statement: str) -> None:
        self._thread = threading.Thread(target=self._run, args=(statement,))

    def _run(self, statement: str) -> None:
        with other_connection() as other:
            other.execute(statement)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.mark.django_db
def test_what_writers_left_on_the_list_of_the_index_is_sorted_in() -> None:
    pending.sort_in()
    live_jobs("Lamplighter", "Lamp maker")
    assert pending.sort_in() > 0
    assert pending.sort_in() == 0
