"""One scheduler at a time, and none is missed for long. `tests.outbox_board` sets their schedule and their lock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from celery.schedules import schedule
from django.conf import settings
from redbeat.schedulers import RedBeatSchedulerEntry, ensure_conf
from redis import Redis

from nexus import deliveries
from tests.instances import cache_server
from tests.outbox_board import Processes, kill
from tests.waiting import until


@pytest.mark.usefixtures("django_db_setup")
def test_a_second_scheduler_waits_and_takes_over_from_a_killed_one(tmp_path: Path) -> None:
    with cache_server() as server, Redis.from_url(server.url) as memory:
        url = server.url.replace("unix:", "redis+socket:")
        board = Processes(tmp_path, {"REDIS_URL": server.url, "CELERY_BROKER_URL": url})
        prefix = settings.KEY_PREFIX

        def sent() -> int:
            return int(memory.llen(f"{prefix}:{prefix}"))

        def hourly_is_due_at() -> float:
            return float(memory.zscore(f"{prefix}:redbeat:schedule", f"{prefix}:redbeathourly"))

        with board.scheduler("first") as first, board.scheduler("second") as second:
            until(lambda: all("Starting" in board.log(one) for one in ("first", "second")))
            until(lambda: sent() >= 3)
            killed, other = ("first", "second") if "scheduler_leads" in board.log("first") else ("second", "first")
            due_at = hourly_is_due_at()
            assert "scheduler_leads" not in board.log(other)
            kill({"first": first, "second": second}[killed])
            # The other one has to wait for the lock yet. It may have been killed between its word and the deed.
            known = sent()
            assert board.log(killed).count("Sending due task") in (known, known + 1)
            until(lambda: "scheduler_leads" in board.log(other))
            until(lambda: sent() >= known + 2)
        with board.scheduler("third"):
            known = sent()
            until(lambda: sent() > known)
            # A restart does not put off what is due.
            assert hourly_is_due_at() <= due_at


@pytest.mark.usefixtures("django_db_setup")
def test_a_memory_that_dies_or_is_emptied_does_not_end_the_scheduler(tmp_path: Path) -> None:
    with cache_server() as server, Redis.from_url(server.url) as memory:
        url = server.url.replace("unix:", "redis+socket:")
        board = Processes(tmp_path, {"REDIS_URL": server.url, "CELERY_BROKER_URL": url})
        prefix = settings.KEY_PREFIX

        def sends() -> bool:
            return bool(memory.llen(f"{prefix}:{prefix}"))

        def said(words: str) -> int:
            return sum(board.log(one).count(words) for one in ("scheduler", "other"))

        server.stop()
        with board.scheduler("scheduler") as scheduler, board.scheduler("other") as other:
            until(lambda: said("scheduler_waits") == 2)
            server.start()
            until(sends)
            # Who leads may be on the way to the broker then, which is the same server, and waits there.
            server.stop()
            until(lambda: said("scheduler_waits") > 2)
            led = said("scheduler_leads")
            server.start()
            until(lambda: said("scheduler_leads") > led)
            until(sends)
            led = said("scheduler_leads")
            memory.flushall()
            until(lambda: said("scheduler_leads") > led)
            until(sends)
            assert memory.zscore(f"{prefix}:redbeat:schedule", f"{prefix}:redbeathourly") is not None
            assert (scheduler.poll(), other.poll()) == (None, None)


def test_the_last_and_the_next_run_of_a_scheduled_task_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    app = deliveries.app
    monkeypatch.setitem(app.conf, "beat_schedule", {"hourly": {"task": "tests.hourly", "schedule": 3600}})
    ensure_conf(app)
    (never,) = deliveries.scheduled_tasks()
    assert (never.name, never.last_run_at, never.next_run_at) == ("hourly", None, None)
    ran_at = datetime(2100, 1, 1, tzinfo=UTC)
    entry = RedBeatSchedulerEntry("hourly", "tests.hourly", schedule(3600), app=app).save()
    try:
        entry.reschedule(ran_at)
        (known,) = deliveries.scheduled_tasks()
        assert known.last_run_at == ran_at
        assert known.next_run_at is not None
    finally:
        entry.delete()
