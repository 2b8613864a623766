"""What postings ask of those who apply."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import AuditEntry
from jobs.errors import FormChangedMeanwhile
from jobs.models import FormVersion, HiringTeam, Job
from jobs.selectors import form as shown
from jobs.services import form as forms
from kernel.errors import Forbidden, Invalid, NotFound
from tests.applying import QUESTIONS, YES_NO, asking, hiring, member
from tests.factories import JobFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db

TEXT = {"kind": "text", "label": "In a line?"}
CHOICE = {"kind": "choice", "label": "Which?", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}
NUMBER = {"kind": "number", "label": "How many?"}


def test_what_is_asked_is_kept_as_it_was_said() -> None:
    job, recruiter = hiring()
    row = asking(job, recruiter)
    found = forms.current(job.pk)
    assert (found.pk, found.version, row.number, row.actor) == (row.pk, 1, 1, recruiter)
    assert [question.id for question in found.questions] == [question["id"] for question in QUESTIONS]
    permit, years = found.questions[0], found.questions[5]
    assert (permit.is_required, permit.knock_out) == (True, shown.KnockOut(is_yes=False))
    assert (years.min, years.max, years.knock_out) == (0, 60, shown.KnockOut(below=Decimal(2)))
    assert found.questions[3].options == (shown.Option("day", "Day"), shown.Option("night", "Night"))
    entry = AuditEntry.objects.get(act="form.update")
    assert (entry.company_id, entry.before, entry.after) == (job.company_id, {"form_version": 0}, {"form_version": 1})


def test_days_and_kinds_of_files_are_kept() -> None:
    (day, file) = forms.understood(
        [
            {"kind": "date", "label": "When?", "earliest": date(2026, 1, 1), "latest": date(2026, 12, 31)},
            {"kind": "file", "label": "What?", "file_kinds": ["image"]},
        ]
    )
    for question in (day, file):
        assert shown.Question.read(question.kept()) == question
    assert (day.earliest, file.file_kinds) == (date(2026, 1, 1), ("image",))


def test_the_same_questions_make_no_version_whether_or_not_their_ids_are_named() -> None:
    job, recruiter = hiring()
    asking(job, recruiter, [TEXT, NUMBER])
    asking(job, recruiter, [TEXT, NUMBER])
    kept = forms.current(job.pk).questions
    asking(job, recruiter, [{**TEXT, "id": kept[0].id}, NUMBER])
    assert FormVersion.objects.get().number == 1
    asking(job, recruiter, [NUMBER, TEXT])
    assert [question.id for question in forms.current(job.pk).questions] == [kept[1].id, kept[0].id]
    assert FormVersion.objects.count() == 2


def test_without_questions_there_is_no_form_and_a_version_that_says_so() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    asking(job, recruiter, [])
    assert forms.current(job.pk).version == 2
    assert shown.of_jobs(viewer_of(UserFactory()), [job.pk]) == {}
    assert shown.whole_of_jobs(viewer_of(recruiter), [job.pk])[job.pk].version == 2


def test_nobody_overwrites_what_they_have_not_read() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    for version in (0, 2):
        with pytest.raises(FormChangedMeanwhile) as refusal:
            forms.update(by=viewer_of(recruiter), job_id=job.pk, version=version, questions=[])
        assert refusal.value.field == "version"


def test_a_version_is_never_changed() -> None:
    job, recruiter = hiring()
    row = asking(job, recruiter)
    with pytest.raises(DatabaseError), transaction.atomic():
        FormVersion.objects.filter(pk=row.pk).update(questions=[])
    assert forms.current(job.pk).questions


def test_it_is_for_those_who_may_write_the_posting() -> None:
    job = JobFactory()
    people = {role: member(job, role) for role in ("interviewer", "hiring_manager", "recruiter", "admin", "owner")}
    people["stranger"] = UserFactory()
    people["moderator"], people["platform admin"] = UserFactory(moderator=True), UserFactory(platform_admin=True)
    on_team = JobFactory(company=job.company)
    for role in ("interviewer", "hiring_manager"):
        HiringTeam.objects.create(job=on_team, user=people[role], role=role)
    assert {role for role, user in people.items() if may(user, job)} == {"recruiter", "admin", "owner"}
    assert {role for role, user in people.items() if may(user, on_team)} == {
        *("hiring_manager", "recruiter", "admin", "owner")
    }


def may(user: Any, job: Job) -> bool:
    """Whether somebody may change the form."""
    try:
        asking(job, user)
    except Forbidden:
        return False
    return True


def test_what_cannot_be_seen_is_not_there() -> None:
    with pytest.raises(NotFound):
        asking(JobFactory(draft=True), UserFactory())


def test_who_applies_is_not_told_what_knocks_out() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    viewer = viewer_of(recruiter)
    public = shown.of_jobs(viewer, [job.pk])[job.pk]
    assert not any(question.is_whole for question in public.questions)
    assert all(question.is_whole for question in shown.whole_of_jobs(viewer, [job.pk])[job.pk].questions)
    assert shown.whole_of_jobs(viewer_of(UserFactory()), [job.pk]) == {}


@pytest.mark.parametrize("label", ["Pourquoi nous\u00a0?", "می\u200cتوانید؟", "👩\u200d🌾?"])
def test_a_label_may_be_written_as_its_language_is(label: str) -> None:
    assert forms.understood([{**TEXT, "label": label}])[0].label == label


@pytest.mark.parametrize(
    ("questions", "field"),
    [
        ([TEXT] * 51, "questions"),
        ([{**TEXT, "kind": "poem"}], "questions.0.kind"),
        ([{**TEXT, "kind": None}], "questions.0.kind"),
        ([{**TEXT, "label": " "}], "questions.0.label"),
        ([{**TEXT, "label": "a\nb"}], "questions.0.label"),
        ([{**TEXT, "label": "a\u202eb"}], "questions.0.label"),
        ([{**TEXT, "label": "x" * 501}], "questions.0.label"),
        ([{**TEXT, "label": "a\x00"}], "questions.0.label"),
        ([{**TEXT, "help": "x" * 2_001}], "questions.0.help"),
        ([TEXT, {**TEXT, "id": "a b"}], "questions.1.id"),
        ([{**TEXT, "id": ""}], "questions.0.id"),
        ([{**TEXT, "id": "x" * 41}], "questions.0.id"),
        ([{**TEXT, "id": "a"}, {**NUMBER, "id": "a"}], "questions.1.id"),
        ([{**TEXT, "options": CHOICE["options"]}], "questions.0.options"),
        ([{**CHOICE, "options": []}], "questions.0.options"),
        ([{**CHOICE, "options": [{"label": str(n)} for n in range(51)]}], "questions.0.options"),
        ([{**CHOICE, "options": [{"id": "a", "label": "A"}, {"id": "a", "label": "B"}]}], "questions.0.options.1.id"),
        ([{**CHOICE, "options": [{"label": "A"}, {"label": "A"}]}], "questions.0.options.1.label"),
        ([{**CHOICE, "options": [{"label": ""}]}], "questions.0.options.0.label"),
        ([{**CHOICE, "min": 1}], "questions.0.min"),
        ([{**CHOICE, "kind": "choices", "max": 3}], "questions.0.max"),
        ([{**TEXT, "min": Decimal("1.5")}], "questions.0.min"),
        ([{**TEXT, "max": 1_001}], "questions.0.max"),
        ([{**TEXT, "min": -1}], "questions.0.min"),
        ([{**TEXT, "max": 0}], "questions.0.max"),
        ([{**CHOICE, "kind": "choices", "max": 0}], "questions.0.max"),
        ([{"kind": "date", "label": "When?", "earliest": date(1899, 12, 31)}], "questions.0.earliest"),
        ([{"kind": "date", "label": "When?", "earliest": date(2101, 1, 1)}], "questions.0.earliest"),
        ([{"kind": "date", "label": "When?", "latest": date(9999, 1, 1)}], "questions.0.latest"),
        ([{**NUMBER, "min": 3, "max": 2}], "questions.0.max"),
        ([{**NUMBER, "earliest": date(2026, 1, 1)}], "questions.0.earliest"),
        (
            [{"kind": "date", "label": "When?", "earliest": date(2026, 1, 2), "latest": date(2026, 1, 1)}],
            "questions.0.latest",
        ),
        ([{**TEXT, "file_kinds": ["image"]}], "questions.0.file_kinds"),
        ([{"kind": "file", "label": "What?", "file_kinds": ["song"]}], "questions.0.file_kinds.0"),
        ([{**TEXT, "knock_out": {"is_yes": True}}], "questions.0.knock_out.is_yes"),
        ([{**NUMBER, "knock_out": {"option_ids": ["a"]}}], "questions.0.knock_out.option_ids"),
        ([{**CHOICE, "knock_out": {"option_ids": ["c"]}}], "questions.0.knock_out.option_ids.0"),
        ([{**YES_NO, "knock_out": {}}], "questions.0.knock_out"),
    ],
)
def test_what_is_no_question_is_refused_and_named(questions: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        forms.understood(questions)
    assert refusal.value.field == field


def test_a_form_that_is_much_too_long_is_refused() -> None:
    job, recruiter = hiring()
    options = [{"label": f"{number} {'x' * 190}"} for number in range(50)]
    questions = [{**CHOICE, "label": f"Which {number}?", "options": options} for number in range(50)]
    with pytest.raises(Invalid) as refusal:
        asking(job, recruiter, questions)
    assert refusal.value.field == "questions"
