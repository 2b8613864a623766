"""Events on their way to those who hear of them. `docs/events.md` says what is promised.

An event makes a delivery for each of its subscribers (`fan_out`); those that are due are sent to the queue (`take`),
and a worker makes an attempt at each (`kernel.subscribers`). `nexus.relay` does the first two, over and over.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from kernel.events import kinds
from kernel.ids import uuid7
from kernel.models import Delivery, DeliveryState, OutboxEvent
from kernel.subscribers import LAST_WORDS, subscribers

# Seconds beyond an attempt's longest time after which what was sent, and has not ended, is sent again.
PATIENCE = 60
# Seconds after which an attempt that was begun, and at whose delivery no worker is, has ended with its process.
LONGEST_GAP = 10
# Deliveries of a subscriber that may be in the queue: what waits beyond them waits here, where it costs nothing.
MOST_SENT = 100
# Events whose deliveries are made in one transaction.
BATCH = 500
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
# The first of each aggregate that is due, for as many as a subscriber has room for. They are found once: joined with
# what is updated, they might be found again for each row, and then be others, since the first are no longer waiting.
_TAKE_DUE = """
UPDATE kernel_delivery SET state = 'sent', sent_at = %(now)s, started_at = NULL WHERE id = ANY(ARRAY(
    SELECT due.id FROM unnest(%(names)s::text[], %(rooms)s::int[]) AS open(name, room) CROSS JOIN LATERAL (
        SELECT id FROM kernel_delivery AS next
        WHERE subscriber = open.name AND state = 'waiting' AND due_at <= %(now)s AND NOT EXISTS (
            SELECT FROM kernel_delivery AS earlier
            WHERE earlier.subscriber = open.name AND earlier.aggregate = next.aggregate
            AND earlier.event_id < next.event_id AND earlier.state IN ('waiting', 'sent')
        )
        ORDER BY due_at LIMIT open.room FOR UPDATE SKIP LOCKED
    ) AS due
)) RETURNING id, subscriber, event_id, attempts"""
# What a worker is at is locked, and so is left alone.
_TAKE_OVERDUE = """
UPDATE kernel_delivery SET sent_at = %(now)s WHERE id = ANY(ARRAY(
    SELECT late.id FROM unnest(%(names)s::text[], %(sent_before)s::timestamptz[]) AS open(name, sent_before)
    CROSS JOIN LATERAL (
        SELECT id FROM kernel_delivery
        WHERE subscriber = open.name AND state = 'sent'
            AND (sent_at < open.sent_before OR started_at < %(begun_before)s)
        FOR UPDATE SKIP LOCKED
    ) AS late
)) RETURNING id, subscriber, event_id, attempts"""


class Message(NamedTuple):
    """Deliveries that are sent to the queue together, all of one subscriber."""

    ids: tuple[UUID, ...]
    subscriber: str


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
