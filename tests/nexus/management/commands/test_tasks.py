"""What `manage.py tasks` says and does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from kombu import Connection, Queue
from time_machine import travel

from kernel.events import Event, emit
from kernel.ids import uuid7
from kernel.models import Delivery, DeliveryState
from kernel.subscribers import Telling, subscriber, subscribers
from nexus import deliveries
from nexus.celery import DEAD_LETTERS, LONG_QUEUE, QUEUE, app, dead_letters
from tests.deliveries import deliver_all, own_subscribers
from tests.waiting import until

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class LampLit(Event):
    about = "lamp_id"
    lamp_id: UUID


@pytest.fixture(autouse=True)
def broken() -> Iterator[list[str]]:
    """The one subscriber of lamps. It fails as long as this list says so."""
    reasons: list[str] = []
    with own_subscribers():

        @subscriber(LampLit, most_attempts=1)
        def see_light(event: LampLit, telling: Telling) -> None:
            if reasons:
                raise ValueError(*reasons)

        yield reasons


def light() -> None:
    with transaction.atomic():
        emit(LampLit(uuid7()))


def dead_delivery(broken: list[str]) -> Delivery:
    broken.append("too dark")
    light()
    (delivery,) = deliver_all(failures_allowed=True)
    assert delivery.state == DeliveryState.DEAD
    broken.clear()
    return delivery


def tasks(*arguments: str, **options: Any) -> str:
    said = StringIO()
    call_command("tasks", *arguments, stdout=said, no_color=True, **options)
    return said.getvalue()


def told() -> dict[str, Any]:
    return json.loads(tasks("--json"))


def test_a_board_on_which_nothing_happened_says_so() -> None:
    said = tasks()
    assert "see_light" in said
    assert said.endswith("Last failures\n  None.\n")
    assert "forget-old                                  last never" in said
    subscribers.clear()
    assert "None: nothing on this board hears of events." in tasks()


def test_what_waits_what_is_late_and_what_is_done_is_counted(broken: list[str]) -> None:
    light()
    light()
    deliver_all()
    light()
    with travel(timezone.now() + timedelta(seconds=90)):
        late = told()
        assert late["events_waiting"] == 1
        assert 90 <= late["lag_seconds"] < 120
        assert "1 events wait for a relay; the lag is 90." in tasks()
    (one,) = late["subscribers"]
    assert (one["done_in_last_hour"], one["waiting"], one["dead"], one["lag_seconds"]) == (2, 0, 0, 0)
    with travel(timezone.now() + timedelta(hours=2)):
        assert told()["subscribers"][0]["done_in_last_hour"] == 0


def test_a_failure_is_shown_with_its_error_and_without_its_message(broken: list[str]) -> None:
    delivery = dead_delivery(broken)
    said = tasks()
    assert str(delivery.pk) in said
    assert "ValueError at tests/nexus/management/commands/test_tasks.py" in said
    assert "too dark" not in said
    (failure,) = told()["failures"]
    assert (failure["id"], failure["attempts"], failure["event"]["kind"]) == (str(delivery.pk), 1, "LampLit")
    assert json.loads(tasks("show", str(delivery.pk))) == failure


def test_deliveries_of_a_subscriber_that_is_gone_are_shown(broken: list[str]) -> None:
    dead_delivery(broken)
    subscribers.clear()
    assert "(not in this release)" in tasks()


def test_the_dead_are_replayed_by_id(broken: list[str]) -> None:
    delivery, other = dead_delivery(broken), dead_delivery(broken)
    assert tasks("replay", "--dead", str(delivery.pk)) == "1 dead delivery waits for the relay again.\n"
    assert [row.pk for row in deliver_all()] == [delivery.pk]
    other.refresh_from_db()
    assert other.state == DeliveryState.DEAD


@pytest.mark.parametrize("by", ["--all", "--subscriber"])
def test_the_dead_are_replayed_together(broken: list[str], by: str) -> None:
    dead = dead_delivery(broken)
    dead_delivery(broken)
    name = [dead.subscriber] if by == "--subscriber" else []
    assert tasks("replay", by, *name) == "2 dead deliveries wait for the relay again.\n"
    assert {row.state for row in deliver_all()} == {DeliveryState.DONE}


def test_what_is_not_dead_is_not_replayed(broken: list[str]) -> None:
    dead = dead_delivery(broken)
    light()
    (done,) = deliver_all()
    with pytest.raises(CommandError, match=f"Not dead, or not there: {done.pk}. Nothing was sent again."):
        tasks("replay", "--dead", str(dead.pk), str(done.pk))
    dead.refresh_from_db()
    assert dead.state == DeliveryState.DEAD


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["show", "12"], "'12' is no id"),
        (["replay", "--dead", "x"], "'x' is no id"),
        (["show", "0198c0de-7a51-7cc3-b8f2-0123456789ab"], "There is no delivery 0198c0de"),
        (["replay", "--subscriber", "nobody"], "There is no subscriber nobody. Those there are: "),
        (["replay"], "one of the arguments --dead --subscriber --all is required"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        tasks(*arguments)


def test_messages_in_the_queue_are_counted(settings: LazySettings) -> None:
    app.send_task("nobody.knows")
    try:
        assert told()["queues"][settings.KEY_PREFIX] >= 1
    finally:
        with app.connection_for_write() as broker:
            broker.default_channel.queue_purge(settings.KEY_PREFIX)
    assert told()["queues"] == {QUEUE: 0, LONG_QUEUE: 0}


def use_broker(patch: pytest.MonkeyPatch, url: str) -> None:
    patch.setattr(deliveries.app, "connection_for_read", lambda **options: Connection(url, **options))


def test_a_broker_that_is_away_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    use_broker(monkeypatch, "redis://127.0.0.1:1/0")
    assert told()["queues"] is None
    assert "The broker does not answer" in tasks()


@pytest.mark.needs("rabbitmq")
def test_rabbitmq_tells_of_what_no_worker_could_read(
    rabbitmq_url: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = app.conf.task_queues[0]
    settings.CELERY_BROKER_URL = rabbitmq_url
    use_broker(monkeypatch, rabbitmq_url)
    assert told()["queues"] == {queue.name: 0, LONG_QUEUE: 0, DEAD_LETTERS: 0}
    with Connection(rabbitmq_url) as broker:
        channel = broker.default_channel
        try:
            dead_letters(broker).declare()
            used = queue(channel)
            used.declare()
            broker.Producer().publish({}, routing_key=queue.name)
            until(lambda: _rejected(used))
            until(lambda: told()["queues"] == {queue.name: 0, LONG_QUEUE: 0, DEAD_LETTERS: 1})
        finally:
            channel.queue_delete(queue.name)
            channel.queue_delete(DEAD_LETTERS)


def _rejected(queue: Queue) -> bool:
    """Whether there was a message to be rejected."""
    message = queue.get()
    if message is not None:
        message.reject()
    return message is not None
