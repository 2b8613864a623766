"""What of postings only those are shown who run them, and what they may do to them."""

from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.machines.job import JobAct
from jobs.models import DescriptionFormat, JobLifecycle, JobVisibility
from jobs.selectors import company_jobs, job_actions, job_inside
from jobs.selectors.company_jobs import States
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.core import visibility
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.inputs import tuple_of
from schema.core.loading import ListSize, Relation
from schema.core.scalars import DateTime
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, Rule, private

_WHO = "For those of its company who work on the job, and for moderators and platform admins."
INSIDE = Rule("inside of the job", _WHO, batch=job_inside.readable)
CHANGES = Rule("changes of the job", _WHO, batch=job_inside.readable_revisions)
OWN_JOBS = Rule(
    "own jobs",
    "For the company's members, who see the jobs that they work on, and for moderators and platform admins.",
    batch=company_jobs.readable,
)


@private(SHOWN)
class JobDescriptionSource(graphene.ObjectType):
    """What a posting says, as it was written."""

    text = graphene.String(required=True, description="As it was written.")
    format = enum_of(DescriptionFormat)(required=True, description="What it was written in.")


def available_actions() -> graphene.Field:
    """What the viewer may do to the job as it stands."""
    field = graphene.Field(
        graphene.List(graphene.NonNull(enum_of(JobAct))),
        required=True,
        description="What the person who asks may do to it as it stands; a limit of the company's, or a job that says "
        f"the same, may still refuse it. At most {len(JobAct)}.",
        resolver=Relation(job_actions.available, "pk", many=True),
    )
    return costs(field, list_size=ListSize(len(JobAct)))


def version() -> graphene.Field:
    """The number that a change names."""
    return _inside(graphene.Int, "version", "Grows with every change; whoever changes it says from which.")


def scheduled_at() -> graphene.Field:
    """When it is to go live."""
    return _inside(DateTime, "scheduled_at", "When it is to go live, where that was set.")


def review_comment() -> graphene.Field:
    """What stood against it."""
    words = "Why it was sent back, or could not go live at its time; null where it goes on."
    return _inside(graphene.String, "review_comment", words)


def job_visibility() -> graphene.Field:
    """Who finds it."""
    return _inside(enum_of(JobVisibility), "visibility", "Who finds it while it is live.")


def is_template() -> graphene.Field:
    """Whether it is a template."""
    return _inside(graphene.Boolean, "is_template", "Others are begun from it; it is never published itself.")


def description_source() -> graphene.Field:
    """What it says, as it was written."""
    field = graphene.Field(
        JobDescriptionSource,
        description="What it says, as it was written: what to change it from.",
        resolver=Relation(
            job_inside.of_jobs,
            "pk",
            then=lambda job: JobDescriptionSource(text=job.description_source, format=job.description_format),
        ),
    )
    return visibility.visible_to(field, INSIDE)


def own_jobs_of_company() -> graphene.Field:
    """All of a company's postings, for those who run them."""
    return connection_field(
        "schema.job.types.JobConnection",
        description="Its jobs in whatever state, the newest first.",
        visible_to=OWN_JOBS,
        resolver=Relation(_lists, "pk"),
        states=graphene.Argument(
            graphene.List(graphene.NonNull(enum_of(JobLifecycle))),
            description="In one of these states; all unless given.",
        ),
    )


def _inside(kind: Any, column: str, description: str) -> graphene.Field:
    read = attrgetter(column)
    relation = Relation(job_inside.of_jobs, "pk", then=lambda job: None if read(job) == "" else read(job))
    return visibility.visible_to(graphene.Field(kind, description=description, resolver=relation), INSIDE)


def _lists(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
    """A page of each company's postings. A cursor belongs to the list of one company."""
    states = tuple_of(arguments.get("states"), "states")
    found: dict[UUID, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[UUID]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in company_jobs.of_companies(viewer, owners, states=states, wanted=wanted).items():
            found[key] = PageOfList(page, partial(_codec, key), partial(_count, key, states))
    return found


def _codec(company_id: UUID) -> CursorCodec:
    return CursorCodec(f"company.{company_id}.ownJobs", value=UUID, key=UUID)


def _count(company_id: UUID, states: States, info: GraphQLResolveInfo) -> Any:
    counted = info.context.load(company_jobs.counts_of_companies, company_id, states=states)
    return counted.then(lambda number: number or 0)
