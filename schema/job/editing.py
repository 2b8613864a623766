"""Mutations that write what postings say."""

from typing import Any

import graphene

from jobs.errors import (
    CompanyInactive,
    JobAlreadyClosed,
    JobChangedMeanwhile,
    JobFrozen,
    JobIncomplete,
    JobQuotaReached,
)
from jobs.services import job_editing
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.mutations import Mutation
from schema.job.fields import JobFields, job_fields
from schema.job.types import Job

EDITING_COST = 100


class JobCreate(Mutation):
    """Begin a posting, as a draft. For the company's recruiters, admins and owners.

    A company that has not proved who it is makes ten a day, any other two hundred.
    """

    errors = (NotFound, Forbidden, Invalid, CompanyInactive, JobQuotaReached)
    cost = EDITING_COST
    scope = Scope.JOBS_WRITE
    is_idempotent = True

    class Input:
        company_id = graphene.ID(required=True, description="The company that is hiring.")
        fields = graphene.InputField(JobFields, required=True, description="What it says: a title at least.")

    job = graphene.Field(Job, description="The draft; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument="input.companyId")
        return {"job": job_editing.create(by=viewer, company_id=key, fields=job_fields(fields, "fields"))}


class JobUpdate(Mutation):
    """Change what a posting says; what is live stays live. For recruiters and above, and for the hiring managers on it.

    What a company that has not proved who it is changes after its approval goes back to being a draft.
    """

    errors = (NotFound, Forbidden, Invalid, JobChangedMeanwhile, JobAlreadyClosed, JobFrozen, JobIncomplete)
    cost = EDITING_COST
    scope = Scope.JOBS_WRITE

    class Input:
        id = graphene.ID(required=True, description="The job.")
        version = graphene.Int(
            required=True,
            description="The version that the changes were made from: refused where there is a newer one.",
        )
        changes = graphene.InputField(JobFields, required=True, description="What is to be changed.")

    job = graphene.Field(Job, description="The job as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str, version: int, changes: dict[str, Any]) -> dict[str, Any]:
        key = ids.decode_as("Job", id, argument="input.id")
        job = job_editing.update(by=viewer, job_id=key, version=version, changes=job_fields(changes, "changes"))
        return {"job": job}


class JobClone(Mutation):
    """Begin a draft that says what another posting of the company says, or one of its templates. As `jobCreate`.

    It has the same questions for those who apply; reference, dates and people are its own.
    """

    errors = (NotFound, Forbidden, Invalid, CompanyInactive, JobFrozen, JobQuotaReached)
    cost = EDITING_COST
    scope = Scope.JOBS_WRITE
    is_idempotent = True

    class Input:
        job_id = graphene.ID(required=True, description="The job, or the template.")
        changes = graphene.InputField(JobFields, description="What the draft says otherwise.")

    job = graphene.Field(Job, description="The draft; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"job": job_editing.clone(by=viewer, job_id=key, changes=job_fields(changes or {}, "changes"))}
