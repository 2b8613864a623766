"""Two writers at once, each with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection

from kernel.errors import DomainError


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Runs the acts in threads that start together; per act "done", or the code of its refusal."""
    start = threading.Barrier(len(acts), timeout=10)
    outcomes = ["unfinished"] * len(acts)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            acts[place]()
            outcomes[place] = "done"
        except DomainError as refusal:
            outcomes[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
