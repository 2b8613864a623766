"""What a posting says, written by the people who run it: made, changed, and made from another."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from jobs import policies
from jobs.errors import CompanyInactive, JobChangedMeanwhile, JobFrozen
from jobs.models import Company, CompanyStatus, FormVersion, Job, JobModeration, JobRevision
from jobs.selectors import company as companies
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import description, job_fields, job_quota, revision
from jobs.services.job import locked
from jobs.services.job_writing import (
    REFERENCE_TAKEN,
    RELATIONS,
    Edit,
    Rows,
    begin,
    refuse_ended,
    rewrite,
    still_guessed,
    write,
)
from jobs.services.revision import Content
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.viewer import Viewer

AMENDABLE = frozenset({*(column.removesuffix("_id") for column in revision.PLAIN_FIELDS), "visibility"})
_COPIED = (*revision.PLAIN_FIELDS, "description_html", "description_text", "visibility")


@transaction.atomic
def create(*, by: Viewer, company_id: UUID, fields: Mapping[str, Any]) -> Job:
    """Begin a posting, a draft or a template, and give it back. `fields`: as `job_fields.read` takes them.

    Raises `JobQuotaReached` where the company makes no more today, `NotFound`, `Forbidden`, `CompanyInactive`, and
    `Invalid` with the path of the field.
    """
    company = hiring(by, company_id)
    said = job_fields.read({"title": None, **fields}, job_fields.known([fields]), within="fields")
    job = Job(id=uuid7(), company=company, **said.columns)
    return _begun(job, said.rows, by, act="job.create", within="fields")


@transaction.atomic
def clone(*, by: Viewer, job_id: UUID, changes: Mapping[str, Any]) -> Job:
    """Begin a draft that says what another posting or a template says but for the changes, and give it back.

    Its reference, its dates and who works on it are its own; it asks those who apply the same questions. Raises
    `JobFrozen` for what a moderator holds, and else as `create` does.
    """
    # Held, so that title, pay and places are of one and the same version.
    visible = Job.objects.filter(jobs.visible_to(by), pk=job_id)
    source = visible.select_for_update(of=("self",), no_key=True).first()
    if source is None:
        raise NotFound(field="job_id")
    company = _writable(by, source.company_id)
    if source.moderation in (JobModeration.FROZEN, JobModeration.REMOVED):
        raise JobFrozen
    said = job_fields.read(changes, job_fields.known([changes]), within="changes")
    copied = {name: getattr(source, name) for name in _COPIED} | {"guessed": still_guessed(source, said.columns)}
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
    company changes after its approval is to be approved again; what it changes once it has been public, moderators look
    at. Raises `NotFound`, `Forbidden`, `JobAlreadyClosed`, `JobFrozen`, `JobIncomplete`, and `Invalid` with the path of
    the field.
    """
    job, standing = locked(by, job_id, "id")
    if not policies.may_edit_job(by, standing, job):
        raise Forbidden
    if job.version != version:
        raise JobChangedMeanwhile(field="version")
    refuse_ended(job)
    said = job_fields.read(changes, job_fields.known([changes]), within="changes")
    edit = rewrite(job, said, before=_content(job), by=by, within="changes")
    if edit is not None:
        write([edit], by)
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
    there: dict[str, Any] = {name: getattr(job, name).all() for name in RELATIONS}
    content = revision.content_of(job, **there)
    made = revision.revise(job, content, before=_content(job), actor_id=by.user_id)
    job.version += 1
    write([Edit(job, {}, [made] if made else [], changes.keys())], by, act="job.amend")
    return job


def hiring(by: Viewer, company_id: UUID) -> Company:
    """A company that `by` may make postings for. Raises `NotFound`, `Forbidden` and `CompanyInactive`."""
    if company_id not in companies.by_id(by, {company_id}):
        raise NotFound(field="company_id")
    return _writable(by, company_id)


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
    if not begin([(job, rows)], by, act=act):
        raise Invalid(REFERENCE_TAKEN, field=f"{within}.external_reference")
    return job


def _content(job: Job) -> Content | None:
    """What the newest revision of a posting says."""
    of_job = JobRevision.objects.filter(job=job, number=job.current_revision)
    return of_job.values_list("content", flat=True).first()


def _copies(rows: Iterable[models.Model]) -> list[models.Model]:
    copies = []
    for row in rows:
        new = copy(row)
        new.pk, new._state.adding = None, True
        copies.append(new)
    return copies
