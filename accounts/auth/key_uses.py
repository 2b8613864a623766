"""When each API key was last used, so that its owner sees which ones nobody needs any more.

Noted in the process and written once a minute, for all keys in one statement: no request waits for it, and no row is
written more than once a minute, however many processes there are. What a process noted in its last minute is lost with
it.
"""

from datetime import timedelta
from threading import Lock, Timer
from uuid import UUID

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey

log = structlog.get_logger("nexus.accounts")

WRITE_SECONDS = 60.0


class KeyUses:
    """Notes keys, and writes them down some time later on a thread of its own; safe to share between threads."""

    def __init__(self, write_seconds: float = WRITE_SECONDS) -> None:
        self._write_seconds = write_seconds
        self._used: set[UUID] = set()
        self._timer: Timer | None = None
        self._lock = Lock()

    def note(self, key_id: UUID) -> None:
        """Notes that the key was used just now."""
        if key_id in self._used:
            return
        with self._lock:
            self._used.add(key_id)
            if self._timer is None:
                self._timer = Timer(self._write_seconds, self._write_later)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> int:
        """Writes now what was noted; how many keys were written. What cannot be written is kept for the next time."""
        with self._lock:
            used, self._used = self._used, set()
        if not used:
            return 0
        now = timezone.now()
        is_due = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(seconds=self._write_seconds))
        try:
            return ApiKey.objects.filter(is_due, pk__in=used).update(last_used_at=now)
        except DatabaseError as error:
            log.warning("key_uses_not_written", error=str(error).splitlines()[0])
            with self._lock:
                self._used |= used
            return 0

    def _write_later(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.write()
        finally:
            connection.close()


uses = KeyUses()
