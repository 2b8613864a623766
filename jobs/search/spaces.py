"""The named things of a taxonomy as what finds the nearest, kept by the process while the tables stay the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from jobs.search.words import words_of
from kernel import caching


@dataclass(frozen=True, slots=True)
class _Made[T]:
    space: T
    version: Sequence[Any]
    stamp: tuple[str, ...]


class Kept[T]:
    """Made when it is asked for first, and again when the tables have changed."""

    def __init__(self, names: str, version: str, make: Callable[..., T], *beside: str) -> None:
        """Statements: for the folded names with the keys of what they name, for what changes when these do, and for
        what else `make` takes: after the names as words with keys, the rows of each.
        """
        self._names, self._version, self._make, self._beside = names, version, make, beside
        self._made: _Made[T] | None = None
        self._making = Lock()

    def space(self) -> T:
        """The space of the tables as they are; of a second ago, if another process changed them."""
        # A transaction that writes to the tables may see them as only it does.
        stamp = () if caching.may_have_written("taxonomy") else caching.versions.of(("taxonomy",))
        made = self._made
        if made and stamp and made.stamp == stamp and caching.versions.is_current:
            return made.space
        # Who comes while another makes it anew takes what there was, and waits only if there was nothing.
        if not self._making.acquire(blocking=made is None):
            assert made is not None, "Whoever does not wait has seen one."
            return made.space
        try:
            return self._newest(stamp)
        finally:
            self._making.release()

    def _newest(self, stamp: tuple[str, ...]) -> T:
        made = self._made
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT current_setting('transaction_isolation'), v.* FROM ({self._version}) v")  # noqa: S608
            isolation, *version = cursor.fetchone()
            if made is None or made.version != version:
                space = self._make(self._named(cursor), *(_rows(cursor, statement) for statement in self._beside))
            else:
                space = made.space
        # Whoever reads from a snapshot may not have seen what the stamp tells of.
        self._made = _Made(space, version, stamp if isolation == "read committed" else ())
        return space

    def _named(self, cursor: CursorWrapper) -> list[tuple[list[str], int]]:
        return [(_cut(name), key) for name, key in _rows(cursor, self._names)]


def _rows(cursor: CursorWrapper, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement)
    return cursor.fetchall()


def _cut(folded: str) -> list[str]:
    # Nearly all names are words already, and there are a hundred thousand.
    words = folded.split()
    return words if folded.isascii() and all(map(str.isalnum, words)) else words_of(folded)
