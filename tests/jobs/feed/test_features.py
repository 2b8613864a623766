"""What a job is judged by, one feature at a time, against what the formula gives by hand."""

from dataclasses import replace
from math import exp
from random import Random
from typing import Any

import pytest

from jobs.feed.activity import Activity
from jobs.feed.candidates import CandidateRow
from jobs.feed.constraints import Constraints
from jobs.feed.features import FAR, FEATURES, IN_COUNTRY, NEUTRAL, NICE, WORDS_ALONE, Judge
from jobs.feed.match import Feature
from jobs.feed.person import Person
from jobs.search.words import key_of
from tests.jobs.feed.rows import row

NOBODY = Person(Constraints())
NOTHING = Activity()


def value(feature: Feature, job: CandidateRow, person: Person = NOBODY, activity: Activity = NOTHING) -> float | None:
    return Judge(person, activity).values(job)[FEATURES.index(feature)]


def test_every_feature_has_its_place() -> None:
    assert set(FEATURES) == set(Feature)


def test_what_nobody_knows_is_neutral_and_said_to_be_missing() -> None:
    values = Judge(NOBODY, Activity()).values(row())
    known = {feature for feature, value in zip(FEATURES, values, strict=True) if value is not None}
    assert known == {Feature.FRESH, Feature.QUALITY, Feature.FATIGUE, Feature.CONGESTION}


def test_a_skill_counts_by_how_well_how_rare_and_how_required() -> None:
    can = Person(Constraints(), skills={1: 1.0, 2: 0.6})
    assert value(Feature.SKILL, row(skill_ids=[1, 2, 9], required_skill_ids=[1, 2, 9]), can) == pytest.approx(1.6 / 3)
    nice = row(skill_ids=[1, 2, 9], required_skill_ids=[9])
    assert value(Feature.SKILL, nice, can) == pytest.approx(NICE * 1.6 / (1 + 2 * NICE))
    rare = replace(can, counts={"": 1000, "s:1": 5, "s:2": 500})
    job = row(skill_ids=[1, 8, 9], required_skill_ids=[1, 8, 9])
    other = row(skill_ids=[2, 8, 9], required_skill_ids=[2, 8, 9])
    assert (value(Feature.SKILL, job, rare) or 0) > 2 * (value(Feature.SKILL, other, rare) or 0)


def test_a_job_that_lists_few_skills_says_less() -> None:
    can = Person(Constraints(), skills={1: 1.0})
    assert value(Feature.SKILL, row(skill_ids=[1], required_skill_ids=[1]), can) == pytest.approx((1 + 2 * 0.5) / 3)
    assert value(Feature.SKILL, row(skill_ids=[9], required_skill_ids=[9]), can) == pytest.approx((0 + 2 * 0.5) / 3)
    assert value(Feature.SKILL, row(), can) is None


@pytest.mark.django_db
def test_a_title_is_near_by_its_occupations_and_its_words() -> None:
    nurse = Person(Constraints(), occupations={1: 0.5}, related={2: 0.2}, titles=((("staff", "nurse"), 1.0),))
    of_it = value(Feature.TITLE, row(occupations={1: 1.0}), nurse) or 0
    near = value(Feature.TITLE, row(occupations={2: 1.0}), nurse) or 0
    unsure = value(Feature.TITLE, row(occupations={1: 0.15}), nurse) or 0
    assert of_it == pytest.approx(0.5)
    assert near == pytest.approx(0.4 / 1.4)
    assert unsure == pytest.approx(0.15 / 1.15)
    named_so = row(occupations={1: 1.0}, title_key=key_of(["staff", "nurse"]))
    assert value(Feature.TITLE, named_so, nurse) == pytest.approx(1 - 0.5 * (1 - WORDS_ALONE))
    one_word = row(head="'=ward':1A '=nurse':1A", title_length=2)
    same_words = row(head="'=nurse':1A '=staff':1A", title_length=2)
    other_form = row(head="'nurs':1A 'staff':2A", title_length=2)
    values = [value(Feature.TITLE, one, nurse) or 0 for one in (row(), one_word, other_form, same_words)]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[1] > 0
    assert value(Feature.TITLE, row(occupations={1: 1.0})) is None


def test_a_title_that_names_many_occupations_is_less_surely_of_each() -> None:
    person = Person(Constraints(), occupations={1: 1.0}, related=dict.fromkeys(range(2, 6), 0.4))
    one = value(Feature.TITLE, row(occupations={1: 1.0}), person) or 0
    of_many = value(Feature.TITLE, row(occupations=dict.fromkeys([1, *range(20, 35)], 1.0)), person) or 0
    all_related = value(Feature.TITLE, row(occupations=dict.fromkeys(range(2, 6), 1.0)), person) or 0
    assert 0 < of_many < one
    assert 0 < all_related < one
    assert value(Feature.TITLE, row(occupations=dict.fromkeys(range(20, 35), 1.0)), person) == 0


@pytest.mark.django_db
def test_of_who_says_no_title_the_telling_words_are_looked_for_in_titles() -> None:
    told = Person(Constraints(), words=(("dialysis", 9.0), ("ward", 3.0)))
    jobs = [
        row(),
        row(head="'=ward':1A '=manager':1A", title_length=2),
        row(head="'=dialysis':1A '=manager':1A", title_length=2),
        row(head="'=dialysis':1A '=ward':1A", title_length=2),
    ]
    values = [value(Feature.TITLE, job, told) or 0 for job in jobs]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[1] > 0
    called = replace(told, titles=((("cook",), 1.0),))
    assert value(Feature.TITLE, jobs[3], called) == 0


@pytest.mark.django_db
def test_a_title_with_some_of_the_words_is_worth_less_than_their_share() -> None:
    nurse = Person(Constraints(), titles=((("staff", "nurse"), 1.0),))
    half, whole = row(head="'=nurse':1A", title_length=1), row(head="'=nurse':1A '=staff':1A", title_length=2)
    assert 0 < (value(Feature.TITLE, half, nurse) or 0) < (value(Feature.TITLE, whole, nurse) or 0) / 2


@pytest.mark.django_db
def test_the_words_of_a_title_count_beside_the_title_that_counts_most() -> None:
    wanted, held, earlier = (("staff", "nurse"), 1.0), (("staff", "nurse"), 0.8), (("cook",), 0.4)
    same_words = row(head="'=nurse':1A '=staff':1A", title_length=2)
    alone, latest = (
        value(Feature.TITLE, same_words, Person(Constraints(), titles=titles))
        for titles in ((wanted,), (held, earlier))
    )
    assert alone == latest == pytest.approx(WORDS_ALONE)
    cook = row(head="'=cook':1A", title_length=1)
    assert value(Feature.TITLE, cook, Person(Constraints(), titles=(held, earlier))) == pytest.approx(WORDS_ALONE / 2)


@pytest.mark.parametrize(
    ("person", "job", "expected"),
    [
        ({}, {"countries": ["FR"]}, FAR),
        ({}, {}, None),
        ({}, {"workplace": "remote"}, 1.0),
        ({}, {"countries": ["DE"], "place_ids": [1], "distance_km": 19.0}, 1.0),
        ({}, {"countries": ["DE"], "place_ids": [1], "distance_km": 40.0}, exp(-1)),
        ({}, {"countries": ["DE"], "place_ids": [1], "distance_km": 40.0, "workplace": "hybrid"}, 1.0),
        ({}, {"countries": ["DE"], "place_ids": [1]}, FAR),
        ({}, {"countries": ["DE"]}, None),
        ({"radius_km": None}, {"countries": ["DE"], "place_ids": [1]}, 1.0),
        ({"radius_km": None}, {"countries": ["FR"]}, IN_COUNTRY),
        ({"home_country": "", "home": None}, {"workplace": "remote"}, None),
    ],
)
def test_place(person: dict[str, Any], job: dict[str, Any], expected: float | None) -> None:
    at_home: dict[str, Any] = {"home": (52.5, 13.4), "home_country": "DE", "radius_km": 20.0}
    found = value(Feature.PLACE, row(**job), Person(Constraints(), **(at_home | person)))
    assert found == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"pay_currency": "EUR", "pay_top_minor": 50_000_00, "pay_common": 50_000_00}, 1.0),
        ({"pay_currency": "EUR", "pay_top_minor": 40_000_00, "pay_common": 40_000_00}, exp(-6 * 0.2)),
        ({"pay_currency": "USD", "pay_top_minor": 100_000_00, "pay_common": 50_000_00}, 1.0),
        ({"pay_currency": "USD", "pay_top_minor": 80_000_00, "pay_common": 40_000_00}, exp(-6 * 0.2)),
        ({"pay_currency": "XAU", "pay_top_minor": 80_000_00, "pay_common": None}, None),
        ({}, None),
    ],
)
def test_pay(job: dict[str, Any], expected: float | None) -> None:
    person = Person(Constraints(), pay_floor=(50_000_00, "EUR"), pay_floor_common=50_000_00)
    found = value(Feature.PAY, row(**job), person)
    assert found == (expected if expected is None else pytest.approx(expected))
    assert value(Feature.PAY, row(**job)) is None


@pytest.mark.parametrize(
    ("mine", "asked", "expected"),
    [("mid", "mid", 1.0), ("mid", "senior", 2 / 3), ("intern", "executive", 0.0), ("mid", "", None), ("", "mid", None)],
)
def test_seniority(mine: str, asked: str, expected: float | None) -> None:
    assert value(Feature.SENIORITY, row(seniority=asked), Person(Constraints(), seniority=mine)) == (
        expected if expected is None else pytest.approx(expected)
    )


def test_freshness_halves_in_ten_days() -> None:
    assert value(Feature.FRESH, row(age_days=0.0)) == 1
    assert value(Feature.FRESH, row(age_days=10.0)) == 0.5
    assert value(Feature.FRESH, row(age_days=20.0)) == 0.25


def test_fatigue_grows_with_each_time_that_it_was_shown_for_nothing() -> None:
    job = row()
    seen = [value(Feature.FATIGUE, job, Person(Constraints(), shown={job.likeness: times})) for times in (1, 2, 5)]
    assert seen == pytest.approx([0.3, 1 - 0.49, 1 - 0.7**5])
    assert value(Feature.FATIGUE, job, Person(Constraints(), shown={job.likeness + 1: 4})) == 0


def test_a_job_that_many_are_shown_is_crowded() -> None:
    assert value(Feature.CONGESTION, row(exposure=200.0)) == 0.5
    assert value(Feature.CONGESTION, row(exposure=9000.0)) == 1


def test_activity_is_for_what_was_liked_and_against_what_was_put_away() -> None:
    liked = Activity({1: 7.0, 2: -2.0}, {5: 7.0, 6: -2.0}, {11: 7.0, 12: -2.0})
    like, unlike, other = (
        row(occupations={1: 1.0}, skill_ids=[5], title_key=11),
        row(occupations={2: 1.0}, skill_ids=[6], title_key=12),
        row(occupations={3: 1.0}, skill_ids=[7]),
    )
    assert value(Feature.ACTIVITY, like, activity=liked) == pytest.approx(1)
    assert value(Feature.ACTIVITY, other, activity=liked) == NEUTRAL
    assert (value(Feature.ACTIVITY, unlike, activity=liked) or 1) < NEUTRAL
    assert value(Feature.ACTIVITY, like) is None


def test_collaborative_is_the_likeness_of_the_nearest_cell() -> None:
    near = Activity(near={(1, 5): 0.8, (1, None): 0.3})
    assert value(Feature.COLLABORATIVE, row(occupations={1: 1.0}, skill_ids=[4, 5]), activity=near) == 0.8
    assert value(Feature.COLLABORATIVE, row(occupations={1: 0.5}, skill_ids=[4]), activity=near) == 0.15
    assert value(Feature.COLLABORATIVE, row(occupations={2: 1.0}, skill_ids=[5]), activity=near) == 0
    assert value(Feature.COLLABORATIVE, row(), activity=Activity()) is None


def test_quality_grows_with_what_is_said() -> None:
    all_said = row(
        pay_currency="EUR", skill_ids=[1, 2, 3, 4], seniority="mid", workplace="on_site", terms=1, countries=["DE"]
    )
    assert value(Feature.QUALITY, all_said) == pytest.approx(1)
    assert value(Feature.QUALITY, row()) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_every_value_is_from_0_to_1(seed: int) -> None:
    chance = Random(seed)
    floor = chance.randrange(1, 10**9)
    person = Person(
        Constraints(countries=("DE",)),
        skills={key: chance.random() for key in range(8)},
        occupations={key: chance.random() for key in range(4)},
        related={key: chance.random() / 2 for key in range(4, 8)},
        titles=((("a", "b"), 1.0), (("c",), 0.3)),
        seniority="mid",
        home=(50.0, 8.0),
        home_country="DE",
        radius_km=30.0,
        pay_floor=(floor, "EUR"),
        pay_floor_common=floor,
    )
    keys = range(10)
    activity = Activity(
        {key: chance.uniform(-9, 9) for key in keys},
        {key: chance.uniform(-9, 9) for key in keys},
        {key: chance.uniform(-9, 9) for key in keys},
        near={(key, None): chance.random() for key in keys},
    )
    judge = Judge(person, activity)
    for _ in range(300):
        job = row(
            title_key=chance.randrange(12),
            title_length=chance.randrange(0, 5),
            age_days=chance.uniform(0, 400),
            workplace=chance.choice(["", "remote", "hybrid", "on_site"]),
            seniority=chance.choice(["", "intern", "executive"]),
            place_ids=[1],
            countries=chance.choice([[], ["DE"], ["FR"]]),
            distance_km=chance.choice([None, 0.0, 31.0, 400.0]),
            skill_ids=chance.sample(range(12), chance.randrange(6)),
            pay_currency="EUR",
            pay_top_minor=chance.choice([0, 1, 10**9]),
            occupations={chance.randrange(10): chance.random() for _ in range(chance.randrange(5))},
            head=chance.choice(["", "'=a':1A '=b':1A '=c':1A", "'c':3B"]),
            exposure=chance.uniform(0, 2000),
            signals=chance.randrange(100),
        )
        assert all(found is None or 0 <= found <= 1 for found in judge.values(job)), job
