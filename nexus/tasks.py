"""What is forgotten in time, on the scheduler's word."""

import structlog
from celery import shared_task

from kernel import idempotency, outbox

log = structlog.get_logger("nexus.upkeep")


@shared_task
def forget_old() -> None:
    """Forget the events that everybody heard a month ago, and what came of idempotent acts of more than a day ago."""
    events = outbox.forget_old()
    acts = idempotency.forget_old()
    if events or acts:
        log.info("old_forgotten", events=events, acts=acts)
