"""Postings from elsewhere into the tables, many at a time.

A posting is known by company, external reference and language. One that says what it said before is left alone; one
that says something else gets a new revision. Whoever writes at the same time, the unique index decides: the loser's
batch is done again and finds the winner's rows.

A language that was guessed tells postings apart no further than the source does: where it says none, the posting of
that reference whose language was guessed, too, is the same one, whatever the guess is now.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import F

from jobs.events import PostingsChanged
from jobs.models import (
    Company,
    Compensation,
    Job,
    JobLifecycle,
    JobLocation,
    JobRevision,
    JobSkill,
    RemoteEligibility,
    SourcePosting,
)
from jobs.services import bulk, posting_account, posting_dates, revision
from jobs.services.incoming import Fate, Import, Outcome, Posting
from jobs.services.posting_rows import Key, Rows
from kernel.errors import Invalid
from kernel.events import emit
from kernel.ids import uuid7

type Stored = Mapping[tuple[UUID, str], Sequence[Job]]  # by company and external reference

ATTEMPTS = 3
# Columns that a source has its say in.
_SAID = (
    "title",
    "language",
    "description_source",
    "description_format",
    "description_html",
    "description_text",
    "category_id",
    "occupation_id",
    "employment_types",
    "workplace",
    "seniority",
    "education",
    "benefits",
    "visa",
    "apply_kind",
    "apply_url",
    "guessed",
)
_INDEXED = (Fate.CREATED, Fate.REVISED, Fate.TOUCHED)
_COMPARED = ("company_id", "external_reference", "language", "guessed", "content_hash", "first_published_at")
_WRITTEN = [
    *(name.removesuffix("_id") for name in _SAID),
    *posting_dates.MOVED,
    "content_hash",
    "current_revision",
    "version",
    "updated_at",
]


def upsert(postings: Sequence[Posting], into: Import) -> list[Outcome]:
    """Write the postings in one transaction; one `Outcome` each, in their order.

    References must differ within `postings`. A posting that the database refuses fails alone; the rest goes in.
    """
    for _ in range(ATTEMPTS):
        try:
            return _written(postings, into)
        except (IntegrityError, OperationalError) as error:
            # Somebody else wrote one of them in between, or a deadlock was resolved against us: look again.
            if not _is_worth_another_try(error):
                if isinstance(error, OperationalError):
                    raise
                break
        except DataError:
            break
    return _apart(postings, into)


def measure() -> None:
    """Have the database take stock of the tables after many rows came in. It would do so by itself, but
    later, and plan badly until then: the first page of a fresh board took twice as long.
    """
    tables = (Company, Job, JobLocation, RemoteEligibility, Compensation, JobSkill)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(model._meta.db_table) for model in tables))


def _apart(postings: Sequence[Posting], into: Import) -> list[Outcome]:
    """Both halves on their own, so that in the end only the postings fail that the database refuses."""
    if len(postings) > 1:
        middle = len(postings) // 2
        return upsert(postings[:middle], into) + upsert(postings[middle:], into)
    try:
        return _written(postings, into)
    except (IntegrityError, DataError) as error:
        refused = [Outcome(Fate.FAILED, f"Refused by the database: {_first_line(error)}")]
        posting_account.keep(postings, refused, into)
        return refused


def _is_worth_another_try(error: Exception) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    # Unique violation, deadlock, serialization failure: https://www.postgresql.org/docs/current/errcodes-appendix.html
    return state in ("23505", "40P01", "40001")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _written(postings: Sequence[Posting], into: Import) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    with transaction.atomic():
        employers = into.employers.resolve([posting.company for posting in postings])
        keys = [(employers.ids[posting.company], posting.reference, posting.language) for posting in postings]
        stored = _stored(keys)
        vanished = _closed_by_an_import(stored)
        new: list[Rows] = []
        differing: list[tuple[int, Rows]] = []
        met: set[UUID | Key] = set()  # jobs, and keys of those that are new
        for index, (posting, key) in enumerate(zip(postings, keys, strict=True)):
            job = _same(stored, posting, key)
            if (job.pk if job else key) in met:
                outcomes[index] = Outcome(Fate.FAILED, "Another row is this posting, in this language.", "id")
                continue
            rows = Rows(posting, key, job.pk if job else uuid7())
            met.add(job.pk if job else key)
            if job is None:
                outcomes[index] = _begin(rows, into)
                if outcomes[index].fate is Fate.CREATED:
                    new.append(rows)
            elif rows.digest != job.content_hash or posting_dates.would_move(
                job, posting, into, reopens=job.pk in vanished
            ):
                differing.append((index, rows))
            else:
                outcomes[index] = Outcome(Fate.UNCHANGED, job_id=job.pk)
        _insert(new)
        outcomes |= _revise(differing, vanished, into)
        ordered = [outcomes[index] for index in range(len(postings))]
        posting_account.note_listed(postings, ordered, into)
        posting_account.keep(postings, ordered, into)
        if any(outcome.fate in _INDEXED for outcome in ordered):
            emit(PostingsChanged(uuid7()))
        if into.is_dry_run:
            transaction.set_rollback(True)
    if not into.is_dry_run:
        into.employers.remember(employers)
    return ordered


def _stored(keys: Sequence[Key]) -> Stored:
    """The jobs that are there already, with what is compared."""
    found = (
        Job.objects.filter(
            company_id__in={company for company, _, _ in keys},
            external_reference__in=[reference for _, reference, _ in keys],
        )
        # Without this the planner may not use the partial index.
        .exclude(external_reference="")
        .only(*_COMPARED, *posting_dates.MOVED)
    )
    stored: dict[tuple[UUID, str], list[Job]] = {}
    for job in found:
        stored.setdefault((job.company_id, job.external_reference), []).append(job)
    return stored


def _same(stored: Stored, posting: Posting, key: Key) -> Job | None:
    """The stored job that the posting is, or None for a new one."""
    company, reference, language = key
    known = stored.get((company, reference), ())
    for job in known:
        if job.language == language:
            return job
    guessed = [job for job in known if "language" in job.guessed]
    # Either the source states the language from now on, or the guess has changed with the text.
    return guessed[0] if len(guessed) == 1 else None


def _closed_by_an_import(stored: Stored) -> Collection[UUID]:
    """Those of the jobs that were closed because a source listed them no longer, and not by a person."""
    closed = [job.pk for jobs in stored.values() for job in jobs if job.lifecycle == JobLifecycle.CLOSED]
    if not closed:
        return ()
    sources = SourcePosting.objects.filter(job_id__in=closed, vanished_at=F("job__closed_at"))
    return set(sources.values_list("job_id", flat=True))


def _begin(rows: Rows, into: Import) -> Outcome:
    """Makes a new posting ready to be inserted."""
    job, posting = rows.job, rows.posting
    try:
        rows.render()
    except Invalid as refusal:
        return Outcome(Fate.FAILED, str(refusal), refusal.field or "")
    posting_dates.begin(job, posting, into)
    rows.revision = revision.revise(job, rows.content, before=None, actor_id=into.actor_id)
    return Outcome(Fate.CREATED, job_id=job.pk)


def _insert(new: Sequence[Rows]) -> None:
    # In the order of the key, so that two imports of the same postings never wait for each other in a circle.
    ordered = sorted(new, key=lambda rows: (str(rows.job.company_id), rows.job.external_reference, rows.job.language))
    bulk.insert([rows.job for rows in ordered])
    _insert_children(ordered)


def _insert_children(changed: Sequence[Rows]) -> None:
    bulk.insert([row for rows in changed for row in rows.locations])
    bulk.insert([row for rows in changed for row in rows.remote_eligibility])
    bulk.insert([row for rows in changed for row in rows.compensations])
    bulk.insert([row for rows in changed for row in rows.job_skills])
    bulk.insert([rows.revision for rows in changed if rows.revision is not None])


def _revise(differing: Sequence[tuple[int, Rows]], vanished: Collection[UUID], into: Import) -> dict[int, Outcome]:
    """Brings stored postings up to what the source says, under lock."""
    if not differing:
        return {}
    ids = [rows.job.pk for _, rows in differing]
    locked = {job.pk: job for job in Job.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    before = dict(
        JobRevision.objects.filter(job_id__in=ids, number=F("job__current_revision")).values_list("job_id", "content")
    )
    outcomes: dict[int, Outcome] = {}
    said_anew: list[Rows] = []
    written: list[Job] = []
    for index, rows in differing:
        job = locked[rows.job.pk]
        is_said_anew = rows.digest != job.content_hash
        if is_said_anew:
            try:
                rows.render()
            except Invalid as refusal:
                outcomes[index] = Outcome(Fate.FAILED, str(refusal), refusal.field or "", job.pk)
                continue
            for name in _SAID:
                setattr(job, name, getattr(rows.job, name))
            rows.revision = revision.revise(job, rows.content, before=before.get(job.pk), actor_id=into.actor_id)
            said_anew.append(rows)
        moved = posting_dates.move(job, rows.posting, into, reopens=job.pk in vanished)
        if is_said_anew or moved:
            job.version += 1
            written.append(job)
        outcomes[index] = _outcome(rows, moved)
    # An upsert by key that always finds its row: one statement for all, where bulk_update writes a CASE for each.
    Job.objects.bulk_create(written, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
    revised = [rows.job.pk for rows in said_anew]
    for model in (JobLocation, RemoteEligibility, Compensation, JobSkill):
        model._default_manager.filter(job_id__in=revised).delete()
    _insert_children(said_anew)
    return outcomes


def _outcome(rows: Rows, moved: tuple[str, ...]) -> Outcome:
    if rows.revision is not None:
        return Outcome(Fate.REVISED, job_id=rows.job.pk, changed=(*rows.revision.changed, *moved))
    return Outcome(Fate.TOUCHED if moved else Fate.UNCHANGED, job_id=rows.job.pk, changed=moved)
