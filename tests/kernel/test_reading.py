"""Hot reads give what the ORM gives: columns of every kind, joins, annotations, transactions and errors."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count, Q
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import Company, Compensation, Country, Job, JobRevision, JobSkill, Place, Skill
from kernel.ids import uuid7
from kernel.reading import Given, Reading, Row, Statement, Statements, compiled, kind_of
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import (
    CompanyFactory,
    CompensationFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    MembershipFactory,
    PlaceFactory,
    SkillFactory,
)

pytestmark = pytest.mark.django_db
quickly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# PostgreSQL holds no NUL, and no text has half a surrogate pair.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=80)
INSTANT = st.datetimes(datetime(1000, 1, 1), datetime(3000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture(params=["by the server", "by Django's cursor"])
def anyhow(request: pytest.FixtureRequest) -> Callable[[Callable[[], Any]], Any]:
    """Runs a read both ways that there are."""

    def run(read: Callable[[], Any]) -> Any:
        if request.param == "by the server":
            return read()
        with CaptureQueriesContext(connection):
            return read()

    return run


def board() -> None:
    job = JobFactory(external_reference="R-1", guessed=["title"], employment_types=["full_time", "contract"])
    JobFactory(draft=True)
    for hang in (CompensationFactory, JobLocationFactory, JobSkillFactory):
        hang(job=job)
    JobRevision.objects.create(job=job, number=1, content={"title": "Nurse", "pay": [1, None]}, changed=["title"])
    MembershipFactory(company=job.company)


def test_rows_equal_the_orm_in_every_column_of_every_model(anyhow: Callable[[Callable[[], Any]], Any]) -> None:
    board()
    kinds = set()
    for model in (model for label in ("jobs", "accounts") for model in apps.get_app_config(label).get_models()):
        instances = list(model._default_manager.order_by("pk")[:50])
        reading: Reading[Any] = Reading(model._default_manager.all)
        rows = anyhow(lambda: reading.one([instance.pk for instance in instances]))  # noqa: B023 - called at once
        assert len(rows) == len(instances)
        for instance in instances:
            row = rows[instance.pk]
            assert (type(row).model, row.pk) == (model, instance.pk)
            for column in model._meta.concrete_fields:
                kinds.add(column.get_internal_type())
                value, expected = getattr(row, column.attname), getattr(instance, column.attname)
                assert (value, type(value)) == (expected, type(expected)), column
    assert {
        "ArrayField", "BigIntegerField", "BooleanField", "CharField", "DateTimeField", "FloatField", "ForeignKey",
        "IntegerField", "JSONField", "PositiveIntegerField", "SmallIntegerField", "TextField",
        "UUIDField",
    } <= kinds  # fmt: skip


@quickly
@given(title=TEXT, words=st.lists(TEXT, max_size=4), at=INSTANT, zone=st.integers(-720, 840) | st.none())
def test_whatever_a_column_holds_comes_back(title: str, words: list[str], at: datetime, zone: int | None) -> None:
    job = JobFactory(title=title, remote_utc_from=zone, remote_utc_to=zone)
    Job.objects.filter(pk=job.pk).update(created_at=at)
    skill = SkillFactory(aliases=words)
    row = Reading(Job.objects.all).one([job.pk])[job.pk]
    assert (row.title, row.created_at, row.remote_utc_from) == (title, at, zone)
    assert Reading(Skill.objects.all).one([skill.pk])[skill.pk].aliases == words


@quickly
@given(latitude=st.floats(-90, 90), population=st.integers(0, 2**31 - 1), minor=st.integers(0, 10**15), name=TEXT)
def test_whatever_a_number_is_comes_back(latitude: float, population: int, minor: int, name: str) -> None:
    place = PlaceFactory(latitude=latitude, population=population, name=name)
    pay = CompensationFactory(min_minor=minor, max_minor=None)
    row = Reading(Place.objects.all).one([place.pk])[place.pk]
    assert (row.latitude, row.population, row.name) == (latitude, population, name)
    pay_row = Reading(Compensation.objects.all).one([pay.pk])[pay.pk]
    pay.refresh_from_db()
    assert (pay_row.min_minor, pay_row.max_minor) == (minor, None)
    assert pay_row.bottom_yearly_minor == pay.bottom_yearly_minor


@quickly
@given(word=TEXT)
def test_a_value_in_the_text_is_quoted(word: str) -> None:
    SkillFactory(name=word)
    for condition in (Q(name=word), Q(name__in=[word]), Q(name__startswith=word), Q(name__iexact=word)):
        statement = compiled(Skill.objects.filter(condition).order_by("pk"))
        assert [row.pk for row in statement.read({})] == list(
            Skill.objects.filter(condition).order_by("pk").values_list("pk", flat=True)
        )
        assert statement.read({})


def test_joined_rows_lie_in_their_row_and_a_missing_one_is_none() -> None:
    led, homeless = CompanyFactory(headquarters=PlaceFactory(name="Ulm")), CompanyFactory(headquarters=None)
    rows = Reading(lambda: Company.objects.select_related("headquarters__country", "industry")).one(
        [led.pk, homeless.pk]
    )
    assert rows[led.pk].headquarters.name == "Ulm"
    assert rows[led.pk].headquarters.country.code == led.headquarters.country_id
    assert (rows[homeless.pk].headquarters, rows[homeless.pk].headquarters_id) == (None, None)


def test_a_row_has_the_properties_of_its_model_and_nothing_that_was_not_read() -> None:
    job = JobFactory()
    row: Any = Reading(lambda: Job.objects.defer("description_html")).one([job.pk])[job.pk]
    assert isinstance(row, Row)
    assert row.slug == job.slug
    for unread in ("description_html", "company", "save", "nonsense"):
        with pytest.raises(AttributeError):
            getattr(row, unread)
    with pytest.raises(AttributeError):
        row.nonsense = 1


def test_what_is_annotated_is_read() -> None:
    job = JobFactory()
    JobSkillFactory.create_batch(2, job=job)
    counted: Any = Reading(lambda: Job.objects.annotate(asked=Count("job_skills"))).one([job.pk])[job.pk]
    assert counted.asked == 2


def test_many_keeps_the_order_and_leaves_out_who_has_none() -> None:
    job, bare = JobFactory(), JobFactory()
    skills = [JobSkillFactory(job=job, skill=SkillFactory(name=name)) for name in ("Zig", "Ada", "Go")]
    found = Reading(lambda: JobSkill.objects.order_by("skill__name"), by="job_id").many([job.pk, bare.pk])
    assert {key: [row.pk for row in rows] for key, rows in found.items()} == {
        job.pk: [skills[1].pk, skills[2].pk, skills[0].pk]
    }


def test_many_groups_by_any_column() -> None:
    company = CompanyFactory()
    assert list(Reading(Company.objects.all).many([company.pk, uuid7()])) == [company.pk]
    assert list(Reading(Company.objects.all, by="slug").many([company.slug, "none"])) == [company.slug]
    job = JobFactory(company=company)
    assert list(Reading(Job.objects.all, by="public_id").many([job.public_id])) == [job.public_id]
    assert [row.pk for row in Reading(Job.objects.all, by="company_id").many([company.pk])[company.pk]] == [job.pk]


def test_keys_are_numbers_uuids_or_words() -> None:
    company, skill = CompanyFactory(slug='a-{b},"c'), SkillFactory()
    assert list(Reading(Company.objects.all, by="slug").one({'a-{b},"c', "none"})) == ['a-{b},"c']
    assert list(Reading(Company.objects.all).one({company.pk, uuid7()})) == [company.pk]
    assert list(Reading(Skill.objects.all).one({skill.pk, 2**31 - 1})) == [skill.pk]
    assert list(Reading(Country.objects.all).one(["DE", "??"])) == ["DE"]


def test_no_keys_and_no_possible_rows_cost_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Reading(Company.objects.all).one([]) == {}
        assert Reading(Company.objects.none).one([uuid7()]) == {}


@pytest.mark.parametrize("keys", [["a\0b"], ["ok", "\0"]])
def test_text_that_postgresql_cannot_hold_is_a_data_error(keys: list[str]) -> None:
    with pytest.raises(DataError), transaction.atomic():
        Reading(Company.objects.all, by="slug").one(keys)
    with pytest.raises((DataError, ValueError)):
        compiled(Company.objects.filter(name=keys[-1]))


def test_a_number_out_of_range_is_a_data_error() -> None:
    with pytest.raises(DataError), transaction.atomic():
        Reading(Place.objects.all).one([2**31])


def test_given_values_are_bound_and_others_stand_in_the_text() -> None:
    company = CompanyFactory(name='100 %s {it\'s} "quoted" %(keys)s')
    reading = Reading(lambda name: Company.objects.filter(name=name, created_at__lte=Given("now")))
    assert list(reading.one([company.pk], company.name, now=timezone.now())) == [company.pk]
    assert reading.one([company.pk], company.name, now=datetime(2000, 1, 1, tzinfo=UTC)) == {}
    assert reading.one([company.pk], "another", now=timezone.now()) == {}


def test_a_kind_of_viewer_stands_for_all_of_its_kind() -> None:
    one, other = Viewer(uuid7()), Viewer(uuid7())
    assert kind_of(one) == kind_of(other) != kind_of(Viewer(uuid7(), "admin"))
    assert hash(kind_of(one)) == hash(kind_of(other))
    assert kind_of(Viewer()) == ANONYMOUS
    assert kind_of(Viewer(uuid7(), "moderator")) == kind_of(Viewer(uuid7(), "admin"))
    assert kind_of(one).is_authenticated
    assert not kind_of(one).is_staff
    assert kind_of(Viewer(uuid7(), "moderator")).is_staff


def test_the_kind_of_a_key_keeps_what_it_may_read() -> None:
    def kind(*scopes: Scope) -> Viewer:
        return kind_of(Viewer(uuid7(), "admin", key_id=uuid7(), scopes=frozenset(scopes)))

    reads = kind(Scope.JOBS_READ)
    assert reads == kind(Scope.JOBS_READ, Scope.JOBS_WRITE) != kind(Scope.COMPANY_READ)
    assert (reads.allows(Scope.JOBS_READ), reads.allows(Scope.COMPANY_READ)) == (True, False)
    assert not reads.is_staff
    assert kind() != kind_of(Viewer(uuid7()))
    assert not any(kind().allows(scope) for scope in Scope)


def test_a_statement_is_counted_and_watched_like_any_other() -> None:
    company = CompanyFactory()
    reading = Reading(Company.objects.all)
    with CaptureQueriesContext(connection) as queries:
        reading.one([company.pk])
    assert len(queries) == 1
    assert company.pk.hex in queries[0]["sql"]
    seen = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        reading.one([company.pk])
    assert len(seen) == 1


def test_threads_that_need_a_statement_at_once_compile_it_once() -> None:
    statements, compilations, together = Statements(), [], threading.Barrier(8)
    statement: Statement[Any] = Statement("", make=list)
    found: list[object] = []

    def compile_() -> Statement[Any]:
        compilations.append(threading.get_ident())
        return statement

    def need() -> None:
        together.wait(10)
        found.append(statements.get("shape", compile_))

    threads = [threading.Thread(target=need) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(compilations) == 1
    assert found == [statement] * 8


def test_the_oldest_statements_make_way() -> None:
    statements, compiled_shapes = Statements(most=2), []

    def get(shape: str) -> None:
        statements.get(shape, lambda: compiled_shapes.append(shape) or Statement("", make=list))  # type: ignore[func-returns-value]

    for shape in ("a", "b", "a", "c", "b", "a"):
        get(shape)
    assert compiled_shapes == ["a", "b", "c", "a"]


def test_a_queryset_is_made_once_a_shape() -> None:
    made: list[str] = []

    def named(name: str) -> Any:
        made.append(name)
        return Company.objects.filter(name=name)

    reading = Reading(named)
    for name in ("a", "b", "a", "b"):
        reading.one([uuid7()], name)
    assert made == ["a", "b"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_reads_what_it_has_not_committed() -> None:
    reading = Reading(Company.objects.all)
    with transaction.atomic():
        # A transaction begins with its first statement, whichever way that goes.
        assert reading.one([uuid7()]) == {}
        company = CompanyFactory()
        assert list(reading.one([company.pk])) == [company.pk]
        transaction.set_rollback(True)
    assert reading.one([company.pk]) == {}


def test_a_broken_transaction_refuses_as_django_does() -> None:
    company = CompanyFactory()
    reading = Reading(Company.objects.all)
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            CompanyFactory(slug=company.slug)
        with pytest.raises(TransactionManagementError):
            reading.one([company.pk])


def test_relations_other_than_to_one_are_refused_when_compiled() -> None:
    with pytest.raises(NotImplementedError, match="to-one"):
        Reading(lambda: Job.objects.select_related("fingerprint")).one([UUID(int=0)])
