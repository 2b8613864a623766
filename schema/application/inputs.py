"""What people write who apply."""

from typing import Any

import graphene

from jobs.models import ApplicationStatus
from jobs.selectors.application import ApplicationFilter
from jobs.services.answers import Answer
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.scalars import Decimal
from schema.core.types import enum_of


class AnswerInput(graphene.InputObjectType):
    """An answer: the question, and of the other fields the one that fits its kind."""

    question_id = graphene.ID(required=True, description="The question.")
    text = graphene.String(description="For a line or paragraphs of text: at most 1,000 and 10,000 characters.")
    choice_ids = graphene.List(graphene.NonNull(graphene.ID), description="For choices: the options' ids.")
    number = Decimal(description="For a number.")
    date = graphene.Date(description="For a day.")
    is_yes = graphene.Boolean(description="For yes or no.")
    file_id = graphene.ID(description="For a file: one that was uploaded to answer with.")


class ApplicationWhere(graphene.InputObjectType):
    """Which applications. All conditions must hold."""

    status = graphene.InputField(enum_of(ApplicationStatus), description="Those that stand so.")
    needs_review = graphene.Boolean(
        description="Those with, or without, an answer that is to be looked at first; of those that one is shown whole."
    )


def answers_of(written: list[dict[str, Any]] | None) -> list[Answer] | None:
    """The answers as the service takes them. Raises `BadRequest` for an id that is none of ours."""
    if written is None:
        return None
    return [_answer(one, f"input.answers.{number}") for number, one in enumerate(written)]


def _answer(one: dict[str, Any], path: str) -> Answer:
    file_id = one.get("file_id")
    return Answer(
        question_id=one["question_id"],
        text=one.get("text"),
        choice_ids=one.get("choice_ids"),
        number=one.get("number"),
        date=one.get("date"),
        is_yes=one.get("is_yes"),
        file_id=None if file_id is None else ids.decode_as("File", file_id, argument=f"{path}.fileId"),
    )


def application_filter(where: dict[str, Any] | None) -> ApplicationFilter:
    """The selector's filter for what a client asks for."""
    wanted = where or {}
    return ApplicationFilter(status=plain_value(wanted.get("status")), needs_review=wanted.get("needs_review"))
