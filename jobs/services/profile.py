"""Writes to what people say of themselves."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import transaction

from accounts.services import audit
from jobs import policies
from jobs.errors import ProfileChangedMeanwhile
from jobs.events import ProfileChanged
from jobs.models import Category, EmploymentType, Occupation, Place, Profile, Seniority, Workplace
from jobs.models.pay import MAX_MINOR, YEARLY_FACTORS
from jobs.models.person import LONGEST_NOTICE_DAYS, ProfileSection, ProfileVisibility
from jobs.services import profile_values as read
from jobs.services.profile_entries import LISTS, LONGEST_TEXT, replace, rows_of
from kernel.errors import Forbidden, Invalid
from kernel.events import emit
from kernel.viewer import Viewer

LONGEST_HEADLINE = 200
MOST_WANTED = 50
LONGEST_RADIUS_KM = 1_000


@transaction.atomic
def update(*, by: Viewer, changes: Mapping[str, Any], version: int | None = None) -> Profile:
    """Change the own profile, which is made where there is none, and give it back.

    `changes` has new values by name: scalars (null clears one) and whole lists. With `version`, the one that the caller
    read, it is `ProfileChangedMeanwhile` if there is a newer one; of several who write from the same one, one does.
    """
    profile = locked(by, version=version)
    write(profile, changes)
    if changes:
        save(profile, by=by, changed=sorted(changes))
    return profile


def locked(by: Viewer, *, version: int | None = None) -> Profile:
    """The own profile, made if need be, and locked until the transaction ends. Of several who make it, one does.

    With `version`, it is `ProfileChangedMeanwhile` if that is no longer the profile's.
    """
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden("The board's own people have no profile on it.")
    Profile.objects.get_or_create(user_id=by.user_id, defaults={"version": 0})
    profile = Profile.objects.select_for_update().get(user_id=by.user_id)
    if version is not None and version != profile.version:
        raise ProfileChangedMeanwhile
    return profile


def write(profile: Profile, changes: Mapping[str, Any]) -> None:
    """Give a locked profile new values by name. Its lists are then written; its columns, and its version, by `save`."""
    for name, value in changes.items():
        if name in LISTS:
            replace(profile, name, rows_of(name, value))
        elif name in _WANTED:
            _set_wanted(profile, name, value)
        elif name in _SCALARS:
            column, read_value = _SCALARS[name]
            setattr(profile, column, read_value(value, f"changes.{name}"))
        else:
            _OTHERS[name](profile, value)


def save(profile: Profile, *, by: Viewer, changed: list[str]) -> None:
    """Write a profile down as its next version, and say which parts of it changed; not what they say."""
    profile.version += 1
    profile.save()
    audit.record("profile.update", by=by, target=("Profile", profile.pk), after={"changed": changed})
    emit(ProfileChanged(profile_id=profile.pk, user_id=profile.user_id), by=by)


def _set_wanted(profile: Profile, name: str, keys: list[int] | None) -> None:
    model, column, what = _WANTED[name]
    field = f"changes.{name}"
    keys = keys or []
    if len(keys) > MOST_WANTED:
        raise Invalid(f"At most {MOST_WANTED} entries.", field=field)
    read.known(keys, model._default_manager.filter(pk__in=keys).values_list("pk", flat=True), field, what)
    getattr(profile, column).set(keys)


def _set_home(profile: Profile, place_id: int | None) -> None:
    if place_id is not None and not Place.objects.filter(pk=place_id).exists():
        raise Invalid("There is no such place.", field="changes.home_id")
    profile.home_id = place_id


def _set_salary_floor(profile: Profile, floor: Mapping[str, Any] | None) -> None:
    if floor is None:
        profile.salary_floor_minor = profile.salary_floor_currency_id = None
        profile.salary_floor_period = ""
        return
    field, periods = "changes.salary_floor", [period.value for period in YEARLY_FACTORS]
    period = read.choice(floor["period"], f"{field}.period", among=periods)
    profile.salary_floor_minor = read.minor_units(floor["amount"], floor["currency"], field, most=MAX_MINOR)
    profile.salary_floor_currency_id = floor["currency"]
    profile.salary_floor_period = period


def _set_languages_of_work(profile: Profile, tags: list[str] | None) -> None:
    field = "changes.work_languages"
    if tags is not None and len(tags) > LISTS["languages"].most:
        raise Invalid(f"At most {LISTS['languages'].most} entries.", field=field)
    given = [read.language_tag(tag, f"{field}.{position}") for position, tag in enumerate(tags or ())]
    # The column has room for a language with a region, which is what employers name.
    for position, tag in enumerate(given):
        if len(tag) > 10:
            raise Invalid("Name the language by itself, or with a region.", field=f"{field}.{position}")
    profile.languages = list(dict.fromkeys(given))


# The columns that a change sets, and how its value is read. Null is what a new profile has.
_SCALARS: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "headline": ("headline", partial(read.text, longest=LONGEST_HEADLINE)),
    "summary": ("summary", partial(read.text, longest=LONGEST_TEXT)),
    "radius_km": ("radius_km", partial(read.number, least=1, most=LONGEST_RADIUS_KM)),
    "notice_days": ("notice_days", partial(read.number, least=0, most=LONGEST_NOTICE_DAYS)),
    "seniority": ("seniority", partial(read.choice, among=Seniority.values)),
    "workplaces": ("workplaces", partial(read.choices, among=Workplace.values)),
    "employment_types": ("employment_types", partial(read.choices, among=EmploymentType.values)),
    "is_open": ("is_open", lambda value, field: bool(value)),
    "visibility": (
        "visibility",
        partial(read.choice, among=ProfileVisibility.values, default=ProfileVisibility.PRIVATE),
    ),
    "shown_sections": ("shown_sections", partial(read.choices, among=ProfileSection.values)),
}
_WANTED: dict[str, tuple[Any, str, str]] = {
    "category_ids": (Category, "categories", "category"),
    "occupation_ids": (Occupation, "occupations", "occupation"),
}
_OTHERS: dict[str, Callable[[Profile, Any], None]] = {
    "home_id": _set_home,
    "salary_floor": _set_salary_floor,
    "work_languages": _set_languages_of_work,
}
