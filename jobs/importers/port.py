"""The port that every format is read through."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One posting as the source has it. `position` is the line it begins on, from 1."""

    position: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row, or a part of the file, that could not be taken in: where, why, and in which field where that is known."""

    position: int
    reason: str
    field: str = ""


class Reader(Protocol):
    """Reads one format. Bounded in memory: a row at a time, none longer than `files.MAX_LINE`."""

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        """Yields every row, and a `Fault` for each one that is not well formed, in the order of the file.

        Raises `files.Unreadable` where the file as a whole is not of this format, `files.Broken` where it stops
        being readable half way.
        """
        ...
