"""What people write into their profile, checked value by value. Every refusal is an `Invalid` that names the field."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.text import is_plain_line, refuse_unreadable
from jobs.selectors import taxonomy
from kernel.errors import Invalid

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|[0-9]{3}))?")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)


def text(value: str | None, field: str, *, longest: int) -> str:
    """A text without space around it; empty for None."""
    if value is None:
        return ""
    refuse_unreadable(value, field=field)
    plain = value.strip()
    if len(plain) > longest:
        raise Invalid(f"At most {longest:,} characters.", field=field)
    return plain


def line(value: str | None, field: str, *, longest: int, is_required: bool = False) -> str:
    """A text in one line, of characters that can be seen; empty for None unless it is required."""
    plain = text(value, field, longest=longest)
    if not is_plain_line(plain) or (is_required and not plain):
        raise Invalid("Write it in one line, of characters that can be seen.", field=field)
    return plain


def lines(values: Iterable[str] | None, field: str, *, most: int, longest: int) -> list[str]:
    """Some texts, none of them empty."""
    given = list(values or ())
    if len(given) > most:
        raise Invalid(f"At most {most} entries.", field=field)
    found = [text(value, f"{field}.{number}", longest=longest) for number, value in enumerate(given)]
    for number, line in enumerate(found):
        if not line:
            raise Invalid("This entry is empty.", field=f"{field}.{number}")
    return found


def number(value: int | None, field: str, *, least: int, most: int) -> int | None:
    """A whole number within bounds, or None."""
    if value is not None and not least <= value <= most:
        raise Invalid(f"From {least} to {most}.", field=field)
    return value


def choice(value: str | None, field: str, *, among: Sequence[str], default: str = "") -> str:
    """One of a closed set; `default` for None."""
    if value is None:
        return str(default)
    if value not in among:
        raise Invalid(f"One of: {', '.join(among)}.", field=field)
    return str(value)


def choices(values: Iterable[str] | None, field: str, *, among: Sequence[str]) -> list[str]:
    """Distinct ones of a closed set, in its order."""
    given = list(values or ())
    for position, value in enumerate(given):
        choice(value, f"{field}.{position}", among=among)
    return [value for value in among if value in given]


def month(value: str | None, field: str) -> date | None:
    """The first day of a month that is written as `2024-05`; None for None."""
    if value is None:
        return None
    found = _MONTH.fullmatch(value)
    year, of_year = (int(found[1]), int(found[2])) if found else (0, 0)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or not 1 <= of_year <= 12:
        raise Invalid(f"Write the month as 2024-05, between the years {EARLIEST_YEAR} and {LATEST_YEAR}.", field=field)
    return date(year, of_year, 1)


def language_tag(value: str, field: str) -> str:
    """A BCP 47 tag of a language, a script and a region, in its canonical case: `zh-Hant-TW` (RFC 5646, 2.1.1)."""
    if len(value) > 12 or not _TAG.fullmatch(value):
        raise Invalid("Name the language as BCP 47 does: en, pt-BR, zh-Hant.", field=field)
    language, *parts = value.split("-")
    return "-".join([language.lower(), *(part.title() if len(part) == 4 else part.upper() for part in parts)])


def address(value: str, field: str, *, longest: int = 500) -> str:
    """An absolute http or https address."""
    plain = text(value, field, longest=longest)
    if not _ADDRESS.fullmatch(plain):
        raise Invalid("Write an absolute http or https address.", field=field)
    return plain


def minor_units(amount: Decimal, currency: str, field: str, *, most: int) -> int:
    """An amount of a currency in its minor units."""
    digits = taxonomy.currency_digits(currency, field=f"{field}.currency")
    minor = amount.scaleb(digits)
    if minor != int(minor):
        raise Invalid(f"{currency} has {digits} decimal places.", field=f"{field}.amount")
    if not 0 <= minor <= most:
        raise Invalid("This amount is out of bounds.", field=f"{field}.amount")
    return int(minor)


def known(wanted: Sequence[Any], among: Iterable[Any], field: str, what: str, *, member: str = "") -> None:
    """Refuse the first of some keys that is not among those that there are."""
    found = set(among)
    for position, key in enumerate(wanted):
        if key not in found:
            raise Invalid(f"There is no such {what}.", field=f"{field}.{position}{member}")
