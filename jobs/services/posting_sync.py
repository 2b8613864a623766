"""Closes the postings that a source lists no longer."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from jobs.models import CloseReason, ImportRow, Job, JobLifecycle, SourcePosting
from jobs.services import bulk
from jobs.services.incoming import Fate, Import, Outcome
from jobs.services.posting_dates import MOVED_BY_DATES

BATCH = 500


@dataclass(frozen=True, slots=True)
class Vanished:
    """A job that the source used to list."""

    job_id: UUID
    company_id: UUID
    company: str
    reference: str
    title: str


def listed(source: str) -> int:
    """How many postings the source is known to list."""
    return SourcePosting.objects.filter(source=source, vanished_at=None).count()


def vanished(into: Import, *, seen: Collection[UUID]) -> Iterator[Vanished]:
    """The jobs that the source listed before and that its run has not met, in the order of their keys.

    `seen` are those that a dry run has met: it leaves no mark on the rows.
    """
    rows = SourcePosting.objects.filter(source=into.source, vanished_at=None)
    if not into.is_dry_run:
        rows = rows.exclude(last_run_id=into.run_id)
    after: UUID | None = None
    while True:
        page = rows.filter(job_id__gt=after) if after else rows
        found = list(
            page.order_by("job_id").values_list(
                "job_id", "job__company_id", "job__company__name", "job__external_reference", "job__title"
            )[:BATCH]
        )
        if not found:
            return
        after = found[-1][0]
        yield from (entry for entry in (Vanished(*row) for row in found) if entry.job_id not in seen)


@transaction.atomic
def close(gone: Sequence[Vanished], into: Import) -> list[Outcome]:
    """Mark the postings as no longer listed, and close those jobs that no other source lists; an `Outcome` each.

    A job that somebody took down, scheduled or closed stays as it is.
    """
    ids = [entry.job_id for entry in gone]
    jobs = _locked(ids, into)
    SourcePosting.objects.filter(source=into.source, job_id__in=ids).update(vanished_at=into.now)
    outcomes = [_outcome(jobs[entry.job_id], into) for entry in gone]
    closed = [outcome.job_id for outcome in outcomes if outcome.fate is Fate.CLOSED and outcome.job_id]
    Job.objects.filter(pk__in=closed).update(
        lifecycle=JobLifecycle.CLOSED,
        close_reason=CloseReason.WITHDRAWN,
        closed_at=into.now,
        updated_at=into.now,
        version=F("version") + 1,
    )
    if into.run_id is not None:
        bulk.insert([_row(entry, outcome, into.run_id) for entry, outcome in zip(gone, outcomes, strict=True)])
    if into.is_dry_run:
        transaction.set_rollback(True)
    return outcomes


def _locked(ids: Sequence[UUID], into: Import) -> dict[UUID, Job]:
    """The jobs by their keys, with `is_listed_elsewhere`. Locked first, so that what others list is the latest."""
    list(Job.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    elsewhere = SourcePosting.objects.filter(job=OuterRef("pk"), vanished_at=None).exclude(source=into.source)
    jobs = Job.objects.filter(pk__in=ids).only("lifecycle").annotate(is_listed_elsewhere=Exists(elsewhere))
    return {job.pk: job for job in jobs}


def _outcome(job: Job, into: Import) -> Outcome:
    if job.is_listed_elsewhere:  # type: ignore[attr-defined]  # an annotation
        return Outcome(Fate.TOUCHED, f"No longer listed by {into.source}, but by another source.", job_id=job.pk)
    if job.lifecycle not in MOVED_BY_DATES:
        return Outcome(Fate.TOUCHED, f"No longer listed by {into.source}; it stays {job.lifecycle}.", job_id=job.pk)
    return Outcome(Fate.CLOSED, f"No longer listed by {into.source}.", job_id=job.pk, changed=("lifecycle",))


def _row(entry: Vanished, outcome: Outcome, run_id: int) -> ImportRow:
    return ImportRow(
        run_id=run_id,
        fate=outcome.fate,
        reference=entry.reference,
        job_id=entry.job_id,
        changed=list(outcome.changed),
        reason=outcome.reason,
    )
