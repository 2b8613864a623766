"""Waiting for what another process does: it tells nobody, so one has to look again, up to a deadline."""

import threading
import time
from collections.abc import Callable

LOOK_AGAIN = 0.02


def until(fact: Callable[[], object], seconds: float = 60, *, look_again: float = LOOK_AGAIN) -> None:
    """Returns once `fact` is true; fails when it is not within the time."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not become true in time"
        threading.Event().wait(look_again)
