"""Cases of the tables of the floor."""

from collections.abc import Callable

from django.db import models
from django.utils import timezone

from kernel.ids import uuid7
from kernel.models import Delivery, IdempotencyRecord, OutboxEvent
from tests.contracts.constraint_cases import change, share, twice


def outbox_event(**values: object) -> OutboxEvent:
    return OutboxEvent.objects.create(**{"kind": "Happened", "aggregate": "thing:1", "payload": {}, **values})


def delivery_of(event: OutboxEvent) -> Delivery:
    return Delivery.objects.create(event=event, subscriber="s", aggregate=event.aggregate, due_at=timezone.now())


VIOLATIONS: dict[str, Callable[[], object]] = {
    "delivery_is_unique": lambda: [delivery_of(event) for event in [outbox_event()] * 2],
    "delivery_state_is_known": lambda: change(delivery_of(outbox_event()), state="lost"),
    "idempotency_key_is_unique": lambda: twice(
        lambda: IdempotencyRecord.objects.create(actor="a", operation="o", key_hash="k", input_hash="i", outcome="")
    ),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (OutboxEvent, "id"): lambda: share(outbox_event(), outbox_event(id=uuid7()), "id"),
}
