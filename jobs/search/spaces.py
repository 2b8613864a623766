"""The named things of a taxonomy as a `Space`, kept by the process for as long as the tables stay the same."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from jobs.search.nearest import Space
from jobs.search.words import words_of
from kernel import caching


@dataclass(frozen=True, slots=True)
class _Made:
    space: Space
    version: tuple[Any, ...]
    stamp: tuple[str, ...]


class Kept:
    """Made when it is asked for first, and again when the tables have changed."""

    def __init__(self, names: str, version: str) -> None:
        """Statements: for the folded names with the keys of what they name, and for what changes when these do."""
        self._names, self._version = names, version
        self._made: _Made | None = None

    def space(self) -> Space:
        """The space of the tables as they are; of a second ago, if another process changed them."""
        # Within a transaction the tables may be as only it sees them.
        stamp = () if caching.in_transaction() else caching.versions.of(("taxonomy",))
        made = self._made
        if made and stamp and made.stamp == stamp and caching.versions.is_current:
            return made.space
        with connection.cursor() as cursor:
            cursor.execute(self._version)
            version = cursor.fetchone()
            if made is None or made.version != version:
                cursor.execute(self._names)
                space = Space((_cut(name), key) for name, key in cursor.fetchall())
            else:
                space = made.space
        self._made = _Made(space, version, stamp)
        return space


def _cut(folded: str) -> list[str]:
    # Nearly all names are words already, and there are a hundred thousand.
    words = folded.split()
    return words if folded.isascii() and all(map(str.isalnum, words)) else words_of(folded)
