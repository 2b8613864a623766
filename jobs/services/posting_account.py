"""Keeps with each import what its source lists, and what became of every row."""

from collections.abc import Sequence

from jobs.models import ImportRow, SourcePosting
from jobs.services import bulk
from jobs.services.incoming import Fate, Import, Outcome, Posting

REASON_LENGTH = 500


def note_listed(postings: Sequence[Posting], outcomes: Sequence[Outcome], into: Import) -> None:
    """Notes that the source lists these postings, and what it says of them."""
    if not into.source:
        return
    listed: dict[bool, list[SourcePosting]] = {True: [], False: []}
    for posting, outcome in zip(postings, outcomes, strict=True):
        # One that was refused is still listed.
        if outcome.job_id is not None:
            listed[outcome.fate is Fate.CREATED].append(
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
    bulk.insert(listed[True])
    SourcePosting.objects.bulk_create(
        listed[False],
        update_conflicts=True,
        unique_fields=["job", "source"],
        update_fields=["url", "said", "last_seen_at", "last_run", "vanished_at"],
    )


def keep(postings: Sequence[Posting], outcomes: Sequence[Outcome], into: Import) -> None:
    """What became of each posting, into the run's rows."""
    if into.run_id is None or into.is_dry_run:
        return
    bulk.insert(
        [
            ImportRow(
                run_id=into.run_id,
                document=posting.document,
                position=posting.position,
                fate=outcome.fate,
                reference=posting.reference,
                job_id=outcome.job_id,
                changed=list(outcome.changed),
                field=outcome.field,
                reason=outcome.reason[:REASON_LENGTH],
            )
            for posting, outcome in zip(postings, outcomes, strict=True)
        ]
    )
