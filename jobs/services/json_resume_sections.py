"""What the sections of a JSON Resume document say in our columns, and back (https://jsonresume.org/schema, 1.0.0).

Each list of ours has a `Section`: `take` reads an entry of the document into a row, `give` writes a row as such an
entry. What `give` would not write back as it was is kept beside the row, so that nothing of a document is lost; it is
written again for as long as the entry, read with it, says what the row says.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from jobs.models import (
    Experience,
    ExperienceKind,
    LanguageLevel,
    LinkKind,
    ProfileEducation,
    ProfileLanguage,
    ProfileLink,
)
from jobs.services import language_names
from jobs.services.json_resume_reader import Json, Reader, is_still
from jobs.services.profile_entries import (
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_COURSES,
    MOST_HIGHLIGHTS,
)
from jobs.text import fold

_CEFR = re.compile(r"\b([abc][12])\b")
# From the most to the least, as the words of one fluency may name several. The middle ones are those of LinkedIn.
_FLUENCIES: tuple[tuple[str, LanguageLevel], ...] = (
    ("native", LanguageLevel.NATIVE),
    ("mother", LanguageLevel.NATIVE),
    ("bilingual", LanguageLevel.NATIVE),
    ("muttersprache", LanguageLevel.NATIVE),
    ("full professional", LanguageLevel.C1),
    ("limited working", LanguageLevel.B1),
    ("professional", LanguageLevel.B2),
    ("proficient", LanguageLevel.C2),
    ("fluent", LanguageLevel.C1),
    ("advanced", LanguageLevel.C1),
    ("conversational", LanguageLevel.B1),
    ("intermediate", LanguageLevel.B1),
    ("elementary", LanguageLevel.A2),
    ("basic", LanguageLevel.A1),
    ("beginner", LanguageLevel.A1),
)
_NETWORKS = {
    "linkedin": LinkKind.LINKEDIN,
    "xing": LinkKind.XING,
    "github": LinkKind.GITHUB,
    "gitlab": LinkKind.GITLAB,
    "stackoverflow": LinkKind.STACK_OVERFLOW,
    "stack overflow": LinkKind.STACK_OVERFLOW,
    "behance": LinkKind.BEHANCE,
    "dribbble": LinkKind.DRIBBBLE,
    "orcid": LinkKind.ORCID,
    "mastodon": LinkKind.MASTODON,
    "twitter": LinkKind.X,
    "x": LinkKind.X,
}
_NETWORK_NAMES = {LinkKind.X: "X", LinkKind.WEBSITE: "Website"}


@dataclass(frozen=True, slots=True)
class Section:
    """How entries of a document become rows of a list. `take` gives None for an entry that makes no row."""

    take: Callable[[Json, Reader], Any]
    give: Callable[[Any], Json]
    compared: tuple[str, ...]
    """The columns that an entry must still say, for what is beside the row to be written."""


def taken(section: Section, entry: Any, reader: Reader) -> Any:
    """The row of an entry, with what its columns cannot give back beside it; None where it makes none."""
    if not isinstance(entry, dict):
        reader.note("", "This is not an object.")
        return None
    row = section.take(entry, reader)
    if row is not None:
        given = section.give(row)
        row.beside = {name: value for name, value in entry.items() if not _is_same(given, name, value)}
    return row


def given(section: Section, row: Any) -> Json:
    """A row as an entry of a document: as it was imported, but for what was changed since."""
    plain = section.give(row)
    whole = plain | row.beside
    if _says(section, whole, row):
        return _in_order(plain, whole)
    for name, value in row.beside.items():
        if _says(section, plain | {name: value}, row):
            plain[name] = value
    return plain


def _says(section: Section, entry: Json, row: Any) -> bool:
    read = section.take(entry, Reader(""))
    return read is not None and all(getattr(read, column) == getattr(row, column) for column in section.compared)


def _in_order(first: Json, whole: Json) -> Json:
    return {name: whole[name] for name in [*first, *(name for name in whole if name not in first)]}


def _is_same(entry: Json, name: str, value: Any) -> bool:
    """Whether a member stands in an entry just so: `1`, `1.0` and `true` are three."""
    return name in entry and as_text(entry[name]) == as_text(value)


def as_text(value: Any) -> str:
    """A value of JSON, its members in order: what tells two of them apart."""
    return json.dumps(value, sort_keys=True)


def without_empty(members: Iterable[tuple[str, Any]]) -> Json:
    """The members that say something."""
    return {name: value for name, value in members if value}


def _take_experience(kind: ExperienceKind, organisation: str, entry: Json, reader: Reader) -> Experience | None:
    started, ended = reader.months(entry)
    end = entry.get("endDate")
    row = Experience(
        kind=kind,
        title=reader.text(entry, "position"),
        organisation=reader.text(entry, organisation),
        place=reader.text(entry, "location"),
        started_on=started,
        ended_on=ended,
        is_current=started is not None and (end is None or is_still(end)),
        summary=reader.text(entry, "summary", LONGEST_TEXT),
        highlights=reader.lines(entry, "highlights", most=MOST_HIGHLIGHTS, longest=LONGEST_LINE),
    )
    if not row.title and not row.organisation:
        reader.note("", "This names neither a position nor for whom it was.")
        return None
    return row


def _give_experience(organisation: str, row: Experience) -> Json:
    return without_empty(
        [
            (organisation, row.organisation),
            ("position", row.title),
            ("location", row.place),
            ("startDate", _month_text(row.started_on)),
            ("endDate", _month_text(row.ended_on)),
            ("summary", row.summary),
            ("highlights", row.highlights),
        ]
    )


def _take_education(entry: Json, reader: Reader) -> ProfileEducation | None:
    started, ended = reader.months(entry)
    row = ProfileEducation(
        institution=reader.text(entry, "institution"),
        area=reader.text(entry, "area"),
        study_type=reader.text(entry, "studyType"),
        started_on=started,
        ended_on=ended,
        score=reader.text(entry, "score", 100),
        courses=reader.lines(entry, "courses", most=MOST_COURSES, longest=LONGEST_NAME),
    )
    if not row.institution and not row.area and not row.study_type:
        reader.note("", "This says neither where nor what was studied.")
        return None
    return row


def _give_education(row: ProfileEducation) -> Json:
    return without_empty(
        [
            ("institution", row.institution),
            ("area", row.area),
            ("studyType", row.study_type),
            ("startDate", _month_text(row.started_on)),
            ("endDate", _month_text(row.ended_on)),
            ("score", row.score),
            ("courses", row.courses),
        ]
    )


def _take_language(entry: Json, reader: Reader) -> ProfileLanguage | None:
    name, fluency = reader.text(entry, "language"), fold(reader.text(entry, "fluency"))
    tag = language_names.tag_of(name) if name else None
    if tag is None:
        reader.note("language", "This language is not known here by that name.")
        return None
    level = _level_of(fluency)
    if fluency and not level:
        reader.note("fluency", "How well that is, is not known here.")
    return ProfileLanguage(tag=tag, level=level)


def _level_of(fluency: str) -> str:
    if found := _CEFR.search(fluency):
        return LanguageLevel(found[1])
    return next((level for words, level in _FLUENCIES if words in fluency), "")


def _give_language(row: ProfileLanguage) -> Json:
    name = language_names.name_of(row.tag)
    fluency = "Native speaker" if row.level == LanguageLevel.NATIVE else row.level.upper()
    return without_empty([("language", name), ("fluency", fluency)])


def _take_link(entry: Json, reader: Reader) -> ProfileLink | None:
    url = reader.text(entry, "url", 500)
    if not is_address(url):
        reader.note("url", "This is no absolute http or https address.")
        return None
    network = reader.text(entry, "network")
    return ProfileLink(kind=_NETWORKS.get(fold(network), LinkKind.OTHER), url=url)


def _give_link(row: ProfileLink) -> Json:
    kind = LinkKind(row.kind)
    network = "" if kind is LinkKind.OTHER else _NETWORK_NAMES.get(kind, kind.label)
    return without_empty([("network", network), ("url", row.url)])


def _take_website(entry: Json, reader: Reader) -> ProfileLink | None:
    row = _take_link(entry, reader)
    if row is not None:
        row.kind = LinkKind.WEBSITE
    return row


def is_address(text: str) -> bool:
    """Whether a text is an absolute http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(letter.isspace() for letter in text)


def _month_text(day: date | None) -> str:
    return f"{day:%Y-%m}" if day else ""


_WHILE = ("started_on", "ended_on")
_OF_EXPERIENCE = ("title", "organisation", "place", *_WHILE, "summary", "highlights")
SECTIONS: dict[str, Section] = {
    "work": Section(
        partial(_take_experience, ExperienceKind.EMPLOYMENT, "name"), partial(_give_experience, "name"), _OF_EXPERIENCE
    ),
    "volunteer": Section(
        partial(_take_experience, ExperienceKind.VOLUNTEERING, "organization"),
        partial(_give_experience, "organization"),
        _OF_EXPERIENCE,
    ),
    "education": Section(
        _take_education, _give_education, ("institution", "area", "study_type", *_WHILE, "score", "courses")
    ),
    "languages": Section(_take_language, _give_language, ("tag", "level")),
    "profiles": Section(_take_link, _give_link, ("kind", "url")),
    "url": Section(_take_website, lambda row: {"url": row.url}, ("kind", "url")),
}
