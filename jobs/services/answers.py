"""What somebody answers to the questions of a form, checked one by one. A refusal is an `Invalid` that names the field.

Answers are kept by the question's id: a text, the id of an option or a list of them, a number or a day as text, true or
false, the id of a file.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from jobs.models import AnswerFileKind, FilePurpose, QuestionKind
from jobs.selectors.form import Form, Question
from jobs.services import file as files
from jobs.services import profile_values as read
from jobs.services.form import EARLIEST_DAY, LATEST_DAY, LONGEST_TEXT, MOST_QUESTIONS
from kernel.errors import Invalid
from kernel.viewer import Viewer

# Which field of an answer a kind of question takes.
FIELDS: Mapping[str, str] = {
    QuestionKind.TEXT: "text",
    QuestionKind.LONG_TEXT: "text",
    QuestionKind.CHOICE: "choice_ids",
    QuestionKind.CHOICES: "choice_ids",
    QuestionKind.NUMBER: "number",
    QuestionKind.DATE: "date",
    QuestionKind.FILE: "file_id",
    QuestionKind.YES_NO: "is_yes",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote for one question; the field that fits its kind says it, the others are empty."""

    question_id: str
    text: str | None = None
    choice_ids: Sequence[str] | None = None
    number: Decimal | None = None
    date: datetime.date | None = None
    is_yes: bool | None = None
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers as they are kept, and the questions whose answer the company wants to look at first."""

    values: dict[str, Any]
    knockouts: list[str]


def understood(form: Form, given: Sequence[Answer], *, by: Viewer, is_complete: bool) -> Answered:
    """The answers to a form, with their files taken for what keeps them; in the caller's transaction.

    What is empty is not answered. `is_complete`: what is required has to be, and what has a least length has it. Raises
    `Invalid`, and what taking a file raises, on `answers.<number>.…`.
    """
    if len(given) > MOST_QUESTIONS:
        raise Invalid(f"At most {MOST_QUESTIONS} answers.", field="answers")
    questions = {question.id: question for question in form.questions}
    values: dict[str, Any] = {}
    seen: set[str] = set()
    for number, answer in enumerate(given):
        path = f"answers.{number}"
        question = questions.get(answer.question_id)
        if question is None:
            raise Invalid("The form has no such question.", field=f"{path}.question_id")
        if question.id in seen:
            raise Invalid("This question was answered before.", field=f"{path}.question_id")
        seen.add(question.id)
        value = _value(question, answer, path, by, is_complete=is_complete)
        if value is not None:
            values[question.id] = value
    if is_complete:
        for question in form.questions:
            if question.is_required and question.id not in values:
                raise Invalid(f"This question has to be answered: {question.label}", field=_place(given, question))
    return Answered(values, [one.id for one in form.questions if one.id in values and _is_met(one, values[one.id])])


def _place(given: Sequence[Answer], question: Question) -> str:
    """Where the missing answer would stand: where it stands empty, or the list."""
    for number, answer in enumerate(given):
        if answer.question_id == question.id:
            return f"answers.{number}.{FIELDS[question.kind]}"
    return "answers"


def _value(question: Question, answer: Answer, path: str, by: Viewer, *, is_complete: bool) -> Any:
    """What is kept of an answer; None for an empty one."""
    wanted = FIELDS[question.kind]
    for name in dict.fromkeys(FIELDS.values()):
        if name != wanted and getattr(answer, name) is not None:
            raise Invalid(
                f"This question is not answered by this: its kind is {question.kind}.", field=f"{path}.{name}"
            )
    value, path = getattr(answer, wanted), f"{path}.{wanted}"
    if value is None:
        return None
    match question.kind:
        case QuestionKind.TEXT | QuestionKind.LONG_TEXT:
            return _text(question, value, path, is_complete=is_complete)
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return _choices(question, value, path, is_complete=is_complete)
        case QuestionKind.NUMBER:
            _refuse_outside(question.min, question.max, value, path)
            return f"{Decimal(value).normalize():f}"
        case QuestionKind.DATE:
            _refuse_outside(question.earliest or EARLIEST_DAY, question.latest or LATEST_DAY, value, path)
            return value.isoformat()
        case QuestionKind.FILE:
            return _file(question, value, path, by)
    return value is True


def _text(question: Question, value: str, path: str, *, is_complete: bool) -> str | None:
    longest = LONGEST_TEXT[QuestionKind(question.kind)]
    text = plain(value, path, longest=longest if question.max is None else int(question.max))
    if question.kind == QuestionKind.TEXT and "\n" in text:
        raise Invalid("Write it in one line.", field=path)
    if text and is_complete and question.min is not None and len(text) < question.min:
        raise Invalid(f"At least {question.min} characters.", field=path)
    return text or None


def plain(value: str | None, path: str, *, longest: int) -> str:
    """Paragraphs of plain text, with one kind of line ends and no other control characters. Raises `Invalid`."""
    lines = (value or "").replace("\r\n", "\n").replace("\r", "\n")
    text = read.text(lines, path, longest=longest)
    for character in text:
        if (character < " " and character not in "\n\t") or "\x7f" <= character <= "\x9f":
            raise Invalid("Holds a control character.", field=path)
    return text


def _choices(question: Question, value: Sequence[str], path: str, *, is_complete: bool) -> list[str] | str | None:
    chosen = list(value)
    options = [option.id for option in question.options]
    if len(chosen) > len(options):
        raise Invalid("There are fewer options.", field=path)
    read.known(chosen, options, path, "option")
    if len(set(chosen)) < len(chosen):
        raise Invalid("An option is chosen once.", field=path)
    if not chosen:
        return None
    if question.kind == QuestionKind.CHOICE:
        if len(chosen) > 1:
            raise Invalid("Choose one of the options.", field=path)
        return chosen[0]
    _refuse_outside(question.min if is_complete else None, question.max, len(chosen), path)
    return [option for option in options if option in chosen]


def _file(question: Question, value: UUID, path: str, by: Viewer) -> str:
    file = files.take(by=by, file_id=value, purpose=FilePurpose.ANSWER, field=path)
    kind = AnswerFileKind.IMAGE if file.mime.startswith("image/") else AnswerFileKind.DOCUMENT
    if question.file_kinds and kind not in question.file_kinds:
        wanted = " or ".join(str(AnswerFileKind(one).label) for one in question.file_kinds)
        raise Invalid(f"Another kind of file is asked for: {wanted}.", field=path)
    return str(file.pk)


def _refuse_outside(least: Any, most: Any, value: Any, path: str) -> None:
    if least is not None and value < least:
        raise Invalid(f"At least {least}.", field=path)
    if most is not None and value > most:
        raise Invalid(f"At most {most}.", field=path)


def _is_met(question: Question, value: Any) -> bool:
    """Whether the answer is one that the company wants to look at first."""
    rule = question.knock_out
    if rule is None:
        return False
    match question.kind:
        case QuestionKind.YES_NO:
            return value is rule.is_yes
        case QuestionKind.NUMBER:
            number = Decimal(value)
            return (rule.below is not None and number < rule.below) or (rule.above is not None and number > rule.above)
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return not set(rule.option_ids).isdisjoint([value] if isinstance(value, str) else value)
    return False


def files_of(form: Form, values: Mapping[str, Any]) -> set[UUID]:
    """The files among answers that are kept."""
    kinds = {question.id: question.kind for question in form.questions}
    return {UUID(value) for key, value in values.items() if kinds.get(key) == QuestionKind.FILE}
