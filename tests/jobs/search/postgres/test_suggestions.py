"""How to go on with what was typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from jobs.models import CompanyStatus, Job, JobLifecycle, JobModeration, JobSkill, SearchSuggestion
from jobs.search.port import Suggestion, SuggestionKind
from jobs.search.postgres.suggestions import MOST, rebuild, suggest
from tests.factories import CompanyFactory, CountryFactory, JobFactory, PlaceFactory, SkillFactory
from tests.search_board import index_all, live_job, live_jobs

pytestmark = pytest.mark.django_db

TITLE, SKILL, COMPANY, PLACE = SuggestionKind


def _suggest(prefix: str, *kinds: SuggestionKind, size: int = 10) -> list[Suggestion]:
    return list(suggest(prefix, kinds or list(SuggestionKind), size, timezone.now()))


def _texts(prefix: str, *kinds: SuggestionKind, size: int = 10) -> list[str]:
    return [each.text for each in _suggest(prefix, *kinds, size=size)]


class TestWhatIsFound:
    def test_titles_by_the_beginning_of_any_word(self) -> None:
        live_jobs("Senior Data Engineer", "Senior Data Engineer", "Baker")
        rebuild()
        for prefix in ("s", "Sen", "senior data eng", "data e", "DATA", "engineer"):
            assert _suggest(prefix, TITLE) == [Suggestion(TITLE, "Senior Data Engineer", 2)]
        for prefix in ("ngineer", "data engineer senior", "seniordata", "x"):
            assert _texts(prefix, TITLE) == []

    def test_accents_and_signs_are_no_matter(self) -> None:
        live_jobs("Ingénieur qualité", "C++ Developer", "データ エンジニア", "Инженер")
        rebuild()
        assert _texts("ingenieur q", TITLE) == ["Ingénieur qualité"]
        assert _texts("INGÉN", TITLE) == ["Ingénieur qualité"]
        assert _texts("c++", TITLE) == ["C++ Developer"]
        assert _texts("エンジ", TITLE) == ["データ エンジニア"]
        assert _texts("инж", TITLE) == ["Инженер"]

    def test_a_title_in_its_commonest_spelling(self) -> None:
        live_jobs("DATA ENGINEER", "Data Engineer", "Data Engineer", "data engineer")
        rebuild()
        assert _suggest("data", TITLE) == [Suggestion(TITLE, "Data Engineer", 4)]

    def test_skills_companies_and_places_with_their_keys(self) -> None:
        skill = SkillFactory(name="Kubernetes", aliases=["k8s"])
        company = CompanyFactory(name="Kubrick Works", aliases=["The Monolith"])
        place = PlaceFactory(
            name="Küb", ascii_name="Kub", region_name="Lower Austria", country=CountryFactory(code="AT")
        )
        live_job("Baker", skills=[skill], company=company, places=[place])
        rebuild()
        assert {(each.kind, each.text, each.count, each.key) for each in _suggest("kub")} == {
            (SKILL, "Kubernetes", 1, skill.pk),
            (COMPANY, "Kubrick Works", 1, company.pk),
            (PLACE, "Küb, Lower Austria, AT", 1, place.pk),
        }
        assert _texts("k8") == ["Kubernetes"]
        assert _texts("the monol") == ["Kubrick Works"]
        assert _texts("kub lower") == ["Küb, Lower Austria, AT"]
        assert _texts("lower") == []  # a region is no way to begin a place

    def test_only_the_kinds_asked_for(self) -> None:
        live_job("Data Engineer", company=CompanyFactory(name="Data Works"))
        rebuild()
        assert _texts("data", COMPANY) == ["Data Works"]
        assert _texts("data", SKILL, PLACE) == []

    def test_the_commonest_first_and_what_is_all_of_it_before_them(self) -> None:
        live_jobs(*["Data Engineer"] * 5, *["Data Analyst"] * 3, "Data")
        rebuild()
        assert _texts("dat", TITLE) == ["Data Engineer", "Data Analyst", "Data"]
        assert _texts("data", TITLE) == ["Data", "Data Engineer", "Data Analyst"]

    def test_no_kind_crowds_the_others_out(self) -> None:
        company = CompanyFactory(name="Data Works")
        live_jobs(*[f"Data Engineer {letter}" for letter in "abcdefgh"], company=company)
        rebuild()
        assert "Data Works" in _texts("data", size=2)
        assert len(_texts("data", size=4)) == 4

    def test_no_more_than_asked_for_and_never_more_than_the_most(self) -> None:
        live_jobs(*[f"Data Engineer {number}" for number in range(30)])
        rebuild()
        assert len(_texts("data", TITLE, size=3)) == 3
        assert len(_texts("data", TITLE, size=1_000)) == MOST
        assert _texts("data", size=0) == []


class TestMistakes:
    @pytest.fixture(autouse=True)
    def _board(self) -> None:
        live_jobs(*["Software Engineer"] * 3, "Nurse")
        rebuild()

    @pytest.mark.parametrize(
        "typed", ["sofw", "softwre", "sfotware", "softwqare", "software engneer", "enginer", "enigneer"]
    )
    def test_one_is_forgiven_from_four_letters(self, typed: str) -> None:
        (found,) = _suggest(typed)
        assert (found.text, found.is_corrected) == ("Software Engineer", True)

    def test_not_in_fewer_letters(self) -> None:
        assert _texts("nru") == []

    def test_what_is_right_is_not_corrected(self) -> None:
        (found,) = _suggest("nurs")
        assert (found.text, found.is_corrected) == ("Nurse", False)

    def test_what_is_like_nothing_finds_nothing(self) -> None:
        assert _texts("xylophone") == []


class TestWhatMayBeShown:
    @pytest.mark.parametrize(
        "change",
        [
            {"lifecycle": JobLifecycle.PAUSED},
            {"moderation": JobModeration.FROZEN},
            {"visibility": "unlisted"},
            {"published_at": timezone.now() + timedelta(days=1)},
        ],
    )
    def test_what_is_gone_is_not_suggested_from_then_on(self, change: dict[str, Any]) -> None:
        """Before the table hears of it: nobody rebuilds it here."""
        job = live_job("Secret Mission", skills=[SkillFactory(name="Secrecy")], places=[PlaceFactory(name="Secretown")])
        job.company.name = "Secret Service"
        job.company.save()
        index_all()
        rebuild()
        assert len(_texts("secre")) == 4
        Job.objects.filter(pk=job.pk).update(**change)
        index_all()
        assert _texts("secre") == []

    def test_of_a_company_that_was_suspended_nothing_is_left(self) -> None:
        job = live_job("Secret Mission")
        rebuild()
        job.company.status = CompanyStatus.SUSPENDED
        job.company.save()
        assert _texts("secret") == []

    def test_a_job_that_is_another_now_does_not_vouch_for_what_it_was(self) -> None:
        job = live_job("Secret Mission", skills=[SkillFactory(name="Secrecy")])
        rebuild()
        Job.objects.filter(pk=job.pk).update(title="Baker")
        JobSkill.objects.filter(job=job).delete()
        index_all()
        assert _texts("secre") == []

    def test_one_that_is_over_by_the_clock(self) -> None:
        live_job("Secret Mission", expires_at=timezone.now() + timedelta(hours=1))
        rebuild()
        assert _texts("secret") == ["Secret Mission"]
        assert suggest("secret", [TITLE], 5, timezone.now() + timedelta(hours=2)) == []

    def test_drafts_never_come_in(self) -> None:
        JobFactory(title="Secret Mission", draft=True)
        index_all()
        rebuild()
        assert not SearchSuggestion.objects.exists()

    def test_another_job_vouches_for_the_same(self) -> None:
        jobs = live_jobs(*["Data Engineer"] * 12)
        rebuild()
        Job.objects.filter(pk__in=[job.pk for job in jobs[:9]]).update(lifecycle=JobLifecycle.PAUSED)
        rebuild()
        assert _suggest("data", TITLE) == [Suggestion(TITLE, "Data Engineer", 3)]


class TestRebuild:
    def test_again_it_writes_nothing(self) -> None:
        live_job("Data Engineer", skills=[SkillFactory()], places=[PlaceFactory()])
        assert rebuild() == 4
        before = set(SearchSuggestion.objects.values_list("pk", "folded", "jobs"))
        assert rebuild() == 4
        assert set(SearchSuggestion.objects.values_list("pk", "folded", "jobs")) == before

    def test_takes_away_what_is_gone_and_tells_what_changed(self) -> None:
        company = CompanyFactory(name="Old Name")
        job = live_job("Data Engineer", company=company)
        rebuild()
        company.name = "New Name"
        company.save()
        Job.objects.filter(pk=job.pk).update(title="Data Architect")
        live_job("Data Architect", company=company)
        index_all()
        rebuild()
        assert {(row.text, row.folded, row.jobs) for row in SearchSuggestion.objects.all()} == {
            ("Data Architect", "data architect", 2),
            ("Data Architect", "architect", 2),
            ("New Name", "new name", 2),
            ("New Name", "name", 2),
        }

    def test_more_rows_than_a_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("jobs.search.postgres.suggestions.BATCH", 3)
        live_jobs(*[f"Data Engineer {number}" for number in range(10)])
        rebuild()
        assert len(_texts("data", TITLE, size=20)) == 10

    def test_long_titles_are_left_out_and_long_names_cut(self) -> None:
        live_job("Data " * 30, company=CompanyFactory(name="Data " * 40))
        rebuild()
        assert [each.kind for each in _suggest("data")] == [COMPANY]

    def test_two_at_once_are_one(self) -> None:
        live_job("Data Engineer")
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(hashtextextended('nexus.suggestions', 0))")
                assert rebuild() == 0
                # A connection that is closed lets go some time after.
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('nexus.suggestions', 0))")
        finally:
            other.close()
        assert rebuild() == 2


class TestBadInput:
    @pytest.mark.parametrize(
        "prefix",
        [
            "",
            " ",
            "...",
            "%",
            "_",
            "\\",
            "'; DROP TABLE x; --",
            "a" * 10_000,
            "data " * 3_000,
            "🎉",
            "\u202e",
            "\x00\x01",
        ],
    )
    def test_finds_nothing(self, prefix: str) -> None:
        live_job("Data Engineer")
        rebuild()
        assert _texts(prefix) == []

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=40))
    def test_any_text_has_an_answer(self, prefix: str) -> None:
        assert _texts(prefix) == []


def test_one_statement_and_three_where_there_was_a_mistake(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    live_jobs("Data Engineer", "Data Analyst", "Data Architect")
    rebuild()
    with django_assert_num_queries(1):
        assert len(_texts("data", TITLE)) == 3
    with django_assert_num_queries(3):
        assert _texts("dtaa", TITLE)
    with django_assert_num_queries(0):
        assert _texts("…") == []
