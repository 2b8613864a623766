"""The life of a posting, and apart from it what the platform thinks of the posting."""

from datetime import datetime, timedelta

from django.db.models import TextChoices

from jobs import events, policies
from jobs.errors import (
    CompanyInactive,
    JobAlreadyPublished,
    JobExpiredLongAgo,
    JobFrozen,
    JobIncomplete,
    JobIsTemplate,
    JobMoveRefused,
    JobNeedsReview,
)
from jobs.machines.machine import Machine, Move
from jobs.models import CompanyStatus, Job, JobLifecycle, JobModeration
from kernel.errors import DomainError

REOPENING_PERIOD = timedelta(days=30)
_L, _M = JobLifecycle, JobModeration


class JobAct(TextChoices):
    """What is done to a posting."""

    SUBMIT = "submit", "Ask for approval"
    APPROVE = "approve", "Allow it to be published"
    REJECT = "reject", "Send it back to be written anew"
    SCHEDULE = "schedule", "Have it go live at a set time"
    HOLD = "hold", "It cannot go live at its time"
    REVISE = "revise", "Its approval is void, because it says something else"
    PUBLISH = "publish", "Make it live"
    PAUSE = "pause", "Take it down for a while"
    RESUME = "resume", "Make it live again"
    EXPIRE = "expire", "Its time is over"
    REOPEN = "reopen", "Make it live again after its time was over"
    RELIST = "relist", "Its source lists it again"
    CLOSE = "close", "End it, for a reason"
    ARCHIVE = "archive", "Put it away"
    DISCARD = "discard", "Throw the draft away"


class ModerationAct(TextChoices):
    """What the platform does to a posting."""

    FLAG = "flag", "Have moderators look at it"
    CLEAR = "clear", "Find nothing wrong with it"
    FREEZE = "freeze", "Take it from public view"
    UNFREEZE = "unfreeze", "Give it back to public view"
    REMOVE = "remove", "Take it from public view for good"


def is_complete(job: Job, now: datetime) -> DomainError | None:
    """It has a title and a description."""
    if not job.title.strip():
        return JobIncomplete("This job has no title.", field="title")
    if not job.description_text.strip():
        return JobIncomplete("This job has no description.", field="description")
    return None


def company_is_active(job: Job, now: datetime) -> DomainError | None:
    """Its company is neither suspended nor closed."""
    return None if job.company.status == CompanyStatus.ACTIVE else CompanyInactive()


def is_not_held(job: Job, now: datetime) -> DomainError | None:
    """No moderator holds it."""
    return JobFrozen() if job.moderation in (_M.FROZEN, _M.REMOVED) else None


def needs_no_review(job: Job, now: datetime) -> DomainError | None:
    """It was approved, or its company is trusted to publish drafts."""
    if job.lifecycle == _L.DRAFT and not policies.is_trusted(job.company):
        return JobNeedsReview()
    return None


def is_no_template(job: Job, now: datetime) -> DomainError | None:
    """It is a posting, and not a template for others."""
    return JobIsTemplate() if job.is_template else None


def may_be_reopened(job: Job, now: datetime) -> DomainError | None:
    """Its time was over at most 30 days ago."""
    is_late = job.expires_at is not None and now - job.expires_at > REOPENING_PERIOD
    return JobExpiredLongAgo() if is_late else None


def has_time_left(job: Job, now: datetime) -> DomainError | None:
    """Its end lies ahead."""
    if job.expires_at is None or job.expires_at > now:
        return None
    return may_be_reopened(job, now) or JobMoveRefused("Its time is over: reopen it.")


def is_over(job: Job, now: datetime) -> DomainError | None:
    """Its end has come."""
    if job.expires_at is None or job.expires_at <= now:
        return None
    return JobMoveRefused("Its time is not over: resume it.") if job.lifecycle == _L.PAUSED else JobAlreadyPublished()


def is_to_be_looked_at(job: Job, now: datetime) -> DomainError | None:
    """It is flagged, or somebody has reported it, and nobody has decided yet."""
    # Whoever reads the row to ask this annotates it: see `jobs.selectors.moderation`.
    is_open = job.moderation == _M.FLAGGED or getattr(job, "has_open_case", False)
    return None if is_open else JobMoveRefused("Nobody has anything against this job: there is nothing to settle.")


_SHOWABLE = (is_no_template, is_complete, company_is_active, is_not_held)

LIFECYCLE: Machine[Job] = Machine(
    "job_lifecycle",
    Job,
    "lifecycle",
    JobLifecycle,
    initial=frozenset({_L.DRAFT, _L.PUBLISHED, _L.EXPIRED}),
    moves=(
        Move(
            JobAct.SUBMIT,
            frozenset({_L.DRAFT}),
            _L.IN_REVIEW,
            policies.may_submit_job,
            (is_no_template, is_complete, company_is_active),
            events.JobSubmitted,
        ),
        Move(JobAct.APPROVE, frozenset({_L.IN_REVIEW}), _L.APPROVED, policies.may_review_job, (), events.JobApproved),
        Move(JobAct.REJECT, frozenset({_L.IN_REVIEW}), _L.DRAFT, policies.may_review_job, (), events.JobRejected),
        Move(
            JobAct.SCHEDULE,
            frozenset({_L.DRAFT, _L.APPROVED, _L.SCHEDULED}),
            _L.SCHEDULED,
            policies.may_publish_job,
            (*_SHOWABLE, needs_no_review),
            events.JobScheduled,
        ),
        Move(JobAct.HOLD, frozenset({_L.SCHEDULED}), _L.APPROVED, None, (), events.JobHeldBack, is_timed=True),
        Move(JobAct.REVISE, frozenset({_L.APPROVED, _L.SCHEDULED}), _L.DRAFT),
        Move(
            JobAct.PUBLISH,
            frozenset({_L.DRAFT, _L.APPROVED, _L.SCHEDULED}),
            _L.PUBLISHED,
            policies.may_publish_job,
            (*_SHOWABLE, needs_no_review),
            events.JobPublished,
            is_timed=True,
        ),
        Move(
            JobAct.PAUSE,
            frozenset({_L.PUBLISHED}),
            _L.PAUSED,
            policies.may_publish_job,
            (has_time_left,),
            events.JobPaused,
        ),
        Move(
            JobAct.RESUME,
            frozenset({_L.PAUSED}),
            _L.PUBLISHED,
            policies.may_publish_job,
            (*_SHOWABLE, has_time_left),
            events.JobResumed,
        ),
        Move(
            JobAct.EXPIRE,
            frozenset({_L.PUBLISHED, _L.PAUSED}),
            _L.EXPIRED,
            None,
            (),
            events.JobExpired,
            is_timed=True,
        ),
        # Its time may be over without that being written down yet.
        Move(
            JobAct.REOPEN,
            frozenset({_L.EXPIRED, _L.PUBLISHED, _L.PAUSED}),
            _L.PUBLISHED,
            policies.may_publish_job,
            (*_SHOWABLE, is_over, may_be_reopened),
            events.JobReopened,
        ),
        # An import closed it, because the source listed it no longer.
        Move(JobAct.RELIST, frozenset({_L.CLOSED, _L.EXPIRED}), _L.PUBLISHED),
        Move(JobAct.RELIST, frozenset({_L.CLOSED}), _L.EXPIRED),
        Move(
            JobAct.CLOSE,
            frozenset({_L.PUBLISHED, _L.PAUSED, _L.EXPIRED, _L.SCHEDULED}),
            _L.CLOSED,
            policies.may_publish_job,
            (),
            events.JobClosed,
        ),
        Move(JobAct.ARCHIVE, frozenset({_L.CLOSED}), _L.ARCHIVED, policies.may_publish_job, (), events.JobArchived),
        Move(JobAct.DISCARD, frozenset({_L.DRAFT}), None, policies.may_edit_job, (), events.JobDiscarded),
    ),
)

MODERATION: Machine[Job] = Machine(
    "job_moderation",
    Job,
    "moderation",
    JobModeration,
    initial=frozenset({_M.CLEAR}),
    moves=(
        Move(ModerationAct.FLAG, frozenset({_M.CLEAR}), _M.FLAGGED, None, (), events.JobFlagged),
        Move(
            ModerationAct.CLEAR,
            frozenset({_M.CLEAR, _M.FLAGGED}),
            _M.CLEAR,
            policies.may_moderate,
            (is_to_be_looked_at,),
            events.JobCleared,
        ),
        Move(
            ModerationAct.FREEZE,
            frozenset({_M.CLEAR, _M.FLAGGED}),
            _M.FROZEN,
            policies.may_moderate,
            (),
            events.JobFrozen,
        ),
        Move(ModerationAct.UNFREEZE, frozenset({_M.FROZEN}), _M.CLEAR, policies.may_moderate, (), events.JobUnfrozen),
        Move(ModerationAct.REMOVE, frozenset({_M.FROZEN}), _M.REMOVED, policies.may_moderate, (), events.JobRemoved),
    ),
)
