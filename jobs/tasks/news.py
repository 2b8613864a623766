"""Who is told of what happens in hiring. Words and topics stand in `jobs.notifications`."""

from typing import Any
from uuid import UUID

from accounts.notifications.news import News
from accounts.services.notification import tell
from jobs import notifications as news
from jobs.events import (
    ApplicationEvent,
    ApplicationHired,
    ApplicationMoved,
    ApplicationSubmitted,
    ApplicationTransferred,
    ApplicationWithdrawn,
    ExportReady,
    JobApproved,
    JobEvent,
    JobExpired,
    JobExpiresSoon,
    JobFrozen,
    JobHeldBack,
    JobRejected,
    JobRemoved,
    JobReported,
    JobSubmitted,
    JobUnfrozen,
    NoteAdded,
    RejectionMailDue,
)
from jobs.models import Application, ApplicationTransition, CompanyExport, Job, JobLifecycle, Note, SourcePosting
from jobs.policies import is_trusted
from jobs.selectors import audience
from kernel.events import Event
from kernel.outbox import Telling, subscriber

_OF_JOBS: dict[type[Event], News] = {
    JobApproved: news.JOB_APPROVED,
    JobRejected: news.JOB_REJECTED,
    JobHeldBack: news.JOB_HELD_BACK,
    JobExpiresSoon: news.JOB_EXPIRES_SOON,
    JobExpired: news.JOB_EXPIRED,
    JobFrozen: news.JOB_FROZEN,
    JobUnfrozen: news.JOB_UNFROZEN,
    JobRemoved: news.JOB_REMOVED,
}
_OF_APPLICATIONS: dict[type[Event], News] = {
    ApplicationSubmitted: news.APPLICATION_RECEIVED,
    ApplicationHired: news.APPLICATION_HIRED,
    ApplicationTransferred: news.APPLICATION_TRANSFERRED,
}
_OF_CANDIDATES: dict[type[Event], News] = {
    ApplicationSubmitted: news.CANDIDATE_APPLIED,
    ApplicationWithdrawn: news.CANDIDATE_WITHDREW,
}


@subscriber(*_OF_JOBS)
def tell_of_job(event: JobEvent, telling: Telling) -> None:
    """Those who work on the job, but for whoever did it."""
    job = _job(event.job_id)
    if job is not None:
        _tell(audience.of_job(job) - {telling.actor_id}, _OF_JOBS[type(event)], telling, job)


@subscriber(JobSubmitted)
def tell_reviewers(event: JobSubmitted, telling: Telling) -> None:
    """Those who may approve it: of a trusted company its own people, else the board's."""
    job = _job(event.job_id)
    if job is None or job.lifecycle != JobLifecycle.IN_REVIEW:
        return
    people = audience.publishers_of(job.company_id) if is_trusted(job.company) else audience.moderators()
    _tell(people - {telling.actor_id}, news.JOB_SUBMITTED, telling, job)


@subscriber(JobReported)
def tell_moderators(event: JobReported, telling: Telling) -> None:
    """The board's own people."""
    job = _job(event.job_id)
    if job is not None:
        _tell(audience.moderators(), news.JOB_REPORTED, telling, job)


@subscriber(*_OF_APPLICATIONS)
def tell_applicant(event: ApplicationEvent, telling: Telling) -> None:
    """The person whose application it is."""
    application = _application(event.application_id)
    if application is None:
        return
    # What was handed over is told of where it goes on.
    target = application.transferred_to or application
    _tell(_applicant(application), _OF_APPLICATIONS[type(event)], telling, target.job, about=target)


@subscriber(ApplicationMoved)
def tell_of_step(event: ApplicationMoved, telling: Telling) -> None:
    """The person, where the stage is of another kind than the one before: what a company calls its stages is its own.

    Nothing where the application was moved on, or back, before the telling.
    """
    application = _application(event.application_id)
    last = ApplicationTransition.objects.filter(application=event.application_id).order_by("-seq").first()
    if application is None or last is None or last.act != "move" or last.from_kind == last.to_kind:
        return
    _tell(_applicant(application), news.APPLICATION_MOVED, telling, application.job, about=application)


@subscriber(RejectionMailDue)
def tell_of_end(event: RejectionMailDue, telling: Telling) -> None:
    """The person, in the app: the mail is a message of its own."""
    application = _application(event.application_id)
    if application is not None:
        people = _applicant(application)
        _tell(people, news.APPLICATION_ENDED, telling, application.job, about=application, is_mailed=False)


@subscriber(*_OF_CANDIDATES)
def tell_hiring_team(event: ApplicationEvent, telling: Telling) -> None:
    """Those who work on the job."""
    application = _application(event.application_id)
    if application is not None:
        people = audience.of_job(application.job) - {telling.actor_id}
        _tell(people, _OF_CANDIDATES[type(event)], telling, application.job, about=application)


@subscriber(NoteAdded)
def tell_mentioned(event: NoteAdded, telling: Telling) -> None:
    """Those who are named in the note, as far as they may read it now."""
    note = Note.objects.filter(pk=event.note_id).first()
    application = _application(event.application_id)
    if note is not None and application is not None:
        people = audience.may_read(application.job, note.mentioned) - {telling.actor_id}
        _tell(people, news.MENTIONED, telling, application.job, about=application)


@subscriber(ExportReady)
def tell_export(event: ExportReady, telling: Telling) -> None:
    """Whoever asked for it."""
    row = CompanyExport.objects.select_related("company").filter(pk=event.export_id).first()
    if row is not None:
        values = {"company": row.company.name}
        tell(
            [row.requested_by_id],
            news.EXPORT_READY.topic,
            news.EXPORT_READY.kind,
            telling,
            values=values,
            about=("CompanyExport", row.pk),
        )


def _job(job_id: UUID) -> Job | None:
    """The job, unless a source has it: nobody here works on that one."""
    job = Job.objects.select_related("company").filter(pk=job_id).first()
    if job is None or (job.external_reference and SourcePosting.objects.filter(job=job).exists()):
        return None
    return job


def _application(application_id: UUID) -> Application | None:
    rows = Application.objects.select_related(
        "job__company", "candidate", "transferred_to__job__company", "transferred_to__candidate"
    )
    return rows.filter(pk=application_id).first()


def _applicant(application: Application) -> set[UUID]:
    return {application.candidate.user_id} if application.candidate.user_id else set()


def _tell(
    people: "set[UUID | None] | set[UUID]",
    what: News,
    telling: Telling,
    job: Job,
    *,
    about: Application | None = None,
    is_mailed: bool = True,
) -> None:
    values: dict[str, Any] = {"job": job.title, "company": job.company.name, "slug": job.slug}
    if job.expires_at is not None and what is news.JOB_EXPIRES_SOON:
        values["day"] = job.expires_at.date().isoformat()
    target = ("Application", about.pk) if about is not None else ("Job", job.pk)
    tell(
        [key for key in people if key], what.topic, what.kind, telling, values=values, about=target, is_mailed=is_mailed
    )
