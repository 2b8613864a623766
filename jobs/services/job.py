"""Writes to postings: what makes one live, what ends it, and what mends it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs import policies
from jobs.errors import (
    CompanyInactive,
    JobAlreadyClosed,
    JobAlreadyPublished,
    JobChangedMeanwhile,
    JobExpiredLongAgo,
    JobFrozen,
    JobIncomplete,
    JobNotClosable,
    JobNotPublishable,
    JobRepeatsAnother,
)
from jobs.models import CloseReason, CompanyStatus, Job, JobLifecycle, JobModeration
from jobs.search.engine import engine
from jobs.selectors import job as jobs
from jobs.selectors import membership
from jobs.services import description, duplicate, revision
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

REOPENING_PERIOD = timedelta(days=30)
LONGEST_LIFETIME = timedelta(days=3650)
ON_THE_WAY = frozenset({JobLifecycle.DRAFT, JobLifecycle.APPROVED, JobLifecycle.PAUSED, JobLifecycle.EXPIRED})
SHOWN_ONCE = frozenset({JobLifecycle.PUBLISHED, JobLifecycle.PAUSED, JobLifecycle.EXPIRED})
CLOSABLE = SHOWN_ONCE | {JobLifecycle.SCHEDULED}
ENDED = frozenset({JobLifecycle.CLOSED, JobLifecycle.ARCHIVED})
AMENDABLE = frozenset({*(column.removesuffix("_id") for column in revision.PLAIN_FIELDS), "visibility"})


@transaction.atomic
def publish(*, by: Viewer, job_id: UUID, expires_at: datetime | None = None) -> Job:
    """Make a posting live until `expires_at`, and give it back.

    Without `expires_at`, the end that the posting already has stands if it lies ahead, else it is
    JOB_LIFETIME_DAYS from now. Of several who publish at once, one does; the others get `JobAlreadyPublished`. Of
    several drafts of a company that say the same, one goes live; the others get `JobRepeatsAnother`.
    """
    job, standing = _locked(by, job_id)
    if not policies.may_publish_job(by, standing, job):
        raise Forbidden
    now = timezone.now()
    _refuse_unpublishable(job, now)
    job.expires_at = _end(job, expires_at, now)
    if repeated := duplicate.repeated_by(job):
        raise JobRepeatsAnother(f"This company has the same job live already: {repeated.slug}")
    job.lifecycle = JobLifecycle.PUBLISHED
    job.published_at = now
    job.first_published_at = job.first_published_at or now
    job.scheduled_at = None
    _save(job, by)
    engine().index([job.pk])
    return job


@transaction.atomic
def close(*, by: Viewer, job_id: UUID, reason: str) -> Job:
    """End a posting for good, and give it back. `reason` is a `CloseReason`; "moderation" is the platform's alone."""
    if reason not in CloseReason.values:
        raise Invalid(f"A job is closed as one of: {', '.join(CloseReason.values)}.", field="reason")
    job, standing = _locked(by, job_id)
    if not policies.may_close_job(by, standing, job, reason):
        raise Forbidden
    if job.lifecycle in ENDED:
        raise JobAlreadyClosed
    if job.lifecycle not in CLOSABLE:
        raise JobNotClosable
    job.lifecycle = JobLifecycle.CLOSED
    job.close_reason = reason
    job.closed_at = timezone.now()
    job.scheduled_at = None
    _save(job, by)
    return job


@transaction.atomic
def amend(*, by: Viewer, job_id: UUID, version: int, changes: Mapping[str, object]) -> Job:
    """Mend a posting in its company's place, and give it back. `changes` has new values by field, of `AMENDABLE`.

    `version` is the one that the caller read: `JobChangedMeanwhile` if there is a newer one. The description is
    rendered anew.
    """
    if unknown := changes.keys() - AMENDABLE:
        raise Invalid("This cannot be amended.", field=min(unknown))
    job, _ = _locked(by, job_id)
    if not policies.may_amend_job(by):
        raise Forbidden
    if job.version != version:
        raise JobChangedMeanwhile
    for field, value in changes.items():
        setattr(job, field, value)
    job.guessed = [field for field in job.guessed if field not in changes]
    rendered = description.render(job.description_source, job.description_format)
    job.description_html, job.description_text = rendered.html, rendered.text
    _save(job, by, *changes, "guessed", "description_html", "description_text")
    engine().index([job.pk])
    return job


def _locked(by: Viewer, job_id: UUID) -> tuple[Job, policies.Standing]:
    """The posting, locked until the transaction ends, if `by` may know of it."""
    visible = Job.objects.filter(jobs.visible_to(by), pk=job_id).select_related("company")
    job = visible.select_for_update(of=("self",)).first()
    if job is None:
        raise NotFound(field="job_id")
    return job, membership.standing(by)


def _refuse_unpublishable(job: Job, now: datetime) -> None:
    if job.lifecycle in ENDED:
        raise JobAlreadyClosed
    # A posting whose time is over is expired, whether or not that has been written down yet.
    end = job.expires_at if job.lifecycle in SHOWN_ONCE else None
    is_over = end is not None and end <= now
    if job.lifecycle == JobLifecycle.PUBLISHED and not is_over:
        raise JobAlreadyPublished
    if job.lifecycle not in ON_THE_WAY and not is_over:
        raise JobNotPublishable
    if end is not None and now - end > REOPENING_PERIOD:
        raise JobExpiredLongAgo
    if job.lifecycle == JobLifecycle.DRAFT and not policies.is_trusted(job.company):
        raise JobNotPublishable("A moderator has to approve this company's jobs first.")
    if job.moderation in (JobModeration.FROZEN, JobModeration.REMOVED):
        raise JobFrozen
    if job.company.status != CompanyStatus.ACTIVE:
        raise CompanyInactive
    if not job.title.strip():
        raise JobIncomplete("This job has no title.", field="title")
    if not job.description_text.strip():
        raise JobIncomplete("This job has no description.", field="description")


def _end(job: Job, wanted: datetime | None, now: datetime) -> datetime:
    if wanted is None:
        lifetime = timedelta(days=settings.JOB_LIFETIME_DAYS)
        return job.expires_at if job.expires_at and job.expires_at > now else now + lifetime
    if timezone.is_naive(wanted):
        raise Invalid("The end needs a time zone.", field="expires_at")
    if wanted <= now:
        raise Invalid("The end lies in the past.", field="expires_at")
    if wanted - now > LONGEST_LIFETIME:
        raise Invalid("The end is more than ten years away.", field="expires_at")
    return wanted


def _save(job: Job, by: Viewer, *fields: str) -> None:
    job.version += 1
    revision.record(job, by)
    job.save(
        update_fields=[
            *fields,
            "lifecycle",
            "published_at",
            "first_published_at",
            "scheduled_at",
            "expires_at",
            "closed_at",
            "close_reason",
            "content_hash",
            "current_revision",
            "version",
            "updated_at",
        ]
    )
