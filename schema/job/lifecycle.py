"""Mutations that move a posting through its life. What leads where: `docs/postings.md`."""

from datetime import datetime
from typing import Any

import graphene

from jobs.errors import (
    CompanyInactive,
    JobAlreadyClosed,
    JobAlreadyPublished,
    JobChangedMeanwhile,
    JobExpiredLongAgo,
    JobFrozen,
    JobIncomplete,
    JobIsTemplate,
    JobMoveRefused,
    JobNeedsReview,
    JobNotClosable,
    JobQuotaReached,
    JobRepeatsAnother,
)
from jobs.models import CloseReason
from jobs.services import job as jobs
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime
from schema.core.types import enum_of
from schema.job.types import Job

MOVE_COST = 50
_REFUSED = (NotFound, Forbidden, JobMoveRefused)
_UNFIT = (JobIncomplete, CompanyInactive, JobFrozen, JobIsTemplate, JobQuotaReached, JobAlreadyClosed)
_UNTIL = "Not live from this instant on."


def _key(job_id: str) -> Any:
    return ids.decode_as("Job", job_id, argument="input.jobId")


class JobSubmit(Mutation):
    """Ask for a draft's approval. For recruiters and above, and for the hiring managers on it."""

    errors = (*_REFUSED, JobIncomplete, CompanyInactive, JobIsTemplate, JobQuotaReached)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        return {"job": jobs.submit(by=viewer, job_id=_key(job_id))}


class JobApprove(Mutation):
    """Allow a posting to be published.

    Postings of a company that has not proved who it is are for moderators and platform admins; of any other for its own
    recruiters, admins and owners, and for platform admins.
    """

    errors = (*_REFUSED, JobChangedMeanwhile)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        version = graphene.Int(
            description="The version that was read: refused where there is a newer one. Left out, what it says now is "
            "approved."
        )

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, version: int | None = None) -> dict[str, Any]:
        return {"job": jobs.approve(by=viewer, job_id=_key(job_id), version=version)}


class JobReject(Mutation):
    """Send a posting back to be written anew. For whoever may approve it."""

    errors = (*_REFUSED, Invalid)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        comment = graphene.String(
            required=True, description="What is to be changed, for the company to read; at most 1,000 characters."
        )

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, comment: str) -> dict[str, Any]:
        return {"job": jobs.reject(by=viewer, job_id=_key(job_id), comment=comment)}


class JobSchedule(Mutation):
    """Have a posting go live at a set time; said again, at another.

    For the company's recruiters, admins and owners, and for platform admins.
    If it cannot go live then, it stands approved again, and its review comment says why.
    """

    errors = (*_REFUSED, *_UNFIT, Invalid, JobNeedsReview, JobAlreadyPublished, JobExpiredLongAgo)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        at = DateTime(required=True, description="When: an instant that lies ahead, within a year.")
        expires_at = DateTime(
            description=f"{_UNTIL} Unless given, the job's own end stands, else the board sets one when it goes live."
        )

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, at: datetime, expires_at: datetime | None = None) -> dict[str, Any]:
        return {"job": jobs.schedule(by=viewer, job_id=_key(job_id), at=at, expires_at=expires_at)}


class JobPublish(Mutation):
    """Make a posting live.

    For the company's recruiters, admins and owners, and for platform admins.
    Drafts of a company that has not proved who it is are approved first. What a company has live already it does not
    publish again.
    """

    errors = (*_REFUSED, *_UNFIT, Invalid, JobNeedsReview, JobAlreadyPublished, JobExpiredLongAgo, JobRepeatsAnother)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        expires_at = DateTime(
            description=f"{_UNTIL} Unless given, the job's own end stands if it lies ahead, else the board sets one."
        )

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, expires_at: datetime | None = None) -> dict[str, Any]:
        return {"job": jobs.publish(by=viewer, job_id=_key(job_id), expires_at=expires_at)}


class JobPause(Mutation):
    """Take a live posting down for a while; its end stays where it is.

    For the company's recruiters, admins and owners, and for platform admins.
    """

    errors = (*_REFUSED, JobExpiredLongAgo)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        return {"job": jobs.pause(by=viewer, job_id=_key(job_id))}


class JobResume(Mutation):
    """Make a paused posting live again, as old as it was.

    For the company's recruiters, admins and owners, and for platform admins.
    """

    errors = (*_REFUSED, *_UNFIT, JobAlreadyPublished, JobExpiredLongAgo, JobRepeatsAnother)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        return {"job": jobs.resume(by=viewer, job_id=_key(job_id))}


class JobReopen(Mutation):
    """Make a posting live again whose time was over at most 30 days ago.

    For the company's recruiters, admins and owners, and for platform admins.
    """

    errors = (*_REFUSED, *_UNFIT, Invalid, JobAlreadyPublished, JobExpiredLongAgo, JobRepeatsAnother)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        expires_at = DateTime(
            description=f"{_UNTIL} Unless given, the job's own end stands if it lies ahead, else the board sets one."
        )

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, expires_at: datetime | None = None) -> dict[str, Any]:
        return {"job": jobs.reopen(by=viewer, job_id=_key(job_id), expires_at=expires_at)}


class JobClose(Mutation):
    """End a posting for good.

    For the company's recruiters, admins and owners, and for platform admins.
    """

    errors = (NotFound, Forbidden, Invalid, JobAlreadyClosed, JobNotClosable)
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        reason = graphene.InputField(
            enum_of(CloseReason), required=True, description="Why. `MODERATION` is for platform admins alone."
        )

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, reason: Any) -> dict[str, Any]:
        return {"job": jobs.close(by=viewer, job_id=_key(job_id), reason=plain_value(reason))}


class JobArchive(Mutation):
    """Put a closed posting away.

    For the company's recruiters, admins and owners, and for platform admins.
    """

    errors = _REFUSED
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        return {"job": jobs.archive(by=viewer, job_id=_key(job_id))}


class JobDiscard(Mutation):
    """Throw a draft or a template away, for good. For whoever may write it."""

    errors = _REFUSED
    cost = MOVE_COST
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")

    discarded = graphene.ID(description="The id that the job had; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str) -> dict[str, Any]:
        jobs.discard(by=viewer, job_id=_key(job_id))
        return {"discarded": job_id}
