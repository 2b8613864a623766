"""Deliveries: to each subscriber, in order, done once in the database, tried again, given up, replayed."""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from time_machine import travel

from accounts.models import User
from kernel import outbox, subscribers
from kernel.errors import Invalid
from kernel.events import Event, emit, kinds
from kernel.ids import uuid7
from kernel.models import Delivery, DeliveryState, OutboxEvent
from kernel.subscribers import Telling, Told, subscriber, subscriber_of_many
from kernel.viewer import Viewer
from tests.deliveries import deliver_all, own_subscribers
from tests.factories import UserFactory
from tests.jobs.services.races import at_once
from tests.waiting import until

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class BallThrown(Event):
    about = "ball_id"
    ball_id: UUID
    height: int = 0


@pytest.fixture(autouse=True)
def _own_subscribers() -> Iterator[None]:
    with own_subscribers():
        yield


@pytest.fixture
def told() -> list[tuple[BallThrown, Telling]]:
    """What a subscriber has heard, in order."""
    heard: list[tuple[BallThrown, Telling]] = []

    @subscriber(BallThrown)
    def hear(event: BallThrown, telling: Telling) -> None:
        heard.append((event, telling))

    return heard


def throw(ball: UUID, height: int = 0, **by: Any) -> None:
    with transaction.atomic():
        emit(BallThrown(ball, height), by=Viewer(**by))


def failing(*errors: Exception, most_attempts: int = 10) -> list[int]:
    """A subscriber that fails with one error after another, and then does not; the numbers of its attempts."""
    attempts: list[int] = []

    @subscriber(BallThrown, most_attempts=most_attempts)
    def fail(event: BallThrown, telling: Telling) -> None:
        UserFactory(name="written by a subscriber")
        attempts.append(telling.attempt)
        if len(attempts) <= len(errors):
            raise errors[len(attempts) - 1]

    return attempts


def only_delivery() -> Delivery:
    return Delivery.objects.get()


def make_due() -> None:
    Delivery.objects.filter(state=DeliveryState.WAITING).update(due_at=timezone.now())


def test_a_subscriber_hears_who_did_it_and_under_which_request(told: list[tuple[BallThrown, Telling]]) -> None:
    ball, user = uuid7(), uuid7()
    throw(ball, 7, user_id=user, request_id="r-1")
    deliver_all()
    [(event, telling)] = told
    assert event == BallThrown(ball, 7)
    assert (telling.id, telling.attempt) == (only_delivery().pk, 1)
    assert (telling.actor_id, telling.request_id) == (user, "r-1")
    assert only_delivery().state == DeliveryState.DONE


def test_every_subscriber_of_a_kind_hears_and_no_other(told: list[tuple[BallThrown, Telling]]) -> None:
    attempts = failing()

    @dataclass(frozen=True)
    class BallCaught(Event):
        about = "ball_id"
        ball_id: UUID

    try:
        throw(uuid7())
        with transaction.atomic():
            emit(BallCaught(uuid7()))
        deliver_all()
    finally:
        del kinds["BallCaught"]
    assert (len(told), attempts) == (1, [1])
    assert not OutboxEvent.objects.filter(relayed_at=None).exists()


def test_what_was_rolled_back_is_told_to_nobody(told: list[tuple[BallThrown, Telling]]) -> None:
    with transaction.atomic():
        emit(BallThrown(uuid7()))
        transaction.set_rollback(True)
    deliver_all()
    assert told == []


def test_an_event_of_a_kind_that_this_release_does_not_know_waits(told: list[tuple[BallThrown, Telling]]) -> None:
    throw(uuid7())
    OutboxEvent.objects.update(kind="BallEaten")
    throw(uuid7())
    deliver_all()
    assert len(told) == 1
    assert OutboxEvent.objects.get(relayed_at=None).kind == "BallEaten"


def test_the_second_event_of_a_thing_waits_for_the_first_and_other_things_do_not() -> None:
    failing(Invalid("not today"))
    first, other = uuid7(), uuid7()
    throw(first, 1)
    throw(first, 2)
    throw(other, 3)
    attempted = deliver_all(failures_allowed=True)
    assert [delivery.event.payload["height"] for delivery in attempted] == [1, 3]
    make_due()
    assert [delivery.event.payload["height"] for delivery in deliver_all()] == [1, 2]


def test_a_failure_takes_back_what_was_written_and_is_tried_again_later() -> None:
    attempts = failing(Invalid("not today"))
    throw(uuid7())
    now = timezone.now()
    deliver_all(failures_allowed=True)
    delivery = only_delivery()
    assert not User.objects.filter(name="written by a subscriber").exists()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 1)
    assert delivery.error.startswith("kernel.errors.Invalid: not today at tests/kernel/test_outbox.py:")
    assert now <= delivery.due_at <= timezone.now() + timedelta(seconds=subscribers.FIRST_PAUSE)
    with travel(delivery.due_at + timedelta(seconds=1)):
        deliver_all()
    delivery = only_delivery()
    assert (delivery.state, delivery.error, attempts) == (DeliveryState.DONE, "", [1, 2])
    assert User.objects.filter(name="written by a subscriber").count() == 1


def test_an_error_that_is_not_ours_is_kept_without_its_message() -> None:
    failing(ValueError("secret@example.org"))
    throw(uuid7())
    deliver_all(failures_allowed=True)
    assert "secret" not in only_delivery().error
    assert only_delivery().error.startswith("ValueError at tests/kernel/test_outbox.py:")


def test_pauses_grow_at_random_up_to_an_hour() -> None:
    for attempts, most in ((1, 2), (2, 6), (3, 18), (10, 3600), (99, 3600)):
        pauses = [subscribers._pause(attempts).total_seconds() for _ in range(200)]
        assert max(pauses) <= most
        assert max(pauses) > most / 2 > min(pauses)


def test_what_fails_too_often_is_dead_and_what_comes_after_it_is_told() -> None:
    attempts = failing(*[Invalid("never")] * 3, most_attempts=3)
    ball = uuid7()
    throw(ball, 1)
    throw(ball, 2)
    for _ in range(3):
        deliver_all(failures_allowed=True)
        make_due()
    dead, done = Delivery.objects.order_by("event")
    assert (dead.state, dead.attempts, done.state) == (DeliveryState.DEAD, 3, DeliveryState.DONE)
    assert dead.ended_at is not None
    assert attempts == [1, 2, 3, 1]


def test_a_replay_keeps_the_id_and_tries_as_often_as_before() -> None:
    attempts = failing(*[Invalid("never")] * 2, most_attempts=2)
    throw(uuid7())
    for _ in range(2):
        deliver_all(failures_allowed=True)
        make_due()
    dead = only_delivery()
    assert dead.state == DeliveryState.DEAD
    assert outbox.replay([dead.pk]) == 1
    deliver_all()
    assert (only_delivery().pk, only_delivery().state, attempts) == (dead.pk, DeliveryState.DONE, [1, 2, 1])
    assert outbox.replay([dead.pk]) == 0


def test_what_is_done_is_not_done_again(told: list[tuple[BallThrown, Telling]]) -> None:
    throw(uuid7())
    deliver_all()
    subscribers.attempt(only_delivery().pk)
    assert len(told) == 1


def test_an_attempt_that_ended_with_its_process_counts() -> None:
    attempts = failing(most_attempts=2)
    throw(uuid7())
    outbox.fan_out()
    for number in (1, 2):
        [((pk,), _)] = outbox.take()
        assert subscribers._begin([pk], timezone.now()) == [pk]
        # The process dies here; the message comes again.
        subscribers.attempt(pk)
        assert only_delivery().attempts == number
        make_due()
    assert (only_delivery().state, attempts) == (DeliveryState.DEAD, [])
    assert only_delivery().error == "The worker's process ended before the attempt did."


def test_what_the_queue_lost_is_sent_again_and_what_it_may_still_have_is_not(
    told: list[tuple[BallThrown, Telling]],
) -> None:
    throw(uuid7())
    outbox.fan_out()
    [sent] = outbox.take()
    longest = timedelta(seconds=60 + outbox.LAST_WORDS + outbox.PATIENCE)
    with travel(timezone.now() + longest - timedelta(seconds=5)):
        assert outbox.take() == []
    with travel(timezone.now() + longest + timedelta(seconds=5)):
        assert outbox.take() == [sent]
        assert outbox.take() == []


def test_what_was_begun_and_nobody_is_at_is_sent_again_within_seconds(
    told: list[tuple[BallThrown, Telling]],
) -> None:
    for _ in range(2):
        throw(uuid7())
    outbox.fan_out()
    [(begun, _), (waiting, _)] = outbox.take()
    assert subscribers._begin(begun, timezone.now()) == list(begun)
    # The process dies here.
    with travel(timezone.now() + timedelta(seconds=outbox.LONGEST_GAP - 5)):
        assert outbox.take() == []
    with travel(timezone.now() + timedelta(seconds=outbox.LONGEST_GAP + 5)):
        [(again, _)] = outbox.take()
        assert again == begun != waiting
        subscribers.attempt(*again)
    first = Delivery.objects.get(pk=begun[0])
    assert (first.state, first.attempts, told) == (DeliveryState.WAITING, 1, [])


def test_what_did_not_reach_the_queue_is_sent_at_the_next_look(told: list[tuple[BallThrown, Telling]]) -> None:
    throw(uuid7())
    outbox.fan_out()
    [sent] = outbox.take()
    outbox.put_back(sent.ids)
    assert outbox.take() == [sent]


@pytest.mark.parametrize("unwanted", [(), ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize")])
def test_a_subscriber_has_no_more_in_the_queue_than_it_has_room_for(
    told: list[tuple[BallThrown, Telling]], monkeypatch: pytest.MonkeyPatch, unwanted: Sequence[str]
) -> None:
    monkeypatch.setattr(outbox, "MOST_SENT", 3)
    with connection.cursor() as cursor:
        # However the statement is planned.
        for method in unwanted:
            cursor.execute(f"SET LOCAL enable_{method} = off")
    for _ in range(5):
        throw(uuid7())
    outbox.fan_out()
    first = outbox.take()
    assert len(first) == 3
    assert outbox.take() == []
    subscribers.attempt(*first[0].ids)
    assert len(outbox.take()) == 1


def test_what_everybody_heard_a_month_ago_is_forgotten_and_what_is_dead_is_not(
    told: list[tuple[BallThrown, Telling]],
) -> None:
    for _ in range(5):
        throw(uuid7())
    deliver_all()
    dead = Delivery.objects.order_by("event")[2]
    Delivery.objects.filter(pk=dead.pk).update(state=DeliveryState.DEAD)
    assert outbox.forget_old() == 0
    with travel(timezone.now() + timedelta(days=29)):
        throw(uuid7())
        deliver_all()
    with travel(timezone.now() + timedelta(days=31)):
        assert outbox.forget_old(batch=2) == 4
    assert Delivery.objects.count() == OutboxEvent.objects.count() == 2
    assert Delivery.objects.filter(pk=dead.pk).exists()


def hearing_together(*errors: Exception) -> list[list[int]]:
    """A subscriber of many that fails with one error after another, and then does not; what it was told of at once."""
    heard: list[list[int]] = []

    @subscriber_of_many(BallThrown)
    def hear_all(told: Sequence[Told[BallThrown]]) -> None:
        heard.append([event.height for event, _ in told])
        UserFactory.create_batch(len(told), name="written by a subscriber")
        if len(heard) <= len(errors):
            raise errors[len(heard) - 1]

    return heard


def test_a_subscriber_of_many_hears_of_different_things_together_and_of_one_in_order() -> None:
    heard = hearing_together()
    ball, others = uuid7(), [uuid7(), uuid7()]
    throw(ball, 1)
    throw(ball, 2)
    for other in others:
        throw(other, 3)
    deliver_all()
    assert heard == [[1, 3, 3], [2]]
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.DONE, 1)}


def test_what_failed_together_is_taken_back_and_tried_alone_and_in_order() -> None:
    heard = hearing_together(Invalid("not all of this"), Invalid("nor this"))
    balls = [uuid7() for _ in range(3)]
    for height, ball in enumerate(balls):
        throw(ball, height)
    throw(balls[0], 9)
    deliver_all(failures_allowed=True)
    assert heard == [[0, 1, 2]]
    assert not User.objects.filter(name="written by a subscriber").exists()
    waiting = Delivery.objects.order_by("event").values_list("state", "attempts")
    assert list(waiting) == [(DeliveryState.WAITING, 1)] * 3 + [(DeliveryState.WAITING, 0)]
    make_due()
    deliver_all(failures_allowed=True)
    assert heard[1:] == [[0], [1], [2]]
    make_due()
    deliver_all()
    assert heard[4:] == [[0], [9]]
    assert User.objects.filter(name="written by a subscriber").count() == 4
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DONE}


def test_no_more_go_together_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribers, "MOST_TOGETHER", 2)
    heard = hearing_together()
    for height in range(5):
        throw(uuid7(), height)
    deliver_all()
    assert heard == [[0, 1], [2, 3], [4]]


def test_an_attempt_at_many_that_ended_with_its_process_counts_for_each_and_they_are_tried_alone() -> None:
    heard = hearing_together()
    for height in range(3):
        throw(uuid7(), height)
    outbox.fan_out()
    [message] = outbox.take()
    assert len(subscribers._begin(message.ids, timezone.now())) == 3
    # The process dies here; the message comes again.
    subscribers.attempt(*message.ids)
    assert heard == []
    make_due()
    taken = [ids for ids, _ in outbox.take()]
    assert [len(ids) for ids in taken] == [1, 1, 1]
    for ids in taken:
        subscribers.attempt(*ids)
    assert heard == [[0], [1], [2]]
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.DONE, 2)}


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_is_at_is_left_to_it_and_the_rest_is_done() -> None:
    at_work = threading.Barrier(2, timeout=30)
    runs: list[list[int]] = []

    @subscriber_of_many(BallThrown)
    def work(told: Sequence[Told[BallThrown]]) -> None:
        runs.append([event.height for event, _ in told])
        if len(told) == 1:
            at_work.wait()

    for height in range(3):
        throw(uuid7(), height)
    outbox.fan_out()
    [((one, *others), _)] = outbox.take()

    def all_of_them() -> None:
        until(lambda: runs)
        subscribers.attempt(one, *others)
        at_work.wait()

    assert at_once(lambda: subscribers.attempt(one), all_of_them) == ["done", "done"]
    assert runs == [[0], [1, 2]]
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.DONE, 1)}


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_with_one_message_one_runs_the_subscriber() -> None:
    at_work = threading.Barrier(2, timeout=30)
    runs: list[int] = []

    @subscriber(BallThrown)
    def work(event: BallThrown, telling: Telling) -> None:
        runs.append(telling.attempt)
        at_work.wait()

    throw(uuid7())
    outbox.fan_out()
    [((pk,), _)] = outbox.take()

    def first() -> None:
        subscribers.attempt(pk)

    def others() -> None:
        until(lambda: runs)
        for _ in range(3):
            subscribers.attempt(pk)
        at_work.wait()

    assert at_once(first, others) == ["done", "done"]
    assert (runs, only_delivery().attempts, only_delivery().state) == ([1], 1, DeliveryState.DONE)


@pytest.mark.django_db(transaction=True)
def test_of_several_relays_each_delivery_is_taken_by_one(told: list[tuple[BallThrown, Telling]]) -> None:
    for _ in range(20):
        throw(uuid7())
    made: list[int] = []
    taken: list[UUID] = []

    def relay() -> None:
        made.append(outbox.fan_out())
        taken.extend(pk for ids, _ in outbox.take() for pk in ids)

    assert at_once(relay, relay, relay, relay) == ["done"] * 4
    taken.extend(pk for ids, _ in outbox.take() for pk in ids)
    assert sum(made) == 20
    assert sorted(taken) == sorted(Delivery.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_while_one_relay_makes_deliveries_the_others_make_none(told: list[tuple[BallThrown, Telling]]) -> None:
    throw(uuid7())
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute(outbox._FAN_OUT)
        assert outbox.fan_out() == 0
    assert outbox.fan_out() == 1


def end_own_connection() -> None:
    """As a restart of the server would."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_database_was_away_does_its_work_once_it_is_back(
    told: list[tuple[BallThrown, Telling]], monkeypatch: pytest.MonkeyPatch
) -> None:
    throw(uuid7())
    outbox.fan_out()
    [((pk,), _)] = outbox.take()
    with monkeypatch.context() as patch:
        patch.setattr(subscribers, "LONGEST_WAIT", -1)
        end_own_connection()
        with pytest.raises(OperationalError):
            subscribers.attempt(pk)
    connection.close()
    connection.ensure_connection()
    end_own_connection()
    subscribers.attempt(pk)
    assert [telling.attempt for _, telling in told] == [1]
    assert only_delivery().state == DeliveryState.DONE
