"""`python -m bench.feed_signals RATE SECONDS`: takes so many signals a second, and writes them.

A hundred a call, each call somebody else's; once a second what waits is written, as the worker does every five. Says
when it begins, and at the end how many were taken, how many of them were written, and how many waited at most.
"""

import json
import os
import sys
import time
from itertools import cycle
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID

import django

PEOPLE, JOBS = 1_000, 20_000
KINDS = ("impression",) * 8 + ("view", "view")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    print(json.dumps(taken(int(sys.argv[1]), float(sys.argv[2]))))


def taken(rate: int, seconds: float) -> dict[str, Any]:
    """Takes signals at that rate for so long, and writes what waits at the end."""
    from django.utils import timezone

    from jobs.services.signal import MOST_SIGNALS, Signal, record
    from kernel.viewer import Viewer

    chance = Random(1)
    users, jobs = (
        cycle(_keys("SELECT user_id FROM jobs_profile LIMIT %s", PEOPLE)),
        _keys("SELECT job_id FROM job_search LIMIT %s", JOBS),
    )
    writer = _Writer()
    writer.start()
    print("begun", flush=True)
    started, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - started) < seconds:
        if count > passed * rate:
            time.sleep((count - passed * rate) / rate)
            continue
        now = timezone.now()
        signals = [
            Signal(UUID(int=chance.getrandbits(128)), chance.choice(jobs), chance.choice(KINDS), now, "feed")
            for _ in range(MOST_SIGNALS)
        ]
        count += record(by=Viewer(user_id=next(users)), signals=signals).accepted
    took = time.perf_counter() - started
    writer.end()
    return {"seconds": took, "taken": count, "written": writer.written, "behind": writer.behind}


class _Writer(Thread):
    """Writes what waits, once a second: by the worker's beat a short turn would end before anything is written."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.written = self.behind = 0
        self._is_over = Event()

    def run(self) -> None:
        from django.db import connection

        from jobs.services import signal

        try:
            while not self._is_over.wait(1):
                self.behind = max(self.behind, signal.waiting().count)
                self.written += signal.drain()
            self.written += signal.drain()
        finally:
            connection.close()

    def end(self) -> None:
        """Write what is left."""
        self._is_over.set()
        self.join()


def _keys(statement: str, most: int) -> list[UUID]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, [most])
        return [key for (key,) in cursor.fetchall()]


if __name__ == "__main__":
    main()
