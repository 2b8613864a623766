"""Runs of importers: one at a time for each source, each with an account of its rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from jobs.errors import SourceBusy
from jobs.models import ImportRow, ImportRun, ImportStatus
from jobs.services import bulk

LOCK = "nexus.import"
SOURCE_LENGTH = 200
KEPT_RUNS = 5  # of each source, with what became of every row; of older ones the counts stay


@contextmanager
def alone(source: str) -> Iterator[None]:
    """Nobody else runs an import of the source meanwhile; raises `SourceBusy` where somebody does.

    The lock belongs to the database session: it ends with a process that dies. Through a pool that hands sessions on
    after each transaction it would not hold; imports connect to PostgreSQL itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", [LOCK, source])
        if not cursor.fetchone()[0]:
            raise SourceBusy(f"{source} is being imported at this moment.")
    try:
        yield
    finally:
        # Where the connection is broken, the lock is gone with it.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", [LOCK, source])


def begin(source: str, layout: str, *, is_sync: bool = False) -> ImportRun:
    """A new run of a source that nobody else imports. One that still counts as running has died, and is put down so."""
    dead = ImportRun.objects.filter(source=source, status=ImportStatus.RUNNING)
    dead.update(status=ImportStatus.FAILED, finished_at=timezone.now())
    return ImportRun.objects.create(source=source, format=layout, is_sync=is_sync)


@transaction.atomic
def account_for(run: ImportRun, rows: Sequence[ImportRow]) -> None:
    """Keep what became of rows that never came to be postings."""
    for row in rows:
        row.run = run
    bulk.insert(rows)


def record(run: ImportRun, status: ImportStatus, report: dict[str, Any], **counts: int) -> None:
    """Write down how far the run is; `counts` by the names of its columns."""
    for name, count in counts.items():
        setattr(run, name, count)
    run.status = status
    run.report = report
    if status is not ImportStatus.RUNNING:
        run.finished_at = timezone.now()
    run.save()


def forget_old_rows(source: str) -> None:
    """Drop the row-by-row account of all but the last runs of the source."""
    kept = ImportRun.objects.filter(source=source).order_by("-started_at").values("pk")[:KEPT_RUNS]
    ImportRow.objects.filter(run__source=source).exclude(run__in=list(kept.values_list("pk", flat=True))).delete()
