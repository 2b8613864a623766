"""What the tests of the formats share: a document through its reader, its records through the importer."""

import io
from typing import Any

import orjson

from jobs.importers.formats import FORMATS
from jobs.importers.plain import KEYS
from jobs.importers.port import Row


def said(values: Any) -> dict[str, Any]:
    """A posting's plain keys that say something."""
    assert set(values) <= KEYS
    return {key: value for key, value in values.items() if value not in (None, "", [])}


def postings(name: str, content: bytes | dict[str, Any] | list[Any]) -> list[dict[str, Any] | None]:
    """What the importer of that name makes of each record of a document; None for those that are no postings."""
    importer = FORMATS[name]
    written = content if isinstance(content, bytes) else orjson.dumps(content)
    found: list[dict[str, Any] | None] = []
    for entry in importer.reader.read(io.BytesIO(written)):
        assert isinstance(entry, Row), entry
        posting = importer.posting(entry.values)
        found.append(None if posting is None else said(posting))
    return found


def posting(name: str, content: bytes | dict[str, Any] | list[Any]) -> dict[str, Any]:
    """The one posting of a document."""
    (found,) = postings(name, content)
    assert found is not None
    return found
