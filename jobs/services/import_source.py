"""Sources on a schedule: which are due, what an administrator asks of them, and what becomes of each import."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jobs import policies
from jobs.models import ImportSource
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Viewer

MOST_AT_ONCE = 100  # sources that one look at the schedule starts
BUSY_PAUSE = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)
MOST_RETRIES = 6  # of a source without a schedule: about an hour
ERROR_LENGTH = 400

# What decides which rows come out of a document that has not changed.
READING = frozenset({"location", "format", "company", "country", "renames", "live_days", "is_sync"})


def save(source: ImportSource, changed: Collection[str], *, by: Viewer) -> None:
    """Keep what an administrator entered; `changed` has the names of the fields that are new.

    A source that is to be read in another way is read whole the next time, and a new interval begins at once.
    """
    _require_admin(by)
    if READING & set(changed):
        source.etag = source.last_modified = ""
    if {"interval_minutes", "is_active", "location"} & set(changed):
        source.next_run_at = None
    source.save(update_fields=None if source._state.adding else [*changed, "etag", "last_modified", "next_run_at"])


def request_import(*, by: Viewer, source_id: int) -> None:
    """Have the source imported within a minute. Asking twice imports once."""
    _request(by, source_id)


def request_resync(*, by: Viewer, source_id: int) -> None:
    """Have the source imported within a minute, and read whole whether or not it says that it has changed."""
    _request(by, source_id, resync_requested_at=timezone.now())


def claim_due(now: datetime) -> list[int]:
    """The sources to import now, by id. Each is given out once, to whoever asks first, and its next time is set; in a
    transaction of the caller's, once that is committed.

    A source with an interval is due when it is new and then at its times; one without, when somebody asked for it.
    """
    is_due = Q(next_run_at__lte=now) | Q(next_run_at=None, interval_minutes__isnull=False)
    with transaction.atomic():
        due = list(
            ImportSource.objects.select_for_update(skip_locked=True)
            .filter(is_due, is_active=True)
            .order_by("next_run_at", "pk")[:MOST_AT_ONCE]
        )
        for source in due:
            source.next_run_at = now + source.interval if source.interval else None
        ImportSource.objects.bulk_update(due, ["next_run_at"])
    return [source.pk for source in due]


def succeeded(
    source: ImportSource, now: datetime, *, etag: str = "", last_modified: str = "", remark: str = ""
) -> None:
    """Put down that `source`, as it stood when the import began, was read. `remark` is for the administrator."""
    row = ImportSource.objects.filter(pk=source.pk)
    row.update(succeeded_at=now, failures=0, last_error=remark[:ERROR_LENGTH])
    # What an administrator did meanwhile stands: another address, or a wish to have it all read anew.
    as_it_was = {name: getattr(source, "country_id" if name == "country" else name) for name in READING}
    fits = len(etag) <= 500 and len(last_modified) <= 100
    row.filter(**as_it_was).update(etag=etag if fits else "", last_modified=last_modified if fits else "")
    row.filter(resync_requested_at=source.resync_requested_at).update(resync_requested_at=None)


@transaction.atomic
def failed(source: ImportSource, now: datetime, reason: str, *, is_passing: bool) -> None:
    """Put down why an import failed, and when the next try is.

    What may pass (a network that is down) is tried again after a minute, then two, four, up to a day. What will not
    pass by itself (a document that cannot be read) waits for the source's own interval, then twice that, and so on.
    A source without an interval is given up after `MOST_RETRIES` tries of the first kind, and at once in the second.
    """
    row = ImportSource.objects.select_for_update().get(pk=source.pk)
    row.failures += 1
    pause = _pause(row.failures, row.interval, is_passing=is_passing)
    # Somebody who asked for an import meanwhile gets it.
    if row.next_run_at is None or row.next_run_at > now:
        row.next_run_at = None if pause is None else now + pause
    row.last_error = f"{reason[:ERROR_LENGTH]} {_outlook(row)}"
    row.save(update_fields=["failures", "next_run_at", "last_error"])


@transaction.atomic
def postpone(source: ImportSource, now: datetime) -> None:
    """Look at the source again in a while: somebody else imports it now, and what was asked for is not lost."""
    row = ImportSource.objects.select_for_update().get(pk=source.pk)
    if row.next_run_at is None or row.next_run_at > now + BUSY_PAUSE:
        row.next_run_at = now + BUSY_PAUSE
        row.save(update_fields=["next_run_at"])


def _require_admin(by: Viewer) -> None:
    if not policies.is_platform_admin(by):
        raise Forbidden


def _request(by: Viewer, source_id: int, **also: datetime) -> None:
    _require_admin(by)
    if not ImportSource.objects.filter(pk=source_id, is_active=True).update(next_run_at=timezone.now(), **also):
        raise NotFound("No active source has this id.", field="source_id")


def _pause(failures: int, interval: timedelta | None, *, is_passing: bool) -> timedelta | None:
    if interval is None and (not is_passing or failures > MOST_RETRIES):
        return None
    step = FIRST_RETRY if is_passing or interval is None else interval
    # More doublings than these would leave what a timedelta can hold.
    return min(step * 2 ** min(failures - 1, 16), max(LONGEST_PAUSE, interval or LONGEST_PAUSE))


def _outlook(source: ImportSource) -> str:
    if source.next_run_at is None:
        return "It is not tried again until somebody asks for it."
    return f"Failures in a row: {source.failures}. Next try: {source.next_run_at:%Y-%m-%d %H:%M} UTC."
