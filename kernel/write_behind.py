"""What is noted in the process and written down later, so that no request waits for it and no row for many requests.

What a process noted in its last minute is lost with it.
"""

from collections.abc import Callable, Hashable, Mapping
from threading import Lock, Timer

import structlog
from django.db import Error as DatabaseError
from django.db import connection

log = structlog.get_logger("nexus.kernel")

WRITE_SECONDS = 60.0


class WriteBehind[Key: Hashable, Value]:
    """Notes values by key, two of one key added up, and writes them some time later on a thread of its own.

    What cannot be written is kept for the next time. Past `most` keys others are let go. Threads may share it.
    """

    def __init__(
        self,
        write: Callable[[Mapping[Key, Value]], object],
        add: Callable[[Value, Value], Value],
        *,
        seconds: float | None = None,
        most: int = 10_000,
    ) -> None:
        self._write, self._add, self._seconds, self._most = write, add, seconds, most
        self._noted: dict[Key, Value] = {}
        self._timer: Timer | None = None
        self._lock = Lock()

    def note(self, key: Key, value: Value) -> None:
        """Notes the value."""
        with self._lock:
            self._keep(key, value)
            if self._timer is None:
                self._timer = Timer(self._seconds or WRITE_SECONDS, self._write_later)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Writes now what was noted."""
        with self._lock:
            noted, self._noted = self._noted, {}
        try:
            if noted:
                self._write(noted)
        except DatabaseError as error:
            log.warning("notes_not_written", writer=repr(self._write), error=str(error).splitlines()[0])
            with self._lock:
                for key, value in noted.items():
                    self._keep(key, value)

    def _keep(self, key: Key, value: Value) -> None:
        known = self._noted.get(key)
        if known is not None:
            self._noted[key] = self._add(known, value)
        elif len(self._noted) < self._most:
            self._noted[key] = value

    def _write_later(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.write()
        finally:
            connection.close()
