"""What `viewer` and jobs have of applications."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.models import ApplicationStatus
from jobs.selectors import application as applications
from jobs.selectors import application_draft as drafts
from jobs.selectors.application import ApplicationFilter
from jobs.services import source_token
from jobs.services.source_token import LONGEST_SOURCE
from kernel.errors import Invalid
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.application.inputs import ApplicationWhere, application_filter
from schema.core import ids, visibility
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.errors import BadRequest
from schema.core.inputs import plain_value
from schema.core.loading import Relation, one
from schema.core.types import enum_of
from schema.core.visibility import Rule
from schema.team.types import WORKS_ON

CONNECTION = "schema.application.types.ApplicationConnection"
READS = Rule(
    "reads applications",
    "For the company's recruiters, admins and owners, and for the job's hiring team.",
    batch=applications.readable_jobs,
)
_DRAFTS = CursorCodec("viewer.applicationDrafts", value=datetime, key=UUID)


def _own(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    status = plain_value(arguments.get("status"))
    codec = CursorCodec(f"viewer.applications/{status or 'all'}", value=datetime, key=UUID)
    page = applications.page_of_own(viewer, status, slice_of(codec, arguments))
    return PageOfList(page, lambda: codec, lambda _info: applications.count_of_own(viewer, status))


def _own_drafts(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    page = drafts.page(viewer, slice_of(_DRAFTS, arguments))
    return PageOfList(page, lambda: _DRAFTS, lambda _info: drafts.count(viewer))


def _own_draft(viewer: Viewer, info: GraphQLResolveInfo, job_id: str) -> Any:
    return info.context.load(drafts.of_jobs, ids.decode_as("Job", job_id, argument="jobId"))


own_applications = connection_field(
    CONNECTION,
    description="What the person applied for, the newest first; none for an API key without the scope "
    "`applications:read`.",
    resolver=_own,
    status=graphene.Argument(enum_of(ApplicationStatus), description="Those that stand so, as the person knows."),
)
own_draft = graphene.Field(
    "schema.application.types.ApplicationDraft",
    description="What the person is writing for a job; null where that is nothing.",
    resolver=_own_draft,
    job_id=graphene.ID(required=True, description="The job."),
)
own_drafts = connection_field(
    "schema.application.types.ApplicationDraftConnection",
    description="The applications that the person is writing, what was written last first; none for an API key "
    "without the scope `applications:read`.",
    resolver=_own_drafts,
)


def _of_jobs(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
    """A page of each job's applications. A cursor belongs to the list of one job and one filter."""
    where = application_filter(arguments.get("where"))
    found: dict[UUID, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[UUID]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key, where), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in applications.of_jobs(viewer, owners, where=where, wanted=wanted).items():
            found[key] = PageOfList(page, partial(_codec, key, where), partial(_count, key, where))
    return found


def _codec(job_id: UUID, where: ApplicationFilter) -> CursorCodec:
    return CursorCodec(f"job.{job_id}.applications/{where.status}/{where.needs_review}", value=datetime, key=UUID)


def _count(job_id: UUID, where: ApplicationFilter, info: GraphQLResolveInfo) -> Any:
    return info.context.load(applications.counts_of_jobs, job_id, where=where).then(lambda number: number or 0)


def applications_of_job() -> graphene.Field:
    """Who applied for a job."""
    return connection_field(
        CONNECTION,
        description="Who applied for it, the newest first; nobody's own application is among them.",
        visible_to=READS,
        resolver=Relation(_of_jobs, "pk"),
        where=graphene.Argument(ApplicationWhere, description="Which applications; all unless given."),
    )


def own_application_of_job() -> graphene.Field:
    """What the person who asks sent for a job."""
    return one(
        "schema.application.types.Application",
        key="pk",
        batch=applications.own_of_jobs,
        description="The last application for it of the person who asks; null where there is none.",
    )


def _source_token(job: Any, info: GraphQLResolveInfo, label: str) -> str:
    try:
        return source_token.for_place(job.pk, label)
    except Invalid as refusal:
        raise BadRequest(str(refusal), argument="label") from None


def source_token_of_job() -> graphene.Field:
    """Says in an application where the link to the job stood."""
    field = graphene.Field(
        graphene.String,
        description="Signed: with it in `sourceToken` of `applicationSubmit` an application says that it came from "
        "there. Put it into links to the job that you place somewhere.",
        resolver=_source_token,
        label=graphene.Argument(
            graphene.String,
            required=True,
            description=f"What you call the place, in a line of {LONGEST_SOURCE} characters at most.",
        ),
    )
    return visibility.visible_to(field, WORKS_ON)


def _referral_token(job: Any, info: GraphQLResolveInfo) -> str | None:
    viewer: Viewer = info.context.viewer
    return source_token.for_referral(job.pk, viewer.user_id) if viewer.user_id is not None else None


def referral_token_of_job() -> graphene.Field:
    """Says in an application who sent the person."""
    return graphene.Field(
        graphene.String,
        description="Signed, in the name of the person who asks: with it in `sourceToken` of `applicationSubmit` an "
        "application tells the company that they sent somebody. Null for nobody.",
        resolver=_referral_token,
    )
