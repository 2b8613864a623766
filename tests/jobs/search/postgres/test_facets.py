"""How found jobs are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.models import CompanyStatus, Job, JobLifecycle, PayPeriod
from jobs.search.grammar import KeywordMode, parse
from jobs.search.port import PAY_BOUNDS, Facet, FacetDimension, Query
from jobs.search.postgres import facets as module
from jobs.search.postgres.facets import facets
from jobs.search.where import JobFilter, PayFloor, SkillMatch
from tests.factories import CategoryFactory, CompanyFactory, CountryFactory, JobFactory, PlaceFactory, SkillFactory
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db

D = FacetDimension


def _query(text: str = "", **where: Any) -> Query:
    return Query(
        at=timezone.now(),
        question=parse(text, KeywordMode.ALL) if text else None,
        where=JobFilter(**where) if where else None,
    )


def _counts(query: Query, dimension: FacetDimension, most: int = 10) -> list[tuple[Any, int]]:
    facet = facets(query, [dimension], most)[dimension]
    assert not facet.is_approximate
    return [(value.value, value.count) for value in facet.values]


class TestEachDimension:
    def test_places_and_countries(self) -> None:
        berlin, paris = PlaceFactory(), PlaceFactory(country=CountryFactory(code="FR", name="France"))
        live_job(places=[berlin, paris])
        live_job(places=[berlin])
        live_job()
        assert _counts(_query(), D.PLACE) == [(berlin.pk, 2), (paris.pk, 1)]
        assert _counts(_query(), D.COUNTRY) == [("DE", 2), ("FR", 1)]

    def test_a_category_counts_what_lies_below_it(self) -> None:
        root = CategoryFactory()
        child = CategoryFactory(parent=root)
        leaf, other = CategoryFactory(parent=child), CategoryFactory()
        for category in (root, leaf, leaf, child, other):
            live_job(category=category)
        assert _counts(_query(), D.CATEGORY) == [(root.pk, 4), (child.pk, 3), (leaf.pk, 2), (other.pk, 1)]

    def test_of_the_most_categories_none_is_without_its_parent(self) -> None:
        root = CategoryFactory()
        leaf = CategoryFactory(parent=CategoryFactory(parent=root))
        live_job(category=leaf)
        found = [key for key, _ in _counts(_query(), D.CATEGORY, most=2)]
        assert found == [root.pk, leaf.parent_id]

    def test_terms(self) -> None:
        live_job(employment_types=["full_time", "contract"], workplace="remote", seniority="senior")
        live_job(employment_types=["full_time"], workplace="remote")
        assert _counts(_query(), D.EMPLOYMENT_TYPE) == [("full_time", 2), ("contract", 1)]
        assert _counts(_query(), D.WORKPLACE) == [("remote", 2)]
        assert _counts(_query(), D.SENIORITY) == [("senior", 1)]

    def test_pay_by_its_top_in_a_year(self) -> None:
        live_job(pay=(10_000_00, 19_999_99))
        live_job(pay=(10_000_00, 20_000_00))
        live_job(pay=(1_000_000_00, 2_000_000_00))
        live_job(pay=(10_00, 20_00), pay__period=PayPeriod.HOUR)
        live_job()
        assert _counts(_query(), D.PAY) == [(0, 1), (20_000_00, 1), (40_000_00, 1), (PAY_BOUNDS[-1], 1)]

    def test_skills_and_companies(self) -> None:
        python, rust = SkillFactory(), SkillFactory()
        company = CompanyFactory()
        live_job(skills=[python, rust], company=company)
        live_job(skills=[python], company=company)
        other = live_job()
        assert _counts(_query(), D.SKILL) == [(python.pk, 2), (rust.pk, 1)]
        assert _counts(_query(), D.COMPANY) == [(company.pk, 2), (other.company_id, 1)]

    def test_ages_hold_one_another(self) -> None:
        for days in (0.5, 2, 2, 10, 40):
            live_job(published_at=timezone.now() - timedelta(days=days))
        assert _counts(_query(), D.PUBLISHED) == [(1, 1), (3, 3), (7, 3), (14, 4), (30, 4)]

    def test_the_most_are_kept(self) -> None:
        for number in range(5):
            skill = SkillFactory()
            live_jobs(*["Engineer"] * (number + 1), skills=[skill])
        assert [count for _, count in _counts(_query(), D.SKILL, most=3)] == [5, 4, 3]


class TestWhatIsCounted:
    def test_only_what_is_found(self) -> None:
        live_jobs("Nurse", "Head Nurse", workplace="on_site")
        live_job("Baker", workplace="remote")
        assert _counts(_query("nurse"), D.WORKPLACE) == [("on_site", 2)]
        assert _counts(_query("surgeon"), D.WORKPLACE) == []

    def test_nothing_that_may_not_be_shown(self) -> None:
        """Gone at once, whatever the index had of it."""
        company = CompanyFactory()
        live_jobs("Nurse", "Nurse", company=company)
        live_job("Nurse", published_at=timezone.now() + timedelta(hours=1))
        live_job("Nurse", expires_at=timezone.now() + timedelta(seconds=1))
        later = replace(_query(), at=timezone.now() + timedelta(seconds=2))
        assert _counts(later, D.COMPANY) == [(company.pk, 2)]
        Job.objects.filter(company=company).update(lifecycle=JobLifecycle.PAUSED)
        assert _counts(later, D.COMPANY) == []
        other = live_job().company
        other.status = CompanyStatus.SUSPENDED
        other.save()
        assert _counts(later, D.COMPANY) == []

    def test_a_dimension_leaves_its_own_filter_out(self) -> None:
        remote, on_site = {"workplace": "remote"}, {"workplace": "on_site"}
        live_job(seniority="senior", **remote)
        live_job(seniority="senior", **on_site)
        live_job(seniority="entry", **on_site)
        query = _query(workplaces=("remote",))
        assert _counts(query, D.WORKPLACE) == [("on_site", 2), ("remote", 1)]
        assert _counts(query, D.SENIORITY) == [("senior", 1)]
        both = _query(workplaces=("remote",), seniorities=("senior",))
        found = facets(both, [D.WORKPLACE, D.SENIORITY], 10)
        assert {value.value: value.count for value in found[D.WORKPLACE].values} == {"on_site": 1, "remote": 1}
        assert {value.value: value.count for value in found[D.SENIORITY].values} == {"senior": 1}

    def test_of_pay_too(self) -> None:
        live_job(pay=(10_000_00, 30_000_00))
        live_job(pay=(50_000_00, 90_000_00))
        query = _query(pay=PayFloor(80_000_00, "EUR", include_unspecified=False))
        assert _counts(query, D.PAY) == [(20_000_00, 1), (80_000_00, 1)]

    def test_skills_that_all_have_to_be_there_stay(self) -> None:
        python, rust, go = SkillFactory(), SkillFactory(), SkillFactory()
        live_job(skills=[python, rust])
        live_job(skills=[go])
        all_of, any_of = SkillMatch(all_of=(python.pk,)), SkillMatch(any_of=(python.pk,))
        assert _counts(_query(skills=all_of), D.SKILL) == [(python.pk, 1), (rust.pk, 1)]
        assert _counts(_query(skills=any_of), D.SKILL) == [(python.pk, 1), (rust.pk, 1), (go.pk, 1)]

    def test_only_what_was_asked_for(self) -> None:
        live_job()
        assert facets(_query(), [], 10) == {}
        assert set(facets(_query(), [D.SKILL, D.PAY], 10)) == {D.SKILL, D.PAY}


class TestWhatIsKnown:
    """Who has found all jobs of a query says which they are."""

    def test_is_counted_without_looking_again(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        jobs = live_jobs("Nurse", "Head Nurse", "Nurse", workplace="on_site")
        live_job("Baker", workplace="remote")
        query, keys = _query("nurse"), [job.pk for job in jobs]
        looked_for = facets(query, list(FacetDimension), 10)
        with django_assert_num_queries(1):
            assert facets(query, list(FacetDimension), 10, keys) == looked_for
        assert [value.count for value in looked_for[D.WORKPLACE].values] == [3]

    def test_what_is_no_longer_live_is_left_out(self) -> None:
        nurse, other = live_jobs("Nurse", "Nurse")
        Job.objects.filter(pk=other.pk).update(lifecycle=JobLifecycle.PAUSED)
        found = facets(_query("nurse"), [D.COMPANY], 10, [nurse.pk, other.pk])[D.COMPANY]
        assert [(value.value, value.count) for value in found.values] == [(nurse.company_id, 1)]

    def test_nothing_at_all(self) -> None:
        live_job("Baker")
        assert facets(_query("nurse"), [D.COMPANY], 10, [])[D.COMPANY] == Facet([])

    def test_a_dimension_that_is_filtered_by_is_looked_for(self) -> None:
        (nurse,) = live_jobs("Nurse", workplace="remote")
        live_jobs("Nurse", "Nurse", workplace="on_site", seniority="senior")
        found = facets(_query("nurse", workplaces=("remote",)), [D.WORKPLACE, D.SENIORITY], 10, [nurse.pk])
        assert {value.value: value.count for value in found[D.WORKPLACE].values} == {"on_site": 2, "remote": 1}
        assert found[D.SENIORITY] == Facet([])


class TestLargeSets:
    @pytest.fixture(autouse=True)
    def _small_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "MOST_EXACT", 40)
        monkeypatch.setattr(module, "SAMPLED", 40)

    @pytest.fixture
    def board(self) -> None:
        company = CompanyFactory()
        for number in range(200):
            JobFactory(
                # The sample goes by the ids: with these it is the same in each run.
                id=UUID(int=number),
                company=company,
                workplace="remote" if number % 4 == 0 else "on_site",
                published_at=timezone.now() - timedelta(days=1 + number % 50, hours=-1),
            )
        index_all()

    @pytest.mark.usefixtures("board")
    def test_are_said_to_be_approximate_and_are_about_right(self) -> None:
        found = facets(_query(), [D.WORKPLACE, D.COMPANY], 10)
        assert found[D.COMPANY].is_approximate
        ((everything),) = [value.count for value in found[D.COMPANY].values]
        assert 100 <= everything <= 400
        assert [value.value for value in found[D.WORKPLACE].values] == ["on_site", "remote"]

    @pytest.mark.usefixtures("board")
    def test_neither_old_nor_new_jobs_are_preferred(self) -> None:
        """A sample of the newest, or of those written first, would have all of its jobs in one half of the days."""
        ages = {value.value: value.count for value in facets(_query(), [D.PUBLISHED], 10)[D.PUBLISHED].values}
        everything = facets(_query(), [D.COMPANY], 10)[D.COMPANY].values[0].count
        assert 0.3 < ages[30] / everything < 0.9

    @pytest.mark.usefixtures("board")
    @pytest.mark.parametrize("order", [[D.COMPANY, D.WORKPLACE], [D.WORKPLACE, D.COMPANY]])
    def test_a_part_of_a_sample_is_read_with_it(
        self, order: Sequence[FacetDimension], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the query finds is what its own filter leaves of what it finds without: the same rows say both."""
        query = _query("engineer", workplaces=("on_site",))

        def asked(least: int) -> tuple[Mapping[FacetDimension, Facet], int]:
            monkeypatch.setattr(module, "LEAST_SHARED", least)
            with CaptureQueriesContext(connection) as taken:
                found = facets(query, order, 10)
            return found, taken.captured_queries[-1]["sql"].count("FROM job_search s")

        together, reads = asked(20)
        apart, more_reads = asked(10_000)
        assert (reads, more_reads) == (1, 2)
        on_site = next(value.count for value in together[D.WORKPLACE].values if value.value == "on_site")
        assert [value.count for value in together[D.COMPANY].values] == [on_site]
        assert together[D.WORKPLACE] == apart[D.WORKPLACE]
        assert 75 <= on_site <= 300

    @pytest.mark.usefixtures("board")
    def test_a_small_set_among_many_is_exact(self) -> None:
        live_jobs(*["Surgeon"] * 7)
        assert _counts(_query("surgeon"), D.WORKPLACE) == []
        assert sum(count for _, count in _counts(_query("surgeon"), D.COMPANY)) == 7

    @pytest.mark.usefixtures("board")
    def test_where_no_index_helps_fewer_are_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "MOST_READ", 60)
        monkeypatch.setattr(module, "LEAST_SAMPLED", 15)
        found = facets(_query(excluded_companies=(UUID(int=0),)), [D.WORKPLACE], 10)[D.WORKPLACE]
        assert found.is_approximate
        assert 70 <= sum(value.count for value in found.values) <= 300

    @pytest.mark.usefixtures("board")
    @pytest.mark.parametrize("estimate", [1.0, 1e9])
    def test_what_is_hardly_too_much_is_counted_thrice_at_most(
        self, estimate: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A sample that says so little that all may be counted, all, and another sample where they are too many."""

        def estimate_so(sets: Sequence[Any], _query: Query) -> None:
            for each in sets:
                each.size = estimate

        monkeypatch.setattr(module, "_estimate", estimate_so)
        for most in (100, 180, 195):
            monkeypatch.setattr(module, "MOST_EXACT", most)
            with CaptureQueriesContext(connection) as taken:
                assert facets(_query("engineer"), [D.COMPANY], 1)[D.COMPANY].is_approximate
            assert len(taken.captured_queries) <= 4

    def test_what_can_never_be_has_no_values(self) -> None:
        """The planner sees that beforehand, and leaves such parts out of its plan."""
        live_job()
        query = _query("engineer", any_of=())
        assert not any(facet.values for facet in facets(query, list(FacetDimension), 10).values())

    @pytest.mark.usefixtures("board")
    @pytest.mark.parametrize("estimate", [1.0, 1e9])
    def test_a_wrong_estimate_is_mended(self, estimate: float, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever the planner thinks of the words: few are counted whole, and of many no first ones stand for all."""

        def estimate_so(sets: Sequence[Any], _query: Query) -> None:
            for each in sets:
                each.size = estimate

        monkeypatch.setattr(module, "_estimate", estimate_so)
        live_jobs(*["Surgeon"] * 7)
        assert sum(count for _, count in _counts(_query("surgeon"), D.COMPANY)) == 7
        found = facets(_query("engineer"), [D.WORKPLACE], 10)[D.WORKPLACE]
        assert found.is_approximate
        assert 100 <= sum(value.count for value in found.values) <= 400


def test_how_many_statements_it_takes(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """One to estimate, one to count, whatever is asked for; here all of the dimensions, three of them filtered by."""
    live_job(workplace="remote", seniority="senior")
    query = _query(workplaces=("remote",), seniorities=("senior",), countries=("DE",))
    with django_assert_num_queries(2):
        facets(query, list(FacetDimension), 10)
