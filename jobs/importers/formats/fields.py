"""Takes values out of records whose shape is only promised: what is not there, or is of another kind, is None."""

import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

from jobs.importers.port import Record

_ESCAPED_TAG = re.compile(r"\s*&lt;[a-z]", re.IGNORECASE)


def at(record: Any, *keys: str) -> Any:
    """The value at the end of the keys: `at(job, "location", "name")`."""
    for key in keys:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record


def first(record: Record, *names: str) -> Any:
    """The value of the first of these keys that has one."""
    return next((record[name] for name in names if record.get(name) not in (None, "", [], {})), None)


def objects(value: Any) -> list[Record]:
    """The objects of a list; of one object, that alone."""
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, Mapping)]


def texts(value: Any) -> list[str]:
    """The texts of a list that say something; of one text, that alone."""
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str) and entry.strip()]


def plain(value: Any) -> Any:
    """A text whose characters were escaped as in HTML, such as "R&amp;D"; another value as it is."""
    return unescape(value) if isinstance(value, str) else value


def markup(value: Any) -> Any:
    """A text in HTML, which some sources escape once more; another value as it is."""
    if not isinstance(value, str) or "&lt;" not in value:
        return value
    # Some put a line of their own, which is not escaped, below.
    is_escaped = "<" not in value or _ESCAPED_TAG.match(value)
    return unescape(value) if is_escaped else value


def html(sections: Iterable[tuple[Any, Any]]) -> str:
    """One text in HTML of sections, each a heading, or none, and a text in HTML."""
    written = []
    for heading, text in sections:
        if isinstance(text, str) and text.strip():
            written.append(f"<h3>{heading}</h3>\n{text}" if isinstance(heading, str) and heading.strip() else text)
    return "\n".join(written)


def moment(value: Any) -> Any:
    """A date as e-mail and RSS write it (RFC 5322: "Mon, 30 Jan 2017 08:00:00 GMT") in ISO 8601; else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return parsedate_to_datetime(value.strip()).isoformat()
    except ValueError:
        return value
