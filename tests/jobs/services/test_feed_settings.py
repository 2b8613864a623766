"""How people want their feed made."""

from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from jobs.models import FeedSettings
from jobs.selectors import feed_settings as settings
from jobs.services import feed_settings
from kernel.errors import Forbidden, Invalid
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def weigh(by: User, is_profiled: bool | None = None, *, is_reset: bool = False, **weights: Any) -> FeedSettings:
    return feed_settings.weigh(by=viewer_of(by), weights=weights, is_profiled=is_profiled, is_reset=is_reset)


@transaction.atomic
def want(by: User, **changes: Any) -> FeedSettings:
    made = feed_settings.locked(viewer_of(by))
    feed_settings.want(made, changes)
    return made


def test_weights_are_kept_one_by_one_and_taken_back() -> None:
    by = UserFactory()
    assert weigh(by, skill=2, pay=0.5).weights == {"skill": 2, "pay": 0.5}
    assert weigh(by, place=0, pay=None).weights == {"skill": 2, "place": 0}
    assert weigh(by, skill=1).weights == {"place": 0}
    assert weigh(by, is_reset=True, fresh=1.5).weights == {"fresh": 1.5}
    assert str(weigh(by, place=-0.0).weights["place"]) == "0.0"
    assert weigh(by, is_reset=True).weights == {}


def test_profiling_is_turned_off_by_false_alone() -> None:
    by = UserFactory()
    assert weigh(by).is_profiled
    assert not weigh(by, False).is_profiled
    assert not weigh(by, skill=2).is_profiled
    assert not weigh(by, is_reset=True).is_profiled
    assert weigh(by, True).is_profiled


@pytest.mark.parametrize("value", [-0.01, 2.01, float("nan"), float("inf"), 10**400])
def test_a_weight_that_is_out_of_bounds_is_refused_by_its_name(value: float) -> None:
    by = UserFactory()
    with pytest.raises(Invalid) as refusal:
        weigh(by, skill=1, pay=value)
    assert refusal.value.field == "weights.pay"
    assert not FeedSettings.objects.filter(user=by).exists()


def test_no_other_feature_has_a_slider() -> None:
    with pytest.raises(Invalid) as refusal:
        weigh(UserFactory(), fatigue=0)
    assert refusal.value.field == "weights.fatigue"


def test_roles_are_kept_once_each_in_the_persons_words() -> None:
    by = UserFactory()
    made = want(by, wanted_titles=[" Night nurse ", "Ward manager", "night NURSE"], would_relocate=True)
    assert (made.wanted_titles, made.would_relocate) == (["Night nurse", "Ward manager"], True)
    assert want(by, would_relocate=None).wanted_titles == ["Night nurse", "Ward manager"]
    assert not FeedSettings.objects.get(user=by).would_relocate
    assert want(by, wanted_titles=None).wanted_titles == []


@pytest.mark.parametrize(
    ("titles", "field"),
    [
        (["Nurse"] * 11, "changes.wanted_titles"),
        (["Nurse", "n" * 201], "changes.wanted_titles.1"),
        (["  "], "changes.wanted_titles.0"),
        (["a\x00b"], "changes.wanted_titles.0"),
    ],
)
def test_roles_that_cannot_be_are_refused(titles: list[str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        want(UserFactory(), wanted_titles=titles)
    assert refusal.value.field == field


def test_the_version_grows_with_every_change_and_with_nothing_else() -> None:
    by = UserFactory()
    first = weigh(by, skill=2).version
    assert weigh(by, skill=2.0).version == first
    assert want(by, wanted_titles=[]).version == first
    assert want(by, wanted_titles=["Nurse"]).version == first + 1
    assert weigh(by, False).version == first + 2


@transaction.atomic
def test_it_is_told_which_of_what_is_wanted_is_another_now() -> None:
    made = feed_settings.locked(viewer_of(UserFactory()))
    assert feed_settings.want(made, {}) == []
    assert feed_settings.want(made, {"wanted_titles": [], "would_relocate": False}) == []
    both = {"would_relocate": True, "wanted_titles": ["Nurse"]}
    assert feed_settings.want(made, both) == ["wanted_titles", "would_relocate"]
    assert feed_settings.want(made, both) == []
    assert feed_settings.want(made, {**both, "would_relocate": False}) == ["would_relocate"]


@pytest.mark.parametrize("role", ["moderator", "support", "admin"])
def test_the_boards_own_people_have_none(role: str) -> None:
    staff = UserFactory(platform_role=role)
    with pytest.raises(Forbidden):
        weigh(staff, skill=2)
    with pytest.raises(Forbidden):
        want(staff, wanted_titles=["Nurse"])
    assert settings.own(viewer_of(staff), [staff.pk]) == {}
    with pytest.raises(Forbidden):
        feed_settings.weigh(by=ANONYMOUS, weights={})


def test_nobody_reads_anothers_and_what_was_never_said_is_as_usual() -> None:
    one, other = UserFactory(), UserFactory()
    weigh(one, False, skill=2)
    mine = settings.own(viewer_of(one), [one.pk])[one.pk]
    assert (mine.is_profiled, mine.weights) == (False, {"skill": 2})
    assert settings.own(viewer_of(other), [one.pk]) == {}
    usual = settings.own(viewer_of(other), [other.pk])[other.pk]
    assert (usual.is_profiled, usual.weights, usual.wanted_titles, usual.would_relocate) == (True, {}, [], False)
    key = Viewer(user_id=one.pk, key_id=one.pk, scopes=frozenset({Scope.JOBS_READ}))
    assert settings.own(key, [one.pk]) == {}
    assert settings.own(ANONYMOUS, [one.pk]) == {}


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_none_is_lost() -> None:
    by = UserFactory()
    at_once(*(lambda name=name: weigh(by, **{name: 2}) for name in feed_settings.SLIDERS))
    made = FeedSettings.objects.get(user=by)
    assert made.weights == dict.fromkeys(feed_settings.SLIDERS, 2)
    assert made.version == 1 + len(feed_settings.SLIDERS)
