"""Searching as readers see it: what is understood, what is found, and how much is read for it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import CloseReason, Job, JobLifecycle
from jobs.search.broadening import FEW
from jobs.search.port import JobSearchOrderField, Precision, SearchOrder
from jobs.search.positions import SearchPosition, Stage
from jobs.search.postgres import plans, terms
from jobs.search.where import JobFilter, Near
from jobs.selectors.search import (
    BroadeningKind,
    Correction,
    KeywordMode,
    SearchRequest,
    SearchResult,
    explanations,
    search,
)
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, PlaceFactory
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db
NEWEST = SearchOrder(JobSearchOrderField.PUBLISHED)
NOW, KEY = datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)


def found(text: str = "", **values: Any) -> SearchResult:
    return search(ANONYMOUS, SearchRequest(text=text, **values))


def titles(text: str = "", **values: Any) -> list[str]:
    return [hit.job.title for hit in found(text, **values).hits]


def test_words_are_found_in_title_skills_company_and_text() -> None:
    live_jobs("Python Developer", "Nurse")
    live_job("Chef", description_source="You will cook, not write python.")
    assert titles("python") == ["Python Developer", "Chef"]
    assert titles("python", mode=KeywordMode.TITLE) == ["Python Developer"]


@pytest.mark.parametrize("field", JobSearchOrderField)
@pytest.mark.parametrize("text", ["python", "", "-nurse"])
def test_every_order_has_all(field: JobSearchOrderField, text: str) -> None:
    live_jobs("Python Developer", "Senior Python Developer")
    result = found(text, order=SearchOrder(field))
    assert len(result.hits) == result.total.value == 2
    is_ranked = field is JobSearchOrderField.RELEVANCE and text == "python"
    assert all((hit.score is not None) is is_ranked for hit in result.hits)


def test_the_parts_of_a_score_add_up() -> None:
    live_jobs("Python Developer", "Senior Python Developer (Django)")
    result = found("python developer django", is_broadened=False)
    explained = explanations(result.query, [hit.job.pk for hit in result.hits])
    assert result.hits
    for hit in result.hits:
        assert sum(part.value for part in explained[hit.job.pk]) == pytest.approx(hit.score)
    assert explanations(found("").query, [hit.job.pk for hit in result.hits]) == {}


def test_the_parts_of_a_score_add_up_where_words_are_missing() -> None:
    live_jobs("Python Developer", "Django Developer")
    live_job("Django Chef", description_source="You will cook.")
    result = found("python django developer", is_expanded=False)
    assert result.broadened
    explained = explanations(result.query, [hit.job.pk for hit in result.hits])
    assert [sum(part.value for part in explained[hit.job.pk]) for hit in result.hits] == pytest.approx(
        [hit.score for hit in result.hits]
    )


def test_mistake_is_corrected_where_hardly_anything_is_found() -> None:
    live_jobs("Python Developer", "Python Engineer", "Nurse")
    terms.rebuild()
    result = found("pyhton")
    assert result.correction == Correction("python", "pyhton")
    assert len(result.hits) == 2
    assert found("title:pyhton -nurse").correction == Correction("title:python -nurse", "title:pyhton -nurse")
    assert found("pyhton", is_corrected=False).hits == []
    assert found("python").correction is None
    assert found("zzzyyyxxx").correction is None


def test_what_is_found_often_enough_is_no_mistake() -> None:
    live_jobs(*["Pyhton Developer"] * 5, *["Python Developer"] * 9)
    terms.rebuild()
    result = found("pyhton")
    assert result.correction is None
    assert len(result.hits) == 5


def test_correction_goes_on_with_the_pages() -> None:
    live_jobs(*["Python Developer"] * 3)
    terms.rebuild()
    first = found("pyhton", size=2, per_company=0)
    after = SearchPosition.read(first.hits[-1].position.written())
    second = found("pyhton", size=2, per_company=0, after=after)
    assert second.correction == first.correction
    assert len({hit.job.pk for hit in [*first.hits, *second.hits]}) == 3
    assert not second.has_next


@pytest.mark.parametrize("order", [SearchOrder(), NEWEST], ids=["relevance", "published"])
def test_few_are_followed_by_those_that_fit_less(order: SearchOrder) -> None:
    live_jobs("Nurse", "Night Nurse", "Night Nurse Manager", "Welder")
    result = found("night nurse manager", order=order, is_expanded=False)
    assert result.hits[0].job.title == "Night Nurse Manager"
    assert {hit.job.title for hit in result.hits[1:]} == {"Night Nurse"}
    assert result.total.value == 1
    assert result.broadened is not None
    assert (result.broadened.how, result.broadened.count) == (BroadeningKind.WORDS, 1)
    assert titles("night nurse manager", order=order, is_broadened=False, is_expanded=False) == ["Night Nurse Manager"]


def test_enough_are_not_followed() -> None:
    live_jobs(*["Night Nurse"] * FEW, "Nurse")
    result = found("night nurse", is_expanded=False)
    assert len(result.hits) == FEW
    assert result.broadened is None


def test_circles_grow_where_words_bring_nothing() -> None:
    here, there = PlaceFactory(latitude=52.5, longitude=13.4), PlaceFactory(latitude=52.5, longitude=14.4)
    live_job("Nurse", places=[here])
    live_job("Nurse further away", places=[there])
    near = (Near(52.5, 13.4, 30),)
    for order in (SearchOrder(), NEWEST, SearchOrder(JobSearchOrderField.DISTANCE, is_descending=False)):
        result = found("nurse", near=near, order=order)
        assert [hit.job.title for hit in result.hits] == ["Nurse", "Nurse further away"]
        assert result.broadened is not None
        assert result.broadened.how is BroadeningKind.RADIUS


def test_one_company_does_not_hold_the_top_unless_it_is_asked_for() -> None:
    big = CompanyFactory()
    live_jobs(*(f"Nurse {number}" for number in "abcdef"), company=big)
    live_jobs("Nurse for children", "Nurse for the old")
    top = [hit.job.company_id == big.pk for hit in found("nurse", is_expanded=False).hits]
    assert top[:5].count(True) == 3
    assert top[5:] == [True] * 3
    plain = found("nurse", is_expanded=False, per_company=0).hits
    assert [hit.job.company_id == big.pk for hit in plain] == [True] * 6 + [False] * 2
    assert len(found("nurse", where=JobFilter(companies=(big.pk,))).hits) == 6


def test_job_that_ended_a_moment_ago_is_not_shown_and_another_comes() -> None:
    jobs = live_jobs(*["Nurse"] * 5)
    # The index is told of the end by the same statement; the clock tells it nothing.
    Job.objects.filter(pk=jobs[4].pk).update(expires_at=timezone.now() + timedelta(milliseconds=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_search SET expires_at = now() + interval '1 day'")
    while timezone.now() < Job.objects.get(pk=jobs[4].pk).expires_at:
        pass
    result = found("nurse", size=4, per_company=0)
    assert len(result.hits) == 4
    assert jobs[4].pk not in {hit.job.pk for hit in result.hits}


def test_what_is_to_come_is_not_found_by_a_position_in_the_future() -> None:
    live_job("Nurse", published_at=timezone.now() + timedelta(days=1))
    position = SearchPosition(timezone.now() + timedelta(days=2), Stage.REST)
    result = found("", after=position)
    assert result.hits == []
    assert result.total.value == 0


@pytest.mark.parametrize(
    ("position", "text", "order"),
    [
        (SearchPosition(NOW, Stage.RANKED, place=(NOW, KEY)), "x", SearchOrder()),
        (SearchPosition(NOW, Stage.REST, place=(1.5, KEY)), "x", SearchOrder()),
        (SearchPosition(NOW, Stage.REST, place=(None, KEY)), "", NEWEST),
        (SearchPosition(NOW, Stage.REST, place=(NOW, KEY)), "", SearchOrder(JobSearchOrderField.PAY)),
        (SearchPosition(NOW, Stage.REST, place=(NOW, KEY), least=(None, KEY)), "x", SearchOrder()),
    ],
)
def test_position_of_another_order_is_refused(position: SearchPosition, text: str, order: SearchOrder) -> None:
    with pytest.raises(ValueError, match="position"):
        found(text, order=order, after=position)


@pytest.mark.parametrize("bounds", [("x",), ("literal", "y", "z"), ("newest heads", "2026-01-01", "not a key"), ()])
def test_bounds_that_say_nothing_are_as_good_as_none(bounds: tuple[str, ...]) -> None:
    live_jobs("Nurse")
    position = SearchPosition(timezone.now(), Stage.RANKED, bounds=bounds)
    assert len(found("nurse", after=position).hits) == 1


def test_no_rows_wanted_says_whether_there_are_any() -> None:
    live_jobs("Nurse")
    assert found("nurse", size=0).has_next
    assert not found("welder", size=0).has_next


def test_many_are_at_least_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "FEW", 3)
    monkeypatch.setattr(plans, "MOST_TEXTS", 3)
    live_jobs(*["Nurse"] * 5)
    assert found("nurse").total.precision is Precision.AT_LEAST


def statements(text: str = "", **values: Any) -> int:
    """How many a search takes once its words and the tables that hardly change are known."""
    found(text, is_expanded=False, **values)
    with CaptureQueriesContext(connection) as taken:
        found(text, is_expanded=False, **values)
    return len([query for query in taken.captured_queries if "search_term" not in query["sql"]])


def test_a_search_takes_few_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    live_jobs(*["Nurse"] * 12, "Night Welder")
    terms.rebuild()
    near = (Near(52.5, 13.4, 30, or_remote_for="DE"),)
    assert statements() == 2
    # An estimate, the ranking, which tells whether the words are found, and the rows.
    assert statements("nurse") == 3
    assert statements("nurse", is_corrected=False) == 3
    # An estimate, whether the words are found, the list, and the rows.
    assert statements("nurse", order=NEWEST) == 4
    # The few that fit, half of the words, and the rows of both.
    assert statements("nurse welder", is_corrected=False) == 5
    assert statements("nurse welder", is_corrected=False, order=NEWEST) == 7
    # The count, the circle's places twice, those of its jobs step by step, the remote and the rows.
    assert statements("nurse", near=near, order=SearchOrder(JobSearchOrderField.DISTANCE), is_broadened=False) <= 9
    monkeypatch.setattr(plans, "FEW", 3)
    assert statements("nurse", size=2, is_corrected=False) == 4
    after = found("nurse", size=2, is_expanded=False).hits[-1].position
    assert statements("nurse", size=2, after=after) == 1


def test_closed_jobs_are_gone_at_once() -> None:
    job = live_job("Nurse")
    Job.objects.filter(pk=job.pk).update(
        lifecycle=JobLifecycle.CLOSED, close_reason=CloseReason.FILLED, closed_at=timezone.now()
    )
    assert titles("nurse") == []
