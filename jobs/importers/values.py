"""Reads single values of a row: texts, addresses, instants. Whatever is wrong is an `Invalid` that names the field."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from kernel.errors import Invalid

type Values = Mapping[str, Any]

MAX_URL = 2000
MAX_ITEMS = 100
# Beyond these years no posting was written, and none ends.
FIRST_YEAR, LAST_YEAR = 1990, 2100
# Seconds up to the year 2100, milliseconds from 1990 on: the two ranges do not meet.
_EPOCH_SECONDS = range(631_152_000, 4_102_444_801)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_REFUSED = re.compile("[\x00\ud800-\udfff]")
# What stands in the place of a date that is not known.
_NO_DATE = frozenset({"tbd", "n/a", "na", "none", "null", "asap", "ongoing", "open until filled", "-"})
_DAY_FIRST_OF_ALL = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}")  # and a time of day in some shape after it
_DATE_SHAPES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")


def text(values: Values, key: str, *, limit: int) -> str:
    """The text of one line, spaces collapsed; empty where there is none."""
    value = values.get(key)
    if value is None:
        return ""
    cleaned = " ".join(_CONTROL.sub(" ", _string(value, key)).split())
    if len(cleaned) > limit:
        raise Invalid(f"Longer than {limit} characters.", field=key)
    return cleaned


def prose(values: Values, key: str) -> str:
    """The text with its line ends; empty where there is none."""
    value = values.get(key)
    return "" if value is None else _string(value, key).strip()


def items(values: Values, key: str) -> list[str]:
    """The texts of a list, or of one text in which they are parted by commas, semicolons, bars or line ends."""
    value = values.get(key)
    if value is None:
        return []
    parts = value if isinstance(value, list) else re.split(r"[,;|\n]", _string(value, key))
    if len(parts) > MAX_ITEMS:
        raise Invalid(f"More than {MAX_ITEMS} values.", field=key)
    return [part for part in (" ".join(_string(part, key).split()) for part in parts) if part]


def url(values: Values, key: str) -> str:
    """An http or https address; empty where there is none."""
    address = text(values, key, limit=MAX_URL)
    if not address:
        return ""
    if address.startswith("www."):
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in address
    except ValueError:
        is_web = False
    if not is_web:
        raise Invalid(f"Not an address on the web: {shown(address)}.", field=key)
    return address


def instant(values: Values, key: str, *, is_end: bool = False) -> datetime | None:
    """A moment in UTC, out of ISO 8601, Unix time in seconds or milliseconds, or a day written in a usual way.

    A day without a time is its first instant; with `is_end`, the first one after it. Without a zone it is UTC.
    """
    value = values.get(key)
    if value is None or (isinstance(value, str) and value.strip().lower() in {"", *_NO_DATE}):
        return None
    moment = _unix_time(value) if _is_number(value) else _written_time(_string(value, key), is_end=is_end)
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Invalid(f"Not a date between {FIRST_YEAR} and {LAST_YEAR}: {shown(value)}.", field=key)
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


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().isascii() and value.strip().isdigit() and 9 <= len(value.strip()) <= 13
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unix_time(value: str | int | float) -> datetime | None:
    seconds = float(value)
    if math.isfinite(seconds) and int(seconds) not in _EPOCH_SECONDS:
        seconds /= 1000
    if not math.isfinite(seconds) or int(seconds) not in _EPOCH_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _written_time(value: str, *, is_end: bool) -> datetime | None:
    written = value.strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        day = _day(written)
        return None if day is None else _day_as_instant(day, is_end=is_end)
    if _is_bare_day(written):
        return _day_as_instant(moment.date(), is_end=is_end)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _is_bare_day(written: str) -> bool:
    return len(written) <= 10 and ":" not in written and "T" not in written


def _day(written: str) -> date | None:
    if match := _DAY_FIRST_OF_ALL.match(written):
        written = match[0]
    for shape in _DATE_SHAPES:
        try:
            return datetime.strptime(written, shape).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None


def _day_as_instant(day: date, *, is_end: bool) -> datetime:
    start = datetime.combine(day, time(), UTC)
    return start + timedelta(days=1) if is_end else start
