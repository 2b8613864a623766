"""What postings ask of those who apply."""

from typing import Any

import graphene

from jobs.models import AnswerFileKind, QuestionKind
from jobs.selectors import form as forms
from jobs.selectors.form import MOST_OPTIONS, MOST_QUESTIONS
from jobs.services.form import LONGEST_HELP, LONGEST_LABEL, LONGEST_OPTION
from schema.core import visibility
from schema.core.costs import costs
from schema.core.inputs import plain_value
from schema.core.loading import Computed, ListSize, Relation
from schema.core.scalars import Decimal
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, Rule, private, visible_to
from schema.team.types import WORKS_ON

KNOCK_OUT = Rule(
    "knock-out rule",
    "For those who work on the job, in `Job.form`.",
    allows=lambda viewer, question: viewer.is_authenticated and question.is_whole,
)


class QuestionOption(graphene.ObjectType):
    """One of the answers that a question offers."""

    id = graphene.ID(required=True, description="Within its question.")
    label = graphene.String(required=True, description="The answer.")


@private(SHOWN)
class KnockOut(graphene.ObjectType):
    """The answers that the company wants to look at first. Nobody is declined for one."""

    is_yes = graphene.Boolean(description="This answer to a question of yes or no.")
    option_ids = graphene.List(
        graphene.NonNull(graphene.ID),
        required=True,
        description=f"Any of these options. At most {MOST_OPTIONS}.",
    )
    below = Decimal(description="A number below this.")
    above = Decimal(description="A number above this.")


class FormQuestion(graphene.ObjectType):
    """A question of a form."""

    id = graphene.ID(required=True, description="Stays the same from version to version of the form.")
    kind = enum_of(QuestionKind)(required=True, description="What sort of answer it takes.")
    label = graphene.String(required=True, description="The question.")
    help = graphene.String(description="What more there is to say of it.")
    is_required = graphene.Boolean(required=True, description="It has to be answered.")
    options = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(QuestionOption)),
            required=True,
            description=f"What can be chosen, in order. At most {MOST_OPTIONS}.",
        ),
        list_size=ListSize(MOST_OPTIONS),
    )
    min = Decimal(description="The least number, characters of a text, or options chosen; null: none is said.")
    max = Decimal(description="The most of the same.")
    earliest = graphene.Date(description="The first day that is an answer.")
    latest = graphene.Date(description="The last day that is an answer.")
    file_kinds = graphene.List(
        graphene.NonNull(enum_of(AnswerFileKind)),
        required=True,
        description="Which sorts of files are taken; none: all of them.",
    )
    knock_out = visible_to(graphene.Field(KnockOut, description="Which answers are to be looked at first."), KNOCK_OUT)

    resolve_help = Computed(lambda question: question.help or None)


class ApplicationForm(graphene.ObjectType):
    """What a posting asks of those who apply here. A form never changes: whoever edits it makes the next version."""

    version = graphene.Int(required=True, description="From 1, without gaps. An application names the one it answers.")
    questions = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(FormQuestion)),
            required=True,
            description=f"The questions, in order. At most {MOST_QUESTIONS}.",
        ),
        list_size=ListSize(MOST_QUESTIONS),
    )


def form_of_apply() -> graphene.Field:
    """What those are asked who apply."""
    return graphene.Field(
        ApplicationForm,
        description="What is asked; null where a résumé and a letter are all. For applying here.",
        resolver=Relation(forms.of_jobs, "job_id"),
    )


def form_of_job() -> graphene.Field:
    """The form as those edit it who work on the job."""
    field = graphene.Field(
        ApplicationForm,
        description="What those are asked who apply, with the knock-out rules; null where nothing ever was asked.",
        resolver=Relation(forms.whole_of_jobs, "pk"),
    )
    return visibility.visible_to(field, WORKS_ON)


class QuestionOptionInput(graphene.InputObjectType):
    """One of the answers that a question offers."""

    id = graphene.String(description="1 to 40 letters, digits, hyphens and underscores; without one it goes by place.")
    label = graphene.String(required=True, description=f"The answer, in a line of {LONGEST_OPTION} characters at most.")


class KnockOutInput(graphene.InputObjectType):
    """The answers that are to be looked at first, as fits the question's kind."""

    is_yes = graphene.Boolean(description="This answer to a question of yes or no.")
    option_ids = graphene.List(graphene.NonNull(graphene.String), description="Any of these options.")
    below = Decimal(description="A number below this.")
    above = Decimal(description="A number above this.")


class QuestionInput(graphene.InputObjectType):
    """A question of a form."""

    id = graphene.String(
        description="1 to 40 letters, digits, hyphens and underscores. Without one the question keeps that of one of "
        "the same kind and label in the version before, or gets a new one."
    )
    kind = graphene.InputField(enum_of(QuestionKind), required=True, description="What sort of answer it takes.")
    label = graphene.String(required=True, description=f"In a line of {LONGEST_LABEL} characters at most.")
    help = graphene.String(description=f"What more there is to say of it; at most {LONGEST_HELP:,} characters.")
    is_required = graphene.Boolean(default_value=False, description="It has to be answered.")
    options = graphene.List(
        graphene.NonNull(QuestionOptionInput), description=f"What can be chosen: 1 to {MOST_OPTIONS}. Of choices only."
    )
    min = Decimal(description="The least number, characters of a text, or options chosen.")
    max = Decimal(description="The most of the same.")
    earliest = graphene.Date(description="The first day that is an answer. Of dates only.")
    latest = graphene.Date(description="The last day that is an answer. Of dates only.")
    file_kinds = graphene.List(
        graphene.NonNull(enum_of(AnswerFileKind)), description="Which sorts of files are taken; all unless given."
    )
    knock_out = graphene.InputField(KnockOutInput, description="Which answers are to be looked at first.")


def questions_of(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions as the service takes them."""
    return [{name: _plain(value) for name, value in question.items()} for question in written]


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, list) else plain_value(value)
