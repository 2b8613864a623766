"""JSON: one document that is, or holds, a list of records."""

from collections.abc import Iterator
from typing import BinaryIO

from jobs.importers.files import MAX_LINE, Unreadable, ending, reading
from jobs.importers.json_document import Document, Ended, Unclear
from jobs.importers.jsonl import row
from jobs.importers.port import Fault, Row


class JsonItems:
    """Reads a list of objects: the whole document, or the first list in it that stands under one of `paths`.

    A path is a key, or several parted by dots: "jobs", "data.jobs". A document without such a list may itself be one
    record: any object, or with `lone` only one that has this key. Commas are not insisted on.
    """

    def __init__(self, *paths: str, lone: str = "") -> None:
        self._paths = paths
        self._lone = lone

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        """Yields the elements of the list; their positions are their numbers, from 1."""
        number = 0
        with reading(lambda: number + 1):
            document = Document(file)
            depth = self._enter(document)
            if not depth:
                yield self._lone_record(document)
                return
            try:
                for element in document.elements():
                    number += 1
                    if element is None:
                        yield Fault(number, f"The element is longer than {MAX_LINE:,} bytes.")
                    else:
                        yield row(number, element, "element")
                document.leave(depth)
            except Ended:
                raise ending(number + 1, "The document ends early: its list is not closed.") from None
            except Unclear as error:
                raise ending(number + 1, str(error)) from None

    def _enter(self, document: Document) -> int:
        """Goes into the list; gives how deep it stands, 0 where there is none."""
        mark = document.first()
        if mark not in (b"[", b"{"):
            kind = "XML or HTML" if mark == b"<" else "something else"
            raise Unreadable(f"The file is not JSON but {kind}: a list in brackets or an object in braces is expected.")
        try:
            return document.enter([tuple(path.split(".")) for path in self._paths])
        except Ended:
            raise Unreadable("The document ends early, before it comes to a list of postings.") from None
        except Unclear as error:
            raise Unreadable(str(error)) from None

    def _lone_record(self, document: Document) -> Row | Fault:
        held = document.held()
        if mark := document.first():
            raise Unreadable(
                "The file holds one object after the other: that is JSON Lines, --format jsonl."
                if mark == b"{"
                else "Something follows the object that the document is."
            )
        if held is None or (self._lone and self._lone not in document.keys):
            under = f" under {' or '.join(self._paths)}" if self._paths else ""
            lacking = f", and is itself no posting: it has no {self._lone}" if self._lone else ""
            keys = ", ".join(document.keys) or "none"
            raise Unreadable(f"The document is an object without a list{under}{lacking}. Its keys: {keys}.")
        return row(1, held, "document")
