"""The weights: versions that are decided once, of which one is active."""

from typing import Any

import pytest

from jobs.feed import weights
from jobs.feed.match import Feature
from jobs.models import RankingModel

pytestmark = pytest.mark.django_db


def test_the_active_version_is_ranked_with() -> None:
    first = weights.active()
    assert first.values[Feature.TITLE] > 0 > first.values[Feature.FATIGUE]
    row = weights.add({"skill": 0.5, "title": 1}, "A try.")
    assert weights.active() == first
    weights.activate(row.version)
    assert weights.active() == weights.Weights(row.version, {Feature.SKILL: 0.5, Feature.TITLE: 1.0})
    assert RankingModel.objects.filter(is_active=True).count() == 1
    weights.activate(first.version)
    assert weights.active() == first


def test_what_was_tampered_with_is_refused() -> None:
    row = RankingModel.objects.get(is_active=True)
    RankingModel.objects.filter(pk=row.pk).update(weights={**row.weights, "skill": 5})
    with pytest.raises(weights.BadWeights, match="checksum"):
        weights.active()
    with pytest.raises(weights.BadWeights, match="checksum"):
        weights.activate(row.version)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "JSON object"),
        ({}, "JSON object"),
        ({"charm": 1}, "charm"),
        ({"skill": "much"}, "skill: a number"),
        ({"skill": True}, "skill: a number"),
        ({"skill": float("nan")}, "skill: a number"),
        ({"skill": 11}, "from -10 to 10"),
        ({"skill": -0.1}, "skill: not below 0, not -0.1"),
        ({"skill": 1, "fatigue": 0.1}, "fatigue: not above 0, not 0.1"),
    ],
)
def test_weights_that_nothing_can_be_ranked_by_are_refused(given: Any, said: str) -> None:
    before = RankingModel.objects.count()
    with pytest.raises(weights.BadWeights, match=said):
        weights.add(given, "")
    assert RankingModel.objects.count() == before


def test_sliders_move_the_main_weights_alone() -> None:
    found = weights.Weights(1, {Feature.SKILL: 0.2, Feature.MEANING: 0.1, Feature.FATIGUE: -0.1})
    slid = found.slid({Feature.SKILL: 2.0, Feature.MEANING: 0.0, Feature.FATIGUE: 0.0, Feature.PAY: 2.0})
    assert slid == {Feature.SKILL: 0.4, Feature.MEANING: 0.1, Feature.FATIGUE: -0.1}


def test_a_note_is_not_longer_than_its_column() -> None:
    with pytest.raises(weights.BadWeights, match="note"):
        weights.add({"skill": 1}, "x" * 501)
