"""The taxonomy as the process keeps it, and as a transaction sees it."""

from threading import Thread

import pytest
from django.db import connection, transaction

from jobs.search import occupations
from tests.factories import OccupationFactory

NAME = ["astronomical", "clockmaker"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_sees_the_taxonomy_as_it_is_for_it(django_assert_num_queries) -> None:
    assert occupations.space().whole(NAME) == []
    with transaction.atomic():
        with django_assert_num_queries(0):
            occupations.space()
        made = OccupationFactory(title="Astronomical Clockmaker")
        assert occupations.space().whole(NAME) == [made.pk]
        transaction.set_rollback(True)
    assert occupations.space().whole(NAME) == []


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_of_before_does_not_outlive_its_transaction() -> None:
    def add() -> None:
        try:
            OccupationFactory(title="Astronomical Clockmaker")
        finally:
            connection.close()

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM jobs_occupation")
        other = Thread(target=add)
        other.start()
        other.join()
        assert occupations.space().whole(NAME) == []
    assert len(occupations.space().whole(NAME)) == 1
