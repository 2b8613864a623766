"""The index made anew, and compared with the tables."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from jobs.models import Job, JobSearch, SearchPending, SearchTerm
from jobs.progress import Progress
from jobs.search.postgres import pending, rebuild
from nexus.environment import BASE_DIR
from tests.factories import JobFactory, SkillFactory
from tests.search_board import (
    database_url,
    indexed,
    is_somebody_in_a_transaction,
    live_job,
    live_jobs,
    other_connection,
)
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def _unheard(statement: str, *values: Any) -> None:
    """A write that no trigger hears of: how drift would come about."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def _drift(**counts: int) -> rebuild.Drift:
    return rebuild.Drift(compared=Job.objects.count(), **counts)


class TestCheck:
    def test_finds_nothing_where_all_is_well(self) -> None:
        live_jobs("Cook", "Baker", pay=(1, 2), pay__currency__code="SEK")
        JobFactory(draft=True)
        assert rebuild.check() == rebuild.Drift(compared=2)

    def test_finds_what_is_missing_left_over_and_different(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rebuild, "BATCH", 2)
        missing, left_over, different, gone, _ = live_jobs("Cook", "Baker", "Butcher", "Miller", "Tailor")
        _unheard("DELETE FROM job_search WHERE job_id = %s", missing.pk)
        _unheard("UPDATE jobs_job SET lifecycle = 'paused' WHERE id = %s", left_over.pk)
        _unheard("UPDATE jobs_job SET title = 'Candlemaker' WHERE id = %s", different.pk)
        _unheard("DELETE FROM jobs_job WHERE id = %s", gone.pk)
        found = rebuild.Drift(compared=5, missing=1, left_over=2, different=1)
        assert rebuild.check() == found
        assert rebuild.check(mends=True) == found
        assert not rebuild.check().total
        assert len(indexed()) == 3

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE job_search SET skill_ids = '{1}'",
            "UPDATE job_search SET countries = '{FR}'",
            "UPDATE job_search SET pay_common = 1",
            "UPDATE job_search SET pay_common = NULL",
            "UPDATE job_search SET head = 'a:1'",
            "UPDATE job_search SET tsv = 'a:1'",
            "UPDATE job_search SET likeness = likeness - 1",
            "UPDATE job_search SET published_at = published_at - interval '1 day'",
        ],
    )
    def test_finds_any_difference(self, change: str) -> None:
        live_job(pay=(100_00, 200_00), skills=[SkillFactory()])
        assert JobSearch.objects.get().pay_common == 200_00
        _unheard(change)
        assert rebuild.check() == _drift(different=1)

    def test_leaves_to_the_worker_what_is_pending(self) -> None:
        live_job("Cook")
        Job.objects.update(title="Baker")
        JobFactory()
        assert not rebuild.check(mends=True).total
        assert SearchPending.objects.count() == 2

    def test_what_is_over_by_the_clock_is_no_drift(self) -> None:
        job = live_job("Cook")
        over = timezone.now() - timedelta(minutes=1)
        _unheard("UPDATE jobs_job SET expires_at = %s WHERE id = %s", over, job.pk)
        _unheard("UPDATE job_search SET expires_at = %s", over)
        assert not rebuild.check().total

    def test_a_rate_that_moved_a_little_is_no_drift(self) -> None:
        live_job(pay=(100_00, 1_000_00))
        _unheard("UPDATE job_search SET pay_common = pay_common + 5_00")
        assert not rebuild.check().total


class TestCheckCommand:
    def test_says_how_many_and_ends_with_1(self) -> None:
        live_job("Cook")
        _unheard("DELETE FROM job_search")
        told = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("search_check", stdout=told, stderr=StringIO())
        assert ended.value.code == 1
        assert told.getvalue() == (
            "1 jobs compared: 1 missing, 0 left over, 0 different. 0 changes wait for the worker.\n"
        )

    def test_ends_well_where_it_mended(self) -> None:
        job = live_job("Cook")
        _unheard("DELETE FROM job_search")
        told = StringIO()
        call_command("search_check", "--mend", stdout=told, stderr=StringIO())
        assert "1 missing, 0 left over, 0 different; mended." in told.getvalue()
        assert indexed() == {job.pk}
        call_command("search_check", verbosity=0)


class TestRebuild:
    def test_makes_the_index_from_nothing_and_mends_the_rest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rebuild, "BATCH", 2)
        kept = {JobFactory(title=title).pk for title in ("Cook", "Baker", "Butcher")}
        over = live_job("Miller")
        _unheard("UPDATE jobs_job SET lifecycle = 'paused' WHERE id = %s", over.pk)
        told = StringIO()
        call_command("search_rebuild", stdout=told, stderr=StringIO())
        assert "4 jobs indexed in" in told.getvalue()
        assert indexed() == kept
        assert not SearchPending.objects.exists()
        assert SearchTerm.objects.filter(term="butcher").exists()

    def test_shows_how_far_it_is(self) -> None:
        live_jobs("Cook", "Baker")
        shown = StringIO()
        rebuild.rebuild(Progress(shown))
        assert "Jobs 2 of 2" in shown.getvalue()

    def test_what_is_the_same_is_not_written(self) -> None:
        live_jobs("Cook", "Baker")
        before = set(_places())
        rebuild.rebuild()
        assert set(_places()) == before

    def test_what_somebody_writes_is_left_to_the_worker(self) -> None:
        busy, free = JobFactory(), JobFactory()
        SearchPending.objects.all().delete()
        with other_connection() as other:
            other.execute("SELECT FROM jobs_job WHERE id = %s FOR UPDATE", [busy.pk])
            rebuild.rebuild()
        assert indexed() == {free.pk}
        pending.drain()
        assert indexed() == {busy.pk, free.pk}

    def test_one_that_was_killed_is_run_again(self) -> None:
        made = {JobFactory(title=f"Cook {number}").pk for number in range(10)}
        worker = subprocess.Popen(
            [sys.executable, "-c", _KILLED],
            cwd=BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=subprocess.PIPE,
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        until(lambda: not is_somebody_in_a_transaction())
        assert len(indexed()) == 6
        assert not rebuild.check().total
        rebuild.rebuild()
        assert indexed() == made
        assert not rebuild.check().total


# Comes to the third batch of three, and no further.
_KILLED = """
import os, threading
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
import django
django.setup()
from jobs.search.postgres import rebuild
rebuild.BATCH = 3
calls, write = [], rebuild.write
def stopping(job_ids, **options):
    done = write(job_ids, **options)
    calls.append(job_ids)
    if len(calls) == 3:
        print("writing", flush=True)
        threading.Event().wait()
    return done
rebuild.write = stopping
rebuild.rebuild()
"""


def _places() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id::text || ctid::text FROM job_search")
        return [place for (place,) in cursor.fetchall()]
