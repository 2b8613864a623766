"""What people report, and what moderators do about it.

Whatever a moderator decides is one row: of the open case of the posting, or of a case that is opened and decided in
one. The posting's row is locked first, so that of several who report or decide at once each sees what the others did.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.auth import throttles
from accounts.services import audit
from jobs import policies
from jobs.errors import AlreadyReported, JobMoveRefused
from jobs.events import JobReported
from jobs.machines.job import MODERATION, ModerationAct
from jobs.machines.machine import refused
from jobs.models import (
    CaseDecision,
    Job,
    JobModeration,
    JobReport,
    ModerationCase,
    ReportReason,
)
from jobs.models.job import live
from jobs.search.engine import engine
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import profile_values as read
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

# From so many people on moderators are asked to look at it first.
FLAGGING_REPORTS = 3
LONGEST_TEXT = 1_000


@transaction.atomic
def report(*, by: Viewer, job_id: UUID, reason: str, text: str | None = None) -> Job:
    """Tell moderators what is wrong with a live posting, and give the posting back.

    The company is never told who did. Of several reports of one person until moderators decide, one goes in; the others
    get `AlreadyReported`. The third person's flags the posting, which stays live.
    """
    if not policies.may_report(by):
        raise Forbidden
    throttles.hit("job_report", account=str(by.user_id), address=by.address)
    if reason not in ReportReason.values:
        raise Invalid("There is no such reason.", field="reason")
    written = read.text(text, "text", longest=LONGEST_TEXT)
    if reason == ReportReason.OTHER and not written:
        raise Invalid("Say in words what is wrong.", field="text")
    job = _locked(Job.objects.filter(live(), jobs.visible_to(by)), job_id)
    case, _ = ModerationCase.objects.get_or_create(job=job, decided_at=None)
    _, is_new = JobReport.objects.get_or_create(
        case=case, reporter_id=by.user_id, defaults={"reason": reason, "text": written}
    )
    if not is_new:
        raise AlreadyReported
    case.reports += 1
    case.save(update_fields=["reports", "updated_at"])
    # The company reads its own log: who reported stands in no entry, and with no event, that it is shown.
    audit.record("job.report", by=by, target=("Job", job.pk))
    emit(JobReported(job_id=job.pk, company_id=job.company_id))
    if case.reports >= FLAGGING_REPORTS and job.moderation == JobModeration.CLEAR:
        _move(job, ModerationAct.FLAG, ANONYMOUS)
    return job


def freeze(*, by: Viewer, job_id: UUID, comment: str) -> Job:
    """Take a posting from public view everywhere at once, and give it back. The company reads the comment."""
    return _judged(by, job_id, ModerationAct.FREEZE, CaseDecision.FROZEN, _required(comment))


def unfreeze(*, by: Viewer, job_id: UUID, comment: str | None = None) -> Job:
    """Find nothing wrong with a posting, and give it back: a frozen one is shown again, and of any other what people
    reported is settled. Raises `JobMoveRefused` where there is nothing to settle.
    """
    return _judged(by, job_id, ModerationAct.UNFREEZE, CaseDecision.CLEARED, _text(comment))


def remove(*, by: Viewer, job_id: UUID, comment: str) -> Job:
    """Leave a frozen posting out of public view for good, and give it back. The company reads the comment."""
    return _judged(by, job_id, ModerationAct.REMOVE, CaseDecision.REMOVED, _required(comment))


def look_at(job: Job) -> None:
    """Have moderators look at a posting that says something else than what they approved; the caller has locked it."""
    ModerationCase.objects.get_or_create(job=job, decided_at=None)
    if job.moderation == JobModeration.CLEAR:
        _move(job, ModerationAct.FLAG, ANONYMOUS)


@transaction.atomic
def _judged(by: Viewer, job_id: UUID, act: ModerationAct, decision: CaseDecision, comment: str) -> Job:
    job = _locked(Job.objects.filter(jobs.visible_to(by)), job_id)
    if not policies.may_moderate(by, membership.standing(by), job):
        raise Forbidden
    before = job.moderation
    case = ModerationCase.objects.filter(job=job, decided_at=None).first()
    job.has_open_case = case is not None  # type: ignore[attr-defined]  # as selectors annotate it
    if act == ModerationAct.UNFREEZE and before in (JobModeration.CLEAR, JobModeration.FLAGGED):
        act = ModerationAct.CLEAR
    _move(job, act, by)
    case = case or ModerationCase(job=job)
    case.decision, case.comment, case.decided_by_id, case.decided_at = decision, comment, by.user_id, timezone.now()
    case.save()
    audit.record(
        f"job.{act.value}",
        by=by,
        target=("Job", job.pk),
        company_id=job.company_id,
        before={"moderation": before},
        after={"moderation": job.moderation},
    )
    if before == JobModeration.FROZEN and job.moderation == JobModeration.CLEAR:
        # What is taken away leaves the search index by itself; what comes back would wait for the worker.
        engine().index([job.pk])
    return job


def _move(job: Job, act: ModerationAct, by: Viewer) -> None:
    """Take one step of the machine. The posting's version stays: what it says is as it was."""
    move = MODERATION.move(act, job)
    if move is None or move.target is None:
        raise JobMoveRefused(f"This job is {job.moderation}.")
    if refusal := refused(move.guards, job, timezone.now()):
        raise refusal
    job.moderation = move.target
    job.save(update_fields=["moderation"])
    if move.event is not None:
        emit(move.event(job_id=job.pk, company_id=job.company_id), by=by)  # type: ignore[call-arg]  # each is a JobEvent


def _locked(rows: QuerySet[Job], job_id: UUID) -> Job:
    """The posting, locked until the transaction ends."""
    job = rows.filter(pk=job_id).select_related("company").select_for_update(of=("self",), no_key=True).first()
    if job is None:
        raise NotFound(field="job_id")
    return job


def _text(comment: str | None) -> str:
    return read.text(comment, "comment", longest=LONGEST_TEXT)


def _required(comment: str) -> str:
    written = _text(comment)
    if not written:
        raise Invalid("Say why: the company reads it.", field="comment")
    return written
