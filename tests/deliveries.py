"""Telling subscribers what happened, in the test's own thread and transaction: no broker, no other process."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import _state

from kernel import outbox
from kernel.models import Delivery, DeliveryState
from kernel.subscribers import attempt, subscribers
from nexus import relay
from nexus.celery import app


@contextmanager
def own_subscribers() -> Iterator[None]:
    """No subscribers but those that the block makes; afterwards, the board's again."""
    # First, or the modules that are loaded within would register theirs for the block alone.
    relay.load()
    # Celery keeps what is registered later for good, and warns of a name that comes again.
    app.finalize()
    tasks = set(app.tasks)
    # What every application that is made later takes up.
    finalizers = set(_state._on_app_finalizers)
    known = dict(subscribers)
    subscribers.clear()
    try:
        yield
    finally:
        for name in set(app.tasks) - tasks:
            app.tasks.unregister(name)
        _state._on_app_finalizers.intersection_update(finalizers)
        subscribers.clear()
        subscribers.update(known)


def deliver_all(*, failures_allowed: bool = False) -> list[Delivery]:
    """Relay every event that has been emitted, and make an attempt at every delivery that is due; those attempted.

    What the attempts emit is delivered too. A subscriber that fails fails the test (what it failed with is in the log),
    unless failures are allowed: then its delivery waits for its next attempt, as it would in life.
    """
    relay.load()
    attempted = []
    while True:
        while outbox.fan_out():
            pass
        taken = outbox.take()
        if not taken:
            return attempted
        for ids, name in taken:
            attempt(*ids)
            for delivery in Delivery.objects.select_related("event").filter(pk__in=ids).order_by("event"):
                attempted.append(delivery)
                is_well = failures_allowed or delivery.state == DeliveryState.DONE
                assert is_well, f"{name} was told of {delivery.event.kind}: {delivery.error}"
