"""What somebody answers to the questions of a form."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from jobs.errors import FileNotReady
from jobs.selectors.form import Form
from jobs.services import form as forms
from jobs.services.answers import Answer, Answered, files_of, understood
from kernel.errors import Invalid, NotFound
from kernel.ids import uuid7
from tests.applying import QUESTIONS, file_of
from tests.factories import UserFactory, viewer_of

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 12, 1)
FORM = Form(1, 1, tuple(forms.understood(QUESTIONS)))


def read(*answers: Answer, user: Any = None, form: Form = FORM, is_complete: bool = False) -> Answered:
    by = viewer_of(user or UserFactory())
    return understood(form, answers, by=by, is_complete=is_complete)


def test_each_kind_is_kept_in_its_own_way() -> None:
    user = UserFactory()
    file = file_of(user)
    found = read(
        Answer("permit", is_yes=True),
        Answer("why", text=" One.\r\n\r\nTwo.\n"),
        Answer("line", text=" Because "),
        Answer("shift", choice_ids=["night"]),
        Answer("tools", choice_ids=["c", "a"]),
        Answer("years", number=Decimal("7.50")),
        Answer("start", date=DAY),
        Answer("proof", file_id=file.pk),
        user=user,
        is_complete=True,
    )
    assert found.values == {
        "permit": True,
        "why": "One.\n\nTwo.",
        "line": "Because",
        "shift": "night",
        "tools": ["a", "c"],
        "years": "7.5",
        "start": "2026-12-01",
        "proof": str(file.pk),
    }
    assert found.knockouts == []
    assert files_of(FORM, found.values) == {file.pk}


def test_what_is_empty_is_not_answered() -> None:
    given = read(Answer("why", text=" "), Answer("line", text=""), Answer("tools", choice_ids=[]), Answer("years"))
    assert given.values == {}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([Answer("nothing", text="a")], "answers.0.question_id"),
        ([Answer("permit", is_yes=True), Answer("permit", is_yes=True)], "answers.1.question_id"),
        ([Answer("permit")] * 51, "answers"),
        ([Answer("permit", text="yes")], "answers.0.text"),
        ([Answer("why", is_yes=False)], "answers.0.is_yes"),
        ([Answer("years", date=DAY)], "answers.0.date"),
        ([Answer("start", number=Decimal(1))], "answers.0.number"),
        ([Answer("why", choice_ids=["a"])], "answers.0.choice_ids"),
        ([Answer("why", file_id=uuid7())], "answers.0.file_id"),
        ([Answer("line", text="one\ntwo")], "answers.0.text"),
        ([Answer("line", text="x" * 21)], "answers.0.text"),
        ([Answer("why", text="x" * 10_001)], "answers.0.text"),
        ([Answer("why", text="a\x00")], "answers.0.text"),
        ([Answer("why", text="a\x1b[2J")], "answers.0.text"),
        ([Answer("why", text="\ud800")], "answers.0.text"),
        ([Answer("shift", choice_ids=["noon"])], "answers.0.choice_ids.0"),
        ([Answer("shift", choice_ids=["day", "night"])], "answers.0.choice_ids"),
        ([Answer("tools", choice_ids=["a", "a"])], "answers.0.choice_ids"),
        ([Answer("tools", choice_ids=["a", "b", "c"])], "answers.0.choice_ids"),
        ([Answer("tools", choice_ids=["a"] * 1_000)], "answers.0.choice_ids"),
        ([Answer("years", number=Decimal("-0.1"))], "answers.0.number"),
        ([Answer("permit", is_yes=True), Answer("years", number=Decimal(61))], "answers.1.number"),
        ([Answer("start", date=datetime.date(1899, 12, 31))], "answers.0.date"),
        ([Answer("start", date=datetime.date(2101, 1, 1))], "answers.0.date"),
    ],
)
def test_what_is_no_answer_is_refused_and_named(answers: list[Answer], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(*answers)
    assert refusal.value.field == field


def test_what_is_required_is_asked_for_when_it_is_sent_and_not_before() -> None:
    assert read(Answer("permit")).values == {}
    for answers, field in (((), "answers"), ((Answer("years"), Answer("permit")), "answers.1.is_yes")):
        with pytest.raises(Invalid, match="May you work here") as refusal:
            read(*answers, is_complete=True)
        assert refusal.value.field == field


def test_what_is_too_short_can_be_written_and_not_sent() -> None:
    questions = [QUESTIONS[2], {**QUESTIONS[4], "min": 2}]
    form = Form(1, 1, tuple(forms.understood(questions)))
    short = (Answer("line", text="ab"), Answer("tools", choice_ids=["a"]))
    assert read(*short, form=form).values == {"line": "ab", "tools": ["a"]}
    for answer, field in zip(short, ("text", "choice_ids"), strict=True):
        with pytest.raises(Invalid, match="At least") as refusal:
            read(answer, form=form, is_complete=True)
        assert refusal.value.field == f"answers.0.{field}"


class TestFiles:
    def test_another_kind_than_is_asked_for(self) -> None:
        user = UserFactory()
        image = file_of(user, mime="image/png")
        with pytest.raises(Invalid, match="document") as refusal:
            read(Answer("proof", file_id=image.pk), user=user)
        assert refusal.value.field == "answers.0.file_id"

    def test_one_that_is_another_s_was_brought_for_something_else_or_has_not_come(self) -> None:
        user = UserFactory()
        for file, error in (
            (file_of(UserFactory()), NotFound),
            (file_of(user, "resume"), Invalid),
            (file_of(user, state="waiting"), FileNotReady),
            (file_of(user, state="refused", reason="It is no document."), Invalid),
        ):
            with pytest.raises(error) as refusal:
                read(Answer("proof", file_id=file.pk), user=user)
            assert refusal.value.field == "answers.0.file_id"


@pytest.mark.parametrize(
    ("question", "answer", "is_met"),
    [
        ({"kind": "yes_no", "knock_out": {"is_yes": False}}, {"is_yes": False}, True),
        ({"kind": "yes_no", "knock_out": {"is_yes": False}}, {"is_yes": True}, False),
        ({"kind": "yes_no", "knock_out": {"is_yes": True}}, {"is_yes": True}, True),
        ({"kind": "number", "knock_out": {"below": 2}}, {"number": Decimal("1.99")}, True),
        ({"kind": "number", "knock_out": {"below": 2}}, {"number": Decimal(2)}, False),
        ({"kind": "number", "knock_out": {"above": 0}}, {"number": Decimal("0.01")}, True),
        ({"kind": "number", "knock_out": {"below": 0, "above": 9}}, {"number": Decimal(5)}, False),
        ({"kind": "choice", "knock_out": {"option_ids": ["a"]}}, {"choice_ids": ["a"]}, True),
        ({"kind": "choice", "knock_out": {"option_ids": ["a"]}}, {"choice_ids": ["b"]}, False),
        ({"kind": "choices", "knock_out": {"option_ids": ["a"]}}, {"choice_ids": ["a", "b"]}, True),
        ({"kind": "choices", "knock_out": {"option_ids": ["a"]}}, {"choice_ids": ["b"]}, False),
        ({"kind": "number", "knock_out": {"below": 2}}, {}, False),
        ({"kind": "number"}, {"number": Decimal(1)}, False),
    ],
)
def test_an_answer_that_is_to_be_looked_at_first(question: Any, answer: Any, is_met: bool) -> None:
    options = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]
    given = {"id": "q", "label": "?", **({"options": options} if "choice" in question["kind"] else {}), **question}
    form = Form(1, 1, tuple(forms.understood([given])))
    assert read(Answer("q", **answer), form=form).knockouts == (["q"] if is_met else [])
