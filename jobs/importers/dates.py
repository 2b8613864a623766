"""Reads moments as they are written: ISO 8601, RFC 2822, Unix time, and days as people write them.

Of "01/02/2026" only the country tells which is the month: month first in the United States, day first in other known
countries but those that use both; where no country is known, such a day is refused unless one number is above 12.
"""

import math
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

# Seconds from 1990 to 2100, and milliseconds from 1990 on: the two ranges do not meet.
_EPOCH_SECONDS = range(631_152_000, 4_102_444_801)
# Unicode CLDR's short date patterns: month first here alone, both orders there.
MONTH_FIRST = frozenset({"US", "AS", "GU", "MP", "PR", "VI", "UM", "FM", "MH", "PW"})
BOTH_ORDERS = frozenset({"CA", "PH", "KE", "ZA"})

_MONTHS = {
    1: "january jan januar jänner janvier enero janeiro gennaio januari ene",
    2: "february feb februar février fevrier febrero fevereiro febbraio februari fév",
    3: "march mar märz maerz mars marzo março maart mär",
    4: "april apr avril abril aprile abr avr",
    5: "may mai mayo maio maggio mei",
    6: "june jun juni juin junio junho giugno",
    7: "july jul juli juillet julio julho luglio",
    8: "august aug août aout agosto augustus ago",
    9: "september sep sept septembre septiembre setembro settembre",
    10: "october oct oktober okt octobre octubre outubro ottobre",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre decembre diciembre dezembro dicembre dic",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+", re.IGNORECASE)
_IN_WORDS = (
    re.compile(rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}(?!\d)", re.IGNORECASE),
    re.compile(rf"{_DAY}[\s-]+(?:de\s+)?{_MONTH}[\s,-]+(?:de\s+)?{_YEAR}(?!\d)", re.IGNORECASE),
)
_POINTS = re.compile(rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}(?!\d)")
_SLASHES = re.compile(rf"(?P<first>\d{{1,2}})([/-])(?P<second>\d{{1,2}})\2{_YEAR}(?!\d)")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})(?!\d)")
_BARE_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})")
_CLOCK = re.compile(
    r"[\s,]*(?:at|um|à|a las)?[\s,]*(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2}))?\s?"
    r"(?P<half>[ap]\.?m\.?)?\s?\(?(?P<zone>[A-Za-z]{2,4})?\)?$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:ago|today|yesterday|tomorrow|just now|last (?:day|week|month)|vor \d+|heute|gestern|il y a|hace)\b"
    r"|^\d+\+? ?[dhwm]$",
    re.IGNORECASE,
)
# Abbreviations that mean one zone on job boards. Without S or D, the zone tells whether it is summer.
_ZONES: dict[str, tzinfo | int] = {
    "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "CET": 1, "CEST": 2, "BST": 1, "ET": ZoneInfo("America/New_York"), "CT": ZoneInfo("America/Chicago"),
    "MT": ZoneInfo("America/Denver"), "PT": ZoneInfo("America/Los_Angeles"),
}  # fmt: skip


class NotADate(ValueError):
    """Why something is no moment that can be told."""


def unix_time(value: str | float) -> datetime:
    """The moment of Unix time in seconds or milliseconds. Raises `NotADate`."""
    seconds = float(value)
    if math.isfinite(seconds) and int(seconds) not in _EPOCH_SECONDS:
        seconds /= 1000
    if not math.isfinite(seconds) or int(seconds) not in _EPOCH_SECONDS:
        raise NotADate
    return datetime.fromtimestamp(seconds, UTC)


def written_time(text: str, *, is_end: bool = False, country: str = "") -> datetime:
    """The moment in UTC that a text writes down. Raises `NotADate`, with a reason where there is one to tell.

    A day without a time is its first instant, with `is_end` the first one after it; so is a month. A time without a
    zone is UTC. `country` is the code of the one the text is from, if it is known.
    """
    written = text.strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return _in_other_shapes(written, is_end=is_end, country=country)
    if len(written) <= 10 and ":" not in written and "T" not in written:
        return _whole_day(moment.date(), is_end=is_end)
    return _in_utc(moment)


def _in_other_shapes(written: str, *, is_end: bool, country: str) -> datetime:
    if match := _BARE_MONTH.fullmatch(written):
        first = _day_of(int(match["year"]), int(match["month"]), 1)
        after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return _whole_day(after if is_end else first, is_end=False)
    if "," in written and (moment := _rfc_2822(written)):
        return moment
    bare = _WEEKDAY.sub("", written)
    day, rest = _day(bare, country)
    if clock := _CLOCK.match(rest):
        return _at(day, clock, is_end=is_end)
    if rest and not _is_time_of_some_kind(rest):
        raise NotADate
    return _whole_day(day, is_end=is_end)


def _day(written: str, country: str) -> tuple[date, str]:
    """The day that a text begins with, and what follows it."""
    for shape in _IN_WORDS:
        if (match := shape.match(written)) and match["month"].lower() in _MONTH_OF:
            month = _MONTH_OF[match["month"].lower()]
            return _day_of(int(match["year"]), month, int(match["day"])), written[match.end() :]
    if match := _POINTS.match(written) or _YEAR_FIRST.match(written):
        return _day_of(int(match["year"]), int(match["month"]), int(match["day"])), written[match.end() :]
    if match := _SLASHES.match(written):
        first, second = int(match["first"]), int(match["second"])
        is_month_first = _is_month_first(first, second, country)
        month, day = (first, second) if is_month_first else (second, first)
        return _day_of(int(match["year"]), month, day), written[match.end() :]
    if _RELATIVE.search(written):
        raise NotADate("It says how long ago, not when; a date is needed.")
    raise NotADate


def _is_month_first(first: int, second: int, country: str) -> bool:
    if first > 12 or second > 12 or first == second:
        return second > 12
    if not country or country in BOTH_ORDERS:
        raise NotADate("Day or month first? Write it as YYYY-MM-DD.")
    return country in MONTH_FIRST


def _at(day: date, clock: re.Match[str], *, is_end: bool) -> datetime:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        moment = datetime.combine(day, time(hour, int(clock["minute"] or 0), int(clock["second"] or 0)))
    except ValueError:
        raise NotADate from None
    zone = _ZONES.get((clock["zone"] or "UTC").upper())
    if zone is None:
        # A zone that is not known shifts a moment by less than a day: the day is kept.
        return _whole_day(day, is_end=is_end)
    if isinstance(zone, int):
        return (moment - timedelta(hours=zone)).replace(tzinfo=UTC)
    return _in_utc(moment.replace(tzinfo=zone))


def _is_time_of_some_kind(rest: str) -> bool:
    clock = re.match(r"[\s,T]+(?:at\s+|um\s+)?(\d+)(?::(\d+))?", rest, re.IGNORECASE)
    return clock is not None and int(clock[1]) < 24 and int(clock[2] or 0) < 60 and len(rest) < 40


def _rfc_2822(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    # Without a zone it was not RFC 2822, but something alike: "January 30, 2026".
    return None if moment.tzinfo is None else _in_utc(moment)


def _day_of(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate from None


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise NotADate from None


def _whole_day(day: date, *, is_end: bool) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=is_end), time(), UTC)
    except OverflowError:
        raise NotADate from None
