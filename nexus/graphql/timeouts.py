"""How long one request may be executed, and who ends the statement that it waits for."""

import threading
import time

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

from engine import Deadline
from nexus.graphql import connections

# How long PostgreSQL may take to hear that a statement is to end.
INTERRUPT_SECONDS = 2.0


class RequestDeadline(Deadline):
    """A deadline at whose end a query's running statement is ended too; a mutation's is left to finish.

    The engine looks at its deadline between levels, and never while the thread waits for PostgreSQL.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        # Django's, of the thread that executes a query; it opens and renews the driver's.
        self._connection: BaseDatabaseWrapper | None = None

    @property
    def remaining(self) -> float:
        """Seconds until the time is up."""
        return max(0.0, self._until - time.monotonic())

    def begin_query(self) -> None:
        """From now on until `finish`, what this thread runs in the database may be interrupted."""
        with self._lock:
            self._connection = connections.own()

    def finish(self) -> None:
        """From now on nothing is interrupted. Waits for an interruption that is under way, or it would hit the next."""
        with self._lock:
            self._connection = None

    def interrupt(self) -> None:
        """End the statement that the query is waiting for, if it is. Takes a round trip, so not on the event loop."""
        with self._lock:
            connection = self._connection.connection if self._connection else None
            if connection is None or connection.closed:
                return
            try:
                connection.cancel_safe(timeout=INTERRUPT_SECONDS)
            except psycopg.Error:
                # The server is away, and the statement with it; or it is `statement_timeout` that ends it.
                return
