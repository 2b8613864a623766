"""The statements of applying: the posting and the person, held until the transaction ends, and what is written of both.

They run for everybody who applies, so each is compiled once a process and prepared once a connection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import QuerySet, Subquery, TextField
from django.db.models.functions import Cast, JSONObject
from psycopg.types.json import Jsonb

from accounts.models import User, UserStatus
from jobs.machines.application import ApplicationAct
from jobs.models import (
    Application,
    ApplicationDraft,
    ApplicationStatus,
    ApplicationTransition,
    FileState,
    FormVersion,
    InteractionEvent,
    InteractionKind,
    Job,
    JobRevision,
    Resume,
    Stage,
    StageKind,
)
from jobs.models.job import live
from jobs.selectors.form import NO_FORM, Form, form_of
from jobs.services import answers, heat
from kernel.ids import uuid7
from kernel.reading import Given, Statement, compiled, statement_of


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, and what they find: what the posting says and asks, and where applications for it begin."""

    user: User
    revision_id: int | None
    form: Form
    stage: Stage | None
    """None where the job has no stages yet."""
    resume_id: UUID | None
    """The person's default one."""
    has_ready_resume: bool
    referrer_id: UUID | None


def job_if_live(job_id: UUID, now: datetime, *, is_held: bool) -> Job | None:
    """The job, if it is live and no template; `is_held`: nobody closes or edits it until the transaction ends."""
    # Whoever closes the job waits for us, and others who apply do not.
    statement = _locking(_live_job, Job) if is_held else statement_of(_live_job, lambda: compiled(_live_job()))
    return next(iter(statement.read({"job_id": job_id, "now": now})), None)


def applicant(user_id: UUID, job: Job, referrer_id: UUID | None) -> Applicant | None:
    """Who applies, whom nobody forgets until the transaction ends; None for who is gone. One statement."""
    given = {"user_id": user_id, "job_id": job.pk, "revision": job.current_revision, "referrer_id": referrer_id}
    found: Any = next(iter(_locking(_applicants, User).read(given)), None)
    if found is None:
        return None
    form, stage, resume = (_loaded(text) for text in (found.form, found.stage, found.resume))
    return Applicant(
        user=found,
        revision_id=found.revision_pk,
        form=form_of(FormVersion(**form)) if form else NO_FORM,
        stage=Stage(job_id=job.pk, **stage) if stage else None,
        resume_id=UUID(resume["pk"]) if resume else None,
        has_ready_resume=bool(resume) and resume["state"] == FileState.READY,
        referrer_id=found.referrer_pk,
    )


def end_draft(user_id: UUID, job_id: UUID) -> set[UUID]:
    """Delete the draft, so that nobody goes on with it, and give the files that it had. One statement."""
    found = _END_DRAFT.read({"user_id": user_id, "job_id": job_id})
    if not found:
        return set()
    ((written, resume_id, questions),) = found
    asked = form_of(FormVersion(questions=_loaded(questions))) if questions else NO_FORM
    return answers.files_of(asked, _loaded(written)) | ({resume_id} if resume_id else set())


def write(application: Application, *, user_id: UUID, stage: Stage) -> None:
    """Write a new application down with its first step, and count it as something that the person did with the job.

    One statement, and the last one in the transaction: others who apply for the job wait for its heat.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An application was written down outside a transaction.")
    given = {name: getattr(application, name) for name in _GIVEN}
    given |= {"answers": Jsonb(application.answers), "at": application.submitted_at, "user_id": user_id}
    given |= {"stage_kind": stage.kind, "stage_name": stage.name, "signal_id": uuid7()}
    _WRITE.read(given)
    application.created_at = application.updated_at = application.submitted_at
    application._state.adding = False


def _live_job() -> QuerySet[Job]:
    rows = Job.objects.filter(live(Given("now")), pk=Given("job_id"), is_template=False)
    return rows.only("company_id", "apply_kind", "current_revision")


def _applicants() -> QuerySet[User]:
    job, person = Given("job_id"), Given("user_id")
    form = FormVersion.objects.filter(job=job).order_by("-number")
    stage = Stage.objects.filter(job=job, kind=StageKind.APPLIED)
    resume = Resume.objects.filter(user=person, is_default=True)
    # Nobody refers themselves.
    referrer = User.objects.filter(pk=Given("referrer_id"), status=UserStatus.ACTIVE).exclude(pk=person)
    rows = User.objects.filter(pk=person, status=UserStatus.ACTIVE).only("name", "email", "email_verified_at")
    return rows.annotate(
        revision_pk=Subquery(JobRevision.objects.filter(job=job, number=Given("revision")).values("pk")[:1]),
        form=_json(form, pk="pk", number="number", questions="questions"),
        stage=_json(stage, pk="pk", name="name", kind="kind"),
        resume=_json(resume, pk="file_id", state="file__state"),
        referrer_pk=Subquery(referrer.values("pk")[:1]),
    )


def _json(rows: QuerySet[Any], **columns: str) -> Subquery:
    """The columns of the first row as a text of JSON, which comes as it is: Django's own reading of it costs more."""
    text = Cast(JSONObject(**columns), TextField())
    return Subquery(rows.annotate(as_text=text).values("as_text")[:1])


def _locking(queryset: Callable[[], QuerySet[Any]], model: Any) -> Statement[Sequence[Any]]:
    """The statement of a queryset, which lets nobody change the rows of the model that it finds."""

    def compile_() -> Statement[Sequence[Any]]:
        statement = compiled(queryset())
        return replace(statement, text=f"{statement.text} FOR SHARE OF {model._meta.db_table}")

    return statement_of((_locking, queryset), compile_)


def _loaded(json: Any) -> Any:
    return orjson.loads(json) if isinstance(json, str | bytes) else json


_END_DRAFT: Statement[Sequence[Any]] = Statement(
    f"""
    DELETE FROM {ApplicationDraft._meta.db_table} AS draft WHERE user_id = %(user_id)s AND job_id = %(job_id)s
    RETURNING answers, resume_id,
        (SELECT questions FROM {FormVersion._meta.db_table} WHERE id = draft.form_version_id)""",  # noqa: S608 - our own text
    list,
)
_GIVEN = (
    *("id", "job_id", "candidate_id", "revision_id", "form_version_id", "cover_letter", "resume_id", "source"),
    *("referrer_id", "needs_review", "knockouts", "stage_id"),
)
# Each part takes its rows from the one before, so that the heat of the job is the last that is locked.
_WRITE: Statement[Sequence[Any]] = Statement(
    f"""
    WITH made AS (
        INSERT INTO {Application._meta.db_table} (id, created_at, updated_at, job_id, candidate_id, revision_id,
            form_version_id, answers, cover_letter, resume_id, source, referrer_id, needs_review, knockouts, status,
            stage_id, entered_stage_at, submitted_at, reject_reason, version)
        VALUES (%(id)s, %(at)s, %(at)s, %(job_id)s, %(candidate_id)s, %(revision_id)s, %(form_version_id)s,
            %(answers)s, %(cover_letter)s, %(resume_id)s, %(source)s, %(referrer_id)s, %(needs_review)s,
            %(knockouts)s::varchar[], '{ApplicationStatus.ACTIVE}', %(stage_id)s, %(at)s, %(at)s, '', 1)
        RETURNING id, job_id
    ), stepped AS (
        INSERT INTO {ApplicationTransition._meta.db_table} (application_id, seq, act, from_status, to_status,
            to_stage_id, from_kind, to_kind, from_name, to_name, reason, comment, actor_id, at)
        SELECT id, 1, '{ApplicationAct.SUBMIT.value}', '', '{ApplicationStatus.ACTIVE}', %(stage_id)s, '',
            %(stage_kind)s, '', %(stage_name)s, '', '', %(user_id)s, %(at)s FROM made
    ), written AS (
        INSERT INTO {InteractionEvent._meta.db_table} (id, user_id, job_id, kind, occurred_at, surface)
        SELECT %(signal_id)s, %(user_id)s, job_id, '{InteractionKind.APPLY}', %(at)s, '' FROM made
        RETURNING user_id, job_id, kind, occurred_at
    ), {heat.ADD_WRITTEN} RETURNING job_id""",  # noqa: S608
    list,
)
