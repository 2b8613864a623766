from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections

from accounts.models import User
from jobs.market import run
from jobs.market.run import MarketError, generate, remove
from jobs.models import (
    Company,
    Compensation,
    InteractionEvent,
    Job,
    JobSkill,
    Profile,
    SearchPending,
    SearchSuggestion,
)
from jobs.models.job import live
from tests.factories import CompanyFactory, JobFactory, JobSkillFactory, SkillFactory, UserFactory
from tests.jobs.market.conftest import NOW
from tests.jobs.market.digests import digests
from tests.search_board import indexed
from tests.servers import reset_database

pytestmark = pytest.mark.django_db


def test_same_seed_makes_the_same_market_again() -> None:
    generate(60, seed=5, people=6, now=NOW)
    first = digests()
    remove()
    assert Job.objects.count() == Company.objects.count() == User.objects.count() == 0
    generate(60, seed=5, people=6, now=NOW)
    assert digests() == first


def test_another_seed_makes_another_market() -> None:
    generate(60, seed=5, people=6, now=NOW)
    first = digests()
    generate(60, seed=6, people=6, now=NOW, replace=True)
    other = digests()
    assert [table for table in first if first[table] == other[table]] == []


def test_another_day_moves_the_dates() -> None:
    generate(40, now=NOW)
    assert Job.objects.filter(published_at__gt=NOW).count() == 0
    newest = Job.objects.latest("created_at").created_at
    generate(40, now=NOW + timedelta(days=7), replace=True)
    assert newest + timedelta(days=1) < Job.objects.latest("created_at").created_at < NOW + timedelta(days=7)


def test_day_is_today_where_none_is_named() -> None:
    made = generate(5)
    assert made.now == datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.django_db(transaction=True)
def test_several_processes_make_what_one_makes() -> None:
    reset_database()
    generate(2300, seed=3, people=60, now=NOW, processes=2)
    together = digests(with_numbers=True)
    reset_database()
    generate(2300, seed=3, people=60, now=NOW)
    assert digests(with_numbers=True) == together


def test_second_market_is_refused_and_changes_nothing() -> None:
    generate(20, now=NOW)
    before = digests(with_numbers=True)
    with pytest.raises(MarketError, match=r"A market of 16 companies is here already, whole or in part. --replace"):
        generate(20, seed=2, now=NOW)
    assert digests(with_numbers=True) == before


def test_rows_of_others_are_never_touched() -> None:
    company = CompanyFactory(website="https://market.example.org", slug="other")
    job = JobFactory(company=company)
    skill = JobSkillFactory(job=job, skill=SkillFactory())
    user = UserFactory(email="people.market.example@example.org")
    generate(30, people=5, now=NOW)
    generate(30, people=5, now=NOW, replace=True)
    assert remove() == 30
    assert set(SearchPending.objects.values_list("job_id", flat=True)) <= {job.pk}
    assert list(Company.objects.all()) == [company]
    assert list(Job.objects.all()) == [job]
    assert list(JobSkill.objects.all()) == [skill]
    assert list(User.objects.all()) == [user]
    assert not Profile.objects.exists()
    assert not InteractionEvent.objects.exists()


def test_rows_that_come_later_get_other_numbers() -> None:
    JobSkillFactory()
    generate(30, now=NOW)
    numbers = set(JobSkill.objects.values_list("pk", flat=True))
    assert JobSkillFactory().pk > max(numbers)
    with pytest.raises(IntegrityError):
        JobSkill.objects.create(pk=min(numbers), job=JobFactory(), skill=SkillFactory())


def test_company_with_the_address_of_a_real_one_is_refused_before_anything_is_deleted() -> None:
    generate(20, now=NOW, seed=2)
    slug = Company.objects.order_by("pk").values_list("slug", flat=True)[0]
    generate(20, now=NOW, replace=True)
    CompanyFactory(slug=slug)
    before = digests(with_numbers=True)
    with pytest.raises(MarketError, match=f"has the address '{slug}' already. Take another --seed."):
        generate(20, now=NOW, seed=2, replace=True)
    assert digests(with_numbers=True) == before


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"jobs": 0}, "A market has 1 to 10,000,000 jobs, not 0."),
        ({"jobs": 10_000_001}, "not 10,000,001"),
        ({"jobs": 1, "people": -1}, "A market has 0 to 1,000,000 people, not -1."),
        ({"jobs": 1, "seed": -1}, "A seed is a number from 0 to 4,294,967,295, not -1."),
        ({"jobs": 1, "seed": 2**32}, "not 4,294,967,296"),
        ({"jobs": 1, "now": datetime(1, 1, 1, tzinfo=UTC)}, "Now is a moment from 1990 to 2200"),
        ({"jobs": 1, "now": datetime(2026, 1, 1)}, "Now needs a time zone."),  # noqa: DTZ001
    ],
)
def test_numbers_that_make_no_market_are_refused(values: dict[str, int], reason: str) -> None:
    with pytest.raises(MarketError, match=reason):
        generate(**values)


def test_missing_tables_are_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
    with pytest.raises(MarketError, match=r"Run `manage\.py migrate` first"):
        generate(5)


def test_second_run_at_the_same_time_is_refused() -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('nexus.market'))")
        with pytest.raises(MarketError, match="Another run is making a market"):
            generate(5)
    finally:
        other.close()
    assert generate(5).jobs == 5


def test_smallest_market_has_one_posting() -> None:
    made = generate(1, people=1, now=NOW)
    assert (made.jobs, made.companies, made.people) == (1, 3, 1)
    assert Job.objects.count() == 1


def test_database_knows_the_new_rows() -> None:
    generate(50, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Compensation._meta.db_table])
        assert cursor.fetchone()[0] == Compensation.objects.count()


def test_each_step_is_timed_and_shown() -> None:
    class Seen:
        def __init__(self) -> None:
            self.steps: list[tuple[str, int]] = []
            self.done: list[int] = []

        def start(self, what: str, total: int) -> None:
            self.steps.append((what, total))

        def show(self, done: int) -> None:
            self.done.append(done)

    seen = Seen()
    made = generate(30, people=3, now=NOW, progress=seen)
    assert seen.steps[:4] == [("Companies", made.companies), ("Postings", 30), ("People", 3), ("Index", 30)]
    assert seen.done[:4] == [made.companies, 30, 3, 30]
    steps = ["preparing", "companies", "postings", "people", "index", "measuring", "vocabulary"]
    assert list(made.seconds) == steps


def test_market_is_searched_as_soon_as_it_is_there() -> None:
    generate(60)
    public = Job.objects.filter(live(), visibility="public")
    assert indexed() == set(public.values_list("pk", flat=True))
    assert not SearchPending.objects.exists()
    assert SearchSuggestion.objects.exists()


def test_names_by_which_a_market_is_known_are_reserved() -> None:
    # RFC 2606: nobody can register a name under .example.
    assert run.DOMAIN == "market.example"
    assert run.MAIL.endswith(".market.example")
