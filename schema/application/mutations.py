"""Mutations of forms, and of those who apply."""

from typing import Any, ClassVar

import graphene

from jobs.errors import (
    AlreadyApplied,
    ApplicationChangedMeanwhile,
    ApplicationMoveRefused,
    FileNotReady,
    FormChangedMeanwhile,
    JobNotApplicable,
)
from jobs.selectors import application as applications
from jobs.selectors.form import MOST_QUESTIONS
from jobs.services import application, application_draft, form
from jobs.services.application import LONGEST_LETTER, Letter
from jobs.services.application_draft import DraftChanges
from jobs.services.source_token import LONGEST_SOURCE
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.application.form import ApplicationForm, QuestionInput, questions_of
from schema.application.inputs import AnswerInput, answers_of
from schema.application.types import JOB, Application
from schema.application.types import ApplicationDraft as ApplicationDraftType
from schema.core import ids
from schema.core.mutations import Mutation

ANSWERS = f"To the questions of the form; at most {MOST_QUESTIONS}."
LETTER = f"Plain text, at most {LONGEST_LETTER:,} characters."
FORM_VERSION = "The `version` of the form that is answered; none where the posting has no form."


def _file(global_id: str | None) -> Any:
    return None if global_id is None else ids.decode_as("File", global_id, argument="input.resumeFileId")


class FormUpdate(Mutation):
    """Say what those are asked who apply for a job. Who has applied before keeps the questions that they answered.

    For the company's recruiters, admins and owners, and for hiring managers of the job's team.
    """

    errors = (NotFound, Forbidden, Invalid, FormChangedMeanwhile)
    scope = Scope.JOBS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        version = graphene.Int(
            required=True, description="The `version` of the form that was read, 0 where there was none."
        )
        questions = graphene.List(
            graphene.NonNull(QuestionInput),
            required=True,
            description=f"All the questions, in order; at most {MOST_QUESTIONS}. None: there is no form any more.",
        )

    job = graphene.Field(JOB, description="The job; null when refused.")
    form = graphene.Field(ApplicationForm, description="The form as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, version: int, questions: list[dict[str, Any]]) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        job = form.update(by=viewer, job_id=key, version=version, questions=questions_of(questions))
        return {"job": job, "form": form.current(job.pk)}


class ApplicationDraft(Mutation):
    """Begin an application, or go on with it: nothing has to be complete. `applicationSubmit` sends one."""

    errors = (
        NotFound,
        Forbidden,
        Invalid,
        JobNotApplicable,
        FormChangedMeanwhile,
        ApplicationChangedMeanwhile,
        FileNotReady,
    )
    scope = Scope.APPLICATIONS_WRITE

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        form_version = graphene.Int(description=FORM_VERSION)
        answers = graphene.List(
            graphene.NonNull(AnswerInput), description=f"{ANSWERS} The whole list; what is left out stays as it was."
        )
        cover_letter = graphene.String(description=f"{LETTER} Null takes it out.")
        resume_file_id = graphene.ID(description="The résumé to send; null takes it out.")
        version = graphene.Int(description="The `version` of the draft that was read, 0 for none: a newer one stays.")

    application_draft = graphene.Field(ApplicationDraftType, description="The draft as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, version: int | None = None, **written: Any) -> dict[str, Any]:
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        resume = _file(written.get("resume_file_id"))
        changes = DraftChanges(
            answers=answers_of(written.get("answers")),
            form_version=written.get("form_version"),
            cover_letter=(written["cover_letter"] or "") if "cover_letter" in written else None,
            resume_id=resume,
            has_no_resume="resume_file_id" in written and resume is None,
        )
        draft = application_draft.write(by=viewer, job_id=key, changes=changes, version=version)
        return {"application_draft": draft}


class ApplicationSubmit(Mutation):
    """Apply for a live job that takes applications here. It keeps what the posting said and asked at that moment.

    A person has one application for a job at a time; who has taken theirs back may apply again.
    """

    errors = (
        NotFound,
        Forbidden,
        Invalid,
        JobNotApplicable,
        FormChangedMeanwhile,
        AlreadyApplied,
        FileNotReady,
    )
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True
    cost: ClassVar[int] = 50

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        form_version = graphene.Int(description=FORM_VERSION)
        answers = graphene.List(graphene.NonNull(AnswerInput), description=ANSWERS)
        cover_letter = graphene.String(description=LETTER)
        resume_file_id = graphene.ID(
            description="The résumé; the person's default one unless given, and none where this is null."
        )
        name = graphene.String(description="What the company is to call the person; as the account says unless given.")
        phone = graphene.String(description="Where the company may call; at most 40 characters.")
        source_token = graphene.String(
            description="Where the person came from: a token of `Job.sourceToken` or `Job.referralToken`, or any line "
            f"of {LONGEST_SOURCE} characters at most."
        )

    application = graphene.Field(
        Application, description="The application; when refused with `ALREADY_APPLIED` the one there is, else null."
    )

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, **written: Any) -> dict[str, Any]:
        resume = _file(written.get("resume_file_id"))
        letter = Letter(
            form_version=written.get("form_version"),
            answers=answers_of(written.get("answers")) or (),
            cover_letter=written.get("cover_letter"),
            resume_id=resume,
            has_resume=resume is not None or "resume_file_id" not in written,
            name=written.get("name"),
            phone=written.get("phone"),
            source_token=written.get("source_token"),
        )
        key = ids.decode_as("Job", job_id, argument="input.jobId")
        made = application.submit(by=viewer, job_id=key, letter=letter)
        return {"application": applications.as_own(made, made.candidate.company_id)}

    @classmethod
    def beside(cls, viewer: Viewer, refusal: DomainError) -> dict[str, Any]:
        if not isinstance(refusal, AlreadyApplied) or refusal.application_id is None:
            return {}
        key = refusal.application_id
        return {"application": applications.by_id(viewer, [key]).get(key)}


class ApplicationWithdraw(Mutation):
    """Take an own application back. Done again, it changes nothing; and one may apply again."""

    errors = (NotFound, Forbidden, ApplicationMoveRefused)
    scope = Scope.APPLICATIONS_WRITE

    class Input:
        application_id = graphene.ID(required=True, description="The application.")

    application = graphene.Field(Application, description="The application as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, application_id: str) -> dict[str, Any]:
        key = ids.decode_as("Application", application_id, argument="input.applicationId")
        taken_back = application.withdraw(by=viewer, application_id=key)
        return {"application": applications.as_own(taken_back, taken_back.candidate.company_id)}
