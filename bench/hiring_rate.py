"""So many people a second apply, while a worker and the relay run: how many are taken, how long events wait, and what
each process uses of the CPU for one application.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from itertools import cycle
from threading import Lock
from typing import Any
from uuid import UUID

import psutil

from bench.processes import cpu_seconds
from nexus.environment import BASE_DIR

LOOK_EVERY = 0.25
AT_ONCE = 4
"""People who apply at a time, each on a connection of their own, as the threads of a web server do."""
# How long the oldest event waits that has not been told to all yet, in seconds.
_LAG = """
    SELECT coalesce(extract(epoch FROM now() - least(
        (SELECT min(occurred_at) FROM kernel_outboxevent WHERE relayed_at IS NULL),
        (SELECT min(e.occurred_at) FROM kernel_delivery d JOIN kernel_outboxevent e ON e.seq = d.event_id
            WHERE d.state IN ('waiting', 'sent'))
    )), 0)"""


def sustained(rate: int, seconds: float, jobs: Sequence[UUID]) -> dict[str, Any]:
    """People apply at the rate, with a worker and a relay as in life; how many were taken, how long events waited."""
    from bench.hiring_board import apply, people

    applying = iter(people(int(rate * seconds) + 100, f"{time.time_ns()}-"))
    wanted, lags = cycle(jobs), [0.0]
    with _processes() as pids:
        # Until everybody is awake.
        for _ in range(20):
            apply(next(applying), next(wanted))
        _await_quiet()
        used = {name: _used(pid) for name, pid in pids.items()}
        started = time.perf_counter()
        due = _Due(rate, started, started + seconds, zip(applying, wanted, strict=False))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            appliers = [pool.submit(_apply_in_turn, due) for _ in range(AT_ONCE)]
            while wait(appliers, LOOK_EVERY).not_done:
                lags.append(_lag())
        count = sum(applier.result() for applier in appliers)
        took = time.perf_counter() - started
        lags.append(_lag())
        _await_quiet()
        caught_up = time.perf_counter() - started - took
        cpu = {name: (_used(pid) - used[name]) / count * 1000 for name, pid in pids.items()}
    return {"seconds": took, "taken": count, "rate": count / took, "lag": max(lags), "caught up": caught_up, "cpu": cpu}


class _Due:
    """Who applies next and for what, each at a time of their own, until it is over. Threads share it."""

    def __init__(self, rate: int, started: float, until: float, pairs: Iterator[tuple[UUID, UUID]]) -> None:
        self._times = ((started + number / rate, *pair) for number, pair in enumerate(pairs))
        self._until = until
        self._lock = Lock()

    def next(self) -> tuple[UUID, UUID] | None:
        """Waits until it is time; None: it is over."""
        with self._lock:
            at, person, job = next(self._times)
        if at >= self._until or time.perf_counter() >= self._until:
            return None
        time.sleep(max(0.0, at - time.perf_counter()))
        return person, job


def _apply_in_turn(due: _Due) -> int:
    """Has those apply that are due; how many did."""
    from django.db import connection

    from bench.hiring_board import apply

    count = 0
    try:
        while (pair := due.next()) is not None:
            apply(*pair)
            count += 1
    finally:
        connection.close()
    return count


@contextmanager
def _processes() -> Iterator[dict[str, int]]:
    """A relay and a worker as `make run` has them; the processes by name."""
    from nexus.roles import worker_options

    commands = {
        "the relay": [sys.executable, "manage.py", "relay"],
        "the worker": [sys.executable, "-m", "celery", "-A", "nexus.celery", "worker", *worker_options("worker")],
    }
    with ExitStack() as stack:
        pids = {"who applies": os.getpid()}
        for name, command in commands.items():
            process = subprocess.Popen(
                command, cwd=BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            pids[name] = process.pid
        if (postmaster := _postmaster()) is not None:
            pids["PostgreSQL"] = postmaster
        yield pids


def _used(pid: int) -> float:
    """Seconds of CPU; of this process alone, without those that it started."""
    return time.process_time() if pid == os.getpid() else cpu_seconds(pid)


def _postmaster() -> int | None:
    """The server's first process, if it runs on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    try:
        return psutil.Process(backend).ppid()
    except psutil.NoSuchProcess:
        return None


def _lag() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_LAG)
        return float(cursor.fetchone()[0])


def _await_quiet(most_seconds: float = 120) -> None:
    until = time.perf_counter() + most_seconds
    while _lag() > 0 and time.perf_counter() < until:
        time.sleep(0.1)
