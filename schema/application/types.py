"""Applications, as those who made them and those who hire see them."""

from datetime import date
from operator import attrgetter
from typing import Any

import graphene

from accounts.selectors import user as users
from jobs.machines.application import ApplicationAct
from jobs.models import Application as ApplicationRow
from jobs.models import ApplicationDraft as ApplicationDraftRow
from jobs.models import ApplicationStatus, DescriptionFormat, QuestionKind, RejectReason, StageKind
from jobs.selectors import application as applications
from jobs.selectors import application_answers as written
from jobs.selectors import application_draft as drafts
from jobs.selectors import application_timeline as timelines
from jobs.selectors import company as companies
from jobs.selectors import file as files
from jobs.selectors import form as forms
from jobs.selectors import job as jobs
from jobs.selectors.application_answers import GivenAnswer
from jobs.selectors.form import MOST_OPTIONS, MOST_QUESTIONS
from schema.application.form import ApplicationForm, FormQuestion, QuestionOption
from schema.application.history import history_of_application
from schema.application.notes import notes_of_application
from schema.application.rules import COMPANY, FULL, OWN_OR_FULL
from schema.application.stages import stage_of_application
from schema.core.connections import connection_of
from schema.core.costs import costs
from schema.core.loading import Computed, ListSize, Relation, many, one
from schema.core.scalars import DateTime, Decimal
from schema.core.types import ModelType, enum_of
from schema.core.visibility import SHOWN, Rule, private, visible_to

JOB = "schema.job.types.Job"
COMPANY_TYPE = "schema.company.types.Company"
FILE = "schema.file.types.File"
CONTACT = Rule("contact data", FULL.words, allows=lambda viewer, contact: viewer.is_authenticated and contact.is_full)


@private(SHOWN)
class Candidate(graphene.ObjectType):
    """A person as the company knows them: as they said when they last applied there."""

    name = graphene.String(description="What the person is called; null for who is forgotten.")
    email = visible_to(graphene.String(description="Where to write to; null for who is forgotten."), CONTACT)
    phone = visible_to(graphene.String(description="Where to call, if they said."), CONTACT)
    tags = visible_to(
        graphene.Field(
            graphene.List(graphene.NonNull(graphene.String)), description="The company's own words. At most 20."
        ),
        CONTACT,
    )

    resolve_name = Computed(lambda contact: contact.row.name or None)
    resolve_email = Computed(lambda contact: contact.row.email or None)
    resolve_phone = Computed(lambda contact: contact.row.phone or None)
    resolve_tags = Computed(attrgetter("row.tags"))


def _day(given: GivenAnswer) -> date | None:
    day = given.plain(QuestionKind.DATE)
    return None if day is None else date.fromisoformat(day)


@private(SHOWN)
class ApplicationAnswer(graphene.ObjectType):
    """A question, and what was answered: in the field that fits its kind."""

    question = graphene.Field(FormQuestion, required=True, description="The question, as it was asked.")
    text = graphene.String(description="To a question for text.")
    choices = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(QuestionOption)),
            required=True,
            description=f"To one that offers options. At most {MOST_OPTIONS}.",
        ),
        list_size=ListSize(MOST_OPTIONS),
    )
    number = Decimal(description="To one for a number.")
    date = graphene.Date(description="To one for a day.")
    is_yes = graphene.Boolean(description="To one of yes or no.")
    file = one(
        FILE, key="file_id", batch=files.by_id, description="To one for a file; null where the file is not shown."
    )

    resolve_text = Computed(lambda given: given.plain(QuestionKind.TEXT, QuestionKind.LONG_TEXT))
    resolve_choices = Computed(attrgetter("chosen"))
    resolve_number = Computed(lambda given: given.plain(QuestionKind.NUMBER))
    resolve_date = Computed(_day)
    resolve_is_yes = Computed(lambda given: given.plain(QuestionKind.YES_NO))


@private(SHOWN)
class ApplicationProgress(graphene.ObjectType):
    """Where an application has stood since an instant, as the person may know: no names of stages, and no reasons."""

    at = DateTime(required=True, description="Since when. Of a rejection: when the person was told.")
    kind = enum_of(StageKind)(required=True, description="What the stage is, whatever the company calls it.")
    status = enum_of(ApplicationStatus)(required=True, description="How it stands.")


@private(SHOWN)
class FrozenPosting(graphene.ObjectType):
    """What a posting said when somebody applied."""

    revision = graphene.Int(required=True, description="Which revision of the posting that was.")
    title = graphene.String(required=True, description="Its title.")
    language = graphene.String(required=True, description="BCP 47 tag of the language it is written in.")
    description = graphene.String(required=True, description="The description, as it was written.")
    format = enum_of(DescriptionFormat)(required=True, description="What the description is written in.")

    resolve_revision = Computed(attrgetter("number"))


def _status(row: Any) -> str:
    is_company = getattr(row, "is_full", False) or getattr(row, "is_redacted", False)
    return row.status if is_company else applications.told_status(row)


class Application(ModelType):
    """Somebody's application for a job: a frozen copy of what was asked and answered, and where it stands."""

    class Meta:
        model = ApplicationRow
        columns = (
            *("submitted_at", "entered_stage_at", "decided_at", "version"),
            *("needs_review", "knockouts", "reject_reason", "source"),
        )
        choices = {"reject_reason": RejectReason}
        batch = applications.by_id
        private_to = SHOWN
        visible_to = {
            **dict.fromkeys(("entered_stage_at", "decided_at", "version"), COMPANY),
            **dict.fromkeys(("needs_review", "knockouts", "reject_reason", "source"), FULL),
        }

    status = enum_of(ApplicationStatus)(
        required=True,
        description="How it stands; to the person a rejection is under way until the mail that says so was sent.",
    )
    job = one(JOB, key="job_id", batch=jobs.by_id, description="The job; null once it is not shown: `posting` stays.")
    company = one(COMPANY_TYPE, key="company_id", batch=companies.of_jobs, description="Who is hiring.")
    posting = one(
        FrozenPosting, key="revision_id", batch=written.postings, description="What the posting said when they applied."
    )
    progress = graphene.Field(
        ApplicationProgress,
        description="Where it stands, as the person may know; the last of the timeline.",
        resolver=Relation(timelines.steps, "pk", then=lambda steps: steps[-1] if steps else None),
    )
    timeline = many(
        ApplicationProgress,
        batch=timelines.steps,
        at_most=timelines.MOST_STEPS,
        description="What has become of it, as the person may know, the first step first.",
    )
    form = one(ApplicationForm, key="form_version_id", batch=forms.by_id, description="What was asked; null: nothing.")
    answers = many(
        ApplicationAnswer,
        batch=written.answers,
        at_most=MOST_QUESTIONS,
        description="What was answered, in the order of the questions.",
    )
    cover_letter = graphene.String(
        description="The letter, if there is one.", resolver=Relation(written.cover_letters, "pk")
    )
    resume = one(
        FILE, key="resume_id", batch=files.by_id, description="The résumé, if there is one.", visible_to=OWN_OR_FULL
    )
    candidate = visible_to(
        graphene.Field(
            Candidate,
            description="Who applied.",
            resolver=Relation(applications.contacts, lambda row: (row.candidate_id, row.is_full)),
        ),
        COMPANY,
    )
    referrer = one(
        "schema.account.types.User",
        key="referrer_id",
        batch=users.named,
        description="Who sent the person, if somebody did.",
        visible_to=FULL,
    )
    available_actions = many(
        enum_of(ApplicationAct),
        batch=applications.available,
        at_most=len(ApplicationAct),
        description="What whoever asks may do to it as it stands.",
    )
    stage = stage_of_application()
    history = history_of_application()
    notes = notes_of_application

    resolve_status = Computed(_status)


class ApplicationDraft(ModelType):
    """An application that the person who asks is writing. The company knows nothing of it."""

    class Meta:
        model = ApplicationDraftRow
        columns = ("cover_letter", "version")
        batch = drafts.by_id
        private_to = SHOWN

    job = one(JOB, key="job_id", batch=jobs.by_id, description="The job; null once it is not shown.")
    form = one(
        ApplicationForm,
        key="form_version_id",
        batch=forms.by_id,
        description="What the answers answer; the posting may ask something else by now. Null: nothing was answered.",
    )
    answers = many(
        ApplicationAnswer,
        batch=written.draft_answers,
        at_most=MOST_QUESTIONS,
        description="What was answered so far, in the order of the questions.",
    )
    resume = one(FILE, key="resume_id", batch=files.by_id, description="The résumé, if one was chosen.")
    updated_at = DateTime(required=True, description="When something was last written.")


ApplicationConnection = connection_of("Application", Application, "applications")
ApplicationDraftConnection = connection_of("ApplicationDraft", ApplicationDraft, "drafts")
