"""What people say in a few taps of the work they want."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from jobs.errors import ProfileChangedMeanwhile
from jobs.models import FeedSettings, Profile
from jobs.services import preferences, profile
from jobs.services.preferences import Preferences
from kernel.errors import DomainError, Forbidden
from tests.factories import CurrencyFactory, OccupationFactory, PlaceFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db


def update(by: User, *, version: int | None = None, **changes: Any) -> Preferences:
    return preferences.update(by=viewer_of(by), changes=changes, version=version)


def test_three_taps_write_profile_and_feed_settings() -> None:
    by, place, occupation = UserFactory(), PlaceFactory(), OccupationFactory()
    CurrencyFactory()
    done = update(
        by,
        wanted_titles=["Night nurse"],
        occupation_ids=[occupation.pk],
        home_id=place.pk,
        radius_km=30,
        salary_floor={"amount": Decimal(42_000), "currency": "EUR", "period": "year"},
    )
    made = Profile.objects.get(user=by)
    assert done.profile.pk == made.pk
    assert (made.home_id, made.radius_km, made.salary_floor_minor) == (place.pk, 30, 42_000_00)
    assert made.occupations.get() == occupation
    assert FeedSettings.objects.get(user=by).wanted_titles == ["Night nurse"]


def test_everything_else_that_is_a_preference() -> None:
    by = UserFactory()
    update(by, workplaces=["remote"], employment_types=["part_time"], work_languages=["en", "de"], would_relocate=True)
    made = Profile.objects.get(user=by)
    assert (made.workplaces, made.employment_types, made.languages) == (["remote"], ["part_time"], ["en", "de"])
    assert FeedSettings.objects.get(user=by).would_relocate


def test_what_is_left_out_stays() -> None:
    by = UserFactory()
    profile.update(by=viewer_of(by), changes={"headline": "Nurse", "radius_km": 10})
    update(by, wanted_titles=["Nurse"])
    update(by, radius_km=20)
    made = Profile.objects.get(user=by)
    assert (made.headline, made.radius_km) == ("Nurse", 20)
    assert FeedSettings.objects.get(user=by).wanted_titles == ["Nurse"]
    # The log says which parts of a profile changed; nothing of it did the second time.
    assert [entry.after for entry in AuditEntry.objects.filter(act="profile.update").order_by("at")] == [
        {"changed": ["headline", "radius_km"]},
        {"changed": ["radius_km"]},
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"wanted_titles": ["Nurse"] * 11}, "changes.wanted_titles"),
        ({"radius_km": 0}, "changes.radius_km"),
        ({"home_id": 2_000_000_000}, "changes.home_id"),
        ({"occupation_ids": [2_000_000_000]}, "changes.occupation_ids.0"),
    ],
)
def test_all_of_it_or_nothing(changes: dict[str, Any], field: str) -> None:
    by = UserFactory()
    update(by, wanted_titles=["Cook"], workplaces=["remote"])
    with pytest.raises(DomainError) as refusal:
        update(by, **{"workplaces": ["on_site"], "would_relocate": True, **changes})
    assert (refusal.value.code, refusal.value.field) == ("INVALID", field)
    assert Profile.objects.get(user=by).workplaces == ["remote"]
    settings = FeedSettings.objects.get(user=by)
    assert (settings.wanted_titles, settings.would_relocate) == (["Cook"], False)


def test_a_profile_that_was_written_meanwhile_is_not_overwritten() -> None:
    by = UserFactory()
    read = update(by, radius_km=10).profile.version
    update(by, radius_km=20)
    with pytest.raises(ProfileChangedMeanwhile):
        update(by, version=read, radius_km=30, would_relocate=True)
    assert Profile.objects.get(user=by).radius_km == 20
    assert not FeedSettings.objects.get(user=by).would_relocate


def test_the_boards_own_people_want_no_work() -> None:
    by = UserFactory(platform_role="moderator")
    with pytest.raises(Forbidden):
        update(by, radius_km=10)
    assert not Profile.objects.filter(user=by).exists()
    assert not FeedSettings.objects.filter(user=by).exists()
