"""Reads a JSON Resume document: the text, and the members of its entries, noting what is not understood."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from accounts.text import refuse_unreadable
from jobs.services.profile_entries import LONGEST_NAME
from jobs.services.profile_values import EARLIEST_YEAR, LATEST_YEAR
from kernel.errors import Invalid

type Json = dict[str, Any]

LONGEST_DOCUMENT = 300_000
DEEPEST = 32
# What orjson, which writes documents again, has room for.
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**64 - 1
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:T.*)?", re.DOTALL)
# What people write in the place of an end that has not come.
_STILL = frozenset({"", "present", "current", "now", "today", "ongoing", "heute"})


def parse(text: str, *, name: str = "document") -> Json:
    """The document in a text. Raises `Invalid` for what is no JSON object, too large or too deep."""
    refuse_unreadable(text, field=name)
    if len(text.encode()) > LONGEST_DOCUMENT:
        raise Invalid(f"A document has at most {LONGEST_DOCUMENT:,} bytes.", field=name)
    try:
        document = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_writable,
            object_pairs_hook=_distinct,
        )
    except RecursionError:
        raise Invalid(f"This is nested deeper than {DEEPEST} levels.", field=name) from None
    except json.JSONDecodeError as error:
        raise Invalid(f"This is no JSON: {error.msg} in line {error.lineno}.", field=name) from None
    except _NamedTwice as error:
        raise Invalid(f"An object names {error} twice.", field=name) from None
    except ValueError:
        raise Invalid("This holds a number that no document can hold.", field=name) from None
    if not isinstance(document, dict):
        raise Invalid("A JSON Resume is an object.", field=name)
    _refuse_what_cannot_be_kept(document, name)
    return document


def is_still(value: Any) -> bool:
    """Whether this says, in the place of an end, that there was none yet."""
    return isinstance(value, str) and value.strip().lower() in _STILL


@dataclass(slots=True)
class Reader:
    """Reads the members of one entry, and notes what it does not understand as (path, reason)."""

    path: str
    remarks: list[tuple[str, str]] = field(default_factory=list)

    def text(self, entry: Json, name: str, longest: int = LONGEST_NAME) -> str:
        """A text; empty where there is none, or none that has room."""
        value = entry.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.note(name, "This is not a text.")
            return ""
        plain = value.strip()
        if len(plain) > longest:
            self.note(name, f"This is longer than {longest:,} characters.")
            return ""
        return plain

    def lines(self, entry: Json, name: str, *, most: int, longest: int) -> list[str]:
        """Texts; none at all unless each of them has room."""
        value = entry.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
            self.note(name, "This is not a list of texts.")
            return []
        found = [line.strip() for line in value if line.strip()]
        if len(found) > most or any(len(line) > longest for line in found):
            self.note(name, f"There is room for {most} entries of {longest:,} characters.")
            return []
        return found

    def month(self, entry: Json, name: str, *, of_year: int) -> date | None:
        """The month of a date; of a year alone its month `of_year`."""
        value = entry.get(name)
        if value is None or is_still(value):
            return None
        found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
        try:
            if found is None:
                raise ValueError(value)
            day = date(int(found[1]), int(found[2] or of_year), int(found[3] or 1))
        except ValueError:
            self.note(name, "This is no date such as 2024, 2024-05 or 2024-05-31.")
            return None
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            self.note(name, f"This is not between the years {EARLIEST_YEAR} and {LATEST_YEAR}.")
            return None
        return day.replace(day=1)

    def months(self, entry: Json) -> tuple[date | None, date | None]:
        """From when to when. An end before the beginning is none."""
        started, ended = self.month(entry, "startDate", of_year=1), self.month(entry, "endDate", of_year=12)
        if started and ended and ended < started:
            self.note("endDate", "This is before it began.")
            ended = None
        return started, ended

    def note(self, name: str, reason: str) -> None:
        """Put down that a member was not understood."""
        self.remarks.append((f"{self.path}.{name}" if name else self.path, reason))


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(digits)
    return number


def _writable(digits: str) -> int:
    number = int(digits)
    if not SMALLEST_INTEGER <= number <= LARGEST_INTEGER:
        raise ValueError(digits)
    return number


class _NamedTwice(ValueError):
    """Of two members of one name only one could be kept."""


def _distinct(members: list[tuple[str, Any]]) -> Json:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        raise _NamedTwice(next(json.dumps(name[:50]) for name in names if names.count(name) > 1))
    return found


def _refuse_what_cannot_be_kept(document: Any, name: str) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _parts(value, name)]
        if not level:
            return
    raise Invalid(f"This is nested deeper than {DEEPEST} levels.", field=name)


def _parts(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, str):
        refuse_unreadable(value, field=name)
    elif isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value
