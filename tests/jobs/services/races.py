"""Several writers at once, each with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction

from kernel.errors import DomainError
from tests.kernel.races import in_threads


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Runs the acts in threads that start together; per act "done", or the code of its refusal."""
    outcomes = []
    for given in in_threads(*acts):
        if isinstance(given, DatabaseError):
            raise given
        outcomes.append(given.code if isinstance(given, DomainError) else "done")
    return outcomes


def just_before(
    first: Callable[[], object], second: Callable[[], object], *, meanwhile: Callable[[], object] | None = None
) -> str:
    """How the second act ends, which waits for what the first has written and not committed yet.

    `meanwhile` is what the first goes on with while the second waits.
    """
    outcomes: list[str] = []
    waiting = threading.Thread(target=lambda: outcomes.extend(at_once(second)))
    with transaction.atomic():
        first()
        waiting.start()
        _until_somebody_waits()
        if meanwhile is not None:
            meanwhile()
    waiting.join(60)
    return outcomes[0]


def _until_somebody_waits() -> None:
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    pause = threading.Event()
    for _ in range(1_000):
        with connection.cursor() as cursor:
            # A transaction sees the activity as it was when it looked first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(query)
            if cursor.fetchone():
                return
        pause.wait(0.02)
    raise AssertionError("nobody waited for a lock")
