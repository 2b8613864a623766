"""Upkeep on a schedule: of the search index, domains and exchange rates; and postings indexed when they change."""

import contextlib

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from jobs.events import (
    CompanyUpdated,
    DomainLost,
    DomainVerified,
    PostingsChanged,
)
from jobs.importers.files import Unreadable
from jobs.importers.rates import quotes_of
from jobs.search.postgres import pending
from jobs.search.postgres import rebuild as search_rebuild
from jobs.services import company_domain, fx, search_use
from jobs.tasks.limits import LAST_WORDS, LONGEST
from kernel.events import Event
from kernel.subscribers import Telling, subscriber

log = structlog.get_logger("nexus.imports")

# Jobs indexed by one event, in its one transaction, and by the schedule, in many: about one and five seconds' worth.
MOST_AT_ONCE, MOST_SCHEDULED = 1_000, 5_000


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def recheck_domains() -> None:
    """Looks whether what proves companies' domains is still there. What is not reached in time is for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        log.info("domains_rechecked", looked_at=company_domain.recheck(timezone.now()))


@shared_task(soft_time_limit=55, time_limit=60)
def index_pending() -> None:
    """Indexes what changed and was not indexed since, by whatever path, drops the postings that are over, and sorts in
    what waits on the list of the index of words.
    """
    with contextlib.suppress(SoftTimeLimitExceeded):
        if indexed := pending.drain(MOST_SCHEDULED):
            log.info("search_indexed", jobs=indexed)
        pending.drop_over()
        pending.sort_in()


@shared_task(soft_time_limit=240, time_limit=270)
def load_rates() -> None:
    """Loads exchange rates from `FX_RATES_URL`. What fails, or is not there yet, is there another time."""
    if not settings.FX_RATES_URL:
        return
    try:
        quotes = quotes_of(settings.FX_RATES_URL, allow_private=settings.IMPORT_ALLOW_PRIVATE)
        loaded = fx.load(quotes)
    except (fx.BadRates, Unreadable, SoftTimeLimitExceeded) as error:
        log.warning("rates_not_loaded", reason=str(error))
    else:
        log.info("rates_loaded", on_date=str(quotes.on_date), written=loaded.written, stale_jobs=loaded.stale_jobs)


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + LAST_WORDS)
def rebuild_vocabulary() -> None:
    """Makes what searches are corrected and completed with say what the search index says."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        search_rebuild.rebuild_vocabulary()


@subscriber(PostingsChanged, CompanyUpdated, DomainVerified, DomainLost)
def index_changed(event: Event, telling: Telling) -> None:
    """Indexes what is pending, at most so much that a batch's rows are not locked for long."""
    pending.drain(MOST_AT_ONCE)


@shared_task
def forget_searches() -> None:
    """Forget what was searched for long ago."""
    if rows := search_use.forget_old():
        log.info("searches_forgotten", rows=rows)
