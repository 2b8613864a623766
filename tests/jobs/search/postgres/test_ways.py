"""Counting by a part of the board, and what a row of which the words are in the text alone is worth."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job
from jobs.search.grammar import parse
from jobs.search.port import Atom, Precision, Query, Total
from jobs.search.postgres import estimates, plans, ways
from jobs.search.postgres.estimates import Guess, guessed
from jobs.search.postgres.fragment import Fragment, rows
from jobs.search.postgres.score import parts_of, score_in_texts, score_of
from jobs.search.postgres.ways import Search
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db
MANY = 40


def common(matches: float) -> Guess:
    """Three common words of a board of a million."""
    return Guess(1e6, 1e6, True, matches, 1e6, rarest=matches, lists=3)


def counted(text: str, guess: Guess, most: int) -> tuple[int, int]:
    """How many are counted, and in how many statements."""
    search = Search(Query(timezone.now(), parse(text)), guess)
    search.count(most)
    with CaptureQueriesContext(connection) as taken:
        count = search.count(most)
    return count, len(taken.captured_queries)


@pytest.fixture
def _jobs() -> None:
    live_jobs(*["Nurse of the night"] * MANY)
    live_job("Welder")


@pytest.mark.usefixtures("_jobs")
def test_enough_of_a_part_are_enough() -> None:
    # Of what is in the first level, half of all, three are counted; the odds that it has fewer are one in a billion.
    guess = common(matches=3 * 2 * 1.5)
    search = Search(Query(timezone.now(), parse("nurse night")), guess)
    assert search._level(3) == 1
    assert search._counted(3, None, level=1) == 3
    assert search._counted(10 * MANY, None, level=1) < MANY


@pytest.mark.usefixtures("_jobs")
def test_too_few_of_a_part_say_nothing_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was thought to be common is not: the part is counted in vain, then the newest, then all."""
    monkeypatch.setattr(Search, "_by_level", lambda *_: 0.0)
    guess = common(matches=9e5)
    assert counted("nurse night", guess, 5) == (5, 2)
    assert counted("nurse night", guess, MANY + 1) == (MANY, 3)
    assert counted("welder", guess, 5) == (1, 3)


def test_a_score_is_the_same_however_it_is_summed() -> None:
    """A position in a ranking is a score: whoever makes the ranking again has to find the very same."""
    live_jobs("Senior Nurse", "Night Porter", "Head of the Night")
    text = "The senior nurse of this night works at night, with the cath lab."
    for title, days in (("Welder", 1), ("Chef", 2), ("Night Watch", 3), ("Nurse (Night)", 4)):
        live_job(title, description_source=text, published_at=timezone.now() - timedelta(days=days))
    words = parse("senior nurse night cath* -welding")
    meant = (Atom(occupation=1), Atom(words=("head",)))
    for question in (words, parse("night"), parse('"senior nurse" title:night'), parse("nurse or porter night")):
        for asked in (question, replace(question, instead=meant), replace(question, at_least=0.5)):
            parts = parts_of(asked, timezone.now())
            found = rows(
                Fragment.of("SELECT s.job_id, {}, {} FROM job_search s", score_of(parts), score_in_texts(parts, asked))
            )
            assert len(found) == Job.objects.count() == 7
            assert [whole for _, whole, _ in found] == [short for _, _, short in found]
            assert len({whole for _, whole, _ in found}) > 2


def few(text: str, few: int, most: int) -> tuple[int, int]:
    """How many there are, and of how many a score is given."""
    query = Query(timezone.now(), parse(text))
    score = score_of(parts_of(query.question, query.at)) if query.question else None
    count, newest = Search(query, guessed(query).anywhere, score=score).few(few, most)
    assert [hit.value for hit in newest.hits] == sorted([hit.value for hit in newest.hits], reverse=True)
    return count, len(newest)


@pytest.mark.usefixtures("_jobs")
def test_of_many_the_newest_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert few("nurse", MANY, 3) == (MANY, MANY)
    assert few("nurse", MANY - 1, 3) == (MANY, 3)
    assert few("surgeon", MANY, 3) == (0, 0)
    monkeypatch.setattr(ways, "MOST_COUNTED", 10)
    assert few("nurse", 5, 3) == (11, 0)


@pytest.mark.usefixtures("_jobs")
def test_what_ranking_counted_is_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "FEW", 5)
    monkeypatch.setattr(plans, "MOST_TEXTS", 3)
    query = Query(timezone.now(), parse("nurse"))
    plans.ranked(query)
    with CaptureQueriesContext(connection) as taken:
        assert plans.total(query, 1_000).value == MANY
        assert plans.total(query, 10) == Total(10, Precision.AT_LEAST)
    assert not taken.captured_queries
    # A page later nobody knows any more.
    monkeypatch.setattr(estimates._latest, "until", 0.0)
    with CaptureQueriesContext(connection) as taken:
        assert plans.total(query, 1_000).value == MANY
    assert taken.captured_queries
