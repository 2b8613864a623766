"""Mutations of jobs."""

from typing import Any

import graphene

from jobs.services import duplicate
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.mutations import Mutation
from schema.job.types import Job


class JobDuplicateDismiss(Mutation):
    """Say that two jobs are not duplicates, for good: neither lists the other, and both still list all the rest."""

    errors = (NotFound, Forbidden, Invalid)
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        duplicate_id = graphene.ID(
            required=True,
            description="The job that it is no duplicate of. Who runs a company's jobs names two of that company; "
            "moderators and administrators of the board name any two.",
        )

    job = graphene.Field(Job, description="The job, with the duplicates that are left; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, duplicate_id: str) -> dict[str, Any]:
        job = duplicate.dismiss(
            by=viewer,
            job_id=ids.decode_as("Job", job_id, argument="input.jobId"),
            duplicate_id=ids.decode_as("Job", duplicate_id, argument="input.duplicateId"),
        )
        return {"job": job}
