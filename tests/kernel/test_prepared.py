"""Statements that the server keeps: when it does, what makes them stale, and what the connection's end does to them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, NotSupportedError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from jobs.models import Company
from kernel import prepared
from kernel.ids import uuid7
from kernel.prepared import Bound
from kernel.reading import Reading
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_connection() -> Iterator[None]:
    """A connection that has prepared nothing."""
    connection.close()
    yield
    connection.close()


def kept() -> list[str]:
    """The texts of what the server keeps for this connection, in the order in which it was prepared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time, name")
        return [text for (text,) in cursor.fetchall()]


def elsewhere(statement: str) -> None:
    """Run a statement on a connection of its own, and commit."""
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as other:
        other.execute(statement)


def test_names_become_numbers() -> None:
    assert Bound.of("a = %(b)s AND c LIKE '50%%' AND d = %(e)s OR %(b)s") == Bound(
        b"a = $1 AND c LIKE '50%' AND d = $2 OR $1", ("b", "e")
    )


def test_a_statement_is_prepared_after_its_second_run() -> None:
    reading = Reading(Company.objects.all)
    prepared_after = []
    for _ in range(4):
        reading.one([uuid7()])
        prepared_after.append(len(kept()))
    assert prepared_after == [0, 0, 1, 1]


def test_the_first_statement_of_a_transaction_begins_it() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    with transaction.atomic():
        assert list(reading.one([company.pk])) == [company.pk]
        assert connection.connection.info.transaction_status == TransactionStatus.INTRANS
        Company.objects.filter(pk=company.pk).update(name="Other")
        transaction.set_rollback(True)
    assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    assert not Company.objects.filter(name="Other").exists()
    assert reading.one([company.pk])[company.pk].name == company.name


def test_nothing_is_prepared_where_the_settings_forbid_it() -> None:
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(5):
        assert list(reading.one([company.pk])) == [company.pk]
    assert kept() == []


def test_the_oldest_of_too_many_is_given_up() -> None:
    connection.ensure_connection()
    connection.connection.prepare_threshold, connection.connection.prepared_max = 0, 2
    for name in ("one", "two", "three"):
        Reading(lambda name=name: Company.objects.filter(name=name)).one([uuid7()])  # type: ignore[misc]
    assert [text.count("'two'") + 2 * text.count("'three'") for text in kept()] == [1, 2]


def test_counted_statements_are_not_prepared_and_give_the_same() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    with CaptureQueriesContext(connection):
        counted = [reading.one([company.pk])[company.pk].name for _ in range(4)]
    assert kept() == []
    assert counted == [reading.one([company.pk])[company.pk].name for _ in range(4)]
    assert len(kept()) == 1


def test_only_a_wrapper_that_cares_for_writes_alone_is_passed_by() -> None:
    def watch(execute: Any, *statement: Any) -> Any:
        return execute(*statement)

    connection.ensure_connection()
    assert prepared.is_ready(connection)
    with connection.execute_wrapper(watch):
        assert not prepared.is_ready(connection)
        watch.of_writes = True  # type: ignore[attr-defined]
        assert prepared.is_ready(connection)


@pytest.fixture
def column_type() -> Iterator[None]:
    """Gives the column its type back: the test changes it."""
    yield
    elsewhere("ALTER TABLE jobs_company ALTER COLUMN name TYPE varchar(200)")


@pytest.mark.usefixtures("column_type")
def test_a_column_of_another_type_is_read_at_once() -> None:
    company, reading = CompanyFactory(name="Before"), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    elsewhere("ALTER TABLE jobs_company ALTER COLUMN name TYPE text")
    assert reading.one([company.pk])[company.pk].name == "Before"
    for _ in range(4):
        reading.one([company.pk])
    assert len(kept()) == 1


@pytest.mark.usefixtures("column_type")
def test_a_column_of_another_type_ends_a_transaction_and_the_next_one_reads_it() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    elsewhere("ALTER TABLE jobs_company ALTER COLUMN name TYPE text")
    with transaction.atomic():
        Company.objects.exists()
        with pytest.raises(NotSupportedError):
            reading.one([company.pk])
        transaction.set_rollback(True)
    assert list(reading.one([company.pk])) == [company.pk]


@pytest.mark.usefixtures("column_type")
def test_a_column_of_another_type_ends_one_transaction_of_a_connection_that_knows_nothing_else() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    elsewhere("ALTER TABLE jobs_company ALTER COLUMN name TYPE text")

    def read_in_a_transaction() -> list[Any]:
        with transaction.atomic():
            Company.objects.exists()
            return list(reading.one([company.pk]))

    with pytest.raises(NotSupportedError):
        read_in_a_transaction()
    assert [read_in_a_transaction() for _ in range(4)] == [[company.pk]] * 4
    assert len(kept()) == 1


def test_nothing_is_read_past_a_cursor_that_is_at_work() -> None:
    connection.ensure_connection()
    raw = connection.connection
    with connection.cursor() as cursor, cursor.copy("COPY jobs_company (id) FROM STDIN"):
        assert not prepared.is_ready(connection)
    assert prepared.is_ready(connection)
    with raw.pipeline():
        assert not prepared.is_ready(connection)
    assert prepared.is_ready(connection)


def test_a_transaction_that_has_failed_is_left_to_django() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    with transaction.atomic():
        Company.objects.exists()
        assert prepared.is_ready(connection)
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert not prepared.is_ready(connection)
        with pytest.raises(DatabaseError, match="current transaction is aborted"):
            reading.one([company.pk])
        transaction.set_rollback(True)
    assert list(reading.one([company.pk])) == [company.pk]


def test_a_column_that_is_added_or_dropped_again_changes_nothing() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    elsewhere("ALTER TABLE jobs_company ADD COLUMN later integer")
    assert list(reading.one([company.pk])) == [company.pk]
    elsewhere("ALTER TABLE jobs_company DROP COLUMN later")
    assert list(reading.one([company.pk])) == [company.pk]


def test_what_the_server_has_forgotten_is_prepared_anew() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS; DEALLOCATE ALL")
    for _ in range(4):
        assert list(reading.one([company.pk])) == [company.pk]
    assert len(kept()) == 1


def test_a_new_connection_knows_nothing_of_the_old_one() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    connection.close()
    for _ in range(4):
        assert list(reading.one([company.pk])) == [company.pk]
    assert len(kept()) == 1


def test_a_connection_that_the_server_ended_is_an_operational_error_and_then_replaced() -> None:
    company, reading = CompanyFactory(), Reading(Company.objects.all)
    for _ in range(4):
        reading.one([company.pk])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    elsewhere(f"SELECT pg_terminate_backend({process}, 10000)")
    with pytest.raises(OperationalError):
        reading.one([company.pk])
    connection.close_if_unusable_or_obsolete()
    assert list(reading.one([company.pk])) == [company.pk]


def test_a_statement_that_takes_too_long_is_an_operational_error() -> None:
    company = CompanyFactory()
    reading = Reading(lambda: Company.objects.extra(where=["pg_sleep(10) IS NOT NULL"]))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(OperationalError, match="timeout"):
            reading.one([company.pk])
        transaction.set_rollback(True)
