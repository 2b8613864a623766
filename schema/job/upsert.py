"""The mutation by which a company's own system keeps its postings as it has them."""

from typing import Any
from uuid import UUID

import graphene
from graphene.utils.str_converters import to_camel_case

from jobs.errors import (
    CompanyInactive,
    JobAlreadyClosed,
    JobChangedMeanwhile,
    JobFrozen,
    JobIncomplete,
    JobIsTemplate,
    JobQuotaReached,
)
from jobs.selectors import job as jobs
from jobs.services import job_upsert
from jobs.services.job_upsert import MOST, JobUpsertEffect, Outcome, Sent
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.loading import ListSize, Relation
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, private
from schema.job.fields import JobFields, job_fields
from schema.job.types import Job

COST = 1_000
ITEM_ERRORS: tuple[type[DomainError], ...] = (
    Invalid,
    JobChangedMeanwhile,
    JobAlreadyClosed,
    JobFrozen,
    JobIncomplete,
    JobIsTemplate,
    JobQuotaReached,
)
_WORDS = {error.code: error.message for error in ITEM_ERRORS}

JobUpsertRefusalCode = graphene.Enum(
    "JobUpsertRefusalCode",
    [(code, code) for code in _WORDS],
    description=lambda value: _WORDS[value.value] if value else "Every reason for which one of many jobs is refused.",
)


class JobUpsert(graphene.InputObjectType):
    """A job as it is to be."""

    fields = graphene.InputField(
        JobFields,
        required=True,
        description="What it says. `externalReference` and `language` say which job it is, and are never changed: the "
        "reference is needed, the language is English unless given.",
    )
    version = graphene.Int(description="The version that the caller read: refused where there is another one.")


@private(SHOWN)
class JobUpsertRefusal(graphene.ObjectType):
    """Why one of many jobs was refused."""

    code = JobUpsertRefusalCode(required=True, description="Stable and machine-readable.")
    message = graphene.String(required=True, description="For people. Not stable: branch on `code`.")
    field = graphene.List(graphene.NonNull(graphene.String), description="Path to the input field at fault, if one is.")


def _job_key(outcome: dict[str, Any]) -> UUID | None:
    return UUID(outcome["job_id"]) if outcome["job_id"] else None


@private(SHOWN)
class JobUpsertOutcome(graphene.ObjectType):
    """What became of one of many jobs."""

    index = graphene.Int(required=True, description="Its place in the input, from 0.")
    effect = graphene.Field(enum_of(JobUpsertEffect), description="What was done; null when refused.")
    job = graphene.Field(
        Job,
        description="As it is now. Null when refused, and in a dry run for one that there is not yet.",
        resolver=Relation(jobs.by_id, _job_key),
    )
    error = graphene.Field(JobUpsertRefusal, description="Why it was refused; null when it was not.")


class JobUpsertMany(Mutation):
    """Bring up to 200 postings of a company up to date, each known by its reference: made as a draft where there is
    none, else changed as by `jobUpdate`. What is refused for one is refused for that one alone.

    For the company's recruiters, admins and owners. The same again changes nothing.
    """

    errors = (NotFound, Forbidden, Invalid, CompanyInactive)
    scope = Scope.JOBS_WRITE
    cost = COST
    is_idempotent = True

    class Input:
        company_id = graphene.ID(required=True, description="The company that is hiring.")
        jobs = graphene.List(
            graphene.NonNull(JobUpsert), required=True, description=f"From 1 to {MOST}, each reference once."
        )
        is_dry_run = graphene.Boolean(
            default_value=False, description="Only tell what would become of each; nothing is done."
        )

    outcomes = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(JobUpsertOutcome)),
            description="What became of each, in the order of the input; null when all were refused for the input as "
            f"such. At most {MOST}.",
        ),
        list_size=ListSize(MOST),
    )

    @classmethod
    def run(
        cls, viewer: Viewer, *, company_id: str, jobs: list[dict[str, Any]], is_dry_run: bool | None = False
    ) -> dict[str, Any]:
        if len(jobs) > MOST:
            raise BadRequest(f"At most {MOST} values.", argument="input.jobs")
        done = job_upsert.upsert(
            by=viewer,
            company_id=ids.decode_as("Company", company_id, argument="input.companyId"),
            sent=[
                Sent(job_fields(job["fields"], f"jobs.{place}.fields"), job.get("version"))
                for place, job in enumerate(jobs)
            ],
            is_dry_run=bool(is_dry_run),
        )
        return {"outcomes": [_told(place, outcome) for place, outcome in enumerate(done)]}


def _told(place: int, outcome: Outcome) -> dict[str, Any]:
    """In plain values, which are kept under an idempotency key."""
    return {
        "index": place,
        "effect": str(outcome.effect.value) if outcome.effect else None,
        "job_id": str(outcome.job_id) if outcome.job_id else None,
        "error": _refusal(outcome.error) if outcome.error else None,
    }


def _refusal(error: DomainError) -> dict[str, Any]:
    path = ["input", *map(to_camel_case, error.field.split("."))] if error.field else None
    return {"code": error.code, "message": str(error), "field": path}
