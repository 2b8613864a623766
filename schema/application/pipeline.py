"""Mutations by which companies move applications."""

from typing import Any
from uuid import UUID

import graphene

from jobs.errors import (
    AlreadyApplied,
    ApplicationChangedMeanwhile,
    ApplicationMoveRefused,
    JobNotApplicable,
    JobNotClosable,
    OpeningFilled,
)
from jobs.models import Application, RejectReason
from jobs.selectors import application as applications
from jobs.services import pipeline
from jobs.services.rejection_mail import MOST_HOURS, USUAL_HOURS, MailWords
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.mutations import Mutation
from schema.core.types import enum_of

APPLICATION = "schema.application.types.Application"
MOVED = "The application as it is now; null when refused."
VERSION = "The version that was read; if there is a newer one, nothing is done."
COMMENT = "Why, in words: for the company alone, at most 1,000 characters."
REFUSALS = (NotFound, Forbidden, Invalid, ApplicationChangedMeanwhile, ApplicationMoveRefused)


class RejectionMailInput(graphene.InputObjectType):
    """What somebody who was declined is told: a template of the company's, or a message, or else the board's words."""

    template_id = graphene.ID(description="The company's words. Not together with `message`.")
    message = graphene.String(
        description="These words, at most 10,000 characters; `{name}`, `{job}` and `{company}` are filled in."
    )
    send_after_hours = graphene.Int(
        default_value=USUAL_HOURS,
        description=f"From 0 to {MOST_HOURS}; taking the rejection back before then means that nothing is sent.",
    )


class ApplicationMove(Mutation):
    """Put an application into another stage of its job. One that is there already stays as it is.

    For the company's recruiters, admins and owners, and for hiring managers of the job's team. Nobody is hired so:
    `applicationHire` does that.
    """

    errors = REFUSALS
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        stage_id = graphene.ID(required=True, description="The stage.")
        version = graphene.Int(required=True, description=VERSION)

    application = graphene.Field(APPLICATION, description=MOVED)

    @classmethod
    def run(cls, viewer: Viewer, *, application_id: str, stage_id: str, version: int) -> dict[str, Any]:
        stage_key = ids.decode_as("Stage", stage_id, argument="input.stageId")
        key = application_key(application_id)
        return moved(viewer, pipeline.move(by=viewer, application_id=key, stage_id=stage_key, version=version))


class ApplicationReject(Mutation):
    """Decline an application, for a reason that the person is not told; and have the person told, hours later.

    With `mail` the person sees the application under way until the mail is sent; without, they see the outcome at once
    and get no mail.
    """

    errors = REFUSALS
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        version = graphene.Int(required=True, description=VERSION)
        reason = graphene.InputField(enum_of(RejectReason), required=True, description="Why, for the company alone.")
        comment = graphene.String(description=COMMENT)
        mail = graphene.InputField(RejectionMailInput, description="What the person is told; no mail unless given.")

    application = graphene.Field(APPLICATION, description=MOVED)

    @classmethod
    def run(
        cls,
        viewer: Viewer,
        *,
        application_id: str,
        version: int,
        reason: Any,
        comment: str | None = None,
        mail: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        declined = pipeline.reject(
            by=viewer,
            application_id=application_key(application_id),
            version=version,
            reason=plain_value(reason),
            comment=comment or "",
            mail=mail_words(mail),
        )
        return moved(viewer, declined)


class ApplicationUnreject(Mutation):
    """Take a rejection back: the application is in the stage where it was. A mail that still waits is never sent."""

    errors = REFUSALS
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        version = graphene.Int(required=True, description=VERSION)

    application = graphene.Field(APPLICATION, description=MOVED)

    @classmethod
    def run(cls, viewer: Viewer, *, application_id: str, version: int) -> dict[str, Any]:
        key = application_key(application_id)
        return moved(viewer, pipeline.unreject(by=viewer, application_id=key, version=version))


class ApplicationTransfer(Mutation):
    """Hand an application over to another job of the company: what was asked and answered goes with it.

    It goes on as a new application in the other job's first stage; the old one says that it was transferred.
    """

    errors = (*REFUSALS, AlreadyApplied, JobNotApplicable)
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        version = graphene.Int(required=True, description=VERSION)
        to_job_id = graphene.ID(required=True, description="The other job, which was published and has not ended.")
        comment = graphene.String(description=COMMENT)

    application = graphene.Field(APPLICATION, description="The new application; null when refused.")

    @classmethod
    def run(
        cls, viewer: Viewer, *, application_id: str, version: int, to_job_id: str, comment: str | None = None
    ) -> dict[str, Any]:
        made = pipeline.transfer(
            by=viewer,
            application_id=application_key(application_id),
            version=version,
            to_job_id=ids.decode_as("Job", to_job_id, argument="input.toJobId"),
            comment=comment or "",
        )
        return moved(viewer, made)


class ApplicationHire(Mutation):
    """Hire the person: the application is in the last stage from now on.

    A job is one opening. Whoever hires a second person for it says that there is another, or is refused.
    """

    errors = (*REFUSALS, OpeningFilled, JobNotClosable)
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        version = graphene.Int(required=True, description=VERSION)
        comment = graphene.String(description=COMMENT)
        close_job = graphene.Boolean(
            default_value=False,
            description="Close the job as filled, in the same moment; for those who may close it. One that has ended "
            "already stays as it is.",
        )
        is_further = graphene.Boolean(
            default_value=False, description="This is for another opening of the job than the one that is filled."
        )

    application = graphene.Field(APPLICATION, description=MOVED)

    @classmethod
    def run(
        cls,
        viewer: Viewer,
        *,
        application_id: str,
        version: int,
        comment: str | None = None,
        close_job: bool | None = False,
        is_further: bool | None = False,
    ) -> dict[str, Any]:
        hired = pipeline.hire(
            by=viewer,
            application_id=application_key(application_id),
            version=version,
            comment=comment or "",
            close_job=bool(close_job),
            is_further=bool(is_further),
        )
        return moved(viewer, hired)


class ApplicationUnhire(Mutation):
    """Take a hire back: the application is under way again, in the stage that it was hired from.

    A job that was closed as filled stays closed.
    """

    errors = REFUSALS
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        version = graphene.Int(required=True, description=VERSION)
        comment = graphene.String(required=True, description=COMMENT)

    application = graphene.Field(APPLICATION, description=MOVED)

    @classmethod
    def run(cls, viewer: Viewer, *, application_id: str, version: int, comment: str) -> dict[str, Any]:
        key = application_key(application_id)
        return moved(viewer, pipeline.unhire(by=viewer, application_id=key, version=version, comment=comment))


def application_key(global_id: str, argument: str = "input.applicationId") -> UUID:
    """The key of an application."""
    key: UUID = ids.decode_as("Application", global_id, argument=argument)
    return key


def mail_words(mail: dict[str, Any] | None) -> MailWords | None:
    """What the input says of the mail; None for none."""
    if mail is None:
        return None
    template, hours = mail.get("template_id"), mail.get("send_after_hours")
    argument = "input.mail.templateId"
    return MailWords(
        template_id=None if template is None else ids.decode_as("EmailTemplate", template, argument=argument),
        message=mail.get("message") or "",
        send_after_hours=USUAL_HOURS if hours is None else hours,
    )


def moved(viewer: Viewer, application: Application) -> dict[str, Any]:
    """The payload: the application as the viewer is shown it."""
    return {"application": applications.by_id(viewer, [application.pk]).get(application.pk)}
