"""What the index says of a job."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import (
    DuplicateCluster,
    FxRate,
    JobFingerprint,
    JobSearch,
    JobVisibility,
    Necessity,
    SearchPending,
    SizeBand,
)
from jobs.search.postgres import document
from jobs.search.postgres.document import GAP, index
from jobs.search.words import key_of
from tests.factories import (
    CompanyFactory,
    CurrencyFactory,
    JobFactory,
    JobSkillFactory,
    OccupationFactory,
    PlaceFactory,
    RemoteEligibilityFactory,
    SkillFactory,
)
from tests.search_board import index_all, indexed, live_job, live_jobs

pytestmark = pytest.mark.django_db


def _matches(query: str, configuration: str = "nexus_en", column: str = "tsv") -> bool:
    """Whether the only job matches a tsquery, stemmed by that configuration."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} @@ to_tsquery(%s::regconfig, %s) FROM job_search", [configuration, query])
        ((found,),) = cursor.fetchall()
        return bool(found)


class TestWhichJobs:
    def test_a_live_job_is_there(self) -> None:
        job = live_job()
        assert indexed() == {job.pk}
        assert not SearchPending.objects.exists()

    @pytest.mark.parametrize(
        "state", ["draft", "in_review", "approved", "scheduled", "paused", "expired", "closed", "archived", "frozen"]
    )
    def test_no_other_state_is(self, state: str) -> None:
        live_job(**{state: True})
        assert indexed() == set()

    def test_nor_is_an_unlisted_one_or_one_of_a_company_off_the_board(self) -> None:
        live_job(visibility=JobVisibility.UNLISTED)
        live_job(company__status="suspended")
        assert indexed() == set()

    def test_one_whose_time_is_over_is_not_though_nobody_wrote_that_down(self) -> None:
        live_job(expires_at=timezone.now() - timedelta(seconds=1))
        assert indexed() == set()

    def test_one_that_begins_later_is_there_with_its_beginning(self) -> None:
        begins = timezone.now() + timedelta(days=1)
        job = live_job(published_at=begins)
        assert JobSearch.objects.get(pk=job.pk).published_at == begins

    def test_what_is_no_longer_to_be_there_leaves_when_indexed(self) -> None:
        kept, gone = live_jobs("Cook", "Baker")
        with connection.cursor() as cursor:
            # Not by an UPDATE, of which the triggers would hear.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE jobs_job SET lifecycle = 'paused' WHERE id = %s", [gone.pk])
        index([kept.pk, gone.pk])
        assert indexed() == {kept.pk}

    def test_no_jobs_are_nothing_to_do(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            index([])

    def test_many_jobs_take_as_many_statements_as_one(self, django_assert_max_num_queries: Any) -> None:
        jobs = [JobFactory(title=f"Cook {number}").pk for number in range(5)]
        with django_assert_max_num_queries(10) as of_one:
            index(jobs[:1])
        with django_assert_max_num_queries(len(of_one.captured_queries)):
            index(jobs[1:])
        assert indexed() == set(jobs)

    def test_they_are_read_in_one_statement_and_written_in_another(self) -> None:
        job = JobFactory()
        with CaptureQueriesContext(connection) as asked:
            index([job.pk])
        assert sum("jobs_job " in query["sql"] for query in asked) == 2
        assert indexed() == {job.pk}

    def test_a_batch_waits_longer_for_being_sorted_into_the_index(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(document, "MANY", 2)
        live_job()
        assert _most_waiting() == document.PENDING
        live_jobs("Cook", "Baker")
        assert _most_waiting() == document.PENDING_IN_BATCHES

    def test_a_row_that_says_the_same_is_left_alone(self) -> None:
        job = live_job()
        before = _place_of(job.pk)
        index([job.pk])
        assert _place_of(job.pk) == before


def _most_waiting() -> int:
    """Kilobytes, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'gin_pending_list_limit'")
        return int(cursor.fetchone()[0])


def _place_of(key: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM job_search WHERE job_id = %s", [key])
        return str(cursor.fetchone()[0])


class TestWords:
    def test_title_skills_company_and_text_are_found_each_in_its_place(self) -> None:
        live_job(
            "Senior Widget Designer",
            skills=[SkillFactory(name="C++"), SkillFactory(name="Node.js")],
            company__name="Größe & Söhne",
            description_source="You like gherkins.",
        )
        assert _matches("widgets:A & cplusplus:B & node:B & grosse:C & gherkin:D")
        assert _matches("widget & sohne", column="head")
        assert not _matches("gherkin", column="head")
        assert not _matches("gherkin:ABC")

    @pytest.mark.parametrize(
        ("language", "title", "asked"),
        [
            ("en", "Software Engineers", "engineer"),
            ("en-GB", "Nursing assistants", "nurse & assistant"),
            ("fr", "Infirmières diplômées", "infirmiere & diplomee"),
            ("de", "Krankenschwestern gesucht", "krankenschwester"),
            ("es", "Enfermeras tituladas", "enfermera"),
            ("pt", "Enfermeiros dedicados", "enfermeiro"),
            ("pt-BR", "Programadores", "programador"),
            ("xx", "Ingenieros", "ingenieros"),
        ],
    )
    def test_a_word_is_found_in_another_form_of_its_language(self, language: str, title: str, asked: str) -> None:
        live_job(title, language=language)
        configuration = {"xx": "simple"}.get(language, f"nexus_{language[:2]}")
        assert _matches(asked, configuration)

    @pytest.mark.parametrize(("language", "title"), [("ja", "看護師募集"), ("zh", "高级看護師")])
    def test_what_is_written_without_spaces_is_found_by_two_characters(self, language: str, title: str) -> None:
        live_job(title, language=language)
        assert _matches("看護 <-> 護師", "simple")

    def test_stop_words_are_words(self) -> None:
        live_job("IT Support", description_source="Who are you?")
        assert _matches("it & who & are", "nexus_en")

    def test_no_phrase_goes_from_one_thing_into_the_next(self) -> None:
        live_job(
            "Chief Python",
            skills=[SkillFactory(name="Ruby"), SkillFactory(name="Rails")],
            company__name="Acme",
            description_source="Forge metal.",
        )
        assert _matches("chief <-> python")
        for phrase in ("python <-> ruby", "ruby <-> rails", "rails <-> acme", "acme <-> forge"):
            assert not _matches(phrase), phrase
        assert not _matches(GAP)

    def test_a_text_of_any_size_fits(self) -> None:
        words = " ".join(f"wort{number}größe" for number in range(60_000))
        skills = [SkillFactory(name=f"{'ñ' * 100} {number}") for number in range(20)]
        live_job("x" * 299, description_text=f"start {words}", skills=skills)
        assert _matches("start & wort7grosse")

    def test_a_title_of_signs_alone_fits(self) -> None:
        live_job("?!*&|<->:*'''\\", description_source="\u202eرول", company__name="🙂")
        assert JobSearch.objects.get().title_length == 0

    def test_equal_titles_have_equal_keys(self) -> None:
        one, other, different = live_jobs("Sous-Chef", "sous chef!", "Chef sous")
        keys = dict(JobSearch.objects.values_list("pk", "title_key"))
        assert keys[one.pk] == keys[other.pk] == key_of(["sous", "chef"]) != keys[different.pk]


def _means(query: str) -> bool:
    """Whether the only job matches a tsquery of lexemes as they are."""
    return JobSearch.objects.extra(where=["head @@ %s::tsquery"], params=[query]).exists()


class TestConcepts:
    def test_its_occupation_and_skills_are_found_as_such(self) -> None:
        occupation, skill = OccupationFactory(), SkillFactory()
        live_job("Something else", occupation=occupation, skills=[skill])
        assert _means(f"'o:{occupation.pk}':B & 's:{skill.pk}'")
        assert not _means(f"'o:{occupation.pk + 1}'")

    def test_the_occupation_that_a_title_names_is_found_though_nobody_said_so(self) -> None:
        occupation = OccupationFactory(title="Astronomical Clockmaker")
        live_job("Astronomical Clockmaker")
        assert _means(f"'o:{occupation.pk}':A")


class TestWhatIsFilteredBy:
    def test_places_and_countries_once_each(self) -> None:
        berlin, potsdam = PlaceFactory(), PlaceFactory()
        live_job(places=[berlin, potsdam])
        row = JobSearch.objects.get()
        assert (sorted(row.place_ids), row.countries) == (sorted([berlin.pk, potsdam.pk]), ["DE"])

    def test_skills_and_those_that_are_required(self) -> None:
        required, nice = SkillFactory(), SkillFactory()
        job = JobFactory(skills=[required])
        JobSkillFactory(job=job, skill=nice, necessity=Necessity.NICE)
        index_all()
        row = JobSearch.objects.get()
        assert (row.skill_ids, row.required_skill_ids) == (sorted([required.pk, nice.pk]), [required.pk])

    def test_who_may_work_from_where(self) -> None:
        job = JobFactory(workplace="remote", remote_utc_from=-60, remote_utc_to=120)
        for region, is_allowed in (("01", True), ("02", True), ("03", False)):
            RemoteEligibilityFactory(job=job, region_code=region, is_allowed=is_allowed)
        RemoteEligibilityFactory(job=job, country__code="FR", is_allowed=False)
        index_all()
        row = JobSearch.objects.get()
        assert (row.remote_allowed, row.remote_denied) == (["DE"], ["FR"])
        assert (row.remote_utc_from, row.remote_utc_to) == (-60, 120)

    def test_pay_in_its_own_currency_and_in_the_common_one(self) -> None:
        FxRate.objects.create(currency=CurrencyFactory(code="SEK"), on_date="2096-01-01", per_euro=Decimal(20))
        FxRate.objects.create(currency_id="SEK", on_date="2096-01-02", per_euro=Decimal(10))
        live_job(pay=(100_00, 200_00), pay__currency__code="SEK", pay__period="month")
        row = JobSearch.objects.get()
        assert (row.pay_currency, row.pay_top_minor, row.pay_common) == ("SEK", 2_400_00, 240_00)

    def test_pay_without_a_rate_and_no_pay(self) -> None:
        paid = live_job(pay=(1, 2), pay__currency__code="XTS", pay__period="year")
        unpaid = live_job()
        rows = JobSearch.objects.in_bulk()
        assert (rows[paid.pk].pay_currency, rows[paid.pk].pay_top_minor, rows[paid.pk].pay_common) == ("XTS", 2, None)
        assert (rows[unpaid.pk].pay_currency, rows[unpaid.pk].pay_top_minor) == ("", None)

    def test_the_company(self) -> None:
        company = CompanyFactory(size_band=SizeBand.S11_50, verified_at=timezone.now())
        live_job(company=company)
        row = JobSearch.objects.get()
        assert (row.company_id, row.company_size, row.is_company_verified) == (company.pk, "11-50", True)

    def test_the_rest(self) -> None:
        values = {
            "employment_types": ["full_time", "contract"], "workplace": "hybrid", "seniority": "senior",
            "education": "master", "benefits": ["meals"], "visa": "offered", "language": "de",
        }  # fmt: skip
        live_job(**values)
        assert JobSearch.objects.values(*values).get() == values


class TestLikeness:
    def test_the_same_title_at_the_same_company_is_alike(self) -> None:
        company = CompanyFactory()
        live_jobs("Cook", "COOK", company=company)
        live_job("Cook")
        assert JobSearch.objects.values("likeness").distinct().count() == 2

    def test_so_is_a_cluster_of_duplicates(self) -> None:
        one, other = live_jobs("Cook", "Kitchen help")
        cluster = DuplicateCluster.objects.create(leader=one)
        for job in (one, other):
            JobFingerprint.objects.create(job=job, cluster=cluster)
        index_all()
        assert set(JobSearch.objects.values_list("likeness", flat=True)) == {-cluster.pk}
