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
from kernel.models import OutboxEvent
from tests.factories import CurrencyFactory, OccupationFactory, PlaceFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once, just_before

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
    assert logged() == [["headline", "radius_km"], ["wanted_titles"], ["radius_km"]]


def logged() -> list[list[str]]:
    """Which parts of the profile changed, by the log; it does not say to what."""
    entries = AuditEntry.objects.filter(act="profile.update").order_by("at", "pk")
    for entry in entries:
        assert entry.after.keys() == {"changed"}
    return [entry.after["changed"] for entry in entries]


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


SAID: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"wanted_titles": ["A nurse"]}, {"wanted_titles": ["A baker"]}),
    ({"would_relocate": True}, {"wanted_titles": ["A baker"]}),
    ({"would_relocate": True}, {"radius_km": 30}),
    ({"radius_km": 30}, {"would_relocate": True}),
]


@pytest.mark.parametrize(("first", "second"), SAID)
def test_the_version_guards_what_stands_in_the_feed_settings_too(first: dict[str, Any], second: dict[str, Any]) -> None:
    by = UserFactory()
    read = update(by, wanted_titles=["Cook"], radius_km=10).profile.version
    done = update(by, version=read, **first)
    assert done.profile.version == Profile.objects.get(user=by).version == read + 1
    with pytest.raises(ProfileChangedMeanwhile):
        update(by, version=read, **second)
    made, settings = Profile.objects.get(user=by), FeedSettings.objects.get(user=by)
    said = {
        "wanted_titles": settings.wanted_titles,
        "would_relocate": settings.would_relocate,
        "radius_km": made.radius_km,
    }
    assert said == {"wanted_titles": ["Cook"], "would_relocate": False, "radius_km": 10, **first}
    update(by, version=read + 1, **second)


def test_the_version_is_one_for_the_profiles_own_mutation_too() -> None:
    by = UserFactory()
    read = update(by, radius_km=10).profile.version
    update(by, version=read, wanted_titles=["A nurse"])
    with pytest.raises(ProfileChangedMeanwhile):
        profile.update(by=viewer_of(by), changes={"headline": "Baker"}, version=read)


def test_one_change_is_one_version_one_event_and_one_entry() -> None:
    by = UserFactory()
    first = update(by, wanted_titles=["Nurse"], would_relocate=True, radius_km=10)
    assert (first.profile.version, logged()) == (1, [["radius_km", "wanted_titles", "would_relocate"]])
    assert OutboxEvent.objects.filter(kind="ProfileChanged").count() == 1


def test_what_is_said_of_the_feed_already_and_nothing_make_no_version() -> None:
    by = UserFactory()
    read = update(by, wanted_titles=["Nurse"], would_relocate=True).profile.version
    assert update(by, version=read, wanted_titles=[" Nurse ", "NURSE"], would_relocate=True).profile.version == read
    assert update(by, version=read).profile.version == read
    assert logged() == [["wanted_titles", "would_relocate"]]
    assert update(by, version=read, wanted_titles=["Nurse"], would_relocate=False).profile.version == read + 1
    assert logged()[1:] == [["would_relocate"]]


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_from_one_version_one_is_written() -> None:
    by = UserFactory()
    read = update(by, radius_km=10).profile.version
    titles = [f"Nurse {number}" for number in range(8)]
    outcomes = at_once(*(lambda title=title: update(by, version=read, wanted_titles=[title]) for title in titles))
    assert sorted(outcomes) == [*["PROFILE_CHANGED_MEANWHILE"] * 7, "done"]
    assert FeedSettings.objects.get(user=by).wanted_titles == [titles[outcomes.index("done")]]
    assert Profile.objects.get(user=by).version == read + 1


@pytest.mark.django_db(transaction=True)
def test_one_that_comes_while_another_is_written_waits_and_is_refused() -> None:
    by = UserFactory()
    read = update(by, radius_km=10).profile.version
    outcome = just_before(
        lambda: update(by, version=read, wanted_titles=["A nurse"]),
        lambda: update(by, version=read, wanted_titles=["A baker"]),
    )
    assert outcome == "PROFILE_CHANGED_MEANWHILE"
    assert FeedSettings.objects.get(user=by).wanted_titles == ["A nurse"]


@pytest.mark.django_db(transaction=True)
def test_the_very_first_ones_at_once_each_make_a_version() -> None:
    by = UserFactory()
    titles = [f"Nurse {number}" for number in range(8)]
    acts = [lambda title=title: update(by, wanted_titles=[title]) for title in titles]  # type: ignore[misc]
    assert at_once(*acts) == ["done"] * 8
    assert Profile.objects.get(user=by).version == 8
    assert FeedSettings.objects.get(user=by).wanted_titles[0] in titles


def test_the_boards_own_people_want_no_work() -> None:
    by = UserFactory(platform_role="moderator")
    with pytest.raises(Forbidden):
        update(by, radius_km=10)
    assert not Profile.objects.filter(user=by).exists()
    assert not FeedSettings.objects.filter(user=by).exists()
