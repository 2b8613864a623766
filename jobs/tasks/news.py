"""Who is told of what happens in hiring. Words and topics stand in `jobs.notifications`."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.notifications.news import News
from accounts.services.notification import Notice, tell_all
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
    JobFlagged,
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
from jobs.models import (
    Application,
    ApplicationStatus,
    ApplicationTransition,
    CompanyExport,
    Job,
    JobLifecycle,
    ModerationCase,
    Note,
    RejectionMail,
    SourcePosting,
)
from jobs.policies import is_trusted
from jobs.selectors import audience
from jobs.services.rejection_mail import still_stands
from kernel.events import Event
from kernel.reading import Reading
from kernel.subscribers import Telling, Told, subscriber, subscriber_of_many

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


# Of an application, and of the one that it goes on as: no more than what is told.
_PATHS = ("", "transferred_to__")
_JOINED = ("job__company", "candidate")
_READ = ("job__title", "job__public_id", "job__expires_at", "job__company__name", "candidate__user")


def _rows() -> QuerySet[Application]:
    joined = [f"{path}{name}" for path in _PATHS for name in _JOINED]
    read = [f"{path}{name}" for path in _PATHS for name in ("job", *_JOINED, *_READ)]
    return Application.objects.select_related(*joined).only("transferred_to", "status", *read)


_APPLICATIONS = Reading(_rows)
_HIRED = ApplicationStatus.HIRED


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
    """The board's own people, wherever the job is from."""
    job = Job.objects.select_related("company").filter(pk=event.job_id).first()
    if job is not None:
        _tell(audience.moderators(), news.JOB_REPORTED, telling, job)


@subscriber(JobFlagged)
def tell_of_change(event: JobFlagged, telling: Telling) -> None:
    """The board's own people, where nobody has reported it: it says something else than what they approved."""
    unreported = ModerationCase.objects.filter(job=event.job_id, decided_at=None, reports=0)
    case = unreported.select_related("job__company").first()
    if case is not None:
        _tell(audience.moderators(), news.JOB_CHANGED, telling, case.job)


@subscriber_of_many(*_OF_APPLICATIONS)
def tell_applicant(told: Sequence[Told[ApplicationEvent]]) -> None:
    """The person whose application it is. Nobody hears of a hire that was taken back before the telling."""
    found, notices = _applications(told), []
    for event, telling in told:
        application = found.get(event.application_id)
        is_undone = isinstance(event, ApplicationHired) and application and application.status != _HIRED
        if application is not None and not is_undone:
            # What was handed over is told of where it goes on.
            target = application.transferred_to or application
            what = _OF_APPLICATIONS[type(event)]
            notices.append(_notice(_applicant(application), what, telling, target.job, about=target))
    tell_all(notices)


@subscriber(ApplicationMoved)
def tell_of_step(event: ApplicationMoved, telling: Telling) -> None:
    """The person, where the stage is of another kind than the one before: what a company calls its stages is its own.

    Nothing where the application was moved on, or back, before the telling: that step is told, if it is one to tell.
    """
    application = _application(event.application_id)
    last = ApplicationTransition.objects.filter(application=event.application_id).order_by("-seq").first()
    if application is None or last is None or last.act != "move" or last.from_kind == last.to_kind:
        return
    # The step of this event was taken before the event was written down, every later one afterwards.
    if last.at > telling.occurred_at:
        return
    _tell(_applicant(application), news.APPLICATION_MOVED, telling, application.job, about=application)


@subscriber(RejectionMailDue)
def tell_of_end(event: RejectionMailDue, telling: Telling) -> None:
    """The person, in the app: the mail is a message of its own. Nothing where the rejection was taken back."""
    application = _application(event.application_id)
    mail = RejectionMail.objects.select_related("application").filter(pk=event.mail_id).first()
    if application is not None and mail is not None and still_stands(mail):
        people = _applicant(application)
        _tell(people, news.APPLICATION_ENDED, telling, application.job, about=application, is_mailed=False)


@subscriber_of_many(*_OF_CANDIDATES)
def tell_hiring_team(told: Sequence[Told[ApplicationEvent]]) -> None:
    """Those who work on the job."""
    found, notices = _applications(told), []
    people = audience.of_jobs({row.job_id: row.job for row in found.values()}.values())
    for event, telling in told:
        application = found.get(event.application_id)
        if application is not None:
            others = people[application.job_id] - {telling.actor_id}
            what = _OF_CANDIDATES[type(event)]
            notices.append(_notice(others, what, telling, application.job, about=application))
    tell_all(notices)


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
        what, about = news.EXPORT_READY, ("CompanyExport", row.pk)
        tell_all([Notice([row.requested_by_id], what.topic, what.kind, telling, values=values, about=about)])


def _job(job_id: UUID) -> Job | None:
    """The job, unless a source has it: nobody here works on that one."""
    job = Job.objects.select_related("company").filter(pk=job_id).first()
    if job is None or (job.external_reference and SourcePosting.objects.filter(job=job).exists()):
        return None
    return job


def _application(application_id: UUID) -> Application | None:
    return _APPLICATIONS.one([application_id]).get(application_id)


def _applications(told: Sequence[Told[ApplicationEvent]]) -> dict[UUID, Application]:
    return _APPLICATIONS.one({event.application_id for event, _ in told})


def _applicant(application: Application) -> set[UUID]:
    return {application.candidate.user_id} if application.candidate.user_id else set()


def _tell(people: Collection[UUID | None], what: News, telling: Telling, job: Job, **how: Any) -> None:
    tell_all([_notice(people, what, telling, job, **how)])


def _notice(
    people: Collection[UUID | None],
    what: News,
    telling: Telling,
    job: Job,
    *,
    about: Application | None = None,
    is_mailed: bool = True,
) -> Notice:
    values: dict[str, Any] = {"job": job.title, "company": job.company.name, "slug": job.slug}
    if job.expires_at is not None and what is news.JOB_EXPIRES_SOON:
        values["day"] = job.expires_at.date().isoformat()
    target = ("Application", about.pk) if about is not None else ("Job", job.pk)
    known = [key for key in people if key]
    return Notice(known, what.topic, what.kind, telling, values=values, about=target, is_mailed=is_mailed)
