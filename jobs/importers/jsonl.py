"""JSON Lines: one object a line."""

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from jobs.importers.files import MAX_LINE, Unreadable, lines
from jobs.importers.port import Fault, Row


class JsonLines:
    r"""Reads JSON Lines in UTF-8. Lines end with `\n` alone: U+2028 and its like are part of a text."""

    def read(self, file: BinaryIO) -> Iterator[Row | Fault]:
        is_first = True
        for number, line in lines(file):
            if line is None:
                yield Fault(number, f"The line is longer than {MAX_LINE:,} bytes.")
                continue
            if not line.strip():
                continue
            if is_first and line.lstrip().startswith(b"["):
                raise Unreadable(
                    "The file is a JSON array. JSON Lines holds one object a line, without brackets around."
                )
            is_first = False
            yield row(number, line, "line")


def row(position: int, record: bytes, unit: str) -> Row | Fault:
    """The object that the bytes hold; a `Fault` where they hold none. `unit` is what a record is called: a line."""
    try:
        values = orjson.loads(record)
    except orjson.JSONDecodeError as error:
        if bad := _bad_byte(record):
            return Fault(position, f"Not UTF-8 ({bad}). Is the file in another encoding?")
        return Fault(position, f"Not JSON: {error.msg} (character {error.pos + 1} of the {unit}).")
    if not isinstance(values, dict):
        return Fault(position, f"A row is an object with keys; this is {_name(values)}.")
    return Row(position, values)


def _bad_byte(record: bytes) -> str:
    """Which byte is not UTF-8; empty where all are."""
    try:
        record.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte 0x{record[error.start]:02x} at {error.start + 1}"
    return ""


def _name(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
