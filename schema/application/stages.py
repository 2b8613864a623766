"""The stages that applications go through, and a company's words for those who are declined."""

from typing import Any

import graphene

from jobs.errors import StageInUse, TooManyStages
from jobs.models import Company, Job, StageKind
from jobs.models import EmailTemplate as EmailTemplateRow
from jobs.models import Stage as StageRow
from jobs.models import StageTemplate as StageTemplateRow
from jobs.selectors import stage as stages
from jobs.services import stage
from jobs.services.stage import MOST_STAGES
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.application.rules import COMPANY as COMPANY_SIDE
from schema.core import ids
from schema.core.inputs import id_list, one_of, plain_value
from schema.core.loading import many, one
from schema.core.mutations import Mutation
from schema.core.types import ModelType, enum_of
from schema.core.visibility import SHOWN
from schema.team.types import TEAM, WORKS_ON

JOB = "schema.job.types.Job"
COMPANY = "schema.company.types.Company"
JOB_WORDS = "The job, with its stages; null when refused, or where a template is meant."
COMPANY_WORDS = "The company, with its template; null when refused, or where a job's stages are meant."


class Stage(ModelType):
    """A stage that applications for a job go through. Those who apply see its kind, and never its name."""

    class Meta:
        model = StageRow
        columns = ("kind", "name", "position")
        choices = {"kind": StageKind}
        batch = stages.by_id
        private_to = SHOWN


class StageTemplate(ModelType):
    """A stage that a company's new jobs begin with."""

    class Meta:
        model = StageTemplateRow
        columns = ("kind", "name", "position")
        choices = {"kind": StageKind}
        batch = stages.template_by_id
        private_to = SHOWN


class EmailTemplate(ModelType):
    """A company's own words for a mail to somebody who was declined."""

    class Meta:
        model = EmailTemplateRow
        columns = ("name", "subject", "body")
        batch = stages.mail_by_id
        private_to = SHOWN


@one_of
class StagesOf(graphene.InputObjectType):
    """Whose stages: exactly one of the two."""

    job_id = graphene.ID(description="Those of this job.")
    company_id = graphene.ID(description="Those of this company's template, with which its new jobs begin.")


class StageCreate(Mutation):
    """Add a stage to a job, or to a company's template. Where there are none yet, the usual five come first.

    For the company's recruiters, admins and owners; those of a job for the hiring managers of its team, too.
    """

    errors = (NotFound, Forbidden, Invalid, TooManyStages)
    scope = Scope.JOBS_WRITE
    is_idempotent = True

    class Input:
        of = graphene.InputField(StagesOf, required=True, description="Whose stage it becomes.")
        kind = graphene.InputField(
            enum_of(StageKind),
            required=True,
            description="What it is, for good: `SCREEN`, `INTERVIEW` or `OFFER`; of the others there is one already.",
        )
        name = graphene.String(required=True, description="What to call it, at most 80 characters.")
        position = graphene.Int(
            description="Where it stands, counted from 0: after the first and before the last; unless given, the last "
            "but one."
        )

    job = graphene.Field(JOB, description=JOB_WORDS)
    company = graphene.Field(COMPANY, description=COMPANY_WORDS)

    @classmethod
    def run(
        cls, viewer: Viewer, *, of: dict[str, Any], kind: Any, name: str, position: int | None = None
    ) -> dict[str, Any]:
        made = stage.create(by=viewer, kind=plain_value(kind), name=name, position=position, **_owner(of))
        return _payload(made)


class StageUpdate(Mutation):
    """Call a stage something else. Its kind stays: it is what those are shown who applied."""

    errors = (NotFound, Forbidden, Invalid)
    scope = Scope.JOBS_WRITE

    class Input:
        id = graphene.ID(required=True, description="The stage, of a job or of a template.")
        name = graphene.String(required=True, description="What to call it, at most 80 characters.")

    job = graphene.Field(JOB, description=JOB_WORDS)
    company = graphene.Field(COMPANY, description=COMPANY_WORDS)

    @classmethod
    def run(cls, viewer: Viewer, *, id: str, name: str) -> dict[str, Any]:
        return _payload(stage.rename(by=viewer, name=name, **_stage(id)))


class StageReorder(Mutation):
    """Put all stages of a job, or of a company's template, into another order: applied is first, hired is last."""

    errors = (NotFound, Forbidden, Invalid)
    scope = Scope.JOBS_WRITE

    class Input:
        of = graphene.InputField(StagesOf, required=True, description="Whose stages.")
        ids = graphene.List(
            graphene.NonNull(graphene.ID), required=True, description="Every stage once, in the order that is wanted."
        )

    job = graphene.Field(JOB, description=JOB_WORDS)
    company = graphene.Field(COMPANY, description=COMPANY_WORDS)

    @classmethod
    def run(cls, viewer: Viewer, *, of: dict[str, Any], ids: list[str]) -> dict[str, Any]:
        kind = "Stage" if of.get("job_id") is not None else "StageTemplate"
        keys = id_list(kind, ids, "input.ids") or ()
        return _payload(stage.reorder(by=viewer, keys=keys, **_owner(of)))


class StageDelete(Mutation):
    """Delete a stage while no application is under way in it. Those that ended there are filed under the one before."""

    errors = (NotFound, Forbidden, Invalid, StageInUse)
    scope = Scope.JOBS_WRITE

    class Input:
        id = graphene.ID(required=True, description="The stage, of a job or of a template.")

    job = graphene.Field(JOB, description=JOB_WORDS)
    company = graphene.Field(COMPANY, description=COMPANY_WORDS)

    @classmethod
    def run(cls, viewer: Viewer, *, id: str) -> dict[str, Any]:
        return _payload(stage.delete(by=viewer, **_stage(id)))


def stage_of_application() -> graphene.Field:
    """The stage that an application is in."""
    return one(
        Stage,
        key="stage_id",
        batch=stages.by_id,
        description="The stage that it is in, or ended in.",
        visible_to=COMPANY_SIDE,
    )


def stages_of_job() -> graphene.Field:
    """The stages of a job."""
    return many(
        Stage,
        batch=stages.of_jobs,
        at_most=MOST_STAGES,
        description="The stages that applications for it go through, in their order; none before the first application "
        "or the first change.",
        visible_to=WORKS_ON,
    )


def stage_template_of_company() -> graphene.Field:
    """The stages that a company's new jobs begin with."""
    return many(
        StageTemplate,
        batch=stages.templates_of_companies,
        at_most=MOST_STAGES,
        description="The stages that its new jobs begin with; none where it has set up none, and the usual five are.",
        visible_to=TEAM,
    )


def email_templates_of_company() -> graphene.Field:
    """A company's words for those who are declined."""
    return many(
        EmailTemplate,
        batch=stages.mails_of_companies,
        at_most=stages.MOST_TEMPLATES,
        description="Its words for those who are declined, by name.",
        visible_to=TEAM,
    )


def _owner(of: dict[str, Any]) -> dict[str, Any]:
    if of.get("job_id") is not None:
        return {"job_id": ids.decode_as("Job", of["job_id"], argument="input.of.jobId")}
    return {"company_id": ids.decode_as("Company", of["company_id"], argument="input.of.companyId")}


def _stage(global_id: str) -> dict[str, Any]:
    """A stage of a job, or of a template: its id says which."""
    kind, key = ids.decode(global_id, argument="input.id")
    if kind == "StageTemplate":
        return {"template_id": key}
    return {"stage_id": ids.decode_as("Stage", global_id, argument="input.id")}


def _payload(owner: Job | Company) -> dict[str, Any]:
    is_job = isinstance(owner, Job)
    return {"job": owner if is_job else None, "company": None if is_job else owner}
