"""Keeps with each import what its source lists, and what became of every row."""

from collections.abc import Iterator, Sequence

import orjson

from jobs.models import ImportRow, SourcePosting
from jobs.services import bulk
from jobs.services.incoming import Fate, Import, Outcome, Posting

REASON_LENGTH = 500
LISTED = ("job_id", "source", "url", "said", "first_seen_at", "last_seen_at", "last_run_id")
ACCOUNT = ("run_id", "document", "position", "fate", "reference", "job_id", "changed", "field", "reason")


def note_listed(postings: Sequence[Posting], outcomes: Sequence[Outcome], into: Import) -> None:
    """Notes that the source lists these postings, and what it says of them."""
    if not into.source:
        return
    new: list[tuple[object, ...]] = []
    known: list[SourcePosting] = []
    for posting, outcome in zip(postings, outcomes, strict=True):
        if outcome.fate is Fate.CREATED:
            said = orjson.dumps(dict(posting.said)).decode()
            new.append((outcome.job_id, into.source, posting.url, said, into.now, into.now, into.run_id))
        elif outcome.job_id is not None:  # one that was refused is still listed
            known.append(
                SourcePosting(
                    job_id=outcome.job_id,
                    source=into.source,
                    url=posting.url,
                    said=dict(posting.said),
                    first_seen_at=into.now,
                    last_seen_at=into.now,
                    last_run_id=into.run_id,
                )
            )
    if new:
        bulk.insert_values(SourcePosting, LISTED, new)
    SourcePosting.objects.bulk_create(
        known,
        update_conflicts=True,
        unique_fields=["job", "source"],
        update_fields=["url", "said", "last_seen_at", "last_run", "vanished_at"],
    )


def keep(postings: Sequence[Posting], outcomes: Sequence[Outcome], into: Import) -> None:
    """What became of each posting, into the run's rows."""
    if into.run_id is not None and not into.is_dry_run:
        bulk.insert_values(ImportRow, ACCOUNT, _rows(postings, outcomes, into.run_id))


def _rows(postings: Sequence[Posting], outcomes: Sequence[Outcome], run_id: int) -> Iterator[tuple[object, ...]]:
    for posting, outcome in zip(postings, outcomes, strict=True):
        yield (
            run_id,
            posting.document,
            posting.position,
            outcome.fate.value,
            posting.reference,
            outcome.job_id,
            list(outcome.changed),
            outcome.field,
            outcome.reason[:REASON_LENGTH],
        )
