"""Several writers at once, each with a connection of its own."""

from collections.abc import Callable

from django.db import DatabaseError

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
