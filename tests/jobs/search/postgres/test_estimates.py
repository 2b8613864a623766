"""What is guessed before rows are looked for."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.search.grammar import parse
from jobs.search.port import Query
from jobs.search.postgres import estimates
from jobs.search.postgres.estimates import Guess, guessed
from jobs.search.postgres.ways import Search, Way

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = [START + timedelta(days=day) for day in range(101)]
"""As many postings on each of a hundred days."""


@pytest.fixture
def _days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "_histogram", lambda _: DAYS)


@pytest.mark.usefixtures("_days")
@pytest.mark.parametrize(("end", "share", "day"), [(100, 0.1, 90), (300, 0.1, 90), (50, 0.25, 25), (10, 0.005, 9.5)])
def test_a_share_of_the_board_is_so_many_days(end: int, share: float, day: float) -> None:
    assert estimates.since(START + timedelta(days=end), share) == START + timedelta(days=day)


@pytest.mark.usefixtures("_days")
def test_more_than_there_is_has_no_beginning() -> None:
    assert estimates.since(START + timedelta(days=10), 0.1) is None


def test_without_statistics_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "_histogram", lambda _: ())
    assert estimates.since(START, 0.1) is None


@pytest.mark.parametrize(
    ("guess", "way"),
    [
        # Half of the board has the words; a twentieth; and what nobody knows to be common.
        (Guess(1e6, 1e6, False, 5e5, 5e5, rarest=5e5), Way.WALK),
        (Guess(1e6, 1e6, False, 5e4, 5e4, rarest=5e4), Way.WINDOW),
        (Guess(1e6, 1e6, False, 900, 900, rarest=900), Way.INDEX),
        # Few rows by the filters, though the words are common.
        (Guess(1e6, 700, False, 350, 5e5, rarest=5e5), Way.INDEX),
        # And more of them: to look into the newest, or, where one index knows both, to take what has both.
        (Guess(1e6, 1e4, False, 5e3, 5e5, rarest=5e5), Way.WALK),
        (Guess(1e6, 1e4, False, 5e3, 5e5, rarest=5e5, is_joint=True), Way.INDEX),
    ],
)
def test_the_way_is_the_shortest(guess: Guess, way: Way) -> None:
    query = Query(timezone.now(), parse("work"))
    assert Search(query, guess).way(500, has_window=True) is way


@pytest.mark.django_db
def test_the_planner_is_asked_once_for_a_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    query = Query(timezone.now(), parse("work start"))
    guessed(Query(timezone.now(), parse("work start")))
    with django_assert_num_queries(1):
        first = guessed(query)
        assert guessed(query) is first
