"""Applying for a job, and taking it back. `docs/applying.md` says what is promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.text import person_name
from jobs import policies
from jobs.errors import AlreadyApplied, ApplicationMoveRefused, FileNotReady, FormChangedMeanwhile, JobNotApplicable
from jobs.events import ApplicationSubmitted, ApplicationWithdrawn
from jobs.machines.application import APPLICATION, ApplicationAct
from jobs.machines.machine import refused
from jobs.models import (
    Application,
    ApplicationStatus,
    ApplyKind,
    FilePurpose,
    Job,
    JobRevision,
    RejectionMail,
)
from jobs.selectors import job as jobs
from jobs.selectors import outward
from jobs.selectors.form import Form
from jobs.services import (
    answers,
    application_entry,
    candidate,
    rejection_mail,
    revision,
    source_token,
    stage,
    transition,
)
from jobs.services import file as files
from jobs.services.answers import Answer
from jobs.services.application_entry import Applicant
from jobs.services.source_token import Source
from jobs.services.transition import Before
from kernel.errors import Forbidden, NotFound
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

LONGEST_LETTER = 20_000
ONE_LIVE = "application_one_live"
LIVE = (ApplicationStatus.ACTIVE, ApplicationStatus.REJECTED, ApplicationStatus.HIRED)
# Of an application that was there and was taken back in between, and of a job that had no revision yet.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody sends to a company. Without a résumé of its own it has the person's default one, if any."""

    form_version: int | None = None
    answers: Sequence[Answer] = field(default=())
    cover_letter: str | None = None
    resume_id: UUID | None = None
    has_resume: bool = True
    """False: it is sent without one."""
    name: str | None = None
    """None: as the account has it."""
    phone: str | None = None
    source_token: str | None = None


def submit(*, by: Viewer, job_id: UUID, letter: Letter) -> Application:
    """Apply for a live posting that takes applications here: one live application of a person for a job, ever.

    It keeps what the posting said, what it asked and what was answered. Of several at once the database lets one be
    made; the others get `AlreadyApplied`, which names it. Raises besides `NotFound`, `Forbidden`, `Invalid`,
    `JobNotApplicable`, `FormChangedMeanwhile`, and what taking a file raises.
    """
    if by.user_id is None or not policies.may_apply(by):
        raise Forbidden
    for _ in range(_TRIES):
        try:
            made = _submit(by, by.user_id, job_id, letter)
        except IntegrityError as error:
            if _constraint(error) != ONE_LIVE:
                raise
            if (found := _live_one(by.user_id, job_id)) is not None:
                raise AlreadyApplied.of(found) from None
        else:
            if made is not None:
                return made
            _write_revision(job_id)
    raise AlreadyApplied


@transaction.atomic
def _submit(by: Viewer, user_id: UUID, job_id: UUID, letter: Letter) -> Application | None:
    """The application; None where the posting has no revision that could be frozen."""
    now = timezone.now()
    job = applicable(by, job_id, is_held=True)
    source = source_token.read_token(letter.source_token, job.pk)
    person = _applicant(user_id, job, source)
    if person.revision_id is None:
        return None
    form = answerable(person.form, letter.form_version)
    name = person_name(letter.name) if letter.name is not None else person.user.name
    known = candidate.meet(
        company_id=job.company_id,
        user_id=user_id,
        name=name,
        email=person.user.email,
        phone=candidate.phone_number(letter.phone),
    )
    # Before the files: whoever writes the draft at this moment holds it, and asks for its files then.
    drafted = application_entry.end_draft(user_id, job.pk)
    answered = answers.understood(form, letter.answers, by=by, is_complete=True)
    beginning = person.stage or stage.begin(Job(pk=job.pk, company_id=job.company_id))
    made = Application(
        job_id=job.pk,
        candidate=known,
        revision_id=person.revision_id,
        form_version_id=form.pk,
        answers=answered.values,
        cover_letter=answers.plain(letter.cover_letter, "cover_letter", longest=LONGEST_LETTER),
        resume_id=_resume(by, letter, person),
        source=source.name,
        referrer_id=person.referrer_id,
        needs_review=bool(answered.knockouts),
        knockouts=answered.knockouts,
        stage=beginning,
        entered_stage_at=now,
        submitted_at=now,
    )
    if left := drafted - answers.files_of(form, made.answers) - {made.resume_id}:
        files.release(left)
    emit(ApplicationSubmitted(application_id=made.pk, job_id=job.pk, company_id=job.company_id), by=by)
    application_entry.write(made, user_id=user_id, stage=beginning)
    return made


@transaction.atomic
def withdraw(*, by: Viewer, application_id: UUID) -> Application:
    """Take an own application back, and give it back. Done again, it changes nothing.

    Whoever was declined and has not been told yet can take it back, and then is not told. Raises `NotFound`,
    `Forbidden`, `ApplicationMoveRefused`.
    """
    # Without the stage: a row that somebody is just moving would be matched with the stage that it was in.
    rows = Application.objects.select_for_update(of=("self",)).select_related("candidate", "job")
    application = rows.filter(candidate__user=by.require_user(), pk=application_id).first()
    if application is None:
        raise NotFound(field="application_id")
    if not policies.may_apply(by):
        raise Forbidden
    if application.status != ApplicationStatus.WITHDRAWN:
        take_back(application, by=by, at=timezone.now())
    return application


def take_back(application: Application, *, by: Viewer, at: datetime) -> None:
    """Take an application back that is locked, in the caller's transaction. Raises `ApplicationMoveRefused`."""
    # Locked: whoever is about to tell the person is either through, or finds the mail cancelled.
    waiting = RejectionMail.objects.filter(application=application, released_at=None, cancelled_at=None)
    is_rejected = application.status == ApplicationStatus.REJECTED
    application.is_untold = is_rejected and waiting.select_for_update().first() is not None  # type: ignore[attr-defined]
    move = APPLICATION.move(ApplicationAct.WITHDRAW, application)
    if move is None:
        raise ApplicationMoveRefused(f"It stands at: {ApplicationStatus(application.status).label}.")
    if (refusal := refused(move.guards, application, at)) is not None:
        raise refusal
    before = Before.of(application)
    application.status, application.decided_at, application.reject_reason = ApplicationStatus.WITHDRAWN, at, ""
    application.version += 1
    application.save(update_fields=["status", "decided_at", "reject_reason", "version", "updated_at"])
    transition.step(application, act=ApplicationAct.WITHDRAW, by=by, at=at, before=before)
    if is_rejected:
        rejection_mail.cancel(application, at=at)
    job = application.job
    emit(ApplicationWithdrawn(application_id=application.pk, job_id=job.pk, company_id=job.company_id), by=by)


def applicable(by: Viewer, job_id: UUID, *, is_held: bool = False) -> Job:
    """The job, if one can apply for it here at this moment; `is_held`: nobody closes or edits it meanwhile.

    Raises `NotFound` for what the viewer may not see, and `JobNotApplicable`.
    """
    job = application_entry.job_if_live(job_id, timezone.now(), is_held=is_held)
    if job is not None:
        if job.apply_kind != ApplyKind.NATIVE:
            raise JobNotApplicable("This job takes applications elsewhere: see how to apply.", field="job_id")
        return job
    found = Job.objects.filter(pk=job_id).only("public_id").first()
    is_known = found is not None and (
        outward.has_ended(found.public_id) or Job.objects.filter(jobs.visible_to(by), pk=job_id).exists()
    )
    raise (
        JobNotApplicable("This job takes no applications any more.", field="job_id")
        if is_known
        else NotFound(field="job_id")
    )


def answerable(form: Form, version: int | None) -> Form:
    """The form, if it is the version that somebody answers. Raises `FormChangedMeanwhile`."""
    if form.questions and version is None:
        raise FormChangedMeanwhile("Read what this posting asks, and name the form's version.", field="form_version")
    if (form.questions or version) and version != form.version:
        raise FormChangedMeanwhile(field="form_version")
    return form


def _applicant(user_id: UUID, job: Job, source: Source) -> Applicant:
    """Who applies, and may. Raises `Forbidden`."""
    found = application_entry.applicant(user_id, job, source.referrer_id)
    if found is None:
        raise Forbidden
    if found.user.email_verified_at is None:
        raise Forbidden("Confirm your e-mail address first: the company writes to it.")
    return found


def _resume(by: Viewer, letter: Letter, person: Applicant) -> UUID | None:
    if letter.resume_id is not None:
        return files.take(by=by, file_id=letter.resume_id, purpose=FilePurpose.RESUME, field="resume_file_id").pk
    if not letter.has_resume or person.resume_id is None:
        return None
    if not person.has_ready_resume:
        # Nobody has looked at it yet, which takes a second: it is not left out in silence.
        raise FileNotReady(field="resume_file_id")
    return person.resume_id


def _live_one(user_id: UUID, job_id: UUID) -> UUID | None:
    rows = Application.objects.filter(job=job_id, candidate__user=user_id, status__in=LIVE)
    return rows.values_list("pk", flat=True).first()


def _constraint(error: IntegrityError) -> str | None:
    name: str | None = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return name


@transaction.atomic
def _write_revision(job_id: UUID) -> None:
    """Write down what a posting says that was made without a revision."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
    if not JobRevision.objects.filter(job=job, number=job.current_revision).exists():
        # The hash may be there without its revision.
        job.content_hash = ""
        revision.record(job, ANONYMOUS)
        job.save(update_fields=["content_hash", "current_revision", "updated_at"])
