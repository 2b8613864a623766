"""The rows of what a location names, one document after another."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from jobs.importers import addresses
from jobs.importers.files import Broken, Opened, Unreadable
from jobs.importers.location import opened_documents
from jobs.importers.paging import PAGED
from jobs.importers.port import Fault, Reader, Row


class Documents:
    """A file, a folder or an address on the web, read through one reader."""

    def __init__(self, location: str, reader: Reader, layout: str, *, allow_private: bool = False) -> None:
        is_url = addresses.is_url(location)
        self.name = addresses.shown(location) if is_url else location
        self._location = location
        self._reader = reader
        self._layout = layout
        self._allow_private = allow_private
        self._is_several = layout in PAGED if is_url else Path(location).is_dir()
        self._open: Opened | None = None
        self._is_read = False

    @property
    def share(self) -> float | None:
        """The part of the present document that has been read, from 0 to 1; None where that cannot be known."""
        if self._is_read:
            return 1
        return self._open.share if self._open else None

    def rows(self) -> Generator[Row | Fault]:
        """Every row; of several documents, each with the name of its own.

        Of several, one that cannot be read, or only in part, does not keep the others from being read: `Broken` is
        raised in the end.
        """
        documents = opened_documents(self._location, self._layout, allow_private=self._allow_private)
        with closing(documents):
            if self._is_several:
                yield from self._of_several(documents)
            else:
                for self._open in documents:
                    yield from self._reader.read(self._open.bytes)
            self._is_read = True

    def _of_several(self, documents: Iterator[Opened]) -> Iterator[Row | Fault]:
        broken: Broken | None = None
        try:
            for self._open in documents:
                name = Path(self._open.raw.name).name
                try:
                    for entry in self._reader.read(self._open.bytes):
                        yield replace(entry, document=name)
                except Broken as error:
                    broken = broken or Broken(error.position, f"{name}: {error.reason}")
                except Unreadable as error:
                    broken = broken or Broken(1, f"{name}: {error}")
        except Unreadable as error:
            if self._open is None:
                raise
            broken = broken or Broken(1, str(error))
        if broken:
            raise broken
