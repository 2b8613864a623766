"""A door thread's database connection, on a thread of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.conf import LazySettings
from django.db import DatabaseError, OperationalError, ProgrammingError, connection, connections, transaction
from graphql import GraphQLError

from nexus.graphql import connections as door

pytestmark = pytest.mark.django_db(transaction=True)

type OnThread = Callable[[Callable[[], object]], object]


@pytest.fixture
def on_thread() -> Iterator[OnThread]:
    """Runs something on a thread that was set up as the door's are, and gives back what it gave."""
    with ThreadPoolExecutor(1, initializer=door.set_up_thread) as pool:
        yield lambda run: pool.submit(run).result(60)
        pool.submit(connections.close_all).result(60)


def read(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def backend() -> object:
    return read("SELECT pg_backend_pid()")


def failure(statement: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        read(statement)
    return caught.value


def end_backend(pid: object) -> None:
    """Returns when it is gone."""
    assert read(f"SELECT pg_terminate_backend({pid}, 30000)")


def test_statements_of_the_door_end_with_the_operation(on_thread: OnThread, settings: LazySettings) -> None:
    settings.EXECUTION_TIMEOUT = 7
    own = read("SHOW statement_timeout")
    assert own != "7s"
    assert on_thread(lambda: read("SHOW statement_timeout")) == "7s"
    assert read("SHOW statement_timeout") == own


def test_a_connection_is_kept_from_request_to_request_and_asked_nothing(on_thread: OnThread) -> None:
    def requests() -> set[object]:
        seen = set()
        for _ in range(3):
            door.wake()
            seen.add(backend())
            door.rest()
        return seen

    (pid,) = on_thread(requests)  # type: ignore[misc]
    # What it said last is the request's own statement, and no question of ours.
    assert read(f"SELECT query FROM pg_stat_activity WHERE pid = {pid}") == "SELECT pg_backend_pid()"
    on_thread(lambda: (door.wake(), door.rest()))
    assert read(f"SELECT query FROM pg_stat_activity WHERE pid = {pid}") == "SELECT pg_backend_pid()"


def test_a_connection_that_died_while_it_rested_is_replaced_unnoticed(
    on_thread: OnThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = on_thread(lambda: (door.wake(), backend(), door.rest())[1])
    end_backend(pid)
    monkeypatch.setattr(door, "REST_SECONDS", 0.0)
    assert on_thread(lambda: (door.wake(), backend(), door.rest())[1]) != pid


def test_a_connection_that_dies_in_use_is_known_for_lost_and_renewed(on_thread: OnThread) -> None:
    pid = on_thread(backend)
    end_backend(pid)

    def lose() -> tuple[bool, bool]:
        error = failure("SELECT 1")
        return door.is_lost(error), door.is_lost(GraphQLError("", original_error=error))

    assert on_thread(lose) == (True, True)
    assert on_thread(lambda: (door.renew(), backend())[1]) != pid


def test_one_that_dies_inside_a_transaction_leaves_no_transaction_behind(on_thread: OnThread) -> None:
    def die_inside() -> None:
        with transaction.atomic():
            pid = backend()
            with psycopg.connect(**connection.get_connection_params()) as other:
                other.execute("SELECT pg_terminate_backend(%s, 30000)", [pid])
            read("SELECT 1")

    def lose() -> bool:
        with pytest.raises(OperationalError):
            die_inside()
        door.rest()
        door.wake()
        return bool(backend()) and not connection.in_atomic_block

    assert on_thread(lose)


def test_a_transaction_that_was_left_open_is_not_left_to_the_next_request(on_thread: OnThread) -> None:
    def leave_open() -> bool:
        pid = backend()
        connection.connection.execute("BEGIN")
        door.rest()
        door.wake()
        return backend() != pid

    assert on_thread(leave_open)


def test_what_is_wrong_with_a_statement_is_no_lost_connection(on_thread: OnThread) -> None:
    def judge() -> list[bool]:
        errors = [failure("SELECT nothing"), failure("SELECT 1/0"), ProgrammingError("ours"), ValueError()]
        return [door.is_lost(error) or door.is_cancelled(error) for error in errors]

    assert on_thread(judge) == [False] * 4


def test_a_statement_that_was_ended_is_known_for_it(on_thread: OnThread, settings: LazySettings) -> None:
    settings.EXECUTION_TIMEOUT = 1

    def judge() -> tuple[bool, bool]:
        error = failure("SELECT pg_sleep(60)")
        return door.is_cancelled(error), door.is_lost(error)

    assert on_thread(judge) == (True, False)
