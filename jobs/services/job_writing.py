"""Postings into the tables with all that hangs on them: in as many statements for two hundred as for one.

What stands against a posting is found out before, in memory, so that nothing has to be taken back. Whoever calls has
locked what is there already.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.services import audit
from jobs import policies
from jobs.errors import JobAlreadyClosed, JobFrozen, JobIncomplete
from jobs.events import JobCreated, JobUpdated
from jobs.machines.job import LIFECYCLE, JobAct, is_complete
from jobs.models import (
    Compensation,
    Job,
    JobLifecycle,
    JobLocation,
    JobModeration,
    JobRevision,
    JobSkill,
    RemoteEligibility,
)
from jobs.search.engine import engine
from jobs.services import job_fields, moderation, revision
from jobs.services.job import ENDED, SHOWN_ONCE
from jobs.services.job_fields import Columns, Said
from jobs.services.revision import Content
from kernel.errors import Invalid
from kernel.events import emit_all
from kernel.viewer import Viewer

RELATIONS: Mapping[str, type[models.Model]] = {
    "locations": JobLocation,
    "remote_eligibility": RemoteEligibility,
    "compensations": Compensation,
    "job_skills": JobSkill,
}
REFERENCE_TAKEN = "Another job of this company has this reference, in this language."
# What a revision's content calls otherwise.
_IN_CONTENT = {"job_skills": "skills"}
# Columns that are no part of what readers are shown, and of no revision.
_BESIDE = frozenset({"external_reference", "visibility", "is_template", "expires_at", "lifecycle"})
# They are written once.
_KEPT = frozenset({"id", "public_id", "company", "created_at"})

type Rows = Mapping[str, Sequence[models.Model]]


@dataclass(frozen=True, slots=True)
class Edit:
    """A posting that is there, with what is said of it now and was not saved yet."""

    job: Job
    rows: Rows
    """Those of its relations that are other ones now."""
    revisions: Sequence[JobRevision]
    changed: Collection[str]
    is_to_be_looked_at: bool = False
    """By moderators, who have not seen what it says now."""


def refuse_ended(job: Job) -> None:
    """Raises `JobAlreadyClosed` or `JobFrozen` for what nobody writes any more."""
    if job.lifecycle in ENDED:
        raise JobAlreadyClosed
    if job.moderation == JobModeration.REMOVED:
        raise JobFrozen


def begin(drafts: Sequence[tuple[Job, Rows]], by: Viewer, *, act: str = "job.create") -> set[UUID]:
    """Write new postings, and give back the ids of those that are there now.

    Missing are those whose reference another posting of the company has got in the meantime.
    """
    # In the order of the references, as imports write them: so that two never wait for each other in a circle.
    ordered = sorted(drafts, key=lambda draft: (draft[0].external_reference, draft[0].language))
    firsts: dict[UUID, JobRevision] = {}
    for job, rows in ordered:
        content = revision.content_of(job, **{name: cast(Any, rows.get(name, ())) for name in RELATIONS})
        made = revision.revise(job, content, before=None, actor_id=by.user_id)
        assert made is not None, "what is new has a first revision"
        firsts[job.pk] = made
    Job.objects.bulk_create([job for job, _ in ordered], ignore_conflicts=True)
    there = set(Job.objects.filter(pk__in=list(firsts)).values_list("pk", flat=True))
    written = [(job, rows) for job, rows in ordered if job.pk in there]
    for name in RELATIONS:
        _insert(name, written)
    JobRevision.objects.bulk_create([firsts[job.pk] for job, _ in written])
    done = [
        audit.Done(("Job", job.pk), job.company_id, None, {"title": job.title, "is_template": job.is_template})
        for job, _ in written
    ]
    audit.record_all(act, by=by, done=done)
    emit_all([JobCreated(job.pk, job.company_id) for job, _ in written], by=by)
    return there


def rewrite(job: Job, said: Said, *, before: Content | None, by: Viewer, within: str) -> Edit | None:
    """What is to be saved of a posting of which this was said; None where it says it already. Asks for no permission.

    `before` is the content of its current revision. What an unverified company changes after its approval is to be
    approved again. Raises `JobIncomplete`, and `Invalid` with the path of the field.
    """
    _refuse_misplaced(job, said.columns, within)
    there: dict[str, Any] = {name: list(getattr(job, name).all()) for name in RELATIONS}
    revisions: list[JobRevision] = []
    if not job.current_revision:
        # What it said so far is kept as well, and told from what is said now.
        before = revision.content_of(job, **there)
        revisions += filter(None, [revision.revise(job, before, before=None, actor_id=by.user_id)])
    changed = {name for name, value in said.columns.items() if getattr(job, name) != value}
    job.guessed = still_guessed(job, said.columns)
    for name in changed:
        setattr(job, name, said.columns[name])
    if job.lifecycle != JobLifecycle.DRAFT and (refusal := is_complete(job, timezone.now())):
        raise JobIncomplete(str(refusal), field=f"{within}.{refusal.field}")
    content = revision.content_of(job, **{**there, **said.rows})
    made = revision.revise(job, content, before=before, actor_id=by.user_id)
    if made is None and not changed:
        return None
    job.version += 1
    if made is None:
        return Edit(job, {}, revisions, changed & _BESIDE)
    is_to_be_reviewed = not policies.is_trusted(job.company)
    if is_to_be_reviewed and _void_approval(job):
        changed.add("lifecycle")
    rows = {name: new for name, new in said.rows.items() if _IN_CONTENT.get(name, name) in made.changed}
    return Edit(
        job,
        rows,
        [*revisions, made],
        {*made.changed, *(changed & _BESIDE)},
        is_to_be_looked_at=is_to_be_reviewed and job.lifecycle in SHOWN_ONCE,
    )


def write(edits: Iterable[Edit], by: Viewer, *, act: str = "job.update", within: str = "changes") -> None:
    """Save what was changed of postings, in a few statements, and some more for each that moderators are to look at.

    What is live is indexed. Raises `Invalid` where another posting of the company has a reference.
    """
    ordered = sorted(edits, key=lambda edit: edit.job.pk)
    if not ordered:
        return
    JobRevision.objects.bulk_create([made for edit in ordered for made in edit.revisions])
    for name, model in RELATIONS.items():
        anew = [(edit.job, edit.rows) for edit in ordered if name in edit.rows]
        if anew:
            model._default_manager.filter(job__in=[job.pk for job, _ in anew]).delete()
            _insert(name, anew)
    _save([edit.job for edit in ordered], within)
    for edit in ordered:
        if edit.is_to_be_looked_at:
            moderation.look_at(edit.job)
    done = [
        audit.Done(
            ("Job", edit.job.pk),
            edit.job.company_id,
            None,
            {"changed": sorted(edit.changed), "revision": edit.job.current_revision},
        )
        for edit in ordered
    ]
    audit.record_all(act, by=by, done=done)
    emit_all([JobUpdated(edit.job.pk, edit.job.company_id) for edit in ordered], by=by)
    live = [edit.job.pk for edit in ordered if edit.job.lifecycle == JobLifecycle.PUBLISHED]
    if live:
        engine().index(live)


def still_guessed(job: Job, columns: Columns) -> list[str]:
    """What of a posting is guessed when somebody has said these columns."""
    said = {column.removesuffix("_id") for column in columns}
    return [name for name in job.guessed if name not in said]


def _insert(name: str, postings: Sequence[tuple[Job, Rows]]) -> None:
    new: list[models.Model] = []
    for job, rows in postings:
        for row in rows.get(name, ()):
            row.job = job  # type: ignore[attr-defined]  # all of `RELATIONS` have it
            new.append(row)
    if new:
        RELATIONS[name]._default_manager.bulk_create(new)


def _save(jobs: Sequence[Job], within: str) -> None:
    """Raises `Invalid` where another posting of the company has the reference."""
    created = [job.created_at for job in jobs]
    columns = [field.name for field in Job._meta.concrete_fields if field.name not in _KEPT]
    try:
        with transaction.atomic():
            # They are all there: one statement for all of them, where bulk_update writes a CASE for each.
            Job.objects.bulk_create(jobs, update_conflicts=True, unique_fields=["id"], update_fields=columns)
    except IntegrityError as error:
        if "job_reference_is_unique" not in str(error):
            raise
        raise Invalid(REFERENCE_TAKEN, field=f"{within}.external_reference") from None
    for job, at in zip(jobs, created, strict=True):
        # Django takes them for new ones.
        job.created_at = at


def _refuse_misplaced(job: Job, columns: Columns, within: str) -> None:
    """What cannot be said of a posting that stands where it does."""
    if columns.get("is_template") and job.lifecycle != JobLifecycle.DRAFT:
        raise Invalid("Only a draft becomes a template: clone the job.", field=f"{within}.is_template")
    if "expires_at" not in columns:
        return
    end, path, now = columns["expires_at"], f"{within}.expires_at", timezone.now()
    if job.lifecycle in SHOWN_ONCE:
        if job.lifecycle == JobLifecycle.EXPIRED or (job.expires_at is not None and job.expires_at <= now):
            raise Invalid("Its time is over: reopen it.", field=path)
        if end is None:
            raise Invalid("A job that was published has an end.", field=path)
    if job.lifecycle == JobLifecycle.SCHEDULED and end is not None and job.scheduled_at is not None:
        job_fields.end(end, path, after=job.scheduled_at)


def _void_approval(job: Job) -> bool:
    """Whether it had one, and is a draft again."""
    move = LIFECYCLE.move(JobAct.REVISE, job)
    if move is None or move.target is None:
        return False
    job.lifecycle, job.scheduled_at = move.target, None
    return True
