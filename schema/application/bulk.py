"""Mutations by which companies move many applications at once: each is judged by itself."""

from typing import Any

import graphene

from jobs.errors import ApplicationChangedMeanwhile, ApplicationMoveRefused
from jobs.models import RejectReason
from jobs.selectors import application as applications
from jobs.services import pipeline_bulk
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.application.pipeline import APPLICATION, COMMENT, VERSION, RejectionMailInput, application_key, mail_words
from schema.core import ids
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.inputs import MAX_LIST, plain_value
from schema.core.loading import ListSize
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, private

COST = 100
ITEM_ERRORS: tuple[type[DomainError], ...] = (
    NotFound,
    Forbidden,
    Invalid,
    ApplicationChangedMeanwhile,
    ApplicationMoveRefused,
)
_WORDS = {error.code: error.message for error in ITEM_ERRORS}

ApplicationRefusalCode = graphene.Enum(
    "ApplicationRefusalCode",
    [(code, code) for code in _WORDS],
    description=lambda value: _WORDS[value.value] if value else "Every reason for which one of many is refused.",
)


class ApplicationVersion(graphene.InputObjectType):
    """One of the applications that are moved."""

    id = graphene.ID(required=True, description="The application.")
    version = graphene.Int(required=True, description=VERSION)


@private(SHOWN)
class ApplicationRefusal(graphene.ObjectType):
    """Why one of many applications was refused."""

    code = ApplicationRefusalCode(required=True, description="Stable and machine-readable.")
    message = graphene.String(required=True, description="For people. Not stable: branch on `code`.")


@private(SHOWN)
class ApplicationOutcome(graphene.ObjectType):
    """What became of one of many applications."""

    id = graphene.ID(required=True, description="The application's, as the input named it.")
    application = graphene.Field(
        APPLICATION,
        description="As it is now, which in a dry run is as it was; null when refused.",
    )
    error = graphene.Field(ApplicationRefusal, description="Why it was refused; null when it was not.")


def _outcomes() -> graphene.Field:
    items = graphene.List(graphene.NonNull(ApplicationOutcome))
    words = (
        "What became of each, in the order of the input; null when all were refused for the input as such. "
        f"At most {MAX_LIST}."
    )
    return costs(graphene.Field(items, description=words), list_size=ListSize(MAX_LIST))


def _many() -> graphene.List:
    return graphene.List(
        graphene.NonNull(ApplicationVersion), required=True, description=f"Each once, at most {MAX_LIST}."
    )


def _dry_run() -> graphene.Boolean:
    return graphene.Boolean(default_value=False, description="Only tell what would become of each; nothing is done.")


class ApplicationsMoveMany(Mutation):
    """Put up to 100 applications into a stage of their job. What is refused for one is refused for that one alone."""

    errors = (NotFound, Forbidden, Invalid)
    scope = Scope.APPLICATIONS_WRITE
    cost = COST

    class Input:
        applications = _many()
        stage_id = graphene.ID(required=True, description="The stage, of the job that all of them are for.")
        is_dry_run = _dry_run()

    outcomes = _outcomes()

    @classmethod
    def run(
        cls, viewer: Viewer, *, applications: list[dict[str, Any]], stage_id: str, is_dry_run: bool | None = False
    ) -> dict[str, Any]:
        done = pipeline_bulk.move(
            by=viewer,
            versions=_versions(applications),
            stage_id=ids.decode_as("Stage", stage_id, argument="input.stageId"),
            is_dry_run=bool(is_dry_run),
        )
        return {"outcomes": _told(viewer, done)}


class ApplicationsRejectMany(Mutation):
    """Decline up to 100 applications for one reason. What is refused for one is refused for that one alone."""

    errors = (NotFound, Forbidden, Invalid)
    scope = Scope.APPLICATIONS_WRITE
    cost = COST

    class Input:
        applications = _many()
        reason = graphene.InputField(enum_of(RejectReason), required=True, description="Why, for the company alone.")
        comment = graphene.String(description=COMMENT)
        mail = graphene.InputField(RejectionMailInput, description="What each person is told; no mail unless given.")
        is_dry_run = _dry_run()

    outcomes = _outcomes()

    @classmethod
    def run(
        cls,
        viewer: Viewer,
        *,
        applications: list[dict[str, Any]],
        reason: Any,
        comment: str | None = None,
        mail: dict[str, Any] | None = None,
        is_dry_run: bool | None = False,
    ) -> dict[str, Any]:
        done = pipeline_bulk.reject(
            by=viewer,
            versions=_versions(applications),
            reason=plain_value(reason),
            comment=comment or "",
            mail=mail_words(mail),
            is_dry_run=bool(is_dry_run),
        )
        return {"outcomes": _told(viewer, done)}


def _versions(given: list[dict[str, Any]]) -> dict[Any, int]:
    if len(given) > MAX_LIST:
        raise BadRequest(f"At most {MAX_LIST} values.", argument="input.applications")
    versions = {application_key(one["id"], "input.applications.id"): one["version"] for one in given}
    if len(versions) < len(given):
        raise BadRequest("Name each application once.", argument="input.applications")
    return versions


def _told(viewer: Viewer, done: list[pipeline_bulk.Outcome]) -> list[ApplicationOutcome]:
    pipeline_bulk.refuse_strangers(done)
    rows = applications.by_id(viewer, [one.application_id for one in done if one.application])
    return [
        ApplicationOutcome(
            id=ids.encode("Application", one.application_id),
            application=rows.get(one.application_id),
            error=ApplicationRefusal(code=one.error.code, message=str(one.error)) if one.error else None,
        )
        for one in done
    ]
