"""Writes to how people want their feed made."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from jobs import policies
from jobs.models import FeedSettings
from jobs.services import profile_values as read
from jobs.text import fold
from kernel.errors import Forbidden, Invalid
from kernel.viewer import Viewer

# The features that a person can have count more or less.
SLIDERS = ("skill", "title", "place", "pay", "seniority", "fresh")
USUAL, MOST_WEIGHT = 1.0, 2.0
MOST_TITLES, LONGEST_TITLE = 10, 200


@transaction.atomic
def weigh(
    *, by: Viewer, weights: Mapping[str, float | None], is_profiled: bool | None = None, is_reset: bool = False
) -> FeedSettings:
    """Have features count more or less in the own feed, from 0 to 2 (None: as usual), and give back all settings.

    `is_reset` takes back all weights first. `is_profiled`: whether what the person does changes what is shown.
    """
    given = {name: _weight(value, f"weights.{name}") for name, value in weights.items()}
    settings = locked(by)
    before = {} if is_reset else settings.weights
    kept = {name: value for name, value in (before | given).items() if value != USUAL}
    _change(settings, weights=kept, is_profiled=settings.is_profiled if is_profiled is None else is_profiled)
    return settings


def want(settings: FeedSettings, changes: Mapping[str, Any]) -> list[str]:
    """Say in locked settings which roles the person wants (`wanted_titles`), and whether they would move for them
    (`would_relocate`), and give back the names of those that are other ones now.

    For `jobs.services.preferences`, which guards both by the profile's version.
    """
    given: dict[str, Any] = {}
    if "wanted_titles" in changes:
        given["wanted_titles"] = _titles(changes["wanted_titles"])
    if "would_relocate" in changes:
        given["would_relocate"] = bool(changes["would_relocate"])
    return _change(settings, **given)


def locked(by: Viewer) -> FeedSettings:
    """The own settings, made if need be, and locked until the transaction ends. Of several who make them, one does."""
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden("The board's own people have no feed.")
    FeedSettings.objects.get_or_create(user_id=by.user_id)
    return FeedSettings.objects.select_for_update().get(user_id=by.user_id)


def _change(settings: FeedSettings, **values: Any) -> list[str]:
    """The names of those values that are other ones than before; with any, the next version has been written."""
    changed = sorted(name for name, value in values.items() if getattr(settings, name) != value)
    if changed:
        for name in changed:
            setattr(settings, name, values[name])
        settings.version += 1
        settings.save()
    return changed


def _weight(value: float | None, field: str) -> float:
    if field.removeprefix("weights.") not in SLIDERS:
        raise Invalid(f"One of: {', '.join(SLIDERS)}.", field=field)
    if value is None:
        return USUAL
    # Written so that it refuses what is no number as well.
    if not 0 <= value <= MOST_WEIGHT:
        raise Invalid(f"From 0 to {MOST_WEIGHT:g}.", field=field)
    # Minus zero is zero.
    return float(value) + 0.0


def _titles(titles: Sequence[str] | None) -> list[str]:
    """The roles, each once."""
    given = read.lines(titles, "changes.wanted_titles", most=MOST_TITLES, longest=LONGEST_TITLE)
    kept: dict[str, str] = {}
    for title in given:
        kept.setdefault(fold(title), title)
    return list(kept.values())
