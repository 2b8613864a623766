"""Who hears of events, and how an event is delivered to each of them. `docs/events.md` says what is promised.

    @subscriber(AccountRegistered)
    def send_verification(event: AccountRegistered, telling: Telling) -> None: ...

    @subscriber_of_many(ApplicationSubmitted)
    def tell_applicants(told: Sequence[Told[ApplicationSubmitted]]) -> None: ...

A subscriber is a Celery task that runs in one transaction with the note that it is done: what it does in the database
is done exactly once. What it does outside may, if the process dies between that and the commit, be done twice, and is
then done under the same `telling.id`. A subscriber of many hears of what happened to different things at once; what
failed with others is tried alone.

An event makes a delivery for each of its subscribers (`fan_out`); those that are due are sent to the queue (`take`),
and a worker makes an attempt at each (`attempt`). `nexus.relay` does the first two, over and over.
"""

import json
import random
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.dispatch import Signal
from django.utils import timezone

from kernel.errors import DomainError
from kernel.events import Event, kinds
from kernel.ids import uuid7
from kernel.models import Delivery, DeliveryState, OutboxEvent

log = structlog.get_logger("nexus.outbox")

# Seconds between asking an attempt to stop and killing its process.
LAST_WORDS = 10
# Seconds beyond an attempt's longest time after which what was sent, and has not ended, is sent again.
PATIENCE = 60
# Seconds after which an attempt that was begun, and at whose delivery no worker is, has ended with its process.
LONGEST_GAP = 10
# Seconds that a worker waits for a database that is away, and between two looks at the most.
LONGEST_WAIT, LONGEST_NAP = 30, 1.0
# Deliveries of a subscriber that may be in the queue: what waits beyond them waits here, where it costs nothing.
MOST_SENT = 100
# Deliveries that a subscriber of many hears of at once.
MOST_TOGETHER = 100
# Events whose deliveries are made in one transaction.
BATCH = 500
# Seconds before the second attempt, at most; each further one waits up to three times as long, up to an hour.
FIRST_PAUSE, LONGEST_PAUSE = 2, 3600
KEPT_FOR = timedelta(days=30)

_FAN_OUT = "SELECT pg_try_advisory_xact_lock(hashtext('nexus.outbox.fan_out'))"
_NEW = """
SELECT seq, kind, aggregate FROM kernel_outboxevent WHERE relayed_at IS NULL AND kind = ANY(%(kinds)s::text[])
ORDER BY seq LIMIT %(most)s"""
_DELIVER = """
WITH relayed AS (UPDATE kernel_outboxevent SET relayed_at = %(now)s WHERE seq = ANY(%(events)s::bigint[]))
INSERT INTO kernel_delivery (id, event_id, subscriber, aggregate, state, attempts, due_at, error)
SELECT id, event, subscriber, aggregate, 'waiting', 0, %(now)s, ''
FROM unnest(%(ids)s::uuid[], %(of)s::bigint[], %(subscribers)s::text[], %(aggregates)s::text[])
    AS made (id, event, subscriber, aggregate)"""
_IN_QUEUE = "SELECT subscriber, count(*) FROM kernel_delivery WHERE state = 'sent' GROUP BY subscriber"
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
) RETURNING id, subscriber, event_id, attempts"""
# What a worker is at is locked, and so is left alone.
_TAKE_OVERDUE = """
UPDATE kernel_delivery SET sent_at = %(now)s WHERE id IN (
    SELECT late.id FROM unnest(%(names)s::text[], %(sent_before)s::timestamptz[]) AS open(name, sent_before)
    CROSS JOIN LATERAL (
        SELECT id FROM kernel_delivery
        WHERE subscriber = open.name AND state = 'sent'
            AND (sent_at < open.sent_before OR started_at < %(begun_before)s)
        FOR UPDATE SKIP LOCKED
    ) AS late
) RETURNING id, subscriber, event_id, attempts"""

_BEGIN = """
UPDATE kernel_delivery SET attempts = attempts + 1, started_at = %(now)s WHERE id IN (
    SELECT id FROM kernel_delivery WHERE id = ANY(%(ids)s::uuid[]) AND state = 'sent' AND started_at IS NULL
    FOR UPDATE SKIP LOCKED
) RETURNING id"""
_HOLD = """
SELECT d.subscriber, e.kind, e.payload::text, d.id, d.attempts, e.occurred_at, e.actor_id, e.request_id
FROM kernel_delivery d JOIN kernel_outboxevent e ON e.seq = d.event_id
WHERE d.id = ANY(%(ids)s::uuid[]) AND d.state = 'sent' AND d.started_at = %(started_at)s
ORDER BY d.event_id FOR UPDATE OF d SKIP LOCKED"""
_DONE = """
UPDATE kernel_delivery SET state = 'done', ended_at = %(now)s, started_at = NULL, error = ''
WHERE id = ANY(%(ids)s::uuid[])"""


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


class Told[Kind: Event](NamedTuple):
    """An event, as a subscriber of many is told of it."""

    event: Kind
    telling: Telling


class Message(NamedTuple):
    """Deliveries that are sent to the queue together, all of one subscriber."""

    ids: tuple[UUID, ...]
    subscriber: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A function that hears of some kinds of events, of at most so many at once."""

    name: str
    kinds: tuple[type[Event], ...]
    handle: Callable[..., None]
    most_attempts: int
    seconds: int
    most_together: int = 1

    def hear(self, told: Sequence[Told[Any]]) -> None:
        """Run the function."""
        if self.most_together > 1:
            self.handle(told)
            return
        for event, telling in told:
            self.handle(event, telling)


subscribers: dict[str, Subscriber] = {}
"""Every subscriber, by name."""

attempt_failed = Signal()
"""Sent once a failure has been put down: `error`, the ids `delivery` and `subscriber` as text (of many, the first)."""


def subscriber(
    *kinds: type[Event], most_attempts: int = 10, seconds: int = 60
) -> Callable[[Callable[[Any, Telling], None]], Callable[[Any, Telling], None]]:
    """Make a function hear of these events. It is tried `most_attempts` times, each no longer than `seconds`."""

    def register(handle: Callable[[Any, Telling], None]) -> Callable[[Any, Telling], None]:
        _register(Subscriber(_name(handle), kinds, handle, most_attempts, seconds))
        return handle

    return register


def subscriber_of_many(
    *kinds: type[Event], most_attempts: int = 10, seconds: int = 60
) -> Callable[[Callable[[Sequence[Told[Any]]], None]], Callable[[Sequence[Told[Any]]], None]]:
    """Make a function hear of many of these events at once, each of another thing. Otherwise as `subscriber`.

    Where it fails, it has failed for all of them, and is told of each alone from then on.
    """

    def register(handle: Callable[[Sequence[Told[Any]]], None]) -> Callable[[Sequence[Told[Any]]], None]:
        _register(Subscriber(_name(handle), kinds, handle, most_attempts, seconds, MOST_TOGETHER))
        return handle

    return register


def _name(handle: Callable[..., None]) -> str:
    return f"{handle.__module__}.{handle.__name__}"


def _register(one: Subscriber) -> None:
    subscribers[one.name] = one

    def deliver(*delivery_ids: str) -> None:
        attempt(*map(UUID, delivery_ids))

    # Not rejected when its worker is lost: the broker would hand it to the next worker, and the next, at once.
    shared_task(
        deliver,
        name=one.name,
        soft_time_limit=one.seconds,
        time_limit=one.seconds + LAST_WORDS,
        reject_on_worker_lost=False,
    )


def fan_out() -> int:
    """Make the deliveries of the events that have none yet; how many events there were.

    One process does so at a time, so that an aggregate's deliveries appear in the order of its events. Events of a kind
    that this release does not know wait for one that does.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FAN_OUT)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_NEW, {"kinds": list(kinds), "most": BATCH})
        events = cursor.fetchall()
        if not events:
            return 0
        made = [(uuid7(), seq, name, aggregate) for seq, kind, aggregate in events for name in _hearing(kind)]
        given: dict[str, Any] = {
            "ids": [row[0] for row in made],
            "of": [row[1] for row in made],
            "subscribers": [row[2] for row in made],
            "aggregates": [row[3] for row in made],
        }
        cursor.execute(_DELIVER, {**given, "events": [seq for seq, _, _ in events], "now": timezone.now()})
        return len(events)


def take() -> list[Message]:
    """Deliveries to be put into the queue now, with their subscriber's name; they count as sent.

    The first of each aggregate that is due, those that were sent so long ago that the queue must have lost them, and
    those whose attempt ended with its process. What a subscriber of many has not been told of before goes together.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_IN_QUEUE)
        sent = dict(cursor.fetchall())
    rooms = {name: MOST_SENT - sent.get(name, 0) for name in subscribers}
    rooms = {name: room for name, room in rooms.items() if room > 0}
    rows = _rows(_TAKE_DUE, {"now": now, "names": list(rooms), "rooms": list(rooms.values())})
    if sent:
        patience = {name: one.seconds + LAST_WORDS + PATIENCE for name, one in subscribers.items() if name in sent}
        sent_before = [now - timedelta(seconds=seconds) for seconds in patience.values()]
        given = {"names": list(patience), "sent_before": sent_before, "now": now}
        rows += _rows(_TAKE_OVERDUE, given | {"begun_before": now - timedelta(seconds=LONGEST_GAP)})
    return _messages(sorted(rows, key=lambda row: row[2]))


def put_back(delivery_ids: Iterable[UUID]) -> None:
    """Undo `take` for what did not reach the queue, unless a worker is at it after all."""
    with transaction.atomic():
        held = Delivery.objects.select_for_update(skip_locked=True).filter(
            pk__in=list(delivery_ids), state=DeliveryState.SENT, started_at=None
        )
        Delivery.objects.filter(pk__in=[row.pk for row in held]).update(state=DeliveryState.WAITING, sent_at=None)


def attempt(*delivery_ids: UUID) -> None:
    """Run the subscriber of these deliveries, once, for those that it is to be run for: nobody else is at them and they
    have not ended.

    A failure undoes what the subscriber did in the database and is put down; the relay sends the deliveries again.
    """
    begun, started_at = _begin_surely(delivery_ids)
    if not begun:
        return
    try:
        _run(begun, started_at)
    except Exception as error:
        log.warning("delivery_failed", delivery=str(begun[0]), deliveries=len(begun), exc_info=True)
        with transaction.atomic():
            failed = [row for row in _held(begun) if row.started_at == started_at]
            for delivery in failed:
                _failed(delivery, _named(error))
        if failed:
            name = failed[0].subscriber
            attempt_failed.send_robust(Delivery, error=error, delivery=str(failed[0].pk), subscriber=name)


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


def _messages(rows: Iterable[tuple[UUID, str, int, int]]) -> list[Message]:
    """The messages that deliveries are sent in: those that nobody was told of yet together, as far as that may be."""
    messages: list[list[UUID]] = []
    names: list[str] = []
    open_: dict[str, list[UUID]] = {}
    for key, name, _, attempts in rows:
        together = open_.get(name)
        if attempts or together is None or len(together) >= subscribers[name].most_together:
            messages.append(together := [])
            names.append(name)
            if not attempts:
                open_[name] = together
        together.append(key)
    return [Message(tuple(ids), name) for ids, name in zip(messages, names, strict=True)]


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[UUID, str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[UUID, str, int, int]] = cursor.fetchall()
        return rows


def _begin_surely(delivery_ids: Collection[UUID]) -> tuple[list[UUID], datetime]:
    """What `_begin` gives, once the database is there, and when that was.

    Workers that gave up at once would empty the queue while it is away, and nobody would send that again for minutes.
    """
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            started_at = timezone.now()
            return _begin(delivery_ids, started_at), started_at
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            connection.close()
            time.sleep(random.uniform(0, LONGEST_NAP))  # noqa: S311 - it is no secret


def _begin(delivery_ids: Collection[UUID], at: datetime) -> list[UUID]:
    """Count the attempt before it is made, so that one that kills its process counts; for which it is to be made."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"ids": list(delivery_ids), "now": at})
        begun = [key for (key,) in cursor.fetchall()]
    if len(begun) < len(delivery_ids):
        with transaction.atomic():
            for delivery in _held(set(delivery_ids) - set(begun)):
                if delivery.started_at is not None:
                    # Nobody holds it, and nobody put down how it went.
                    _failed(delivery, "The worker's process ended before the attempt did.")
    return begun


def _held(delivery_ids: Collection[UUID]) -> list[Delivery]:
    """Those of the deliveries that have not ended and that nobody else is at, locked."""
    rows = Delivery.objects.select_for_update(skip_locked=True)
    return list(rows.filter(pk__in=delivery_ids, state=DeliveryState.SENT).order_by("event_id"))


def _run(delivery_ids: Collection[UUID], started_at: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HOLD, {"ids": list(delivery_ids), "started_at": started_at})
        rows = cursor.fetchall()
        if not rows:
            return
        name, keys, told = rows[0][0], [], []
        for _, kind, payload, *telling in rows:
            told.append(Told(kinds[kind].read(json.loads(payload)), Telling(*telling)))
            keys.append(told[-1].telling.id)
        context = {"request_id": told[0].telling.request_id} if len(told) == 1 else {"deliveries": len(told)}
        with structlog.contextvars.bound_contextvars(**context, delivery=str(keys[0])):
            subscribers[name].hear(told)
        cursor.execute(_DONE, {"ids": keys, "now": timezone.now()})


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
