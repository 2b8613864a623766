"""Postings from elsewhere into the tables, many at a time.

A posting is known by company, external reference and language. One that says what it said before is left alone; one
that says something else gets a new revision. Whoever writes at the same time, the unique index decides: the loser's
batch is done again and finds the winner's rows.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import F

from jobs.models import (
    ApplyKind,
    Company,
    Compensation,
    Job,
    JobLocation,
    JobRevision,
    JobSkill,
    RemoteEligibility,
    SourcePosting,
)
from jobs.services import bulk, description, posting_dates, revision
from jobs.services.incoming import Fate, Import, Outcome, Posting
from jobs.services.revision import Content
from kernel.errors import Invalid
from kernel.ids import uuid7

type Key = tuple[UUID, str, str]  # company, external reference, language

ATTEMPTS = 3
# Columns that a source has its say in.
_SAID = (
    "title",
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
    "apply_kind",
    "apply_url",
)
_DATED = ("lifecycle", "first_published_at", "published_at", "expires_at")
_WRITTEN = [
    *(name.removesuffix("_id") for name in _SAID),
    "content_hash",
    "current_revision",
    "lifecycle",
    "published_at",
    "expires_at",
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
        return [Outcome(Fate.FAILED, f"Refused by the database: {_first_line(error)}")]


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
        new: list[_Rows] = []
        differing: list[tuple[int, _Rows]] = []
        seen: list[SourcePosting] = []
        for index, (posting, key) in enumerate(zip(postings, keys, strict=True)):
            job = stored.get(key)
            rows = _Rows(posting, key, job.pk if job else uuid7())
            if job is None:
                outcomes[index] = _begin(rows, into)
                if outcomes[index].fate is Fate.CREATED:
                    new.append(rows)
            elif rows.digest != job.content_hash or posting_dates.is_moved(job, posting, into):
                differing.append((index, rows))
            else:
                outcomes[index] = Outcome(Fate.UNCHANGED)
            if outcomes.get(index) is None or outcomes[index].fate is not Fate.FAILED:
                seen.append(_source_posting(rows.job.pk, posting.url, into))
        _insert(new)
        outcomes |= _revise(differing, into)
        refused = {rows.job.pk for index, rows in differing if outcomes[index].fate is Fate.FAILED}
        SourcePosting.objects.bulk_create(
            [row for row in seen if row.job_id not in refused],
            update_conflicts=True,
            unique_fields=["job", "source"],
            update_fields=["url", "last_seen_at", "last_run"],
        )
        if into.is_dry_run:
            transaction.set_rollback(True)
    if not into.is_dry_run:
        into.employers.remember(employers)
    return [outcomes[index] for index in range(len(postings))]


def _stored(keys: Sequence[Key]) -> dict[Key, Job]:
    """The jobs that are there already, with what is compared."""
    found = (
        Job.objects.filter(
            company_id__in={company for company, _, _ in keys},
            external_reference__in=[reference for _, reference, _ in keys],
        )
        # Without this the planner may not use the partial index.
        .exclude(external_reference="")
        .only("company_id", "external_reference", "language", "content_hash", *_DATED)
    )
    return {(job.company_id, job.external_reference, job.language): job for job in found}


class _Rows:
    """A posting as unsaved rows, and what they say."""

    def __init__(self, posting: Posting, key: Key, job_id: UUID) -> None:
        company_id, reference, language = key
        self.posting = posting
        self.job = Job(
            pk=job_id,
            company_id=company_id,
            external_reference=reference,
            language=language,
            title=posting.title,
            description_source=posting.description,
            description_format=posting.description_format,
            category_id=posting.category_id,
            occupation_id=posting.occupation_id,
            employment_types=list(posting.employment_types),
            workplace=posting.workplace,
            seniority=posting.seniority,
            education=posting.education,
            apply_kind=ApplyKind.URL if posting.url else ApplyKind.NATIVE,
            apply_url=posting.url,
        )
        self.locations = [
            JobLocation(
                job=self.job,
                place_id=location.place_id,
                country_id=location.country or None,
                text=location.text,
                is_primary=position == 0,
                position=position,
            )
            for position, location in enumerate(posting.locations)
        ]
        self.remote_eligibility = [
            RemoteEligibility(job=self.job, country_id=country, region_code=region)
            for country, region in posting.remote_from
        ]
        pay = posting.pay
        self.compensations = (
            []
            if pay is None
            else [
                Compensation(
                    job=self.job,
                    currency_id=pay.currency,
                    period=pay.period,
                    min_minor=pay.min_minor,
                    max_minor=pay.max_minor,
                )
            ]
        )
        self.job_skills = [
            JobSkill(job=self.job, skill_id=skill, necessity=necessity) for skill, necessity in posting.skills
        ]
        self.content: Content = revision.content_of(
            self.job,
            locations=self.locations,
            remote_eligibility=self.remote_eligibility,
            compensations=self.compensations,
            job_skills=self.job_skills,
        )
        self.digest = revision.content_hash(self.content)
        self.revision: JobRevision | None = None

    def render(self) -> None:
        """Fills in the shown forms of the description; raises Invalid where it cannot be shown."""
        rendered = description.render(self.job.description_source, self.job.description_format)
        self.job.description_html, self.job.description_text = rendered.html, rendered.text


def _begin(rows: _Rows, into: Import) -> Outcome:
    """Makes a new posting ready to be inserted."""
    job, posting = rows.job, rows.posting
    try:
        rows.render()
    except Invalid as refusal:
        return Outcome(Fate.FAILED, str(refusal), refusal.field or "")
    posting_dates.begin(job, posting, into)
    rows.revision = revision.revise(job, rows.content, before=None, actor_id=None)
    return Outcome(Fate.CREATED)


def _insert(new: Sequence[_Rows]) -> None:
    # In the order of the key, so that two imports of the same postings never wait for each other in a circle.
    ordered = sorted(new, key=lambda rows: (str(rows.job.company_id), rows.job.external_reference, rows.job.language))
    bulk.insert([rows.job for rows in ordered])
    _insert_children(ordered)


def _insert_children(changed: Sequence[_Rows]) -> None:
    bulk.insert([row for rows in changed for row in rows.locations])
    bulk.insert([row for rows in changed for row in rows.remote_eligibility])
    bulk.insert([row for rows in changed for row in rows.compensations])
    bulk.insert([row for rows in changed for row in rows.job_skills])
    bulk.insert([rows.revision for rows in changed if rows.revision is not None])


def _revise(differing: Sequence[tuple[int, _Rows]], into: Import) -> dict[int, Outcome]:
    """Brings stored postings up to what the source says, under lock."""
    if not differing:
        return {}
    ids = [rows.job.pk for _, rows in differing]
    locked = {job.pk: job for job in Job.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    before = dict(
        JobRevision.objects.filter(job_id__in=ids, number=F("job__current_revision")).values_list("job_id", "content")
    )
    outcomes: dict[int, Outcome] = {}
    said_anew: list[_Rows] = []
    written: list[Job] = []
    for index, rows in differing:
        job = locked[rows.job.pk]
        is_said_anew = rows.digest != job.content_hash
        if is_said_anew:
            try:
                rows.render()
            except Invalid as refusal:
                outcomes[index] = Outcome(Fate.FAILED, str(refusal), refusal.field or "")
                continue
            for name in _SAID:
                setattr(job, name, getattr(rows.job, name))
            rows.revision = revision.revise(job, rows.content, before=before.get(job.pk), actor_id=None)
            said_anew.append(rows)
        is_moved = posting_dates.move(job, rows.posting, into)
        if is_said_anew or is_moved:
            job.version += 1
            written.append(job)
        outcomes[index] = Outcome(Fate.UPDATED if is_said_anew or is_moved else Fate.UNCHANGED)
    # An upsert by key that always finds its row: one statement for all, where bulk_update writes a CASE for each.
    Job.objects.bulk_create(written, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
    revised = [rows.job.pk for rows in said_anew]
    for model in (JobLocation, RemoteEligibility, Compensation, JobSkill):
        model._default_manager.filter(job_id__in=revised).delete()
    _insert_children(said_anew)
    return outcomes


def _source_posting(job_id: UUID, url: str, into: Import) -> SourcePosting:
    return SourcePosting(
        job_id=job_id,
        source=into.source,
        url=url,
        first_seen_at=into.now,
        last_seen_at=into.now,
        last_run_id=into.run_id,
    )
