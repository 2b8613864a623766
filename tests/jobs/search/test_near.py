"""Circles of places."""

import pytest
from pytest_django import DjangoAssertNumQueries

from jobs.search import near as module
from jobs.search.near import places_within
from jobs.search.where import Near
from tests.factories import PlaceFactory

# In the middle of an ocean, where no place is but those of the tests.
AT_SEA = Near(0.02, -30.0, 30)


@pytest.mark.django_db(transaction=True)
def test_a_circle_is_kept_until_a_place_is_written(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    inside = PlaceFactory(latitude=0, longitude=-30)
    assert list(places_within(AT_SEA)) == [inside.pk]
    with django_assert_num_queries(0):
        assert list(places_within(AT_SEA)) == [inside.pk]
        assert list(places_within(Near(0.02, -30.0, 30, or_remote_for="DE"))) == [inside.pk]
    with django_assert_num_queries(1):
        assert places_within(Near(0, -40, 30)) == {}
    other = PlaceFactory(latitude=0.1, longitude=-30.1)
    assert set(places_within(AT_SEA)) == {inside.pk, other.pk}
    other.delete()
    assert list(places_within(AT_SEA)) == [inside.pk]


@pytest.mark.django_db(transaction=True)
def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CIRCLES", 3)
    for degrees in range(6):
        places_within(Near(degrees, -30, 30))
    assert len(module._kept) == 3
    monkeypatch.setattr(module, "MOST_PLACES", 0)
    PlaceFactory(latitude=0, longitude=-30)
    places_within(AT_SEA)
    assert AT_SEA not in module._kept


@pytest.mark.django_db
def test_in_a_transaction_the_places_are_read(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    places_within(AT_SEA)
    with django_assert_num_queries(1):
        places_within(AT_SEA)
