"""The moves of single applications: each is one of the machine's, written down with who took it, when and why."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import policies
from jobs.errors import AlreadyApplied, JobNotApplicable, OpeningFilled
from jobs.machines.application import ApplicationAct
from jobs.models import (
    Application,
    ApplicationStatus,
    ApplicationTransition,
    Job,
    JobLifecycle,
    Stage,
    StageKind,
)
from jobs.selectors import application as applications
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import job as job_moves
from jobs.services import pipeline_bulk as bulk
from jobs.services import rejection_mail, stage
from jobs.services.rejection_mail import MailWords
from jobs.services.transition import Before
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

ENDED = frozenset({JobLifecycle.CLOSED, JobLifecycle.ARCHIVED})
# Of what was never public nobody is told that they are considered for it; and a draft with applications could not go.
HANDED_OVER_TO = frozenset({JobLifecycle.PUBLISHED, JobLifecycle.PAUSED, JobLifecycle.EXPIRED})
COPIED = (
    *("candidate_id", "revision_id", "form_version_id", "answers", "cover_letter", "resume_id", "source"),
    *("referrer_id", "needs_review", "knockouts", "submitted_at"),
)
"""What of an application is the same in the one that it goes on as."""


def move(*, by: Viewer, application_id: UUID, stage_id: int, version: int) -> Application:
    """Put an application into another stage of its job, and give it back. One that is there already stays as it is.

    `version` is the one that the caller read: `ApplicationChangedMeanwhile` if there is a newer one. Nobody is hired by
    being put into the last stage: that is `Invalid`.
    """
    return _only(bulk.move(by=by, versions={application_id: version}, stage_id=stage_id))


def reject(
    *, by: Viewer, application_id: UUID, version: int, reason: str, comment: str = "", mail: MailWords | None = None
) -> Application:
    """Decline an application for a `RejectReason`, and give it back. `mail` tells the person so, hours later."""
    done = bulk.reject(by=by, versions={application_id: version}, reason=reason, comment=comment, mail=mail)
    return _only(done)


@transaction.atomic
def unreject(*, by: Viewer, application_id: UUID, version: int) -> Application:
    """Take a rejection back: the application is where it was. A mail that was not released is never sent."""
    application = _locked(by, application_id, ApplicationAct.UNREJECT, version)
    now = timezone.now()
    # Before anything is told of the application: who releases mails holds the mail first, too.
    rejection_mail.cancel(application, at=now)
    changes = {"status": ApplicationStatus.ACTIVE, "decided_at": None, "reject_reason": "", "entered_stage_at": now}
    bulk.step([application], ApplicationAct.UNREJECT, changes, by=by, at=now)
    return application


@transaction.atomic
def hire(
    *,
    by: Viewer,
    application_id: UUID,
    version: int,
    comment: str = "",
    close_job: bool = False,
    is_further: bool = False,
) -> Application:
    """Hire the person, and give the application back. Whoever hires for a job holds it until that is settled.

    A job is one opening: the second hire is refused with `OpeningFilled`, unless `is_further` says that there is
    another. `close_job` ends the posting as filled, in the same transaction, if it has not ended yet.
    """
    said = bulk.comment_of(comment)
    job = _locked_job(by, application_id)
    application = _locked(by, application_id, ApplicationAct.HIRE, version)
    if not is_further and Application.objects.filter(job=job, status=ApplicationStatus.HIRED).exists():
        raise OpeningFilled
    now = timezone.now()
    changes = {
        "status": ApplicationStatus.HIRED,
        "decided_at": now,
        "stage": Stage.objects.get(job=job, kind=StageKind.HIRED),
        "entered_stage_at": now,
    }
    bulk.step([application], ApplicationAct.HIRE, changes, by=by, at=now, comment=said)
    if close_job and job.lifecycle not in ENDED:
        job_moves.close(by=by, job_id=job.pk, reason="filled")
    return application


@transaction.atomic
def unhire(*, by: Viewer, application_id: UUID, version: int, comment: str) -> Application:
    """Take a hire back, and say why: the application is in the stage that it was hired from, and under way again.

    A posting that was closed as filled stays closed.
    """
    said = bulk.comment_of(comment)
    if not said:
        raise Invalid("Say why.", field="comment")
    application = _locked(by, application_id, ApplicationAct.UNHIRE, version)
    now = timezone.now()
    changes = {
        "status": ApplicationStatus.ACTIVE,
        "decided_at": None,
        "stage": _hired_from(application),
        "entered_stage_at": now,
    }
    bulk.step([application], ApplicationAct.UNHIRE, changes, by=by, at=now, comment=said)
    return application


@transaction.atomic
def transfer(*, by: Viewer, application_id: UUID, version: int, to_job_id: UUID, comment: str = "") -> Application:
    """Hand an application over to another job of the company, and give back the one that it goes on as.

    That is a new application in the first stage of the other job; what was asked and answered goes with it. Raises
    `AlreadyApplied` where the person has one there, and `JobNotApplicable` for a job that was never published, or has
    ended.
    """
    said = bulk.comment_of(comment)
    application = _locked(by, application_id, ApplicationAct.TRANSFER, version)
    target = _target(by, application, to_job_id)
    now = timezone.now()
    first = stage.begin(target)
    copied = {name: getattr(application, name) for name in COPIED}
    made = Application(job=target, stage=first, entered_stage_at=now, **copied)
    made.candidate = application.candidate
    _insert(made)
    changes = {"status": ApplicationStatus.TRANSFERRED, "decided_at": now, "transferred_to": made}
    bulk.step([application], ApplicationAct.TRANSFER, changes, by=by, at=now, comment=said)
    bulk.transitions([(made, Before())], ApplicationAct.TRANSFER, by=by, at=now, comment=said)
    return made


def _only(outcomes: list[bulk.Outcome]) -> Application:
    (outcome,) = outcomes
    if outcome.error is not None:
        raise outcome.error
    assert outcome.application is not None, "what is not refused is done"
    return outcome.application


def _locked(by: Viewer, application_id: UUID, act: ApplicationAct, version: int) -> Application:
    """The application, locked, if `by` may do this to it as it stands and as they read it."""
    (outcome,) = bulk.locked(by, act, {application_id: version})
    return _only([outcome])


def _locked_job(by: Viewer, application_id: UUID) -> Job:
    """The opening, held until the transaction ends. Always before an application of it is."""
    known = Application.objects.filter(applications.readable_by(by), pk=application_id).values_list("job_id", flat=True)
    job_id = known.first()
    if job_id is None:
        raise NotFound(field="application_id")
    # Not the key: who applies at this moment, or is handed over to the job, does not wait for it.
    return Job.objects.select_for_update(no_key=True).get(pk=job_id)


def _target(by: Viewer, application: Application, to_job_id: UUID) -> Job:
    if to_job_id == application.job_id:
        raise Invalid("It is an application for this job already.", field="to_job_id")
    visible = Job.objects.filter(jobs.visible_to(by), pk=to_job_id, company=application.job.company_id)
    target = visible.first()
    if target is None:
        raise NotFound(field="to_job_id")
    twin = Application(job=target, candidate=application.candidate)
    if not policies.may_move_application(by, membership.standing(by), twin):
        raise Forbidden(field="to_job_id")
    if target.lifecycle not in HANDED_OVER_TO:
        raise JobNotApplicable("This job was never published, or has ended.", field="to_job_id")
    return target


def _insert(made: Application) -> None:
    """One live application of a person for a job: the database decides."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "application_one_live" not in str(error):
            raise
        raise AlreadyApplied("The person has an application for that job already.", field="to_job_id") from error


def _hired_from(application: Application) -> Stage:
    """The stage that it was hired from, held; where that is gone, the first."""
    steps = ApplicationTransition.objects.filter(application=application, act=ApplicationAct.HIRE)
    key = steps.order_by("-seq").values_list("from_stage_id", flat=True).first()
    return (stage.held(key) if key is not None else None) or stage.begin(application.job)
