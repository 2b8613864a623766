"""A real worker on each of the brokers: embedded Valkey, and RabbitMQ as in production."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from nexus.environment import BASE_DIR
from tests import requirements
from tests.waiting import until


@contextlib.contextmanager
def worker(broker: str, name: str, log: Path) -> Iterator[None]:
    """A worker of the board, under a node name of its own, for the length of the block."""
    command = [sys.executable, "-m", "celery", "-A", "nexus.celery", "worker", "--concurrency=1", f"--hostname={name}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env={**os.environ, "CELERY_BROKER_URL": broker},
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
def test_a_worker_answers_over_its_broker_and_stops_when_asked(broker: str, tmp_path: Path) -> None:
    from django.conf import settings

    url = requirements.rabbitmq_url() if broker == "rabbitmq" else settings.REDIS_URL
    name = f"{settings.KEY_PREFIX}-{broker}@localhost"
    caller = Celery(broker=url)
    if broker == "valkey":
        caller.conf.broker_transport_options = {"global_keyprefix": f"{settings.KEY_PREFIX}:"}
    log = tmp_path / "worker.log"
    with worker(url, name, log), caller.connection_for_write() as connection:
        until(lambda: caller.control.ping([name], timeout=1, connection=connection) == [{name: {"ok": "pong"}}])
        (queues,) = caller.control.broadcast(
            "active_queues", reply=True, destination=[name], timeout=5, connection=connection
        )
        assert [queue["name"] for queue in queues[name]] == [settings.KEY_PREFIX]
    caller.close()
