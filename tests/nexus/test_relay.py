"""The way from the outbox to what a subscriber does, with real processes and brokers that stop, forget and die.

What is promised is in `docs/events.md`.
"""

import signal
import time
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from kombu import Connection

from kernel import outbox
from kernel.events import emit
from kernel.ids import uuid7
from kernel.models import Delivery, DeliveryState, OutboxEvent
from tests import outbox_board, rabbitmq
from tests.instances import cache_server, database_server
from tests.outbox_board import MOST_ATTEMPTS, CrateLoaded, Processes, effects, kill, throw
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _effects(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(outbox_board.EFFECTS)


@pytest.fixture
def board(tmp_path: Path) -> Processes:
    """On the test run's Valkey."""
    return Processes(tmp_path, {})


def all_ended() -> bool:
    waiting = OutboxEvent.objects.filter(relayed_at=None).exists()
    open_states = (DeliveryState.WAITING, DeliveryState.SENT)
    return not waiting and not Delivery.objects.filter(state__in=open_states).exists()


def done() -> int:
    return Delivery.objects.filter(state=DeliveryState.DONE).count()


def assert_each_once_and_in_order(balls: list[UUID], numbers: list[int]) -> None:
    written = effects()
    assert len(written) == len(balls) * len(numbers)
    for ball in balls:
        assert [number for other, number in written if other == ball] == numbers


def broker_stops(node: rabbitmq.RabbitMQ, folder: Path, seconds: float, how: signal.Signals) -> None:
    board = Processes(folder, {"CELERY_BROKER_URL": node.url})
    balls = [uuid7() for _ in range(10)]

    def throw_all(*numbers: int) -> None:
        for number in numbers:
            for ball in balls:
                throw(number, ball=ball)

    with board.all():
        throw_all(*range(5))
        until(lambda: done() > 10)
        throw_all(*range(5, 10))
        node.stop(how)
        stopped = time.monotonic()
        throw_all(*range(10, 15))
        until(lambda: "relay_waits" in board.log("relay"))
        until(lambda: time.monotonic() - stopped >= seconds, seconds + 10)
        assert done() < 150
        node.start()
        throw_all(*range(15, 20))
        until(all_ended, 90)
        assert "relay_goes_on" in board.log("relay")
    assert_each_once_and_in_order(balls, list(range(20)))
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DONE}


@pytest.mark.needs("rabbitmq-server")
def test_rabbitmq_dies_under_load_and_everything_is_told_once_and_in_order(tmp_path: Path) -> None:
    with rabbitmq.running() as node:
        broker_stops(node, tmp_path, 1, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.needs("rabbitmq-server")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_rabbitmq_is_away_for_a_minute_and_everything_is_told_once_and_in_order(
    tmp_path: Path, how: signal.Signals
) -> None:
    with rabbitmq.running() as node:
        broker_stops(node, tmp_path, 60, how)


@pytest.fixture(params=["valkey", pytest.param("rabbitmq", marks=pytest.mark.needs("rabbitmq"))])
def board_on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Processes:
    from tests import requirements

    broker = {"CELERY_BROKER_URL": requirements.rabbitmq_url()} if request.param == "rabbitmq" else {}
    return Processes(tmp_path, broker)


def test_a_worker_is_killed_in_mid_task_and_the_effect_is_in_the_database_once(board_on_each: Processes) -> None:
    board = board_on_each
    ball = throw(1, act="wait once")
    throw(2, ball=ball)
    with board.relay():
        with board.worker() as worker:
            until((board.folder / "began").exists)
            kill(worker)
        assert effects() == []
        with board.worker():
            until(all_ended)
    assert effects() == [(ball, 1), (ball, 2)]
    first = Delivery.objects.order_by("event")[0]
    assert (first.state, first.attempts) == (DeliveryState.DONE, 2)


def test_what_is_done_outside_is_done_twice_only_in_the_one_window_and_under_one_id(board: Processes) -> None:
    ball = throw(1, act="write, and die once")
    others = [throw(1, act="write") for _ in range(5)]
    with board.all():
        until(all_ended)
    twice = str(Delivery.objects.get(aggregate=f"ball:{ball}").pk)
    once = [str(Delivery.objects.get(aggregate=f"ball:{other}").pk) for other in others]
    assert sorted((board.folder / "outside").read_text().split()) == sorted([twice, twice, *once])
    assert sorted(effects()) == sorted((one, 1) for one in [ball, *others])


def test_a_task_that_kills_its_worker_each_time_is_dead_and_the_next_is_told(board: Processes) -> None:
    ball = throw(1, act="die")
    throw(2, ball=ball)
    with board.all():
        until(all_ended)
    dead, next_one = Delivery.objects.order_by("event")
    assert (dead.state, dead.attempts) == (DeliveryState.DEAD, MOST_ATTEMPTS)
    assert dead.error == "The worker's process ended before the attempt did."
    assert next_one.state == DeliveryState.DONE
    assert effects() == [(ball, 2)]


def test_a_subscriber_that_always_fails_is_given_up_and_its_deliveries_are_replayed_once_it_is_mended(
    board: Processes,
) -> None:
    ball = throw(1, act="fail")
    with board.all():
        until(all_ended)
        dead = Delivery.objects.get()
        assert (dead.attempts, effects()) == (MOST_ATTEMPTS, [])
        assert dead.error.startswith("ValueError at tests/outbox_board.py:")
        (board.folder / "mended").touch()
        outbox.replay([dead.pk])
        until(all_ended)
    assert effects() == [(ball, 1)]
    assert Delivery.objects.get().pk == dead.pk


def test_a_subscriber_that_takes_longer_than_it_may_is_stopped_and_that_counts(board: Processes) -> None:
    ball = throw(1, act="dawdle")
    throw(2, ball=ball)
    with board.all():
        until(all_ended)
    dead = Delivery.objects.get(state=DeliveryState.DEAD)
    assert (dead.attempts, dead.error) == (MOST_ATTEMPTS, "It took longer than it may.")
    assert effects() == [(ball, 2)]


@pytest.mark.long
def test_the_relay_waits_for_a_database_that_is_away(tmp_path: Path) -> None:
    with database_server() as server:
        board = Processes(tmp_path, {"DATABASE_URL": server.url})
        with board.relay():
            until(lambda: "relay_runs" in board.log("relay"))
            server.stop()
            until(lambda: "relay_waits" in board.log("relay"))
            server.start()
            until(lambda: "relay_goes_on" in board.log("relay"))


def test_a_broker_that_forgets_everything_loses_nothing(tmp_path: Path) -> None:
    with cache_server() as server:
        url = server.url.replace("unix:", "redis+socket:")
        board = Processes(tmp_path, {"CELERY_BROKER_URL": url, "REDIS_URL": server.url})
        balls = [throw(1, 2, 3) for _ in range(5)]
        with board.relay():
            until(lambda: Delivery.objects.filter(state=DeliveryState.SENT).count() == len(balls))
            server.stop()
            server.start()
            with board.worker():
                until(all_ended)
    assert_each_once_and_in_order(balls, [1, 2, 3])


@pytest.mark.needs("rabbitmq")
def test_what_no_worker_can_read_goes_aside_and_holds_nothing_up(rabbitmq_url: str, tmp_path: Path) -> None:
    name = f"{settings.KEY_PREFIX}-unreadable"
    board = Processes(tmp_path, {"CELERY_BROKER_URL": rabbitmq_url, "KEY_PREFIX": name})
    with Connection(rabbitmq_url) as broker:
        channel = broker.default_channel
        producer = broker.Producer()
        try:
            with board.all():
                ball = throw(1)
                until(all_ended)
                headers = {"id": str(uuid7()), "task": "nobody.knows", "lang": "py"}
                producer.publish(((), {}, {}), routing_key=name, headers=headers, serializer="json")
                producer.publish("{", routing_key=name, content_type="application/json", content_encoding="utf-8")
                throw(2, ball=ball)
                until(all_ended)
                aside = f"{name}.dead"
                until(lambda: channel.queue_declare(aside, passive=True).message_count == 1)
                assert channel.queue_declare(name, passive=True).message_count == 0
        finally:
            channel.queue_delete(name)
            channel.queue_delete(f"{name}.dead")
    assert effects() == [(ball, 1), (ball, 2)]


def test_two_long_tasks_delay_no_delivery(board_on_each: Processes) -> None:
    board = board_on_each
    crates = [uuid7(), uuid7()]
    with board.all(), board.worker("worker-long"):
        for crate in crates:
            with transaction.atomic():
                emit(CrateLoaded(crate))
        until(lambda: Delivery.objects.filter(state=DeliveryState.SENT).count() == len(crates))
        until((board.folder / f"began-{crates[0]}").exists)
        balls = [throw(1, 2) for _ in range(3)]
        until(lambda: done() == 2 * len(balls))
        assert Delivery.objects.filter(state=DeliveryState.SENT).count() == len(crates)
        (board.folder / "go").touch()
        until(all_ended)
    assert done() == 2 * len(balls) + len(crates)


def test_two_relays_share_the_work(tmp_path: Path, board: Processes) -> None:
    balls = [uuid7() for _ in range(5)]
    other = Processes(tmp_path, {})
    with board.all(), other.relay() as second:
        for number in range(10):
            for ball in balls:
                throw(number, ball=ball)
        until(lambda: done() > 20)
        kill(second)
        for ball in balls:
            throw(10, ball=ball)
        until(all_ended)
    assert_each_once_and_in_order(balls, list(range(11)))
