"""The server of a deployment, with several processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from nexus.environment import BASE_DIR
from tests.nexus.graphql.test_door import ask
from tests.nexus.graphql.test_outages import TOKEN, metric
from tests.waiting import until

SERVE = [sys.executable, "-m", "nexus.serve"]


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a server, and its first process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"
    } | environment
    process = subprocess.Popen(
        [*SERVE, "--port", str(port), *options], cwd=BASE_DIR, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def workers_of(server: psutil.Process) -> list[psutil.Process]:
    return [child for child in server.children() if "spawn_main" in " ".join(child.cmdline())]


def listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


@pytest.mark.live
@pytest.mark.django_db(transaction=True)
def test_workers_add_up_their_metrics_and_the_dead_are_left_out(tmp_path: Path) -> None:
    with serving("--workers", "2", METRICS_TOKEN=TOKEN, TMPDIR=str(tmp_path)) as (url, server):
        until(lambda: len(workers_of(server)) == 2 and listens(url))
        (folder,) = tmp_path.iterdir()
        asked = 0
        line = 'nexus_graphql_requests_total{kind="query",outcome="ok",status="200"}'
        # Whichever process is asked tells of both.
        for _ in range(10):
            assert ask(url).status == 200
            asked += 1
            assert metric(url, line) == asked
        # A gauge of a process that was killed counts no longer.
        dead = workers_of(server)[0]
        gauges = folder / f"gauge_livesum_{dead.pid}.db"
        assert gauges.exists()
        dead.send_signal(signal.SIGKILL)
        dead.wait(10)
        until(lambda: len(workers_of(server)) == 2)
        assert metric(url, line) == asked, "what it has counted stays"
        assert not gauges.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_number_of_workers_that_cannot_be_is_told() -> None:
    refused = subprocess.run(
        SERVE, cwd=BASE_DIR, env=os.environ | {"WEB_CONCURRENCY": "many"}, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "WEB_CONCURRENCY: is 'many'; use a whole number from 1 to 64." in refused.stderr
    refused = subprocess.run([*SERVE, "--workers", "0"], cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "invalid choice: 0" in refused.stderr
