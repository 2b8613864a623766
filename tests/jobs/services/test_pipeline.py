"""The moves of single applications."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.models import Application, ApplicationTransition, Candidate, EmailTemplate, Job, RejectionMail
from jobs.services import pipeline, stage
from jobs.services.rejection_mail import MailWords
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import Scope, Viewer
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.hiring_board import application, viewer_at

pytestmark = pytest.mark.django_db


def refusal(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code, refused.value.field


def stage_of(job: Job, kind: str) -> int:
    return int(job.stages.get(kind=kind).pk)


def last_step(row: Application) -> dict[str, Any]:
    step = ApplicationTransition.objects.filter(application=row).order_by("-seq").values().first()
    assert step is not None
    return step


def told() -> list[str]:
    return list(OutboxEvent.objects.order_by("seq").values_list("kind", flat=True))


def act(name: str, row: Application, by: Viewer, **values: Any) -> Application:
    """A move that is right as such, of the version that the row has."""
    wanted: dict[str, dict[str, Any]] = {
        "move": {"stage_id": lambda: stage_of(row.job, "interview")},
        "reject": {"reason": "experience"},
        "unreject": {},
        "hire": {},
        "unhire": {"comment": "They changed their mind."},
        "transfer": {"to_job_id": lambda: JobFactory(company=row.job.company).pk},
    }
    given = {key: value() if callable(value) else value for key, value in wanted[name].items()}
    moved: Application = getattr(pipeline, name)(
        **{"by": by, "application_id": row.pk, "version": row.version, **given, **values}
    )
    return moved


def test_a_move_is_written_down_with_who_when_and_how_long() -> None:
    long_ago = timezone.now() - timedelta(hours=5)
    row = application(at=long_ago)
    by = viewer_at(row.job)
    moved = act("move", row, by)
    kept = Application.objects.get(pk=row.pk)
    assert (moved.version, kept.version, kept.stage.kind, kept.status) == (2, 2, "interview", "active")
    assert moved.entered_stage_at == kept.entered_stage_at > long_ago
    step = last_step(row)
    assert (step["seq"], step["act"], step["actor_id"]) == (2, "move", by.user_id)
    assert (step["from_kind"], step["from_name"]) == ("applied", "Inbox")
    assert (step["to_kind"], step["to_name"]) == ("interview", "On site")
    assert 5 * 3600 <= step["seconds_in_stage"] < 5 * 3600 + 600
    assert told() == ["ApplicationMoved"]
    entry = AuditEntry.objects.get(kind="write")
    assert (entry.act, entry.target_id, entry.company_id) == ("application.move", str(row.pk), row.job.company_id)
    assert (entry.before, entry.after) == (
        {"status": "active", "stage": "Inbox"},
        {"status": "active", "stage": "On site"},
    )


def test_one_that_is_there_already_stays_as_it_is() -> None:
    row = application(kind="interview")
    assert act("move", row, viewer_at(row.job)).version == 1
    assert told() == []


def test_whoever_read_an_older_version_is_refused_and_nothing_is_lost() -> None:
    row = application()
    by = viewer_at(row.job)
    act("move", row, by)
    for name in ("move", "reject", "hire", "transfer"):
        assert refusal(lambda name=name: act(name, row, by)) == ("APPLICATION_CHANGED_MEANWHILE", "version")
    assert Application.objects.get(pk=row.pk).version == 2


def test_a_rejection_is_taken_back_and_the_mail_with_it() -> None:
    row = application(kind="offer")
    by = viewer_at(row.job)
    words = MailWords(message="No, {name}.", send_after_hours=48)
    rejected = act("reject", row, by, comment=" Too far away. ", mail=words)
    kept = Application.objects.get(pk=row.pk)
    assert (kept.status, kept.reject_reason, kept.stage.kind) == ("rejected", "experience", "offer")
    assert kept.decided_at is not None
    mail = RejectionMail.objects.get(application=row)
    assert mail.due_at == kept.decided_at + timedelta(hours=48)
    step = last_step(row)
    assert (step["reason"], step["comment"], step["to_status"]) == ("experience", "Too far away.", "rejected")
    act("unreject", rejected, by)
    kept = Application.objects.get(pk=row.pk)
    assert (kept.status, kept.reject_reason, kept.decided_at, kept.stage.kind) == ("active", "", None, "offer")
    mail.refresh_from_db()
    assert mail.cancelled_at is not None
    assert told() == ["ApplicationRejected", "ApplicationUnrejected"]
    assert [row.seq for row in ApplicationTransition.objects.filter(application=row).order_by("seq")] == [1, 2, 3]


def test_a_rejection_without_a_mail_plans_none() -> None:
    row = application()
    act("reject", row, viewer_at(row.job))
    assert not RejectionMail.objects.exists()


def test_what_a_rejection_cannot_say() -> None:
    row = application()
    by = viewer_at(row.job)
    template = EmailTemplate.objects.create(company=JobFactory().company, name="No", subject="No", body="No.")

    def reject(**values: Any) -> Callable[[], object]:
        return lambda: act("reject", row, by, **values)

    assert refusal(reject(reason="because")) == ("INVALID", "reason")
    assert refusal(reject(comment="x" * 1001)) == ("INVALID", "comment")
    assert refusal(reject(comment="a\x00b")) == ("INVALID", "comment")
    assert refusal(reject(mail=MailWords(send_after_hours=169))) == ("INVALID", "mail.send_after_hours")
    assert refusal(reject(mail=MailWords(send_after_hours=-1))) == ("INVALID", "mail.send_after_hours")
    assert refusal(reject(mail=MailWords(message="x" * 10_001))) == ("INVALID", "mail.message")
    for message in ("a\x00b", "a\ud800b", " \n "):
        assert refusal(reject(mail=MailWords(message=message))) == ("INVALID", "mail.message")
    assert refusal(reject(comment="a\ud800b")) == ("INVALID", "comment")
    assert refusal(reject(mail=MailWords(template.pk, "and words"))) == ("INVALID", "mail.message")
    assert refusal(reject(mail=MailWords(uuid7()))) == ("NOT_FOUND", "mail.template_id")
    assert refusal(reject(mail=MailWords(template.pk))) == ("NOT_FOUND", "mail.template_id")
    assert Application.objects.get(pk=row.pk).version == 1


def test_a_hire_is_in_the_last_stage_and_taken_back_to_the_one_before() -> None:
    row = application(kind="offer")
    by = viewer_at(row.job)
    hired = act("hire", row, by, comment="The best.")
    kept = Application.objects.get(pk=row.pk)
    assert (kept.status, kept.stage.kind) == ("hired", "hired")
    act("unhire", hired, by)
    kept = Application.objects.get(pk=row.pk)
    assert (kept.status, kept.stage.kind, kept.decided_at) == ("active", "offer", None)
    assert last_step(row)["comment"] == "They changed their mind."
    assert told() == ["ApplicationHired", "ApplicationUnhired"]


def test_a_hire_is_taken_back_where_the_stage_before_is_gone() -> None:
    row = application(kind="offer")
    by = viewer_at(row.job)
    hired = act("hire", row, by)
    stage.delete(by=by, stage_id=stage_of(row.job, "offer"))
    act("unhire", hired, by)
    assert Application.objects.get(pk=row.pk).stage.kind == "applied"


def test_taking_a_hire_back_says_why() -> None:
    row = application(kind="hired", status="hired")
    assert refusal(lambda: act("unhire", row, viewer_at(row.job), comment=" ")) == ("INVALID", "comment")


def test_a_job_is_one_opening_unless_it_is_said_that_there_is_another() -> None:
    first = application()
    second = application(first.job)
    by = viewer_at(first.job)
    act("hire", first, by)
    assert refusal(lambda: act("hire", second, by)) == ("OPENING_FILLED", None)
    assert act("hire", second, by, is_further=True).status == "hired"


def test_a_hire_closes_the_job_as_filled_where_that_is_asked() -> None:
    row = application()
    by = viewer_at(row.job)
    act("hire", row, by, close_job=True)
    job = Job.objects.get(pk=row.job_id)
    assert (job.lifecycle, job.close_reason) == ("closed", "filled")
    again = application(job)
    assert act("hire", again, by, close_job=True, is_further=True).status == "hired", "it has ended already"


def test_who_may_not_close_the_job_hires_nobody_by_closing_it() -> None:
    row = application()
    manager = viewer_at(row.job, "hiring_manager", is_on_team=True)
    assert refusal(lambda: act("hire", row, manager, close_job=True))[0] == "FORBIDDEN"
    assert Application.objects.get(pk=row.pk).status == "active"
    assert act("hire", row, manager).status == "hired"


def test_nobody_is_hired_by_being_put_into_the_last_stage() -> None:
    row = application()
    assert refusal(lambda: act("move", row, viewer_at(row.job), stage_id=stage_of(row.job, "hired"))) == (
        "INVALID",
        "stage_id",
    )


def test_a_stage_of_another_job_is_none() -> None:
    row, other = application(), application()
    assert refusal(lambda: act("move", row, viewer_at(row.job), stage_id=other.stage_id)) == ("NOT_FOUND", "stage_id")


def test_a_transfer_goes_on_as_a_new_application_with_what_was_answered() -> None:
    row = application(answers={"q1": {"text": "Yes"}}, cover_letter="Dear all", source="fair", knockouts=["q1"])
    target = JobFactory(company=row.job.company)
    by = viewer_at(row.job)
    made = act("transfer", row, by, to_job_id=target.pk, comment="Fits there.")
    old, new = Application.objects.get(pk=row.pk), Application.objects.get(pk=made.pk)
    assert (old.status, old.transferred_to_id) == ("transferred", new.pk)
    assert (new.job_id, new.status, new.stage.kind, new.version) == (target.pk, "active", "applied", 1)
    for column in pipeline.COPIED:
        assert getattr(new, column) == getattr(old, column)
    assert [last_step(one)["act"] for one in (old, new)] == ["transfer", "transfer"]
    assert last_step(new)["from_status"] == ""
    assert told() == ["ApplicationTransferred"]


def test_where_nothing_is_transferred_to() -> None:
    row = application()
    company, by = row.job.company, viewer_at(row.job)

    def to(job: Job, viewer: Viewer = by) -> Callable[[], object]:
        return lambda: act("transfer", row, viewer, to_job_id=job.pk)

    assert refusal(to(row.job)) == ("INVALID", "to_job_id")
    assert refusal(to(JobFactory())) == ("NOT_FOUND", "to_job_id")
    assert refusal(to(JobFactory(company=company, closed=True))) == ("JOB_NOT_APPLICABLE", "to_job_id")
    assert refusal(to(JobFactory(company=company, draft=True))) == ("JOB_NOT_APPLICABLE", "to_job_id")
    manager = viewer_at(row.job, "hiring_manager", is_on_team=True)
    assert refusal(to(JobFactory(company=company), manager)) == ("FORBIDDEN", "to_job_id")
    taken = application(JobFactory(company=company), row.candidate.user)
    assert refusal(to(taken.job)) == ("ALREADY_APPLIED", "to_job_id")
    assert Application.objects.get(pk=row.pk).status == "active"


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("active", {"unreject", "unhire"}),
        ("rejected", {"move", "reject", "hire", "unhire", "transfer"}),
        ("hired", {"move", "reject", "unreject", "hire", "transfer"}),
        ("withdrawn", {"move", "reject", "unreject", "hire", "unhire", "transfer"}),
    ],
)
def test_what_does_not_lead_on_is_refused_and_the_database_agrees(status: str, refused: set[str]) -> None:
    row = application(kind="hired" if status == "hired" else "screen", status=status)
    by = viewer_at(row.job)
    for name in refused:
        assert refusal(lambda name=name: act(name, row, by)) == ("APPLICATION_MOVE_REFUSED", None), name
    allowed = {"move", "reject", "unreject", "hire", "unhire", "transfer"} - refused
    for name in allowed:
        with transaction.atomic():
            act(name, row, by)
            transaction.set_rollback(True)


@pytest.mark.parametrize("name", ["move", "reject", "hire", "transfer"])
def test_who_may(name: str) -> None:
    row = application()
    job = row.job
    key = Viewer(user_id=viewer_at(job).user_id, key_id=uuid7(), scopes=frozenset({Scope.APPLICATIONS_READ}))
    refused = {
        "NOT_FOUND": [
            Viewer(),
            viewer_of(UserFactory()),
            viewer_at(JobFactory()),
            viewer_at(job, "interviewer"),
            viewer_at(job, "hiring_manager"),
            viewer_of(UserFactory(platform_admin=True)),
        ],
        "FORBIDDEN": [viewer_of(row.candidate.user), viewer_at(job, "interviewer", is_on_team=True), key],
    }
    for code, viewers in refused.items():
        for viewer in viewers:
            assert refusal(lambda viewer=viewer: act(name, row, viewer))[0] == code
    for role in ("recruiter", "admin", "owner"):
        with transaction.atomic():
            act(name, row, viewer_at(job, role))
            transaction.set_rollback(True)
    assert Application.objects.get(pk=row.pk).version == 1


def test_nobody_decides_on_their_own_application() -> None:
    job = JobFactory()
    by = viewer_at(job)
    row = application(job, UserFactory._meta.model.objects.get(pk=by.user_id))
    assert refusal(lambda: act("move", row, by))[0] == "FORBIDDEN"


def test_what_happened_cannot_be_rewritten() -> None:
    row = application()
    for changed in ({"act": "hire"}, {"to_status": "hired"}, {"seq": 7}):
        with pytest.raises(DatabaseError, match="only ever comes to be"), transaction.atomic():
            ApplicationTransition.objects.filter(application=row).update(**changed)


def test_a_person_who_is_nobody_any_more_is_moved_all_the_same() -> None:
    row = application()
    Candidate.objects.filter(pk=row.candidate_id).update(
        user=None, name="", email="", phone="", anonymised_at=timezone.now()
    )
    assert act("reject", row, viewer_at(row.job)).status == "rejected"
