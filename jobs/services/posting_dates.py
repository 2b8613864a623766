"""When a posting from elsewhere begins and ends, and what that makes of it."""

from copy import copy
from datetime import datetime, timedelta

from django.conf import settings

from jobs.models import Job, JobLifecycle
from jobs.services.incoming import Import, Posting

# Postings that the calendar moves; any other lifecycle was somebody's decision, which an import does not undo.
MOVED_BY_DATES = frozenset({JobLifecycle.PUBLISHED, JobLifecycle.EXPIRED})
MOVED = ("lifecycle", "published_at", "expires_at", "closed_at", "close_reason")


def begin(job: Job, posting: Posting, into: Import) -> None:
    """Dates and lifecycle of a new job. One that has ended is expired, or with `live_days` live from now."""
    job.first_published_at = job.published_at = posting.published_at or into.now
    job.expires_at = posting.expires_at or job.published_at + _lifetime()
    job.lifecycle = JobLifecycle.PUBLISHED
    if posting.expires_at is not None and posting.published_at is None:
        # An end is known and no beginning: it began no later than it ended.
        job.first_published_at = job.published_at = min(into.now, posting.expires_at - timedelta(days=1))
    if job.expires_at <= into.now:
        _revive_or_expire(job, into)


def would_move(job: Job, posting: Posting, into: Import, *, reopens: bool = False) -> bool:
    """Whether the posting's dates would move the stored job."""
    return bool(move(copy(job), posting, into, reopens=reopens))


def move(job: Job, posting: Posting, into: Import, *, reopens: bool = False) -> tuple[str, ...]:
    """Moves the end of a stored job, and its lifecycle with it, to where the posting's dates put them.

    Gives the names of the fields that moved. What somebody decided (draft, paused, closed) stays, and so does the
    first publication; with `reopens`, a closed job goes on, because no person closed it.
    """
    is_reopened = reopens and job.lifecycle == JobLifecycle.CLOSED and job.expires_at is not None
    if not is_reopened and job.lifecycle not in MOVED_BY_DATES:
        return ()
    # The database guarantees these of every job that the calendar moves.
    assert job.first_published_at is not None
    assert job.published_at is not None
    assert job.expires_at is not None
    stood = {name: getattr(job, name) for name in MOVED}
    is_live = job.lifecycle == JobLifecycle.PUBLISHED and job.expires_at > into.now
    end = _end(posting) or job.expires_at
    if end > into.now:
        if not is_live:
            job.published_at = max(posting.published_at or into.now, job.published_at)
        job.lifecycle, job.expires_at = JobLifecycle.PUBLISHED, end
    elif into.live_days is None and end == job.expires_at and not is_reopened:
        # Nothing new is said; that its time has run out is for the clock to tell, not for the source.
        return ()
    elif into.live_days is None or not is_live:
        job.published_at = min(job.published_at, posting.published_at or job.first_published_at)
        job.expires_at = end
        _revive_or_expire(job, into)
    job.published_at = min(job.published_at, job.expires_at - timedelta(seconds=1))
    if is_reopened:
        job.close_reason, job.closed_at = "", None
    return tuple(name for name in MOVED if getattr(job, name) != stood[name])


def _end(posting: Posting) -> datetime | None:
    """The end that the posting states or that follows from its beginning."""
    if posting.expires_at is None and posting.published_at is not None:
        return posting.published_at + _lifetime()
    return posting.expires_at


def _revive_or_expire(job: Job, into: Import) -> None:
    """What becomes of a posting whose end has passed."""
    if into.live_days is None:
        job.lifecycle = JobLifecycle.EXPIRED
    else:
        job.lifecycle = JobLifecycle.PUBLISHED
        job.published_at = into.now
        job.expires_at = into.now + timedelta(days=into.live_days)


def _lifetime() -> timedelta:
    return timedelta(days=settings.JOB_LIFETIME_DAYS)
