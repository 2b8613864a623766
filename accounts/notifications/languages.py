"""The languages that mail is written in, and how each of them writes a moment.

A language is complete when it is listed here and has a folder of its code beside every template; see docs/mail.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its primary BCP 47 subtag, its own name, and how it writes dates and times."""

    code: str
    name: str
    months: tuple[str, ...]
    moment: str
    """With `{day}`, `{month}`, `{year}`, `{time}` and `{zone}`."""


ENGLISH = Language(
    "en",
    "English",
    (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    "{day} {month} {year}, {time} ({zone})",
)
GERMAN = Language(
    "de",
    "Deutsch",
    (
        *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August"),
        *("September", "Oktober", "November", "Dezember"),
    ),
    "{day}. {month} {year}, {time} Uhr ({zone})",
)
LANGUAGES = {language.code: language for language in (ENGLISH, GERMAN)}


def language_of(locale: str) -> Language:
    """The language of a BCP 47 tag (`de-AT`); English where that one is not written."""
    return LANGUAGES.get(locale.replace("_", "-").partition("-")[0].lower(), ENGLISH)


def shown(at: datetime, language: Language, timezone: str) -> str:
    """A moment as a person reads it: in their language and IANA time zone; UTC where the zone is not known."""
    try:
        local = at.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        local = at.astimezone(UTC)
    return language.moment.format(
        day=local.day,
        month=language.months[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=local.tzname(),
    )
