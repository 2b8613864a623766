"""Root fields that read jobs."""

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors import job as jobs
from schema.core import ids
from schema.core.connections import PageOfList, slice_of
from schema.core.inputs import plain_text
from schema.job.inputs import JobBy, job_filter, job_order, job_reference
from schema.job.lists import job_cursor, jobs_field
from schema.job.types import Job


def _job(root: None, info: GraphQLResolveInfo, by: dict[str, Any]) -> Any:
    if "id" in by:
        return info.context.load(jobs.by_id, ids.decode_as("Job", by["id"], argument="by.id"))
    if "slug" in by:
        return info.context.load(jobs.by_slug, plain_text(by["slug"], "by.slug"))
    return info.context.load(jobs.by_reference, job_reference(by["external_reference"]))


def _jobs(root: None, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    where, order = job_filter(arguments.get("where")), job_order(arguments.get("order_by"))
    codec = job_cursor("jobs", order)
    return PageOfList(
        jobs.page(where, order, slice_of(codec, arguments)),
        lambda: codec,
        lambda _info: jobs.count(where),
        counted_as=where or "all",
    )


job = graphene.Field(
    Job,
    description="One job; null where there is none, or the viewer may not see it.",
    by=graphene.Argument(JobBy, required=True, description="Which one."),
    resolver=_job,
)
job_list = jobs_field("Live jobs.", _jobs)
