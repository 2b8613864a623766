"""Reads of profiles: by the person, and by recruiters to whom the person is shown.

A recruiter is shown the sections that the person named, and what those hold; the private pay floor, whom the person
blocked, and the document that was imported are the person's alone. Every read by somebody else is audited.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import UserStatus
from accounts.selectors.audit import note_reads
from jobs.models import (
    CompanyStatus,
    EmployerBlock,
    Experience,
    Membership,
    Profile,
    ProfileEducation,
    ProfileLanguage,
    ProfileLink,
    ProfileSection,
    ProfileSkill,
    ProfileVisibility,
    WorkAuthorisation,
)
from jobs.policies import Act, Reach, roles_with
from kernel.reading import Reading, kind_of
from kernel.viewer import Scope, Viewer

READS_PROFILES = roles_with(Act.READ_APPLICATIONS, Reach.ALL)
# What of a section stands in columns of the profile itself, and what it is while the section is not shown.
_COLUMNS: dict[ProfileSection, dict[str, Any]] = {
    ProfileSection.NAME: {"user_id": None},
    ProfileSection.SUMMARY: {"headline": "", "summary": "", "seniority": ""},
    ProfileSection.HOME: {"home_id": None, "radius_km": None},
    ProfileSection.NOTICE: {"notice_days": None},
    ProfileSection.PREFERENCES: {"workplaces": (), "employment_types": (), "languages": ()},
}
_PRIVATE: dict[str, Any] = {
    "salary_floor_minor": None,
    "salary_floor_currency_id": None,
    "salary_floor_currency": None,
    "salary_floor_period": "",
    "visibility": "",
    "version": None,
}


def visible_to(viewer: Viewer, section: ProfileSection | None = None, *, prefix: str = "") -> Q:
    """The profiles that a viewer may read, or those of which the viewer may read a section. The own one is whole.

    Others are shown to recruiters and above of active companies that proved who they are, since anybody may open a
    company; not to those who act for a company that the person blocked, in whatever role; and to nobody while the
    person's account is switched off. `prefix` leads from the row to the profile. An API key needs `profile:read`.
    """
    if not viewer.allows(Scope.PROFILE_READ):
        return Q(pk__in=[])
    recruits = Membership.objects.filter(
        user=viewer.user_id,
        role__in=READS_PROFILES,
        suspended_at__isnull=True,
        company__status=CompanyStatus.ACTIVE,
        company__verified_at__isnull=False,
    )
    blocked = EmployerBlock.objects.filter(user=OuterRef(f"{prefix}user_id"), company__memberships__user=viewer.user_id)
    is_there = Q(**{f"{prefix}visibility": ProfileVisibility.RECRUITERS, f"{prefix}user__status": UserStatus.ACTIVE})
    shown = is_there & Q(Exists(recruits)) & ~Q(Exists(blocked))
    if section is not None:
        shown &= Q(**{f"{prefix}shown_sections__contains": [section]})
    return Q(**{f"{prefix}user": viewer.user_id}) | shown


def _profiles() -> QuerySet[Profile]:
    return Profile.objects.select_related("salary_floor_currency").defer("json_resume")


_BY_ID = Reading(lambda viewer: _profiles().filter(visible_to(viewer)))
_OWN = Reading(_profiles, by="user_id")


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Profile]:
    """Profiles by id. Of another person's, only what is shown is there, and the read is put down in the audit log."""
    if not viewer.allows(Scope.PROFILE_READ):
        return {}
    found = _BY_ID.one(keys, kind_of(viewer), viewer_id=viewer.user_id)
    others = [profile for profile in found.values() if profile.user_id != viewer.user_id]
    note_reads("profile.read", by=viewer, targets=[("Profile", profile.pk) for profile in others])
    for profile in others:
        _hide(profile)
    return found


def own(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Profile]:
    """Profiles by the user; nobody but the viewer's own."""
    if viewer.user_id not in keys or not viewer.allows(Scope.PROFILE_READ):
        return {}
    return _OWN.one([viewer.user_id])


def _hide(profile: Profile) -> None:
    hidden = dict(_PRIVATE)
    for section, columns in _COLUMNS.items():
        if section not in profile.shown_sections:
            hidden |= columns
    for column, value in hidden.items():
        setattr(profile, column, value)


def _names() -> QuerySet[Any]:
    return Profile.objects.annotate(person=F("user__name"))


# What hangs on a profile, in the order in which it is shown, and the section that it belongs to.
_LISTS: dict[str, tuple[ProfileSection, Callable[[], QuerySet[Any]]]] = {
    "experiences": (
        ProfileSection.EXPERIENCE,
        lambda: Experience.objects.defer("beside").order_by("position"),
    ),
    "educations": (
        ProfileSection.EDUCATION,
        lambda: ProfileEducation.objects.defer("beside").order_by("position"),
    ),
    "skills": (
        ProfileSection.SKILLS,
        lambda: ProfileSkill.objects.select_related("skill").order_by(
            F("level").desc(nulls_last=True), "skill__name", "pk"
        ),
    ),
    "languages": (
        ProfileSection.LANGUAGES,
        lambda: ProfileLanguage.objects.defer("beside").order_by("position"),
    ),
    "links": (ProfileSection.LINKS, lambda: ProfileLink.objects.defer("beside").order_by("position")),
    "work_authorisations": (
        ProfileSection.WORK_AUTHORISATION,
        lambda: WorkAuthorisation.objects.select_related("country").order_by("country_id"),
    ),
    "categories": (
        ProfileSection.PREFERENCES,
        lambda: Profile.categories.through.objects.select_related("category").order_by("category__path"),
    ),
    "occupations": (
        ProfileSection.PREFERENCES,
        lambda: Profile.occupations.through.objects.select_related("occupation").order_by("occupation__title", "pk"),
    ),
}


def _reading_of(section: ProfileSection, rows: Callable[[], QuerySet[Any]]) -> Reading[Any]:
    return Reading(lambda viewer: rows().filter(visible_to(viewer, section, prefix="profile__")), by="profile_id")


_READINGS = {name: _reading_of(section, rows) for name, (section, rows) in _LISTS.items()}
_NAMES = Reading(lambda viewer: _names().filter(visible_to(viewer, ProfileSection.NAME)))


def _many(name: str, viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Any]]:
    """A list of many profiles in one statement; none where the section is not shown to the viewer."""
    if not viewer.allows(Scope.PROFILE_READ):
        return {}
    found: dict[UUID, list[Any]] = _READINGS[name].many(keys, kind_of(viewer), viewer_id=viewer.user_id)
    return found


def names(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, str]:
    """What the people of profiles are called, where they show it."""
    if not viewer.allows(Scope.PROFILE_READ):
        return {}
    found = _NAMES.one(keys, kind_of(viewer), viewer_id=viewer.user_id)
    return {key: row.person for key, row in found.items()}


def experiences(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Experience]]:
    """Where people worked, in their order."""
    return _many("experiences", viewer, keys)


def educations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[ProfileEducation]]:
    """What people studied, in their order."""
    return _many("educations", viewer, keys)


def skills(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[ProfileSkill]]:
    """What people can do, what they do best first."""
    return _many("skills", viewer, keys)


def languages(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[ProfileLanguage]]:
    """What people speak, in their order."""
    return _many("languages", viewer, keys)


def links(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[ProfileLink]]:
    """Where else people are found, in their order."""
    return _many("links", viewer, keys)


def work_authorisations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[WorkAuthorisation]]:
    """In which countries people may work, by code."""
    return _many("work_authorisations", viewer, keys)


def categories(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Any]]:
    """The fields of work that people want, in the tree's order."""
    return _only("category", _many("categories", viewer, keys))


def occupations(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Any]]:
    """The occupations that people want, by title."""
    return _only("occupation", _many("occupations", viewer, keys))


def _only(attribute: str, found: Mapping[UUID, Iterable[Any]]) -> dict[UUID, list[Any]]:
    return {key: [getattr(row, attribute) for row in rows] for key, rows in found.items()}


def own_with_lists(viewer: Viewer, keys: Collection[UUID]) -> list[tuple[Profile, dict[str, list[Any]]]]:
    """Profiles by id with all that is kept of them and their lists as `profile_entries` has them; the own one only."""
    if not viewer.allows(Scope.PROFILE_READ):
        return []
    profiles = Profile.objects.filter(pk__in=keys, user=viewer.user_id).select_related("home")
    return [(profile, lists_of(profile)) for profile in profiles]


def lists_of(profile: Profile) -> dict[str, list[Any]]:
    """All that hangs on a profile and comes from a document, in order, whoever may see it."""
    return {
        "experiences": list(Experience.objects.filter(profile=profile).order_by("position")),
        "educations": list(ProfileEducation.objects.filter(profile=profile).order_by("position")),
        "skills": list(ProfileSkill.objects.filter(profile=profile).select_related("skill").order_by("pk")),
        "languages": list(ProfileLanguage.objects.filter(profile=profile).order_by("position")),
        "links": list(ProfileLink.objects.filter(profile=profile).order_by("position")),
    }
