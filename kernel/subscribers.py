"""Who hears of events, and the attempts to tell them. `docs/events.md` says what is promised.

    @subscriber(AccountRegistered)
    def send_verification(event: AccountRegistered, telling: Telling) -> None: ...

    @subscriber_of_many(ApplicationSubmitted)
    def tell_applicants(told: Sequence[Told[ApplicationSubmitted]]) -> None: ...

A subscriber is a Celery task that runs in one transaction with the note that it is done: what it does in the database
is done exactly once. What it does outside may, if the process dies between that and the commit, be done twice, and is
then done under the same `telling.id`. A subscriber of many hears of what happened to different things at once; what
failed with others is tried alone.
"""

import json
import random
import time
import traceback
from collections.abc import Callable, Collection, Sequence
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
from kernel.models import Delivery, DeliveryState

log = structlog.get_logger("nexus.outbox")

# Seconds between asking an attempt to stop and killing its process.
LAST_WORDS = 10
# Seconds that a worker waits for a database that is away, and between two looks at the most.
LONGEST_WAIT, LONGEST_NAP = 30, 1.0
# Deliveries that a subscriber of many hears of at once.
MOST_TOGETHER = 100
# Seconds before the second attempt, at most; each further one waits up to three times as long, up to an hour.
FIRST_PAUSE, LONGEST_PAUSE = 2, 3600

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
