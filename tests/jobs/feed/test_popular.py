from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.feed.match import Feature, Match, Source
from jobs.feed.popular import _BOUNDS, WEIGHTS, coarse, constraints_of, key_of, popular
from jobs.feed.reading import FeedRequest, feed
from jobs.feed.reasons import NEUTRAL, text_of, text_of_gap
from jobs.models import FeedSettings, FxRate, Job, JobHeat, JobSearch, Profile
from jobs.search.where import Near
from jobs.services import heat as heats
from kernel.viewer import Viewer
from tests.factories import (
    CompanyFactory,
    CompensationFactory,
    CountryFactory,
    CurrencyFactory,
    PlaceFactory,
    UserFactory,
    viewer_of,
)
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db
BERLIN = Near(52.5, 13.4, 30)


def ordered(country: str | None = None, near: Near | None = None) -> list[Match]:
    return popular(constraints_of(country), near, timezone.now())


def ids(matches: list[Match]) -> list[Any]:
    return [match.job_id for match in matches]


def heat(job: Job, value: float) -> None:
    JobHeat.objects.create(job=job, heat=value)


def old(days: float, title: str = "Job", **values: Any) -> Job:
    return live_job(title, published_at=timezone.now() - timedelta(days=days), **values)


def test_the_hot_come_before_the_new_and_the_new_before_the_old() -> None:
    stale, new, hot, warm = old(20), old(1), old(6), old(6)
    heat(hot, 900.0)
    heat(warm, 899.0)
    matches = ordered()
    assert ids(matches) == [hot.pk, warm.pk, new.pk, stale.pk]
    assert [match.sources for match in matches] == [(Source.POPULAR,)] * 2 + [(Source.FRESH,)] * 2
    assert matches[0].parts[Feature.POPULAR] == WEIGHTS[Feature.POPULAR]
    assert matches[1].parts[Feature.POPULAR] == pytest.approx(WEIGHTS[Feature.POPULAR] * 0.6065, abs=1e-4)
    assert text_of(matches[0].reasons[0]) == "Many people open it, keep it or apply to it."
    assert text_of(matches[2].reasons[0]) == "It was published 1 day ago."


def test_whatever_one_person_does_on_a_quiet_board_makes_nothing_popular() -> None:
    home = PlaceFactory(latitude=52.5, longitude=13.4)
    afar = PlaceFactory(latitude=47.6, longitude=-122.3, country=home.country)
    viewed, near = old(1, places=[afar]), old(1, places=[home])
    heat(viewed, heats.of(heats.OF_ONE, timezone.now()))
    first, second = ordered(near=BERLIN)
    assert [first.job_id, second.job_id] == [near.pk, viewed.pk]
    assert second.parts[Feature.POPULAR] == 0
    assert second.sources == (Source.FRESH,)
    JobHeat.objects.all().delete()
    heat(viewed, heats.of(100.0, timezone.now()))
    first, second = ordered(near=BERLIN)
    assert [first.job_id, second.job_id] == [viewed.pk, near.pk]
    assert first.parts[Feature.POPULAR] == pytest.approx(WEIGHTS[Feature.POPULAR], abs=1e-3)


def test_what_one_person_did_brings_nothing_old_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_BOUNDS, "walked", 1)
    stale, new = old(90), old(1)
    heat(stale, heats.of(heats.OF_ONE, timezone.now()))
    assert ids(ordered()) == [new.pk]
    JobHeat.objects.update(heat=heats.of(heats.OF_ONE + 1, timezone.now()))
    assert set(ids(ordered())) == {stale.pk, new.pk}


def test_at_a_border_the_country_goes_that_was_named() -> None:
    american, canadian = (old(3, workplace="remote") for _ in range(2))
    for job, country in ((american, "US"), (canadian, "CA")):
        JobSearch.objects.filter(job=job).update(remote_allowed=[country])
    # Detroit, rounded, is nearest to Windsor.
    detroit = Near(42.3, -83.0, 25)

    def places(country: str | None) -> dict[object, float]:
        return {match.job_id: match.parts[Feature.PLACE] for match in ordered(country, near=detroit)}

    full = WEIGHTS[Feature.PLACE]
    assert places("US") == {american.pk: full}
    assert places(None) == {american.pk: 0, canadian.pk: full}
    detroit = replace(detroit, or_remote_for="US")
    assert places(None) == {american.pk: full, canadian.pk: 0}


def test_parts_add_up_and_none_is_above_one() -> None:
    hot, _ = old(0), old(30)
    heat(hot, -12.0)
    for match in ordered(near=BERLIN):
        assert abs(sum(match.parts.values()) - match.score) < 1e-9
        assert 0 <= match.score <= 1


def test_what_was_only_ever_shown_is_not_popular() -> None:
    first, second = old(1), old(2)
    heat(first, -inf)
    heat(second, -inf)
    matches = ordered()
    assert ids(matches) == [first.pk, second.pk]
    assert {match.parts[Feature.POPULAR] for match in matches} == {0.0}


def test_near_comes_first_and_remote_is_near() -> None:
    here, there = PlaceFactory(latitude=52.52, longitude=13.41), PlaceFactory(latitude=48.1, longitude=11.6)
    far, near, remote = old(1, places=[there]), old(3, places=[here]), old(3.1, workplace="remote")
    matches = ordered(near=BERLIN)
    assert ids(matches) == [near.pk, remote.pk, far.pk]
    assert "It is where you look for work." in map(text_of, matches[0].reasons)
    assert ids(ordered()) == [far.pk, near.pk, remote.pk]


def test_remote_work_that_is_closed_to_the_country_of_the_place_is_not_near() -> None:
    here = PlaceFactory(latitude=52.52, longitude=13.41)
    opened, closed, refused, anywhere = (old(3, workplace="remote") for _ in range(4))
    for job, allowed, denied in ((opened, ["DE"], []), (closed, ["IN"], []), (refused, [], ["DE"])):
        JobSearch.objects.filter(job=job).update(remote_allowed=allowed, remote_denied=denied)
    assert here.country_id == "DE"
    places = {match.job_id: match.parts[Feature.PLACE] for match in ordered(near=BERLIN)}
    full = WEIGHTS[Feature.PLACE]
    assert places == {opened.pk: full, anywhere.pk: full, closed.pk: 0, refused.pk: 0}
    # Nobody knows which country the middle of the sea is in.
    at_sea = {match.job_id: match for match in ordered(near=Near(0, -30, 30))}
    assert at_sea.pop(anywhere.pk).parts[Feature.PLACE] == full
    assert {match.parts[Feature.PLACE] for match in at_sea.values()} == {full * NEUTRAL}
    assert Feature.PLACE not in {reason.code for match in at_sea.values() for reason in match.reasons}


def test_a_country_is_kept_to() -> None:
    there = PlaceFactory(country=CountryFactory(code="FR", name="France"), latitude=48.9, longitude=2.3)
    french, german, anywhere = old(1, places=[there]), old(2, places=[PlaceFactory()]), old(3, workplace="remote")
    assert set(ids(ordered("FR"))) == {french.pk, anywhere.pk}
    assert set(ids(ordered("DE"))) == {german.pk, anywhere.pk}


def test_what_a_country_or_place_has_is_found_behind_any_number_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.feed import popular as module

    monkeypatch.setattr(module, "_BOUNDS", module._BOUNDS | {"walked": 2, "walked_near": 2})
    there = PlaceFactory(country=CountryFactory(code="FR", name="France"), latitude=48.9, longitude=2.3)
    french = old(9, places=[there])
    for number in range(5):
        old(number, places=[PlaceFactory()])
    assert french.pk not in ids(ordered())
    assert ids(ordered("FR")) == [french.pk]
    assert french.pk in ids(ordered(near=Near(48.9, 2.3, 10)))


def test_no_company_fills_the_top_and_nothing_is_said_twice() -> None:
    company = CompanyFactory()
    for number in range(6):
        old(number / 10, f"Job of one {number}", company=company)
    same = live_jobs("Same", "Same", "Same", company=CompanyFactory(), published_at=timezone.now() - timedelta(days=3))
    for number in range(25):
        old(2 + number / 10, f"Job of another {number}")
    matches = ordered()
    assert [match.company_id for match in matches[:20]].count(company.pk) == 2
    assert len({job.pk for job in same} & set(ids(matches))) == 1
    assert len(set(ids(matches))) == len(matches) == 6 + 1 + 25


def wanting(**settings: Any) -> Viewer:
    """Somebody who has said nothing but for how much at least."""
    floor = {"salary_floor_minor": 50_000_00, "salary_floor_currency": CurrencyFactory(), "salary_floor_period": "year"}
    user = UserFactory()
    FeedSettings.objects.create(user=user, **settings)
    return viewer_of(Profile.objects.create(user=user, **floor).user)


def paying(days: float, most: int | None, code: str = "EUR", **values: Any) -> Job:
    job = old(days, f"Pays {most} {code}", **values)
    if most is not None:
        currency = CurrencyFactory(code=code, name=code, digits=0 if code == "JPY" else 2)
        CompensationFactory(job=job, min_minor=None, max_minor=most, currency=currency)
    return job


def test_who_has_said_for_how_much_but_not_what_is_shown_what_pays_it_first() -> None:
    viewer = wanting()
    for currency, rate in ((CurrencyFactory(), 1), (CurrencyFactory(code="JPY", name="Yen", digits=0), 160)):
        FxRate.objects.update_or_create(currency=currency, on_date=timezone.now().date(), defaults={"per_euro": rate})
    little, unknown, nearly = paying(1, 40_000_00), paying(1, None), paying(1.1, 49_000_00)
    enough, yen = paying(4, 55_000_00), paying(3, 9_600_000, "JPY")
    index_all()
    page = feed(viewer, FeedRequest())
    assert [fed.job.pk for fed in page.jobs] == [nearly.pk, yen.pk, enough.pk, unknown.pk, little.pk]
    # From the cache it is the same.
    assert [fed.match for fed in feed(viewer, FeedRequest()).jobs] == [fed.match for fed in page.jobs]
    matches = [fed.match for fed in page.jobs]
    assert [match.score for match in matches] == [sum(match.parts.values()) for match in matches]
    assert [[text_of(reason) for reason in match.reasons] for match in matches] == [
        ["It was published 1 day ago."],
        [
            "It was published 3 days ago.",
            "It pays up to 9,600,000 JPY a year of full-time work, as much as you want.",
        ],
        ["It pays up to 55,000 EUR a year of full-time work, as much as you want.", "It was published 4 days ago."],
        ["It was published 1 day ago."],
        ["It was published 1 day ago."],
    ]
    assert [text_of_gap(gap) for match in matches for gap in match.gaps] == [
        "It pays at most 49,000 EUR a year of full-time work, 1,000 EUR less than you want.",
        "It does not say what it pays.",
        "It pays at most 40,000 EUR a year of full-time work, 10,000 EUR less than you want.",
    ]
    # Of who has not said so nothing of it counts.
    assert ids(ordered())[:3] != [nearly.pk, yen.pk, enough.pk]
    assert all(Feature.PAY not in match.parts for match in ordered())


def test_pay_counts_as_much_as_the_person_has_it_count() -> None:
    viewer = wanting(weights={"pay": 0.0})
    enough, new = paying(4, 55_000_00), paying(1, 40_000_00)
    index_all()
    matches = [fed.match for fed in feed(viewer, FeedRequest()).jobs]
    assert ids(matches) == [new.pk, enough.pk]
    assert [match.parts[Feature.PAY] for match in matches] == [0, 0]
    assert [[reason.code for reason in match.reasons] for match in matches] == [[Feature.FRESH]] * 2


def test_no_more_than_three_reasons_are_told() -> None:
    viewer = wanting()
    home = PlaceFactory(latitude=52.5, longitude=13.4)
    Profile.objects.filter(user_id=viewer.user_id).update(home=home, radius_km=30)
    job = paying(1, 55_000_00, places=[home])
    index_all()
    heat(job, 900.0)
    (fed,) = feed(viewer, FeedRequest()).jobs
    assert [reason.code for reason in fed.match.reasons] == [Feature.POPULAR, Feature.FRESH, Feature.PLACE]
    assert fed.match.parts[Feature.PAY] == pytest.approx(0.2)


def test_it_takes_two_statements() -> None:
    old(1, places=[PlaceFactory()])
    with CaptureQueriesContext(connection) as statements:
        assert len(ordered("DE", BERLIN)) == 1
    assert len(statements) == 2


def test_an_empty_board_has_an_empty_feed() -> None:
    assert ordered("DE", BERLIN) == []


def test_who_asks_from_thereabouts_asks_the_same() -> None:
    assert key_of(Near(52.52, 13.41, 20), "DE") == key_of(Near(52.49, 13.44, 25), "DE")
    assert coarse(Near(52.52, 13.41, 20)) == Near(52.5, 13.4, 25)
    assert coarse(Near(1, 1, 1000)) == Near(1, 1, 1000)
    others = [(None, None), (None, "DE"), (None, "FR"), (BERLIN, None), (BERLIN, "DE"), (Near(52.5, 13.6, 30), "DE")]
    others += [(Near(52.5, 13.4, 300), "DE"), (Near(52.5, 13.4, 30, or_remote_for="DE"), "DE")]
    assert len({key_of(near, country) for near, country in others}) == len(others)
