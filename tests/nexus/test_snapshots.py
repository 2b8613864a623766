"""A snapshot sees one state of the database, and changes none."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DataError, InternalError, connection, transaction

from accounts.models import User
from nexus.snapshots import snapshot, undone
from tests.factories import UserFactory


def names() -> list[str]:
    return list(User.objects.values_list("name", flat=True))


def commit_elsewhere(name: str) -> None:
    """Another session gives everybody a new name."""

    def write() -> None:
        User.objects.update(name=name)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(write).result(30)


@pytest.mark.django_db(transaction=True)
def test_write_of_another_session_is_not_seen_inside() -> None:
    UserFactory(name="Before")
    with snapshot(10):
        assert names() == ["Before"]
        commit_elsewhere("After")
        assert names() == ["Before"]
    assert names() == ["After"]


@pytest.mark.django_db(transaction=True)
def test_write_inside_is_refused() -> None:
    UserFactory(name="Before")
    with pytest.raises(InternalError, match="read-only"), snapshot(10):
        User.objects.update(name="After")
    assert names() == ["Before"]


@pytest.mark.django_db(transaction=True)
def test_limit_of_statements_ends_with_the_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        before = cursor.fetchone()
        with snapshot(7):
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("7s",)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == before


@pytest.mark.django_db
def test_failed_statement_spoils_nothing_after_it() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with undone(), pytest.raises(DataError):
            cursor.execute("SELECT 1 / 0")
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
