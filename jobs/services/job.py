"""What moves a posting: who asks, where it stands and what stands against it come out of the table in `jobs.machines`.

Every move is one transaction that holds the posting's row, and emits the event that the table names.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services import audit
from jobs import events, policies
from jobs.errors import (
    JobAlreadyClosed,
    JobAlreadyPublished,
    JobChangedMeanwhile,
    JobMoveRefused,
    JobNotClosable,
    JobRepeatsAnother,
)
from jobs.machines.job import LIFECYCLE, JobAct, is_no_template, may_be_reopened
from jobs.machines.machine import Move, refused
from jobs.models import CloseReason, Job, JobLifecycle
from jobs.search.engine import engine
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import duplicate, job_fields, job_quota, revision
from jobs.services import profile_values as values
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import ANONYMOUS, Viewer

type May = Callable[[Viewer, policies.Standing, Job], bool]

LONGEST_COMMENT = 1000
LONGEST_WAIT = timedelta(days=365)
ENDED = frozenset({JobLifecycle.CLOSED, JobLifecycle.ARCHIVED})
SHOWN_ONCE = frozenset({JobLifecycle.PUBLISHED, JobLifecycle.PAUSED, JobLifecycle.EXPIRED})
_TO_THE_PUBLIC = frozenset({JobAct.SCHEDULE, JobAct.PUBLISH, JobAct.RESUME, JobAct.REOPEN})
_MOVED = (
    "lifecycle",
    "published_at",
    "first_published_at",
    "scheduled_at",
    "expires_at",
    "closed_at",
    "close_reason",
    "review_comment",
    "content_hash",
    "current_revision",
    "version",
    "updated_at",
)


@transaction.atomic
def submit(*, by: Viewer, job_id: UUID) -> Job:
    """Ask for a draft's approval, and give it back."""
    job, move, _ = _step(by, job_id, JobAct.SUBMIT)
    job_quota.settle_way(job)
    job.review_comment = ""
    return _go(job, move, by, is_said=True)


@transaction.atomic
def approve(*, by: Viewer, job_id: UUID, version: int | None = None) -> Job:
    """Allow a posting to be published, and give it back. With the `version` that was read: no other is approved."""
    job, move, _ = _step(by, job_id, JobAct.APPROVE)
    if version is not None and version != job.version:
        raise JobChangedMeanwhile(field="version")
    return _go(job, move, by)


@transaction.atomic
def reject(*, by: Viewer, job_id: UUID, comment: str) -> Job:
    """Send a posting back to be written anew, and give it back. Its company reads the comment."""
    job, move, _ = _step(by, job_id, JobAct.REJECT)
    job.review_comment = values.text(comment, "comment", longest=LONGEST_COMMENT)
    if not job.review_comment:
        raise Invalid("Say what is to be changed.", field="comment")
    return _go(job, move, by)


@transaction.atomic
def schedule(*, by: Viewer, job_id: UUID, at: datetime, expires_at: datetime | None = None) -> Job:
    """Have a posting go live at an instant within a year, until `expires_at` or as `publish` says; and give it back."""
    job, move, now = _step(by, job_id, JobAct.SCHEDULE)
    if timezone.is_naive(at):
        raise Invalid("The time needs a time zone.", field="at")
    if not now < at <= now + LONGEST_WAIT:
        raise Invalid("The time lies ahead, and within a year.", field="at")
    if expires_at is not None:
        job.expires_at = job_fields.end(expires_at, "expires_at", after=at)
    elif job.expires_at is not None and job.expires_at <= at:
        raise Invalid("The job ends before it begins: give another end.", field="expires_at")
    job_quota.settle_way(job)
    job.scheduled_at, job.review_comment = at, ""
    return _go(job, move, by, is_said=True)


@transaction.atomic
def publish(*, by: Viewer, job_id: UUID, expires_at: datetime | None = None) -> Job:
    """Make a posting live until `expires_at`, and give it back.

    Without `expires_at`, the end that the posting already has stands if it lies ahead, else it is
    JOB_LIFETIME_DAYS from now. Of several who publish at once, one does; the others get `JobAlreadyPublished`. Of
    several drafts of a company that say the same, one goes live; the others get `JobRepeatsAnother`.
    """
    job, move, now = _step(by, job_id, JobAct.PUBLISH)
    return _begin(job, move, by, now, expires_at)


@transaction.atomic
def pause(*, by: Viewer, job_id: UUID) -> Job:
    """Take a posting down for a while, and give it back. Its end stays where it is."""
    job, move, _ = _step(by, job_id, JobAct.PAUSE)
    return _go(job, move, by)


@transaction.atomic
def resume(*, by: Viewer, job_id: UUID) -> Job:
    """Make a paused posting live again, and give it back. It is as old as it was, and ends when it did."""
    job, move, _ = _step(by, job_id, JobAct.RESUME)
    return _show(job, move, by)


@transaction.atomic
def reopen(*, by: Viewer, job_id: UUID, expires_at: datetime | None = None) -> Job:
    """Make a posting live again whose time was over at most 30 days ago, and give it back; its end as `publish`'s."""
    job, move, now = _step(by, job_id, JobAct.REOPEN)
    return _begin(job, move, by, now, expires_at)


@transaction.atomic
def close(*, by: Viewer, job_id: UUID, reason: str) -> Job:
    """End a posting for good, and give it back. `reason` is a `CloseReason`; "moderation" is the platform's alone."""
    if reason not in CloseReason.values:
        raise Invalid(f"A job is closed as one of: {', '.join(CloseReason.values)}.", field="reason")

    def may(viewer: Viewer, standing: policies.Standing, job: Job) -> bool:
        return policies.may_close_job(viewer, standing, job, reason)

    job, move, now = _step(by, job_id, JobAct.CLOSE, may)
    job.close_reason, job.closed_at, job.scheduled_at = reason, now, None
    return _go(job, move, by)


@transaction.atomic
def archive(*, by: Viewer, job_id: UUID) -> Job:
    """Put a closed posting away, and give it back."""
    job, move, _ = _step(by, job_id, JobAct.ARCHIVE)
    return _go(job, move, by)


@transaction.atomic
def discard(*, by: Viewer, job_id: UUID) -> None:
    """Throw a draft or a template away, for good."""
    job, move, _ = _step(by, job_id, JobAct.DISCARD)
    _tell(job, move, by, before=JobLifecycle.DRAFT)
    job.delete()


def locked(by: Viewer, job_id: UUID, field: str = "job_id") -> tuple[Job, policies.Standing]:
    """The posting, locked until the transaction ends, if `by` may know of it; and what `by` is in hiring."""
    visible = Job.objects.filter(jobs.visible_to(by), pk=job_id).select_related("company")
    job = visible.select_for_update(of=("self",)).first()
    if job is None:
        raise NotFound(field=field)
    return job, membership.standing(by)


def publish_scheduled(job: Job, now: datetime) -> Job:
    """Make a posting live whose time has come, by nobody's hand; the caller has locked it. Raises as `publish` does."""
    move = _led_on(job, JobAct.PUBLISH, now)
    if job.expires_at is not None and job.expires_at <= now:
        # The clock stood still for so long; nobody said that it is to be live any later.
        raise JobMoveRefused("Its end came before it could go live.")
    return _begin(job, move, ANONYMOUS, now, None)


def hold_back(job: Job, refusal: DomainError, now: datetime) -> Job:
    """Hand a posting back that could not go live at its time; it says why. The caller has locked it."""
    move = _led_on(job, JobAct.HOLD, now)
    job.scheduled_at = None
    job.review_comment = f"It could not go live at its time: {refusal}"[:LONGEST_COMMENT]
    return _go(job, move, ANONYMOUS, event=events.JobHeldBack(job.pk, job.company_id, refusal.code))


def _step(by: Viewer, job_id: UUID, act: JobAct, may: May | None = None) -> tuple[Job, Move[Job], datetime]:
    """The posting, locked, and the move by which the act leads on. Raises what stands against it."""
    job, standing = locked(by, job_id)
    may = may or next(move.may for move in LIFECYCLE.moves if move.act == act)
    if may is None or not may(by, standing, job):
        raise Forbidden
    now = timezone.now()
    return job, _led_on(job, act, now), now


def _led_on(job: Job, act: JobAct, now: datetime) -> Move[Job]:
    move = LIFECYCLE.move(act, job)
    if move is None:
        raise _refusal(job, act, now)
    if refusal := refused(move.guards, job, now):
        raise refusal
    return move


def _refusal(job: Job, act: JobAct, now: datetime) -> DomainError:
    """Why the act does not lead on from where the posting stands."""
    if act is JobAct.CLOSE:
        return JobAlreadyClosed() if job.lifecycle in ENDED else JobNotClosable()
    advice = ""
    if act in _TO_THE_PUBLIC:
        if job.lifecycle in ENDED:
            return JobAlreadyClosed()
        if refusal := is_no_template(job, now):
            return refusal
        is_over = job.expires_at is not None and job.expires_at <= now
        if job.lifecycle == JobLifecycle.PUBLISHED and not is_over:
            return JobAlreadyPublished()
        if job.lifecycle in SHOWN_ONCE:
            if is_over and (refusal := may_be_reopened(job, now)):
                return refusal
            advice = ": reopen it" if is_over else ": resume it"
    stands = job.lifecycle.replace("_", " ")
    return JobMoveRefused(f"This cannot be done to a job that is {stands}{advice}.")


def _begin(job: Job, move: Move[Job], by: Viewer, now: datetime, expires_at: datetime | None) -> Job:
    """Live from now on, as one that is new."""
    job.expires_at = _end(job, expires_at, now)
    job.published_at = now
    job.first_published_at = job.first_published_at or now
    job.scheduled_at, job.review_comment = None, ""
    return _show(job, move, by)


def _show(job: Job, move: Move[Job], by: Viewer) -> Job:
    job_quota.settle_way(job)
    if repeated := duplicate.repeated_by(job):
        raise JobRepeatsAnother(f"This company has the same job live already: {repeated.slug}")
    _go(job, move, by, is_said=True)
    engine().index([job.pk])
    return job


def _end(job: Job, wanted: datetime | None, now: datetime) -> datetime:
    if wanted is not None:
        return job_fields.end(wanted, "expires_at", after=now)
    lifetime = timedelta(days=settings.JOB_LIFETIME_DAYS)
    return job.expires_at if job.expires_at and job.expires_at > now else now + lifetime


def _go(job: Job, move: Move[Job], by: Viewer, *, is_said: bool = False, event: events.JobEvent | None = None) -> Job:
    """Write the move down. `is_said`: what it says comes nearer to the public, and has a revision."""
    before, job.lifecycle = job.lifecycle, move.target or job.lifecycle
    job.version += 1
    if is_said:
        revision.record(job, by)
    job.save(update_fields=_MOVED)
    _tell(job, move, by, before=before, event=event)
    return job


def _tell(job: Job, move: Move[Job], by: Viewer, *, before: str, event: events.JobEvent | None = None) -> None:
    audit.record(
        f"job.{move.act.value}",
        by=by,
        target=("Job", job.pk),
        company_id=job.company_id,
        before={"lifecycle": before},
        after={"lifecycle": move.target} | _said(job, move),
    )
    kind = cast(type[events.JobEvent], move.event)
    emit(event or kind(job.pk, job.company_id), by=by)


def _said(job: Job, move: Move[Job]) -> dict[str, object]:
    """What the audit log says of a move beside where it led."""
    match move.act:
        case JobAct.CLOSE:
            return {"reason": job.close_reason}
        case JobAct.REJECT | JobAct.HOLD:
            return {"comment": job.review_comment}
        case JobAct.SCHEDULE:
            return {"scheduled_at": job.scheduled_at, "expires_at": job.expires_at}
        case JobAct.PUBLISH | JobAct.RESUME | JobAct.REOPEN:
            return {"expires_at": job.expires_at}
    return {}
