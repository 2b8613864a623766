"""Acts that start together, each with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import DatabaseError, connection

from kernel.errors import DomainError


def in_threads(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, or refused with, of acts that start together, each on a connection of its own."""
    start = threading.Barrier(len(acts), timeout=30)
    given: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            given[place] = acts[place]()
        except (DomainError, DatabaseError) as error:
            given[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "an act has not ended within a minute"
    return given
