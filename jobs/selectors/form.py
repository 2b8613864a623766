"""What postings ask of those who apply: the questions of a form, read from where they are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from jobs.models import FormVersion
from jobs.selectors import hiring_team
from kernel.reading import Reading
from kernel.viewer import Viewer

MOST_QUESTIONS = 50
MOST_OPTIONS = 50


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a question offers."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class KnockOut:
    """The answers that a company wants to look at first. Nobody is declined for one."""

    is_yes: bool | None = None
    option_ids: tuple[str, ...] = ()
    """Any of them."""
    below: Decimal | None = None
    above: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form."""

    id: str
    kind: str
    label: str
    help: str = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    min: Decimal | None = None
    """The least number, length or count of choices."""
    max: Decimal | None = None
    earliest: date | None = None
    latest: date | None = None
    file_kinds: tuple[str, ...] = ()
    """None: all that are taken."""
    knock_out: KnockOut | None = None
    is_whole: bool = False
    """Whether this is the company's view of it, with the knock-out rule."""

    def kept(self) -> dict[str, Any]:
        """The question as JSON has it; what it does not say is not there."""
        values = {
            name: value
            for name, value in asdict(self).items()
            if name != "is_whole" and value is not None and value is not False and value not in ("", ())
        }
        plain: dict[str, Any] = _plain(values)
        return plain

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Question":
        """The question that `kept` was made from."""
        rule = kept.get("knock_out")
        return cls(
            id=kept["id"],
            kind=kept["kind"],
            label=kept["label"],
            help=kept.get("help", ""),
            is_required=kept.get("is_required", False),
            options=tuple(Option(**option) for option in kept.get("options", ())),
            min=_number(kept.get("min")),
            max=_number(kept.get("max")),
            earliest=_day(kept.get("earliest")),
            latest=_day(kept.get("latest")),
            file_kinds=tuple(kept.get("file_kinds", ())),
            knock_out=rule
            and KnockOut(
                is_yes=rule.get("is_yes"),
                option_ids=tuple(rule.get("option_ids") or ()),
                below=_number(rule.get("below")),
                above=_number(rule.get("above")),
            ),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of a posting at one time, in their order; version 0 has none and was never written."""

    pk: int | None
    version: int
    questions: Sequence[Question]


NO_FORM = Form(None, 0, ())


def form_of(row: FormVersion) -> Form:
    """The form that a row keeps."""
    return Form(row.pk, row.number, tuple(Question.read(kept) for kept in row.questions))


def _current() -> QuerySet[FormVersion]:
    return FormVersion.objects.defer("actor", "created_at").order_by("job_id", "-number").distinct("job_id")


_CURRENT = Reading(_current, by="job_id")
_BY_ID = Reading(lambda: FormVersion.objects.defer("actor", "created_at"))


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Form]:
    """What jobs that the viewer has been shown ask of those who apply; a job that asks nothing is left out."""
    forms = {key: form_of(row) for key, row in _CURRENT.one(keys).items()}
    return {key: form for key, form in forms.items() if form.questions}


def whole_of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Form]:
    """The same with the knock-out rules and with forms whose questions were all taken out, for who works on the job."""
    readable = hiring_team.readable(viewer, keys)
    return {key: _whole(form_of(row)) for key, row in _CURRENT.one(list(readable)).items()}


def by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Form]:
    """The forms that applications and drafts which the viewer has been shown answer."""
    return {key: form_of(row) for key, row in _BY_ID.one(keys).items()}


def _whole(form: Form) -> Form:
    return replace(form, questions=tuple(replace(question, is_whole=True) for question in form.questions))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner not in (None, ())}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
