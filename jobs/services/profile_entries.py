"""The lists of a profile: what an entry must be like, how many there may be, and how a list is replaced.

An entry that says the same as one that was there keeps what an imported document said beside it.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.models import (
    Country,
    Experience,
    ExperienceKind,
    LanguageLevel,
    LinkKind,
    Profile,
    ProfileEducation,
    ProfileLanguage,
    ProfileLink,
    ProfileSkill,
    Skill,
    WorkAuthorisation,
    WorkPermission,
)
from jobs.services import profile_values as read
from jobs.text import fold
from kernel.errors import Invalid

LONGEST_NAME, LONGEST_TEXT, LONGEST_LINE = 200, 5_000, 1_000
MOST_HIGHLIGHTS, MOST_COURSES = 30, 50
HIGHEST_LEVEL, MOST_YEARS = 5, 80

type Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the lists of a profile.

    `make` checks an entry and makes a row of it, which is not saved; `same` tells what the entry speaks of. Of
    `is_distinct` lists no two entries may speak of the same.
    """

    model: type[Any]
    most: int
    make: Callable[[Entry, str], Any]
    same: Callable[[Any], Hashable]
    is_distinct: bool = False
    keeps_order: bool = True


def rows_of(name: str, entries: Sequence[Entry] | None) -> list[Any]:
    """The rows of a list as it was written, checked and not yet saved. Null is an empty list."""
    listed, field = LISTS[name], f"changes.{name}"
    entries = entries or ()
    if len(entries) > listed.most:
        raise Invalid(f"At most {listed.most} entries.", field=field)
    rows = [listed.make(entry, f"{field}.{position}") for position, entry in enumerate(entries)]
    if listed.is_distinct:
        met: set[Hashable] = set()
        for position, row in enumerate(rows):
            if listed.same(row) in met:
                raise Invalid("An entry above says this already.", field=f"{field}.{position}")
            met.add(listed.same(row))
    _refuse_unknown(name, rows, field)
    return rows


def replace(profile: Profile, name: str, rows: Sequence[Any], *, is_imported: bool = False) -> None:
    """Make these rows the list. Rows that are imported have with them all that is kept beside them."""
    listed = LISTS[name]
    manager = listed.model._default_manager
    if listed.keeps_order and not is_imported:
        beside: dict[Hashable, list[Any]] = {}
        for old in manager.filter(profile=profile).order_by("position"):
            beside.setdefault(listed.same(old), []).append(old.beside)
        for row in rows:
            kept = beside.get(listed.same(row))
            if kept and not row.beside:
                row.beside = kept.pop(0)
    manager.filter(profile=profile).delete()
    append(profile, name, rows, after=0)


def append(profile: Profile, name: str, rows: Sequence[Any], *, after: int) -> None:
    """Add rows to a list of `after` entries. One statement."""
    for position, row in enumerate(rows, start=after):
        row.profile = profile
        if LISTS[name].keeps_order:
            row.position = position
    LISTS[name].model._default_manager.bulk_create(rows)


def _months(entry: Entry, field: str) -> tuple[date | None, date | None]:
    started = read.month(entry.get("started_on"), f"{field}.started_on")
    ended = read.month(entry.get("ended_on"), f"{field}.ended_on")
    if started and ended and ended < started:
        raise Invalid("It ended before it began.", field=f"{field}.ended_on")
    return started, ended


def _experience(entry: Entry, field: str) -> Experience:
    started, ended = _months(entry, field)
    is_current = bool(entry.get("is_current"))
    if is_current and ended:
        raise Invalid("What has ended is not current.", field=f"{field}.ended_on")
    row = Experience(
        kind=read.choice(
            entry.get("kind"), f"{field}.kind", among=ExperienceKind.values, default=ExperienceKind.EMPLOYMENT
        ),
        title=read.text(entry.get("title"), f"{field}.title", longest=LONGEST_NAME),
        organisation=read.text(entry.get("organisation"), f"{field}.organisation", longest=LONGEST_NAME),
        place=read.text(entry.get("place"), f"{field}.place", longest=LONGEST_NAME),
        started_on=started,
        ended_on=ended,
        is_current=is_current,
        summary=read.text(entry.get("summary"), f"{field}.summary", longest=LONGEST_TEXT),
        highlights=read.lines(
            entry.get("highlights"), f"{field}.highlights", most=MOST_HIGHLIGHTS, longest=LONGEST_LINE
        ),
    )
    if not row.title and not row.organisation:
        raise Invalid("Say what you were, or for whom you worked.", field=f"{field}.title")
    return row


def _education(entry: Entry, field: str) -> ProfileEducation:
    started, ended = _months(entry, field)
    row = ProfileEducation(
        institution=read.text(entry.get("institution"), f"{field}.institution", longest=LONGEST_NAME),
        area=read.text(entry.get("area"), f"{field}.area", longest=LONGEST_NAME),
        study_type=read.text(entry.get("study_type"), f"{field}.study_type", longest=LONGEST_NAME),
        started_on=started,
        ended_on=ended,
        score=read.text(entry.get("score"), f"{field}.score", longest=100),
        courses=read.lines(entry.get("courses"), f"{field}.courses", most=MOST_COURSES, longest=LONGEST_NAME),
    )
    if not row.institution and not row.area and not row.study_type:
        raise Invalid("Say where, or what, you studied.", field=f"{field}.institution")
    return row


def _skill(entry: Entry, field: str) -> ProfileSkill:
    return ProfileSkill(
        skill_id=entry["skill_id"],
        level=read.number(entry.get("level"), f"{field}.level", least=1, most=HIGHEST_LEVEL),
        years=read.number(entry.get("years"), f"{field}.years", least=0, most=MOST_YEARS),
    )


def _language(entry: Entry, field: str) -> ProfileLanguage:
    return ProfileLanguage(
        tag=read.language_tag(entry["tag"], f"{field}.tag"),
        level=read.choice(entry.get("level"), f"{field}.level", among=LanguageLevel.values),
    )


def _link(entry: Entry, field: str) -> ProfileLink:
    kind = read.choice(entry.get("kind"), f"{field}.kind", among=LinkKind.values, default=LinkKind.OTHER)
    return ProfileLink(kind=kind, url=read.address(entry["url"], f"{field}.url"))


def _work_authorisation(entry: Entry, field: str) -> WorkAuthorisation:
    return WorkAuthorisation(
        country_id=entry["country"],
        permission=read.choice(entry["permission"], f"{field}.permission", among=WorkPermission.values),
    )


def _refuse_unknown(name: str, rows: Sequence[Any], field: str) -> None:
    """Skills and countries that are not there. One statement for the whole list."""
    if name == "skills":
        keys = [row.skill_id for row in rows]
        skills = Skill.objects.filter(pk__in=keys, is_retired=False).values_list("pk", flat=True)
        read.known(keys, skills, field, "skill", member=".skill_id")
    if name == "work_authorisations":
        codes = [row.country_id for row in rows]
        countries = Country.objects.filter(pk__in=codes).values_list("pk", flat=True)
        read.known(codes, countries, field, "country", member=".country")


LISTS: dict[str, Listed] = {
    "experiences": Listed(
        Experience, 50, _experience, lambda row: (row.kind, fold(row.organisation or row.title), row.started_on)
    ),
    "educations": Listed(
        ProfileEducation, 20, _education, lambda row: (fold(row.institution or row.area), row.started_on)
    ),
    "skills": Listed(ProfileSkill, 100, _skill, lambda row: row.skill_id, is_distinct=True, keeps_order=False),
    "languages": Listed(ProfileLanguage, 20, _language, lambda row: row.tag, is_distinct=True),
    "links": Listed(ProfileLink, 20, _link, lambda row: row.url, is_distinct=True),
    "work_authorisations": Listed(
        WorkAuthorisation, 30, _work_authorisation, lambda row: row.country_id, is_distinct=True, keeps_order=False
    ),
}
