"""What a posting asks of those who apply. A form is never changed: whoever edits it makes its next version."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from accounts.services import audit
from jobs import policies
from jobs.errors import FormChangedMeanwhile
from jobs.models import AnswerFileKind, FormVersion, Job, QuestionKind
from jobs.selectors import job as jobs
from jobs.selectors import membership as memberships
from jobs.selectors.form import MOST_OPTIONS, MOST_QUESTIONS, NO_FORM, Form, KnockOut, Option, Question, form_of
from jobs.services import profile_values as read
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.ids import public_id
from kernel.viewer import Viewer

LONGEST_LABEL, LONGEST_HELP, LONGEST_OPTION = 500, 2_000, 200
LONGEST_TEXT = {QuestionKind.TEXT: 1_000, QuestionKind.LONG_TEXT: 10_000}
MOST_BYTES = 200_000
EARLIEST_DAY, LATEST_DAY = date(1900, 1, 1), date(2100, 12, 31)
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CHOICES = (QuestionKind.CHOICE, QuestionKind.CHOICES)
_BOUNDED = (*LONGEST_TEXT, QuestionKind.CHOICES, QuestionKind.NUMBER)


@transaction.atomic
def update(*, by: Viewer, job_id: UUID, version: int, questions: Sequence[Mapping[str, Any]]) -> Job:
    """Have a posting ask these questions, in this order, and give the posting back. None: it has no form any more.

    `version` is that of the form that the caller has read, 0 where there was none. A question without an id keeps that
    of one of the same kind and label. The same questions over again make no version. Raises `NotFound`, `Forbidden`,
    `Invalid` on `questions.<number>.…`, and `FormChangedMeanwhile`.
    """
    # Who applies at this moment holds the row, and has been told the questions as they were.
    rows = Job.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    job = rows.filter(jobs.visible_to(by), pk=job_id).first()
    if job is None:
        raise NotFound(field="job_id")
    if not policies.may_edit_job(by, memberships.standing(by), job):
        raise Forbidden
    before = current(job.pk)
    if before.version != version:
        raise FormChangedMeanwhile(field="version")
    wanted = understood(questions, before.questions)
    kept = [question.kept() for question in wanted]
    if kept != [question.kept() for question in before.questions]:
        if len(orjson.dumps(kept)) > MOST_BYTES:
            raise Invalid("This form is too long.", field="questions")
        FormVersion.objects.create(job=job, number=version + 1, questions=kept, actor_id=by.user_id)
        audit.record(
            "form.update",
            by=by,
            target=("Job", job.pk),
            company_id=job.company_id,
            before={"form_version": version},
            after={"form_version": version + 1},
        )
    return job


def current(job_id: UUID) -> Form:
    """The form of a job as it is now."""
    row = FormVersion.objects.filter(job=job_id).order_by("-number").first()
    return NO_FORM if row is None else form_of(row)


def understood(questions: Sequence[Mapping[str, Any]], before: Sequence[Question] = ()) -> list[Question]:
    """The questions that somebody wrote. Raises `Invalid` on `questions.<number>.…`."""
    if len(questions) > MOST_QUESTIONS:
        raise Invalid(f"At most {MOST_QUESTIONS} questions.", field="questions")
    taken = {given["id"] for given in questions if given.get("id") is not None}
    left = [question for question in before if question.id not in taken]
    found: list[Question] = []
    for number, given in enumerate(questions):
        question = _question(given, f"questions.{number}", left)
        if question.id in {other.id for other in found}:
            raise Invalid("Another question has this id.", field=f"questions.{number}.id")
        found.append(question)
    return found


def _question(given: Mapping[str, Any], path: str, left: list[Question]) -> Question:
    kind = read.choice(given.get("kind") or "", f"{path}.kind", among=QuestionKind.values)
    label = read.line(given.get("label"), f"{path}.label", longest=LONGEST_LABEL, is_required=True)
    options = _options(kind, given.get("options") or (), f"{path}.options")
    least, most = _bounds(kind, given, path, len(options))
    earliest, latest = _days(kind, given, path)
    kinds = read.choices(given.get("file_kinds"), f"{path}.file_kinds", among=AnswerFileKind.values)
    if kinds and kind != QuestionKind.FILE:
        raise Invalid("Only a file has kinds.", field=f"{path}.file_kinds")
    return Question(
        id=_id(given.get("id"), f"{path}.id", kind, label, left),
        kind=kind,
        label=label,
        help=read.text(given.get("help"), f"{path}.help", longest=LONGEST_HELP),
        is_required=given.get("is_required") is True,
        options=options,
        min=least,
        max=most,
        earliest=earliest,
        latest=latest,
        file_kinds=tuple(kinds),
        knock_out=_knock_out(kind, given.get("knock_out"), options, f"{path}.knock_out"),
    )


def _id(given: str | None, path: str, kind: str, label: str, left: list[Question]) -> str:
    """The given id; or that of a question which there was, so that its answers can be compared; or a new one."""
    if given is not None:
        return _known_form(given, path)
    for question in left:
        if (question.kind, question.label) == (kind, label):
            left.remove(question)
            return question.id
    return public_id()


def _known_form(text: str, path: str) -> str:
    if not _ID.fullmatch(text):
        raise Invalid("1 to 40 letters, digits, hyphens and underscores.", field=path)
    return text


def _options(kind: str, given: Sequence[Mapping[str, Any]], path: str) -> tuple[Option, ...]:
    if kind not in _CHOICES:
        if given:
            raise Invalid("Only a choice has options.", field=path)
        return ()
    if not 1 <= len(given) <= MOST_OPTIONS:
        raise Invalid(f"From 1 to {MOST_OPTIONS} options.", field=path)
    found: list[Option] = []
    for number, option in enumerate(given):
        key = option.get("id")
        label = read.line(option.get("label"), f"{path}.{number}.label", longest=LONGEST_OPTION, is_required=True)
        # Without an id of its own an option goes by its place: it is the same one as long as nothing moves.
        found.append(Option(_known_form(key, f"{path}.{number}.id") if key is not None else f"o{number}", label))
        if found[-1].id in {other.id for other in found[:-1]}:
            raise Invalid("Another option has this id.", field=f"{path}.{number}.id")
        if label in {other.label for other in found[:-1]}:
            raise Invalid("Another option is called so.", field=f"{path}.{number}.label")
    return tuple(found)


def _bounds(kind: str, given: Mapping[str, Any], path: str, options: int) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most of a number, of the characters of a text, or of the options chosen."""
    least, most = given.get("min"), given.get("max")
    for name, value in (("min", least), ("max", most)):
        if value is None:
            continue
        if kind not in _BOUNDED:
            raise Invalid("Only texts, choices of several and numbers have bounds.", field=f"{path}.{name}")
        if kind != QuestionKind.NUMBER:
            top = options if kind == QuestionKind.CHOICES else LONGEST_TEXT[QuestionKind(kind)]
            # With nothing at the most there would be no answer.
            bottom = 1 if name == "max" else 0
            if value != int(value) or not bottom <= value <= top:
                raise Invalid(f"A whole number from {bottom} to {top:,}.", field=f"{path}.{name}")
    if least is not None and most is not None and least > most:
        raise Invalid("This is less than the least.", field=f"{path}.max")
    return _normal(least), _normal(most)


def _days(kind: str, given: Mapping[str, Any], path: str) -> tuple[date | None, date | None]:
    """The first and the last day that are an answer."""
    earliest, latest = given.get("earliest"), given.get("latest")
    for name, day in (("earliest", earliest), ("latest", latest)):
        if day is None:
            continue
        if kind != QuestionKind.DATE:
            raise Invalid("Only a date has these bounds.", field=f"{path}.{name}")
        if not EARLIEST_DAY <= day <= LATEST_DAY:
            raise Invalid(f"From {EARLIEST_DAY} to {LATEST_DAY}.", field=f"{path}.{name}")
    if earliest is not None and latest is not None and earliest > latest:
        raise Invalid("This is before the earliest day.", field=f"{path}.latest")
    return earliest, latest


def _normal(value: Decimal | None) -> Decimal | None:
    """One spelling of a number, so that the same questions are the same."""
    return None if value is None else Decimal(f"{Decimal(value).normalize():f}")


def _knock_out(kind: str, given: Mapping[str, Any] | None, options: Iterable[Option], path: str) -> KnockOut | None:
    if given is None:
        return None
    values = {name: value for name, value in given.items() if value not in (None, [], ())}
    fitting = {
        QuestionKind.YES_NO: {"is_yes"},
        QuestionKind.NUMBER: {"below", "above"},
        QuestionKind.CHOICE: {"option_ids"},
        QuestionKind.CHOICES: {"option_ids"},
    }.get(QuestionKind(kind), set())
    for name in values:
        if name not in fitting:
            raise Invalid("This is no answer to such a question.", field=f"{path}.{name}")
    if not values:
        raise Invalid("Say which answers are to be looked at first.", field=path)
    chosen = tuple(dict.fromkeys(values.get("option_ids", ())))
    read.known(chosen, [option.id for option in options], f"{path}.option_ids", "option")
    below, above = values.get("below"), values.get("above")
    return KnockOut(values.get("is_yes"), chosen, _normal(below), _normal(above))
