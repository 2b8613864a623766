"""What the feed needs done on a schedule: signals written down, room made for them, and learned from by night."""

import contextlib

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.utils import timezone

from jobs.feed import cells
from jobs.services import interaction, signal
from jobs.tasks.limits import LAST_WORDS, LONGEST

log = structlog.get_logger("nexus.signals")

# Some twenty seconds' worth of the signals of a busy board.
MOST_DRAINED = 40_000


@shared_task(soft_time_limit=55, time_limit=60)
def drain_signals() -> None:
    """Writes down the signals that wait. What is not written in time waits for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        if taken := signal.drain(MOST_DRAINED):
            log.info("signals_written", signals=taken)


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def keep_interactions() -> None:
    """Makes room for the months to come and forgets those that are over. What is in use is for the next look."""
    try:
        made, gone = interaction.keep_up(timezone.now())
    except (OperationalError, SoftTimeLimitExceeded) as error:
        log.warning("interactions_not_kept_up", error=type(error).__name__)
        return
    if made or gone:
        log.info("interactions_kept_up", made=made, forgotten=gone)


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def learn_cells() -> None:
    """Learns anew which kinds of work the same people like. Cut off, what was learned the night before stays."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        log.info("cells_learned", rows=cells.rebuild(timezone.now()))
