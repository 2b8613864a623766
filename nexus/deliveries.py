"""How deliveries stand: for `manage.py tasks`, and for the metrics."""

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import KombuError

from kernel.models import Delivery, DeliveryState, OutboxEvent
from kernel.subscribers import subscribers
from nexus.celery import DEAD_LETTERS, LONG_QUEUE, QUEUE, app

HOUR = timedelta(hours=1)


@dataclass
class Standing:
    """One subscriber's deliveries. `lag_seconds` is how long the oldest has been due that is neither done nor dead."""

    subscriber: str
    is_known: bool = True
    waiting: int = 0
    sent: int = 0
    done_in_last_hour: int = 0
    dead: int = 0
    lag_seconds: float = 0.0


@dataclass
class Standings:
    """All of them, and the events that have not been relayed yet."""

    subscribers: list[Standing] = field(default_factory=list)
    events_waiting: int = 0
    lag_seconds: float = 0.0
    """The longest lag: of a delivery that is due, or of an event that has no deliveries yet."""

    def total(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.subscribers)


@dataclass
class ScheduledTask:
    """A task that the scheduler sends. Times are None where it never ran, or the scheduler's memory is away."""

    name: str
    task: str
    last_run_at: datetime | None = None
    next_run_at: datetime | None = None


def standings(*, with_done: bool = False) -> Standings:
    """A statement for what is open, one for what is dead, and one for events; they use indexes that hold only those."""
    now = timezone.now()
    found = {name: Standing(name) for name in subscribers}

    def of(name: str) -> Standing:
        return found.setdefault(name, Standing(name, is_known=False))

    is_open = Delivery.objects.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENT])
    for row in is_open.values("subscriber", "state").annotate(count=Count("pk"), oldest=Min("due_at")).order_by():
        one = of(row["subscriber"])
        setattr(one, row["state"], row["count"])
        one.lag_seconds = max(one.lag_seconds, _seconds_since(row["oldest"], now))
    for name, count in _counts(state=DeliveryState.DEAD):
        of(name).dead = count
    if with_done:
        for name, count in _counts(state=DeliveryState.DONE, ended_at__gte=now - HOUR):
            of(name).done_in_last_hour = count
    events = OutboxEvent.objects.filter(relayed_at=None).aggregate(count=Count("pk"), oldest=Min("occurred_at"))
    lag = max([one.lag_seconds for one in found.values()] + [_seconds_since(events["oldest"], now)])
    return Standings(sorted(found.values(), key=lambda one: one.subscriber), events["count"], lag)


def queues() -> dict[str, int] | None:
    """How many messages wait in each queue of the broker, or None where it does not answer."""
    is_amqp = settings.CELERY_BROKER_URL.startswith("amqp")
    broker = app.connection_for_read(connect_timeout=2)
    with contextlib.suppress(OSError, KombuError, *broker.connection_errors), contextlib.closing(broker):
        broker.connect()
        names = [QUEUE, LONG_QUEUE, *([DEAD_LETTERS] if is_amqp else [])]
        return {name: _depth(broker, name, is_passive=is_amqp) for name in names}
    return None


def scheduled_tasks() -> list[ScheduledTask]:
    """What the scheduler sends, and when it last did."""
    from redbeat.schedulers import RedBeatSchedulerEntry, ensure_conf  # type: ignore[import-untyped]

    ensure_conf(app)
    tasks = []
    for name, entry in sorted(app.conf.beat_schedule.items()):
        task = ScheduledTask(name, entry["task"])
        with contextlib.suppress(KeyError, *_cache_errors()):
            kept = RedBeatSchedulerEntry.from_key(RedBeatSchedulerEntry.generate_key(app, name), app=app)
            task.last_run_at, task.next_run_at = kept.last_run_at, kept.due_at
        tasks.append(task)
    return tasks


def _counts(**facts: Any) -> list[tuple[str, int]]:
    rows = Delivery.objects.filter(**facts).values_list("subscriber").annotate(count=Count("pk")).order_by()
    return [(name, count) for name, count in rows]


def _seconds_since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())


def _depth(broker: Connection, name: str, *, is_passive: bool) -> int:
    """Messages in a queue; 0 where nobody has used it yet.

    RabbitMQ must not make it here. In Valkey there is nothing to make, and Kombu's passive look misses prefixed names.
    """
    try:
        with broker.channel() as channel:
            return int(channel.queue_declare(queue=name, passive=is_passive).message_count)
    except broker.channel_errors:
        return 0


def _cache_errors() -> tuple[type[Exception], ...]:
    """What redis-py raises, by the names that the broker's library gives it."""
    from kombu.transport.redis import get_redis_error_classes

    return (OSError, *get_redis_error_classes().connection_errors)
