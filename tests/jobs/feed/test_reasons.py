from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from jobs.feed import reasons
from jobs.feed.activity import Activity
from jobs.feed.candidates import CandidateRow
from jobs.feed.constraints import Constraints
from jobs.feed.features import FEATURES, Judge
from jobs.feed.match import Feature, Gap, Match, Reason, Rule
from jobs.feed.person import Person
from jobs.feed.reasons import GapCode, explain, named, text_of, text_of_gap, text_of_rule
from jobs.models.pay import YEARLY_FACTORS, PayPeriod
from tests.factories import CurrencyFactory, OccupationFactory, SkillFactory

WEIGHTS = {
    Feature.SKILL: 0.24,
    Feature.TITLE: 0.14,
    Feature.PLACE: 0.08,
    Feature.PAY: 0.06,
    Feature.SENIORITY: 0.05,
    Feature.FRESH: 0.06,
    Feature.FATIGUE: -0.1,
}
BEST = {feature: 1.0 if weight > 0 else 0.0 for feature, weight in WEIGHTS.items()}
# Of a job that the person was never shown.
NEUTRAL = dict.fromkeys(WEIGHTS, 0.5) | {Feature.FATIGUE: 0.0}
PERSON = Person(
    Constraints(),
    skills={1: 1.0, 2: 0.5},
    occupations={7: 1.0, 8: 0.4},
    seniority="mid",
    home=(52.5, 13.4),
    radius_km=20.0,
    pay_floor=(50_000_00, "EUR"),
)


def row(**values: Any) -> CandidateRow:
    """A job that is all that one may want."""
    usual: dict[str, Any] = {
        "job_id": uuid4(),
        "company_id": uuid4(),
        "sources": 0,
        "likeness": 1,
        "title_key": 1,
        "title_length": 2,
        "age_days": 0.5,
        "language": "en",
        "workplace": "on_site",
        "seniority": "mid",
        "terms": 1,
        "place_ids": [5],
        "countries": ["DE"],
        "skill_ids": [1, 2],
        "required_skill_ids": [1],
        "pay_currency": "EUR",
        "pay_top_minor": 60_000_00,
        "pay_common": 60_000_00,
        "is_company_verified": True,
        "head": "",
        "exposure": 0.0,
        "signals": 0,
        "occupations": {7: 1.0},
        "distance_km": 4.2,
    }
    return CandidateRow(**{**usual, **values})


def explained(
    person: Person,
    features: Mapping[Feature, float],
    missing: Collection[Feature],
    weights: Mapping[Feature, float],
    of: CandidateRow,
) -> tuple[Sequence[Reason], Sequence[Gap]]:
    """Reasons and gaps, by features that are named."""
    values = [None if feature in missing else features.get(feature, 0.5) for feature in FEATURES]
    return explain(person, values, [(name, weight, FEATURES.index(name)) for name, weight in weights.items()], of)


def said(features: dict[Feature, float], of: CandidateRow, *missing: Feature, person: Person = PERSON) -> list[str]:
    """Reasons and gaps as sentences, with made-up names."""
    found, gaps = explained(person, features, frozenset(missing), WEIGHTS, of)
    names = {"skill_ids": {1: "SQL", 2: "Rust", 3: "Go", 4: "Perl"}, "occupation_id": {7: "Nurse"}}
    for one in (*found, *gaps):
        reasons._name(one.params, names | {"currency": {"EUR": 2, "JPY": 0}})  # type: ignore[dict-item]
    return [*map(text_of, found), *map(text_of_gap, gaps)]


def test_three_reasons_the_strongest_first() -> None:
    found, gaps = explained(PERSON, BEST, frozenset(), WEIGHTS, row())
    assert [reason.code for reason in found] == [Feature.SKILL, Feature.TITLE, Feature.PLACE]
    assert [reason.weight for reason in found] == [0.24, 0.14, 0.08]
    assert gaps == ()
    assert said(BEST, row()) == [
        "You have all the skills it names: SQL and Rust.",
        "It is work as you do it or want it: Nurse.",
        "It is 4 km from you.",
    ]


@pytest.mark.parametrize(
    ("feature", "of", "sentence"),
    [
        (Feature.SKILL, row(skill_ids=[1, 3, 4]), "You have 1 of the 3 skills it names: SQL."),
        (Feature.SKILL, row(skill_ids=[1]), "You have the skill it names: SQL."),
        (Feature.TITLE, row(occupations={}), "Its title is close to the work that you do or want."),
        (Feature.PLACE, row(workplace="remote", place_ids=[]), "You can do it from where you live."),
        (Feature.PLACE, row(distance_km=None), "It is where you look for work."),
        (Feature.PAY, row(), "It pays up to 60,000 EUR a year of full-time work, as much as you want."),
        (
            Feature.PAY,
            row(pay_currency="JPY", pay_top_minor=9_000_000),
            "It pays up to 9,000,000 JPY a year of full-time work, as much as you want.",
        ),
        (Feature.SENIORITY, row(), "It asks for your level: mid."),
        (Feature.FRESH, row(), "It was published today."),
        (Feature.FRESH, row(age_days=1.2), "It was published 1 day ago."),
        (Feature.FRESH, row(age_days=3.9), "It was published 3 days ago."),
    ],
)
def test_a_reason_is_a_sentence(feature: Feature, of: CandidateRow, sentence: str) -> None:
    assert said(NEUTRAL | {feature: 1.0}, of)[0] == sentence


def test_what_does_not_lift_the_score_clearly_is_no_reason() -> None:
    found, _ = explained(PERSON, dict.fromkeys(WEIGHTS, 0.5), frozenset(), WEIGHTS, row())
    assert found == ()
    little = dict.fromkeys(WEIGHTS, 0.5) | {Feature.SKILL: 0.54}
    assert explained(PERSON, little, frozenset(), WEIGHTS, row())[0] == ()
    enough = little | {Feature.SKILL: 0.55}
    assert [one.code for one in explained(PERSON, enough, frozenset(), WEIGHTS, row())[0]] == [Feature.SKILL]
    # Often shown and never opened is none whatever its value, nor is what is not known.
    tired = dict.fromkeys(WEIGHTS, 0.5) | {Feature.FATIGUE: 1.0, Feature.FRESH: 1.0}
    assert explained(PERSON, tired, frozenset({Feature.FRESH}), WEIGHTS, row())[0] == ()


def test_a_sentence_that_would_not_be_true_is_left_out() -> None:
    close = NEUTRAL | {Feature.PAY: 0.9, Feature.PLACE: 0.9}
    assert said(close, row(pay_top_minor=49_000_00, distance_km=None)) == [
        "It pays at most 49,000 EUR a year of full-time work, 1,000 EUR less than you want.",
        "It is further from you than you want.",
    ]


@pytest.mark.parametrize(
    ("features", "of", "sentences"),
    [
        ({}, row(required_skill_ids=[1, 3]), ["Your profile lacks 1 skill it asks for: Go."]),
        ({}, row(required_skill_ids=[3, 4]), ["Your profile lacks 2 skills it asks for: Go and Perl."]),
        (
            {},
            row(required_skill_ids=[3, 4, 33, 34, 35, 36, 37]),
            ["Your profile lacks 7 skills it asks for: Go, Perl and 5 more."],
        ),
        ({}, row(pay_currency="", pay_top_minor=None), ["It does not say what it pays."]),
        (
            {Feature.PAY: 0.3},
            row(pay_top_minor=40_000_00),
            ["It pays at most 40,000 EUR a year of full-time work, 10,000 EUR less than you want."],
        ),
        (
            {Feature.PAY: 0.3},
            row(pay_top_minor=400_000, pay_currency="JPY"),
            ["It pays at most 400,000 JPY a year of full-time work, less than you want."],
        ),
        ({Feature.PLACE: 0.4}, row(distance_km=31.4), ["It is 31 km from you, further than you want."]),
        ({Feature.PLACE: 0.05}, row(distance_km=None), ["It is further from you than you want."]),
        ({}, row(place_ids=[], countries=[]), ["It does not say where the work is done."]),
        ({}, row(seniority="lead"), ["Its level is lead, 2 steps above yours."]),
        ({}, row(seniority="entry"), ["Its level is entry, 1 step below yours."]),
        ({}, row(seniority=""), []),
        ({Feature.PLACE: 0.5}, row(workplace="remote", place_ids=[]), []),
    ],
)
def test_a_gap_is_a_sentence(features: dict[Feature, float], of: CandidateRow, sentences: list[str]) -> None:
    found = explained(PERSON, BEST | features, frozenset(), WEIGHTS, of)
    assert said(BEST | features, of)[len(found[0]) :] == sentences


@pytest.mark.parametrize("workplace", ["on_site", "hybrid", ""])
@pytest.mark.parametrize(
    ("radius_km", "countries", "sentences"),
    [
        (20.0, ["DE"], ["It does not say in which town the work is done."]),
        (None, ["DE"], ["It is where you look for work."]),
        (20.0, ["FR"], ["It is further from you than you want."]),
        (None, ["FR"], ["It is further from you than you want."]),
        (20.0, [], ["It does not say where the work is done."]),
        (None, [], ["It does not say where the work is done."]),
    ],
)
def test_what_names_a_country_and_no_town_is_not_said_to_be_there_and_nowhere(
    radius_km: float | None, countries: list[str], sentences: list[str], workplace: str
) -> None:
    """As the features judge it, of somebody who lives in Germany."""
    person = replace(PERSON, home_country="DE", radius_km=radius_km)
    of = row(place_ids=[], countries=countries, workplace=workplace, distance_km=None)
    near = Judge(person, Activity()).values(of)[FEATURES.index(Feature.PLACE)]
    features = NEUTRAL | {Feature.PAY: 1.0}
    missing = [Feature.PLACE] if near is None else []
    told = said(features | {Feature.PLACE: near or 0.0}, of, *missing, person=person)
    assert [sentence for sentence in told if not sentence.startswith("It pays up to")] == sentences


def test_what_an_hour_of_few_a_week_pays_is_said_to_be_of_full_time_work() -> None:
    # 30 EUR an hour, as the index has it: 2,080 hours a year, however few of them the job has.
    of = row(pay_top_minor=30_00 * YEARLY_FACTORS[PayPeriod.HOUR])
    fitting = NEUTRAL | {Feature.PLACE: 1.0}
    assert said(fitting | {Feature.PAY: 1.0}, of) == [
        "It is 4 km from you.",
        "It pays up to 62,400 EUR a year of full-time work, as much as you want.",
    ]
    wanting = replace(PERSON, pay_floor=(70_000_00, "EUR"))
    assert said(fitting | {Feature.PAY: 0.3}, of, person=wanting) == [
        "It is 4 km from you.",
        "It pays at most 62,400 EUR a year of full-time work, 7,600 EUR less than you want.",
    ]


def test_a_language_that_is_not_known_is_a_gap_for_who_names_languages() -> None:
    reader = replace(PERSON, constraints=Constraints(languages=("en",)))
    assert "It is not known which language it is in." in said(BEST, row(language=""), person=reader)
    assert "It is not known which language it is in." not in said(BEST, row(language=""))
    assert "It is not known which language it is in." not in said(BEST, row(), person=reader)


def test_of_who_says_nothing_nothing_is_lacking() -> None:
    found, gaps = explained(Person(Constraints()), {}, frozenset(WEIGHTS), WEIGHTS, row(required_skill_ids=[3]))
    assert (found, gaps) == ((), ())


weights = some.dictionaries(some.sampled_from(Feature), some.floats(-2, 2), min_size=1)
values = some.fixed_dictionaries({feature: some.floats(0, 1) for feature in Feature})


@given(weights, values, some.frozensets(some.sampled_from(Feature)))
def test_without_the_feature_of_any_reason_the_score_is_lower(
    weights: dict[Feature, float], values: dict[Feature, float], missing: frozenset[Feature]
) -> None:
    parts = {feature: weight * values[feature] for feature, weight in weights.items()}
    found, gaps = explained(PERSON, values, missing, weights, row())
    assert len(found) <= reasons.MOST_REASONS
    assert len(gaps) <= reasons.MOST_GAPS
    lifts = [weights[reason.code] * (values[reason.code] - 0.5) for reason in found]
    assert lifts == sorted(lifts, reverse=True)
    for reason in found:
        assert reason.weight == parts[reason.code]
        assert reason.code not in missing
        for instead in (0.0, 0.5):
            without = parts | {reason.code: weights[reason.code] * instead}
            assert sum(without.values()) < sum(parts.values())


def test_every_code_has_its_sentence() -> None:
    never = {Feature.FATIGUE, Feature.CONGESTION}
    assert set(reasons._REASONS) == set(Feature) - never
    assert set(reasons._GAPS) == set(GapCode)
    assert {rule for rule in Rule if text_of_rule(rule)} == set(Rule)


@pytest.mark.django_db
def test_names_are_read_in_one_statement_and_what_is_gone_has_none() -> None:
    skill, occupation = SkillFactory(name="SQL"), OccupationFactory(title="Nurse")
    CurrencyFactory(code="JPY", name="Yen", digits=0)
    match = Match(
        uuid4(),
        uuid4(),
        1.0,
        {},
        (),
        (
            Reason(Feature.SKILL, 0.2, {"skill_ids": [skill.pk, -1], "count": 2, "asked": 3}),
            Reason(Feature.TITLE, 0.1, {"occupation_id": occupation.pk}),
            Reason(Feature.PAY, 0.1, {"top_minor": 5_000_000, "currency": "JPY"}),
        ),
        (Gap(GapCode.SKILLS, {"skill_ids": [skill.pk], "count": 1}),),
    )
    with CaptureQueriesContext(connection) as statements:
        (found,) = named([match])
    assert len(statements) == 1
    assert [*map(text_of, found.reasons), *map(text_of_gap, found.gaps)] == [
        "You have 2 of the 3 skills it names: SQL and 1 more.",
        "It is work as you do it or want it: Nurse.",
        "It pays up to 5,000,000 JPY a year of full-time work, as much as you want.",
        "Your profile lacks 1 skill it asks for: SQL.",
    ]
    with CaptureQueriesContext(connection) as statements:
        plain = match._replace(reasons=(), gaps=(Gap(GapCode.PAY_UNKNOWN, {}),))
        assert named([plain]) == [plain]
    assert len(statements) == 0


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        (Feature.TITLE, 0.0, "It is another kind of work than yours."),
        (Feature.TITLE, 0.2, None),
        (Feature.FATIGUE, 0.51, "You have been shown it more than once."),
        (Feature.FATIGUE, 0.3, None),
    ],
)
def test_another_kind_of_work_and_what_was_shown_often_are_told(
    feature: Feature, value: float, sentence: str | None
) -> None:
    # Of a title that is no known occupation's nobody knows.
    _, unknown = explained(PERSON, BEST | {feature: value}, frozenset(), WEIGHTS, row(occupations={}))
    assert Gap(GapCode.KIND, {}) not in unknown
    _, gaps = explained(PERSON, BEST | {feature: value}, frozenset(), WEIGHTS, row())
    assert sorted(map(text_of_gap, gaps)) == ([sentence] if sentence else [])


def test_of_several_countries_remote_work_may_be_open_to_another_than_that_of_home() -> None:
    remote = row(workplace="remote", distance_km=None)
    assert "You can do it from where you live." in said(BEST, remote)
    anywhere = replace(PERSON, constraints=Constraints(countries=("DE", "FR"), remote_for=("DE", "FR")))
    assert "You can do it from where you live." not in said(BEST, remote, person=anywhere)
    assert "It is where you look for work." in said(BEST, remote, person=anywhere)
