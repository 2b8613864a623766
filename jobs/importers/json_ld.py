"""JSON-LD: a JSON document, or a page in HTML with scripts of it."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from jobs.importers.files import MAX_LINE, Unreadable, chunks, reading
from jobs.importers.json_items import JsonItems
from jobs.importers.jsonl import row
from jobs.importers.port import Fault, Row

MAX_PAGE = 16 * 1024 * 1024  # bytes
# What only holds the things that are meant.
CONTAINERS = ("@graph", "itemListElement", "dataFeedElement", "item", "mainEntity")

_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
_SCRIPT_END = re.compile(rb"</script", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["']?([\w-]{1,40})""", re.IGNORECASE)


class JsonLd:
    """Reads the things of JSON-LD, one row each: of a list, a graph, an item list or a feed.

    A page in HTML is told by its first byte; its rows carry the number of their script. There a thing that is only
    named by its "@id" is replaced by what the page says of it.
    """

    def __init__(self) -> None:
        self._items = JsonItems("@graph", "itemListElement", "dataFeedElement", lone="@type")

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        with reading(lambda: 1):
            # What `opened` gives looks ahead by itself; bytes in memory do not.
            buffered = cast(io.BufferedReader, file)
            if not hasattr(file, "peek"):
                buffered = io.BufferedReader(cast(io.RawIOBase, file))
            is_page = buffered.peek(1).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
        if is_page:
            yield from _of_page(buffered)
            return
        for entry in self._items.read(buffered):
            yield from _things(entry)


def _of_page(file: BinaryIO) -> list[Row | Fault]:
    page = b""
    with reading(lambda: 1):
        for chunk in chunks(file):
            page += chunk
            if len(page) > MAX_PAGE:
                raise Unreadable(f"The page is longer than {MAX_PAGE:,} bytes.")
    found = [thing for number, script in enumerate(_scripts(page), 1) for thing in _of_script(number, script)]
    if not found:
        raise Unreadable("The page holds no JSON-LD: no <script> of the type application/ld+json.")
    named = {
        thing.values["@id"]: thing.values
        for thing in found
        if isinstance(thing, Row) and isinstance(thing.values.get("@id"), str)
    }
    for thing in found:
        if isinstance(thing, Row):
            for key, value in thing.values.items():
                if isinstance(value, dict) and set(value) == {"@id"} and isinstance(value["@id"], str):
                    thing.values[key] = named.get(value["@id"], value)
    return found


def _scripts(page: bytes) -> Iterator[bytes]:
    """The texts of the scripts that are JSON-LD, in UTF-8."""
    encoding = "utf-8"
    try:
        page.decode(encoding)
    except UnicodeDecodeError:
        declared = _CHARSET.search(page, 0, 4096)
        encoding = declared[1].decode("ascii") if declared else "windows-1252"
    at = 0
    while start := _SCRIPT.search(page, at):
        opened = page.find(b">", start.end())
        end = _SCRIPT_END.search(page, opened) if opened >= 0 else None
        if end is None:
            return
        at = end.end()
        if b"application/ld+json" in page[start.end() : opened].lower():
            script = page[opened + 1 : end.start()].strip().removeprefix(b"<!--").removesuffix(b"-->")
            try:
                yield script.decode(encoding, "replace").encode()
            except LookupError:
                raise Unreadable(f"The page declares an encoding that is not known: {encoding}.") from None


def _of_script(number: int, script: bytes) -> Iterator[Row | Fault]:
    if len(script) > MAX_LINE:
        yield Fault(number, f"The script is longer than {MAX_LINE:,} bytes.")
    elif script.startswith(b"["):
        # `row` takes an object; the list of this one is taken apart again at once.
        yield from _things(row(number, b'{"@graph":' + script + b"}", "script"))
    else:
        yield from _things(row(number, script, "script"))


def _things(entry: Row | Fault) -> Iterator[Row | Fault]:
    """The things in a row, out of whatever contains them."""
    if isinstance(entry, Fault):
        yield entry
        return
    waiting: list[Any] = [entry.values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, Mapping):
            inner = [value[key] for key in CONTAINERS if isinstance(value.get(key), list | Mapping)]
            if inner:
                waiting.extend(reversed(inner))
            else:
                yield Row(entry.position, dict(value))
