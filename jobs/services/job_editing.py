"""What a posting says, written by the people who run it: made, changed, and made from another."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.services import audit
from jobs import policies
from jobs.errors import CompanyInactive, JobAlreadyClosed, JobChangedMeanwhile, JobFrozen, JobIncomplete
from jobs.events import JobCreated, JobUpdated
from jobs.machines.job import LIFECYCLE, JobAct, is_complete
from jobs.models import Company, CompanyStatus, FormVersion, Job, JobLifecycle, JobModeration, JobRevision
from jobs.search.engine import engine
from jobs.selectors import company as companies
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import description, job_fields, job_quota, moderation, revision
from jobs.services.job import ENDED, SHOWN_ONCE, locked
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.ids import uuid7
from kernel.viewer import Viewer

RELATIONS = ("locations", "remote_eligibility", "compensations", "job_skills")
# What a revision's content calls otherwise.
_IN_CONTENT = {"job_skills": "skills"}
AMENDABLE = frozenset({*(column.removesuffix("_id") for column in revision.PLAIN_FIELDS), "visibility"})
# Columns that are no part of what readers are shown, and of no revision.
_BESIDE = frozenset({"external_reference", "visibility", "is_template", "expires_at"})
_COPIED = (*revision.PLAIN_FIELDS, "description_html", "description_text", "visibility")

type Rows = Mapping[str, Sequence[models.Model]]


@transaction.atomic
def create(*, by: Viewer, company_id: UUID, fields: Mapping[str, Any]) -> Job:
    """Begin a posting, a draft or a template, and give it back. `fields`: as `job_fields.read` takes them.

    Raises `JobQuotaReached` where the company makes no more today, `NotFound`, `Forbidden`, `CompanyInactive`, and
    `Invalid` with the path of the field.
    """
    if company_id not in companies.by_id(by, {company_id}):
        raise NotFound(field="company_id")
    company = _writable(by, company_id)
    said = job_fields.read({"title": None, **fields}, job_fields.known([fields]), within="fields")
    job = Job(id=uuid7(), company=company, **said.columns)
    return _begun(job, said.rows, by, act="job.create", within="fields")


@transaction.atomic
def clone(*, by: Viewer, job_id: UUID, changes: Mapping[str, Any]) -> Job:
    """Begin a draft that says what another posting or a template says but for the changes, and give it back.

    Its reference, its dates and who works on it are its own; it asks those who apply the same questions. Raises
    `JobFrozen` for what a moderator holds, and else as `create` does.
    """
    source = Job.objects.filter(jobs.visible_to(by), pk=job_id).first()
    if source is None:
        raise NotFound(field="job_id")
    company = _writable(by, source.company_id)
    if source.moderation in (JobModeration.FROZEN, JobModeration.REMOVED):
        raise JobFrozen
    said = job_fields.read(changes, job_fields.known([changes]), within="changes")
    copied = {name: getattr(source, name) for name in _COPIED} | {"guessed": _still_guessed(source, said.columns)}
    job = Job(id=uuid7(), company=company, **{**copied, **said.columns})
    rows = {name: _copies(getattr(source, name).all()) for name in RELATIONS if name not in said.rows}
    _begun(job, {**rows, **said.rows}, by, act="job.clone", within="changes")
    form = FormVersion.objects.filter(job=source).order_by("-number").first()
    if form is not None:
        FormVersion.objects.create(job=job, number=1, questions=form.questions, actor_id=by.user_id)
    return job


@transaction.atomic
def update(*, by: Viewer, job_id: UUID, version: int, changes: Mapping[str, Any]) -> Job:
    """Change what a posting says, and give it back; what is live stays live, and indexed.

    `version` is the one that the caller read: `JobChangedMeanwhile` where there is a newer one. What an unverified
    company changes after its approval is to be approved again; what it changes in public, moderators look at. Raises
    `NotFound`, `Forbidden`, `JobAlreadyClosed`, `JobFrozen`, `JobIncomplete`, and `Invalid` with the path of the field.
    """
    job, standing = locked(by, job_id, "id")
    if not policies.may_edit_job(by, standing, job):
        raise Forbidden
    if job.version != version:
        raise JobChangedMeanwhile(field="version")
    if job.lifecycle in ENDED:
        raise JobAlreadyClosed
    if job.moderation == JobModeration.REMOVED:
        raise JobFrozen
    said = job_fields.read(changes, job_fields.known([changes]), within="changes")
    _refuse_misplaced(job, said.columns)
    if not job.current_revision:
        # What it said so far is kept as well, and told from what is said now.
        revision.record(job, by)
        job.save(update_fields=["content_hash", "current_revision"])
    changed = {name for name, value in said.columns.items() if getattr(job, name) != value}
    job.guessed = _still_guessed(job, said.columns)
    for name in changed:
        setattr(job, name, said.columns[name])
    if job.lifecycle != JobLifecycle.DRAFT and (refusal := is_complete(job, timezone.now())):
        raise JobIncomplete(str(refusal), field=f"changes.{refusal.field}")
    made = _revised(job, said.rows, by)
    if made is None and not changed:
        return job
    is_to_be_reviewed = made is not None and not policies.is_trusted(job.company)
    if is_to_be_reviewed:
        _void_approval(job)
    job.version += 1
    _save(job, "changes")
    if is_to_be_reviewed and job.lifecycle in (JobLifecycle.PUBLISHED, JobLifecycle.PAUSED):
        moderation.look_at(job)
    _tell(job, by, "job.update", {*(made.changed if made else ()), *(changed & _BESIDE)})
    return job


@transaction.atomic
def amend(*, by: Viewer, job_id: UUID, version: int, changes: Mapping[str, object]) -> Job:
    """Mend a posting in its company's place, and give it back. `changes` has new values by field, of `AMENDABLE`.

    `version` is the one that the caller read: `JobChangedMeanwhile` if there is a newer one. The description is
    rendered anew.
    """
    if unknown := changes.keys() - AMENDABLE:
        raise Invalid("This cannot be amended.", field=min(unknown))
    job, _ = locked(by, job_id)
    if not policies.may_amend_job(by):
        raise Forbidden
    if job.version != version:
        raise JobChangedMeanwhile
    for field, value in changes.items():
        setattr(job, field, value)
    job.guessed = [field for field in job.guessed if field not in changes]
    rendered = description.render(job.description_source, job.description_format)
    job.description_html, job.description_text = rendered.html, rendered.text
    _revised(job, {}, by)
    job.version += 1
    _save(job, "changes")
    _tell(job, by, "job.amend", changes.keys())
    return job


def _tell(job: Job, by: Viewer, act: str, changed: Iterable[str]) -> None:
    after = {"changed": sorted(changed), "revision": job.current_revision}
    audit.record(act, by=by, target=("Job", job.pk), company_id=job.company_id, after=after)
    emit(JobUpdated(job.pk, job.company_id), by=by)
    if job.lifecycle == JobLifecycle.PUBLISHED:
        engine().index([job.pk])


def _writable(by: Viewer, company_id: UUID) -> Company:
    """A company that `by` may make postings for."""
    company = Company.objects.only("status", "verified_at").get(pk=company_id)
    if not policies.may_write_jobs(by, membership.roles(by), company):
        raise Forbidden
    if company.status != CompanyStatus.ACTIVE:
        raise CompanyInactive
    return company


def _begun(job: Job, rows: Rows, by: Viewer, *, act: str, within: str) -> Job:
    job_quota.settle_new(job.company, timezone.now())
    content = revision.content_of(job, **{name: cast(Any, rows.get(name, ())) for name in RELATIONS})
    made = revision.revise(job, content, before=None, actor_id=by.user_id)
    _save(job, within, force_insert=True)
    for name, new in rows.items():
        _write(job, name, new)
    assert made is not None, "what is new has a first revision"
    made.save(force_insert=True)
    after = {"title": job.title, "is_template": job.is_template}
    audit.record(act, by=by, target=("Job", job.pk), company_id=job.company_id, after=after)
    emit(JobCreated(job.pk, job.company_id), by=by)
    return job


def _revised(job: Job, rows: Rows, by: Viewer) -> JobRevision | None:
    """The revision that the posting has with its columns and these rows, and the rows written; None for the same."""
    there: dict[str, Any] = {name: rows[name] if name in rows else getattr(job, name).all() for name in RELATIONS}
    before = JobRevision.objects.filter(job=job, number=job.current_revision).values_list("content", flat=True).first()
    made = revision.revise(job, revision.content_of(job, **there), before=before, actor_id=by.user_id)
    if made is None:
        return None
    made.save(force_insert=True)
    for name, new in rows.items():
        if _IN_CONTENT.get(name, name) in made.changed:
            getattr(job, name).all().delete()
            _write(job, name, new)
    return made


def _write(job: Job, name: str, rows: Sequence[models.Model]) -> None:
    for row in rows:
        row.job = job  # type: ignore[attr-defined]  # all of `RELATIONS` have it
    getattr(job, name).bulk_create(rows)


def _save(job: Job, within: str, **how: Any) -> None:
    """Raises `Invalid` where another posting of the company has the reference."""
    try:
        with transaction.atomic():
            job.save(**how)
    except IntegrityError as error:
        if "job_reference_is_unique" not in str(error):
            raise
        told = "Another job of this company has this reference, in this language."
        raise Invalid(told, field=f"{within}.external_reference") from None


def _refuse_misplaced(job: Job, columns: Mapping[str, Any]) -> None:
    """What cannot be said of a posting that stands where it does."""
    if columns.get("is_template") and job.lifecycle != JobLifecycle.DRAFT:
        raise Invalid("Only a draft becomes a template: clone the job.", field="changes.is_template")
    if "expires_at" not in columns:
        return
    end, path, now = columns["expires_at"], "changes.expires_at", timezone.now()
    if job.lifecycle in SHOWN_ONCE:
        if job.lifecycle == JobLifecycle.EXPIRED or (job.expires_at is not None and job.expires_at <= now):
            raise Invalid("Its time is over: reopen it.", field=path)
        if end is None:
            raise Invalid("A job that was published has an end.", field=path)
    if job.lifecycle == JobLifecycle.SCHEDULED and end is not None and job.scheduled_at is not None:
        job_fields.end(end, path, after=job.scheduled_at)


def _void_approval(job: Job) -> None:
    move = LIFECYCLE.move(JobAct.REVISE, job)
    if move is not None and move.target is not None:
        job.lifecycle, job.scheduled_at = move.target, None


def _still_guessed(job: Job, columns: Mapping[str, Any]) -> list[str]:
    """What of a posting is guessed when somebody has said these columns."""
    said = {column.removesuffix("_id") for column in columns}
    return [name for name in job.guessed if name not in said]


def _copies(rows: Iterable[models.Model]) -> list[models.Model]:
    copies = []
    for row in rows:
        new = copy(row)
        new.pk, new._state.adding = None, True
        copies.append(new)
    return copies
