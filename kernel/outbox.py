"""Who hears of events, and how an event is delivered to each of them. `docs/events.md` says what is promised.

    @subscriber(AccountRegistered)
    def send_verification(event: AccountRegistered, telling: Telling) -> None: ...

A subscriber is a Celery task that runs in one transaction with the note that it is done: what it does in the database
is done exactly once. What it does outside may, if the process dies between that and the commit, be done twice, and is
then done under the same `telling.id`.

An event makes a delivery for each of its subscribers (`fan_out`); those that are due are sent to the queue (`take`),
and a worker makes an attempt at each (`attempt`). `nexus.relay` does the first two, over and over.
"""

import random
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.dispatch import Signal
from django.utils import timezone

from kernel.errors import DomainError
from kernel.events import Event, kinds
from kernel.models import Delivery, DeliveryState, OutboxEvent

log = structlog.get_logger("nexus.outbox")

# Seconds between asking an attempt to stop and killing its process.
LAST_WORDS = 10
# Seconds beyond an attempt's longest time after which what was sent, and has not ended, is sent again.
PATIENCE = 60
# Deliveries of a subscriber that may be in the queue: what waits beyond them waits here, where it costs nothing.
MOST_SENT = 100
# Events whose deliveries are made in one transaction.
BATCH = 500
# Seconds before the second attempt, at most; each further one waits up to three times as long, up to an hour.
FIRST_PAUSE, LONGEST_PAUSE = 2, 3600
KEPT_FOR = timedelta(days=30)

_FAN_OUT = "SELECT pg_try_advisory_xact_lock(hashtext('nexus.outbox.fan_out'))"
# The first of each aggregate that is due, for as many as a subscriber has room for.
_TAKE_DUE = """
UPDATE kernel_delivery SET state = 'sent', sent_at = %(now)s, started_at = NULL WHERE id IN (
    SELECT due.id FROM unnest(%(names)s::text[], %(rooms)s::int[]) AS open(name, room) CROSS JOIN LATERAL (
        SELECT id FROM kernel_delivery AS next
        WHERE subscriber = open.name AND state = 'waiting' AND due_at <= %(now)s AND NOT EXISTS (
            SELECT FROM kernel_delivery AS earlier
            WHERE earlier.subscriber = open.name AND earlier.aggregate = next.aggregate
            AND earlier.event_id < next.event_id AND earlier.state IN ('waiting', 'sent')
        )
        ORDER BY due_at LIMIT open.room FOR UPDATE SKIP LOCKED
    ) AS due
) RETURNING id, subscriber, event_id"""
# What a worker is at is locked, and so is left alone.
_TAKE_OVERDUE = """
UPDATE kernel_delivery SET sent_at = %(now)s WHERE id IN (
    SELECT late.id FROM unnest(%(names)s::text[], %(sent_before)s::timestamptz[]) AS open(name, sent_before)
    CROSS JOIN LATERAL (
        SELECT id FROM kernel_delivery
        WHERE subscriber = open.name AND state = 'sent' AND sent_at < open.sent_before
        FOR UPDATE SKIP LOCKED
    ) AS late
) RETURNING id, subscriber, event_id"""


@dataclass(frozen=True, slots=True)
class Telling:
    """One delivery of an event, as its subscriber sees it."""

    id: UUID
    """The same at every attempt: the name of an outside effect."""
    attempt: int
    """1 at the first."""
    occurred_at: datetime
    actor_id: UUID | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A function that hears of some kinds of events."""

    name: str
    kinds: tuple[type[Event], ...]
    handle: Callable[[Any, Telling], None]
    most_attempts: int
    seconds: int


subscribers: dict[str, Subscriber] = {}
"""Every subscriber, by name."""

attempt_failed = Signal()
"""Sent once a failure has been put down: `error`, the ids `delivery` and `subscriber` as text."""


def subscriber(
    *kinds: type[Event], most_attempts: int = 10, seconds: int = 60
) -> Callable[[Callable[[Any, Telling], None]], Callable[[Any, Telling], None]]:
    """Make a function hear of these events. It is tried `most_attempts` times, each no longer than `seconds`."""

    def register(handle: Callable[[Any, Telling], None]) -> Callable[[Any, Telling], None]:
        name = f"{handle.__module__}.{handle.__name__}"
        subscribers[name] = Subscriber(name, kinds, handle, most_attempts, seconds)

        def deliver(delivery_id: str) -> None:
            attempt(UUID(delivery_id))

        # Not rejected when its worker is lost: the broker would hand it to the next worker, and the next, at once.
        shared_task(
            deliver,
            name=name,
            soft_time_limit=seconds,
            time_limit=seconds + LAST_WORDS,
            reject_on_worker_lost=False,
        )
        return handle

    return register


def fan_out() -> int:
    """Make the deliveries of the events that have none yet; how many events there were.

    One process does so at a time, so that an aggregate's deliveries appear in the order of its events. Events of a kind
    that this release does not know wait for one that does.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FAN_OUT)
        if not cursor.fetchone()[0]:
            return 0
        events = list(OutboxEvent.objects.filter(relayed_at=None, kind__in=kinds).order_by("seq")[:BATCH])
        if not events:
            return 0
        now = timezone.now()
        Delivery.objects.bulk_create(
            Delivery(event=event, subscriber=name, aggregate=event.aggregate, due_at=now)
            for event in events
            for name in _hearing(event.kind)
        )
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(relayed_at=now)
        return len(events)


def take() -> list[tuple[UUID, str]]:
    """Deliveries to be put into the queue now, each with its subscriber's name; they count as sent.

    The first of each aggregate that is due, and those that were sent so long ago that the queue must have lost them.
    """
    now = timezone.now()
    in_queue = Delivery.objects.filter(state=DeliveryState.SENT).values_list("subscriber")
    sent = dict(in_queue.annotate(sent=Count("pk")).order_by())
    rooms = {name: MOST_SENT - sent.get(name, 0) for name in subscribers}
    rooms = {name: room for name, room in rooms.items() if room > 0}
    rows = _rows(_TAKE_DUE, {"now": now, "names": list(rooms), "rooms": list(rooms.values())})
    if sent:
        patience = {name: one.seconds + LAST_WORDS + PATIENCE for name, one in subscribers.items() if name in sent}
        sent_before = [now - timedelta(seconds=seconds) for seconds in patience.values()]
        rows += _rows(_TAKE_OVERDUE, {"now": now, "names": list(patience), "sent_before": sent_before})
    return [(pk, name) for pk, name, _ in sorted(rows, key=lambda row: row[2])]


def put_back(delivery_ids: Iterable[UUID]) -> None:
    """Undo `take` for what did not reach the queue, unless a worker is at it after all."""
    with transaction.atomic():
        held = Delivery.objects.select_for_update(skip_locked=True).filter(
            pk__in=list(delivery_ids), state=DeliveryState.SENT, started_at=None
        )
        Delivery.objects.filter(pk__in=[row.pk for row in held]).update(state=DeliveryState.WAITING, sent_at=None)


def attempt(delivery_id: UUID) -> None:
    """Run the delivery's subscriber, once, if it is to be run now: nobody else is at it and it has not ended.

    A failure undoes what the subscriber did in the database and is put down; the relay sends the delivery again.
    """
    started_at = _begin(delivery_id)
    if started_at is None:
        return
    try:
        _run(delivery_id, started_at)
    except Exception as error:
        log.warning("delivery_failed", delivery=str(delivery_id), exc_info=True)
        with transaction.atomic():
            delivery = _held(delivery_id)
            if delivery is None or delivery.started_at != started_at:
                return
            _failed(delivery, _named(error))
        attempt_failed.send_robust(Delivery, error=error, delivery=str(delivery.pk), subscriber=delivery.subscriber)


def replay(delivery_ids: Iterable[UUID]) -> int:
    """Send dead deliveries again, under the ids that they have, to be tried as often as new ones; how many were dead.

    What happened since to the same thing has been told already: their subscribers hear of it out of order.
    """
    return Delivery.objects.filter(pk__in=list(delivery_ids), state=DeliveryState.DEAD).update(
        state=DeliveryState.WAITING, attempts=0, due_at=timezone.now(), sent_at=None, started_at=None, ended_at=None
    )


def forget_old(batch: int = 1000) -> int:
    """Forget the events of more than thirty days ago that everybody has heard; how many there were. Dead ones stay."""
    before = timezone.now() - KEPT_FOR
    forgotten = 0
    while True:
        unheard = Delivery.objects.exclude(state=DeliveryState.DONE, ended_at__lt=before)
        old = OutboxEvent.objects.filter(relayed_at__lt=before).exclude(pk__in=unheard.values("event"))
        found = list(old.order_by("seq").values_list("pk", flat=True)[:batch])
        OutboxEvent.objects.filter(pk__in=found).delete()
        forgotten += len(found)
        if len(found) < batch:
            return forgotten


def _hearing(kind: str) -> list[str]:
    return [name for name, one in subscribers.items() if kinds[kind] in one.kinds]


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[UUID, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[UUID, str, int]] = cursor.fetchall()
        return rows


def _held(delivery_id: UUID) -> Delivery | None:
    """The delivery, locked, if it is to be worked at and nobody else is."""
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event")
    return rows.filter(pk=delivery_id, state=DeliveryState.SENT).first()


def _begin(delivery_id: UUID) -> datetime | None:
    """Count the attempt before it is made, so that one that kills its process counts; None: it is not to be made."""
    with transaction.atomic():
        delivery = _held(delivery_id)
        if delivery is None:
            return None
        if delivery.started_at is not None:
            # Nobody holds it, and nobody put down how it went.
            _failed(delivery, "The worker's process ended before the attempt did.")
            return None
        delivery.attempts += 1
        delivery.started_at = timezone.now()
        delivery.save(update_fields=["attempts", "started_at"])
        return delivery.started_at


def _run(delivery_id: UUID, started_at: datetime) -> None:
    with transaction.atomic():
        delivery = _held(delivery_id)
        if delivery is None or delivery.started_at != started_at:
            return
        told = delivery.event
        telling = Telling(delivery.pk, delivery.attempts, told.occurred_at, told.actor_id, told.request_id)
        with structlog.contextvars.bound_contextvars(request_id=told.request_id, delivery=str(delivery.pk)):
            subscribers[delivery.subscriber].handle(kinds[told.kind].read(told.payload), telling)
        delivery.state = DeliveryState.DONE
        delivery.ended_at = timezone.now()
        delivery.started_at = None
        delivery.error = ""
        delivery.save(update_fields=["state", "ended_at", "started_at", "error"])


def _failed(delivery: Delivery, error: str) -> None:
    most_attempts = subscribers[delivery.subscriber].most_attempts
    now = timezone.now()
    delivery.error = error
    delivery.started_at = None
    if delivery.attempts >= most_attempts:
        delivery.state, delivery.ended_at = DeliveryState.DEAD, now
        log.error("delivery_dead", delivery=str(delivery.pk), subscriber=delivery.subscriber, error=error)
    else:
        delivery.state, delivery.due_at = DeliveryState.WAITING, now + _pause(delivery.attempts)
    delivery.save(update_fields=["state", "due_at", "started_at", "ended_at", "error"])


def _pause(attempts: int) -> timedelta:
    """Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 3.0 ** (attempts - 1))
    return timedelta(seconds=random.uniform(0, longest))  # noqa: S311 - it is no secret


def _named(error: Exception) -> str:
    """What went wrong and where in our code. Only our own refusals say why: other messages quote values."""
    if isinstance(error, SoftTimeLimitExceeded):
        return "It took longer than it may."
    what = type(error).__qualname__ if type(error).__module__ == "builtins" else _full_name(type(error))
    if isinstance(error, DomainError):
        what = f"{what}: {error}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts:
            return f"{what} at {path.relative_to(settings.BASE_DIR)}:{frame.lineno}, in {frame.name}"
    return what


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
