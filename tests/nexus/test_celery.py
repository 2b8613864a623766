"""A real worker on each of the brokers: embedded Valkey, and RabbitMQ as in production."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_failure, task_prerun
from django.db import connection

from nexus.celery import LONG_QUEUE, QUEUE, app
from nexus.environment import BASE_DIR
from tests import requirements
from tests.waiting import until


@contextlib.contextmanager
def worker(name: str, log: Path) -> Iterator[None]:
    """A worker of the board, under a node name of its own, for the length of the block."""
    command = [sys.executable, "-m", "celery", "-A", "nexus.celery", "worker", "--concurrency=1", f"--hostname={name}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield
        finally:
            process.terminate()
            code = process.wait(60)
    assert code == 0, log.read_text()


@pytest.mark.parametrize("broker", ["valkey", pytest.param("rabbitmq", marks=pytest.mark.needs("rabbitmq"))])
@pytest.mark.usefixtures("django_db_setup")
def test_a_worker_answers_over_its_broker_and_stops_when_asked(
    broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    url = requirements.rabbitmq_url() if broker == "rabbitmq" else settings.CELERY_BROKER_URL
    name = f"{settings.KEY_PREFIX}-{broker}@localhost"
    # Celery asks this variable before it asks anything else.
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    caller = Celery()
    if broker == "valkey":
        caller.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with worker(name, tmp_path / "worker.log"), caller:
        until(lambda: caller.control.ping([name], timeout=1) == [{name: {"ok": "pong"}}])
        queues = caller.control.inspect([name], timeout=5).active_queues()
        assert {queue["name"] for queue in queues[name]} == {settings.KEY_PREFIX, f"{settings.KEY_PREFIX}.long"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "is_long"),
    [
        ("jobs.tasks.imports.import_source", True),
        ("jobs.tasks.imports.refresh_duplicates", True),
        ("jobs.tasks.upkeep.recheck_domains", True),
        ("nexus.tasks.forget_old", True),
        ("jobs.tasks.imports.import_due", False),
        ("jobs.tasks.jobs.move_jobs", False),
        ("jobs.tasks.jobs.remind_of_ends", False),
        ("jobs.tasks.pipeline.release_rejection_mails", False),
        ("accounts.tasks.release_notifications", False),
        ("accounts.tasks.mail_registration", False),
    ],
)
def test_what_may_take_longer_than_a_minute_waits_in_a_queue_of_its_own(name: str, is_long: bool) -> None:
    app.loader.import_default_modules()
    queue = app.amqp.router.route({}, name, task_type=app.tasks[name])["queue"]
    assert queue.name == (LONG_QUEUE if is_long else QUEUE)


@pytest.mark.django_db(transaction=True)
def test_a_task_takes_over_the_connection_of_the_one_before_unless_that_broke_or_failed() -> None:
    def session() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    celery, first = DjangoWorkerFixup(app), session()
    celery.close_database()
    task_prerun.send(sender=None, task_id="a", task=None)
    assert session() == first
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [first])
    task_prerun.send(sender=None, task_id="b", task=None)
    second = session()
    assert second != first
    task_failure.send(sender=None, task_id="b", exception=ValueError())
    assert session() not in (first, second)
