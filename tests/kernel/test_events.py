"""Events: what is written of them, and that their order is that of the commits."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kernel.events import Event, emit, emit_all
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.waiting import until


@dataclass(frozen=True)
class DoorOpened(Event):
    about = "door_id"
    door_id: UUID
    by_hand: bool = True
    at: datetime | None = None
    note: str | None = None


@pytest.mark.django_db
def test_an_event_is_written_in_one_statement_and_read_as_it_was() -> None:
    event = DoorOpened(uuid7(), by_hand=False, at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    user = uuid7()
    with CaptureQueriesContext(connection) as statements:
        emit(event, by=Viewer(user_id=user, request_id="r-1"))
    assert len(statements) == 1
    row = OutboxEvent.objects.get()
    assert (row.kind, row.aggregate) == ("DoorOpened", f"door:{event.door_id}")
    assert (row.actor_id, row.request_id, row.relayed_at) == (user, "r-1", None)
    assert DoorOpened.read(row.payload) == event


@pytest.mark.django_db
def test_what_nobody_did_has_no_actor() -> None:
    emit(DoorOpened(uuid7()))
    assert OutboxEvent.objects.get().actor_id is None


def test_fields_that_an_older_event_did_not_have_take_their_defaults() -> None:
    door = uuid7()
    assert DoorOpened.read({"door_id": str(door), "gone": 1}) == DoorOpened(door)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="DoorOpened was emitted outside a transaction"):
        emit(DoorOpened(uuid7()))
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_several_events_are_written_in_one_statement_in_the_order_of_what_they_are_about() -> None:
    doors = [uuid7() for _ in range(100)]
    user = uuid7()
    with CaptureQueriesContext(connection) as statements:
        emit_all((DoorOpened(door) for door in reversed(doors)), by=Viewer(user_id=user, request_id="r-1"))
    assert len(statements) == 1
    rows = list(OutboxEvent.objects.order_by("seq"))
    assert [row.aggregate for row in rows] == [f"door:{door}" for door in doors]
    assert {(row.kind, row.actor_id, row.request_id) for row in rows} == {("DoorOpened", user, "r-1")}
    assert DoorOpened.read(rows[0].payload) == DoorOpened(doors[0])
    assert len({row.pk for row in rows}) == len(doors)


@pytest.mark.django_db
def test_no_events_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as statements:
        emit_all([])
    assert len(statements) == 0


@pytest.mark.django_db(transaction=True)
def test_several_events_outside_a_transaction_are_refused() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        emit_all([DoorOpened(uuid7())])


@pytest.mark.django_db(transaction=True)
def test_several_events_wait_for_whoever_has_one_of_the_same_thing() -> None:
    doors = sorted((uuid7() for _ in range(3)), key=str)
    with transaction.atomic():
        emit(DoorOpened(doors[1], note="first"))

        def emit_all_of_them() -> None:
            with transaction.atomic():
                emit_all([DoorOpened(door, note="second") for door in doors])

        thread = in_thread(emit_all_of_them)
        until(waits_for_a_lock)
    thread.join(30)
    told = OutboxEvent.objects.filter(aggregate=f"door:{doors[1]}").order_by("seq")
    assert [row.payload["note"] for row in told] == ["first", "second"]
    assert OutboxEvent.objects.count() == 4


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted)"
        )
        return bool(cursor.fetchone()[0])


def in_thread(act: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_the_order_of_a_things_events_is_that_of_their_commits() -> None:
    door = uuid7()

    def second() -> None:
        with transaction.atomic():
            emit(DoorOpened(door, note="second"))

    with transaction.atomic():
        emit(DoorOpened(door, note="first"))
        waiting = in_thread(second)
        until(waits_for_a_lock)
        assert OutboxEvent.objects.count() == 1
        emit(DoorOpened(door, note="first, again"))
    waiting.join(30)
    assert [row.payload["note"] for row in OutboxEvent.objects.order_by("seq")] == ["first", "first, again", "second"]


@pytest.mark.django_db(transaction=True)
def test_events_of_different_things_do_not_wait_for_each_other() -> None:
    def other() -> None:
        with transaction.atomic():
            emit(DoorOpened(uuid7(), note="other"))

    with transaction.atomic():
        emit(DoorOpened(uuid7(), note="first"))
        thread = in_thread(other)
        thread.join(30)
        assert not thread.is_alive()
        assert OutboxEvent.objects.filter(payload__note="other").exists()
