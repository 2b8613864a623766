"""How often each trusted document is asked for, so that an owner sees which ones no client needs any more.

Counted in the process and written once a minute: written with each request, the row of a popular document would be
one that all requests wait for. What a process counted in its last minute is lost with it, which no such decision needs.
"""

from collections import Counter
from threading import Lock, Timer

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from nexus import trusted_documents

log = structlog.get_logger("nexus.graphql")

WRITE_SECONDS = 60.0


class Uses:
    """Counts, and writes what it counted some time later on a thread of its own; safe to share between threads."""

    def __init__(self, write_seconds: float = WRITE_SECONDS) -> None:
        self._write_seconds = write_seconds
        self._counts: Counter[str] = Counter()
        self._timer: Timer | None = None
        self._lock = Lock()

    def count(self, document_id: str) -> None:
        """Counts one request for the document."""
        with self._lock:
            self._counts[document_id] += 1
            if self._timer is None:
                self._timer = Timer(self._write_seconds, self._write_later)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Writes now what was counted. What cannot be written is counted on, for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            trusted_documents.add_uses(counts)
        except DatabaseError as error:
            log.warning("document_uses_not_written", error=str(error).splitlines()[0])
            with self._lock:
                self._counts.update(counts)

    def _write_later(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.write()
        finally:
            connection.close()
