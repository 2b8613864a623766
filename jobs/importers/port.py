"""The port that every kind of document is read through: how it is cut into records, and what a record says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

type Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One posting as the source has it. `position` is the line it begins on, or its number in a list; from 1."""

    position: int
    values: dict[str, Any]
    document: str = ""  # which file of a folder


@dataclass(frozen=True, slots=True)
class Fault:
    """A row, or a part of the file, that could not be taken in: where, why, and in which field where that is known."""

    position: int
    reason: str
    field: str = ""
    document: str = ""


class Reader(Protocol):
    """Cuts one shape of document into records. Bounded in memory: one at a time, none longer than `files.MAX_LINE`."""

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        """Yields every record, and a `Fault` for each one that is not well formed, in the order of the file.

        Raises `files.Unreadable` where the file as a whole is not of this shape, `files.Broken` where it stops
        being readable half way.
        """
        ...


class Importer(Protocol):
    """One source of postings, or one format that many sources share."""

    name: str  # what --format calls it
    reader: Reader

    def posting(self, record: Record) -> Record | None:
        """The record in our plain keys (`posting.KEYS`); None for one that is no posting, such as a legal notice.

        Raises `Invalid` where a record of this format cannot be one.
        """
        ...
