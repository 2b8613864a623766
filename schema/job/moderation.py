"""What people report of jobs, what moderators have to look at, and what they decide."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from accounts.errors import TooManyAttempts
from jobs import policies
from jobs.errors import AlreadyReported, JobMoveRefused
from jobs.machines.job import ModerationAct
from jobs.models import CaseDecision, JobModeration, ReportReason
from jobs.models import JobReport as JobReportRow
from jobs.models import ModerationCase as ModerationCaseRow
from jobs.selectors import job as jobs
from jobs.selectors import moderation as moderations
from jobs.services import moderation
from jobs.services.moderation import LONGEST_TEXT
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.rows import Page, Slice
from kernel.viewer import Viewer
from schema.core import ids
from schema.core.connections import CursorCodec, PageOfList, connection_field, connection_of, slice_of
from schema.core.costs import costs
from schema.core.inputs import plain_value
from schema.core.loading import Computed, ListSize, Relation, many, one
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime
from schema.core.types import ModelType, enum_of
from schema.core.visibility import SHOWN, Rule, private, visible_to

JOB = "schema.job.types.Job"
COMMENT = f"Why, at most {LONGEST_TEXT:,} characters; the company reads it."

MODERATORS = Rule(
    "moderators",
    "For moderators and platform admins.",
    allows=lambda viewer, _: policies.may_read_moderation(viewer),
)
WORKS_ON_IT = Rule(
    "what moderators make of it",
    "For those who work on the job, and for moderators and platform admins.",
    batch=moderations.readable,
)


class ModerationReport(ModelType):
    """What somebody says is wrong with a job. Who it was is told to nobody here."""

    class Meta:
        model = JobReportRow
        columns = ("reason", "text")
        choices = {"reason": ReportReason}
        private_to = MODERATORS

    created_at = DateTime(required=True, description="When.")


class ModerationCase(ModelType):
    """A job that moderators are to look at, or looked at. At most one case of a job is open."""

    class Meta:
        model = ModerationCaseRow
        columns = ("decision", "comment", "decided_at")
        choices = {"decision": CaseDecision}
        batch = moderations.by_id
        private_to = MODERATORS

    job = one(JOB, key="job_id", batch=jobs.by_id, description="The job; null for one that is gone.")
    created_at = DateTime(required=True, description="Since when the case is open.")
    report_count = graphene.Int(required=True, description="How many people reported the job in this case.")
    reports = many(
        ModerationReport,
        batch=moderations.reports_of_cases,
        at_most=moderations.MOST_REPORTS,
        description="What they said, the newest first.",
    )
    available_actions = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(enum_of(ModerationAct))),
            required=True,
            description="What whoever asks may do to the job as it stands. `jobUnfreeze` does `CLEAR` and `UNFREEZE`; "
            f"`REMOVE` is done in the admin. At most {len(ModerationAct)}.",
            resolver=Relation(moderations.acts_of_jobs, "job_id", many=True),
        ),
        list_size=ListSize(len(ModerationAct)),
    )

    resolve_report_count = Computed(attrgetter("reports"))


ModerationCaseConnection = connection_of("ModerationCase", ModerationCase, "cases")


def _listed(
    name: str, read: Callable[[Viewer, Slice], Page[Any]], count: Callable[[Viewer], int]
) -> Callable[..., PageOfList]:
    """The resolver of one list of the queue."""
    codec = CursorCodec(f"moderationQueue.{name}", value=datetime, key=UUID)

    def resolve(queue: "ModerationQueue", info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
        viewer: Viewer = info.context.viewer
        return PageOfList(read(viewer, slice_of(codec, arguments)), lambda: codec, lambda _info: count(viewer))

    return resolve


@private(MODERATORS)
class ModerationQueue(graphene.ObjectType):
    """What moderators have to look at."""

    cases = connection_field(
        ModerationCaseConnection,
        description="Cases that nobody has decided yet, what has waited longest first.",
        resolver=_listed("cases", moderations.cases, moderations.count_cases),
    )
    reviews = connection_field(
        "schema.job.types.JobConnection",
        description="Jobs of companies that are not verified, which wait for approval, what has waited longest first.",
        resolver=_listed("reviews", moderations.reviews, moderations.count_reviews),
    )


moderation_queue = visible_to(
    graphene.Field(
        ModerationQueue,
        description="What moderators have to look at.",
        resolver=lambda root, info: ModerationQueue(),
    ),
    MODERATORS,
)


@private(SHOWN)
class ModerationDecision(graphene.ObjectType):
    """What moderators decided of a job. Who it was, and who reported the job, is told to nobody here."""

    decision = enum_of(CaseDecision)(required=True, description="What they decided.")
    comment = graphene.String(description="Why, in words.")
    decided_at = DateTime(required=True, description="When.")

    resolve_comment = Computed(lambda case: case.comment or None)


def moderation_of_job() -> graphene.Field:
    """Where a job stands with moderators, for those who work on it."""
    field = graphene.Field(
        enum_of(JobModeration),
        description="What moderators make of it: nobody but those who work on it finds one that is frozen.",
        resolver=Relation(moderations.states, "pk"),
    )
    return visible_to(field, WORKS_ON_IT)


def moderation_decision_of_job() -> graphene.Field:
    """What moderators decided last of a job, for those who work on it."""
    return one(
        ModerationDecision,
        key="pk",
        batch=moderations.decisions,
        description="What moderators decided of it last; null where they never looked at it.",
        visible_to=WORKS_ON_IT,
    )


class JobReport(Mutation):
    """Tell moderators that something is wrong with a live job. The company is never told who did."""

    errors = (NotFound, Forbidden, Invalid, AlreadyReported, TooManyAttempts)
    is_idempotent = True

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        reason = graphene.InputField(enum_of(ReportReason), required=True, description="What is wrong.")
        text = graphene.String(description=f"In own words, at most {LONGEST_TEXT:,} characters; needed for `OTHER`.")

    job = graphene.Field(JOB, description="The job; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, reason: Any, text: str | None = None) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"job": moderation.report(by=viewer, job_id=key, reason=plain_value(reason), text=text)}


class JobFreeze(Mutation):
    """Take a job from public view, everywhere and at once. For moderators and platform admins."""

    errors = (NotFound, Forbidden, Invalid, JobMoveRefused)

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        comment = graphene.String(required=True, description=COMMENT)

    job = graphene.Field(JOB, description="The job; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, comment: str) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"job": moderation.freeze(by=viewer, job_id=key, comment=comment)}


class JobUnfreeze(Mutation):
    """Find nothing wrong with a job: a frozen one is shown again, and what people reported of any other is settled.

    For moderators and platform admins.
    """

    errors = (NotFound, Forbidden, Invalid, JobMoveRefused)

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        comment = graphene.String(description=COMMENT)

    job = graphene.Field(JOB, description="The job; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, comment: str | None = None) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        return {"job": moderation.unfreeze(by=viewer, job_id=key, comment=comment)}
