"""Reads single values of a row: texts, addresses, instants. Whatever is wrong is an `Invalid` that names the field."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from jobs.importers import dates
from kernel.errors import Invalid

type Values = Mapping[str, Any]

MAX_URL = 2000
MAX_ITEMS = 100
# Beyond these years no posting was written, and none ends.
FIRST_YEAR, LAST_YEAR = 1990, 2100
# What needs no parser to be an address on the web.
_USUAL_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w./?=&%+~#:@!,;-]*)?", re.ASCII)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_REFUSED = re.compile("[\x00\ud800-\udfff]")
# What stands in the place of a date that is not known.
_NO_DATE = frozenset({"", "tbd", "n/a", "na", "none", "null", "asap", "ongoing", "open until filled", "-"})


def text(values: Values, key: str, *, limit: int) -> str:
    """The text of one line, spaces collapsed; empty where there is none."""
    value = values.get(key)
    if value is None:
        return ""
    if isinstance(value, str) and value.isprintable() and value.strip() == value and "  " not in value:
        cleaned = value  # nearly every value: printable text holds no control characters and no half surrogates
    else:
        cleaned = " ".join(_CONTROL.sub(" ", _string(value, key)).split())
    if len(cleaned) > limit:
        raise Invalid(f"Longer than {limit} characters.", field=key)
    return cleaned


def prose(values: Values, key: str) -> str:
    """The text with its line ends; empty where there is none."""
    value = values.get(key)
    return "" if value is None else _string(value, key).strip()


def items(values: Values, key: str, *, most: int = MAX_ITEMS) -> list[str]:
    """The texts of a list, or of one text in which they are parted by commas, semicolons, bars or line ends."""
    value = values.get(key)
    if value is None:
        return []
    parts = value if isinstance(value, list) else re.split(r"[,;|\n]", _string(value, key))
    if len(parts) > most:
        raise Invalid(f"More than {most} values.", field=key)
    return [part for part in (" ".join(_string(part, key).split()) for part in parts) if part]


def url(values: Values, key: str) -> str:
    """An http or https address; empty where there is none."""
    address = text(values, key, limit=MAX_URL)
    if not address:
        return ""
    if address.startswith("www."):
        address = f"https://{address}"
    if _USUAL_ADDRESS.fullmatch(address):
        return address
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in address
    except ValueError:
        is_web = False
    if not is_web:
        raise Invalid(f"Not an address on the web: {shown(address)}.", field=key)
    return address


def instant(values: Values, key: str, *, is_end: bool = False, country: str = "") -> datetime | None:
    """A moment in UTC, out of ISO 8601, RFC 2822, Unix time in seconds or milliseconds, or a day in a usual spelling.

    A day without a time is its first instant; with `is_end`, the first one after it. Without a zone it is UTC.
    `country`, a code, tells whether 01/02/2026 is in January or February; without it such a day is refused.
    """
    value = values.get(key)
    if value is None or (isinstance(value, str) and value.strip().lower() in _NO_DATE):
        return None
    reason = ""
    try:
        if _is_number(value):
            moment = dates.unix_time(value)
        else:
            moment = dates.written_time(_string(value, key), is_end=is_end, country=country)
        is_moment = FIRST_YEAR <= moment.year <= LAST_YEAR
    except dates.NotADate as refusal:
        is_moment, reason = False, str(refusal)
    if not is_moment:
        reason = reason and f" {reason}"
        raise Invalid(f"Not a date between {FIRST_YEAR} and {LAST_YEAR}: {shown(value)}.{reason}", field=key)
    return moment


def shown(value: object) -> str:
    """The value, short enough for a message."""
    written = repr(value)
    return written if len(written) <= 60 else f"{written[:57]}..."


def _string(value: object, key: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid(f"A text is expected, not {shown(value)}.", field=key)
    if isinstance(value, float):
        if not value.is_integer() or abs(value) > 2**53:
            raise Invalid(f"A text is expected, not the number {value}.", field=key)
        value = int(value)
    string = str(value)
    if _REFUSED.search(string):
        raise Invalid("Contains a NUL character or half of a surrogate pair.", field=key)
    return string


def _is_number(value: object) -> TypeGuard[str | int | float]:
    if isinstance(value, str):
        return value.strip().isascii() and value.strip().isdigit() and 9 <= len(value.strip()) <= 13
    return isinstance(value, int | float) and not isinstance(value, bool)
