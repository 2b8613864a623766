"""Moving applications through the door."""

from typing import Any

import pytest

from accounts.models import User
from jobs.models import Application, EmailTemplate, Job, RejectionMail
from schema.core import ids
from tests.door import send
from tests.factories import JobFactory
from tests.hiring_board import application, viewer_at

pytestmark = pytest.mark.django_db
TOLD = "userErrors { code field message isRetryable }"
SHOWN = "application { id status version stage { id name kind } availableActions }"


def member(job: Job, role: str = "recruiter", **more: Any) -> User:
    return User.objects.get(pk=viewer_at(job, role, **more).user_id)


def key(row: Application) -> str:
    return ids.encode("Application", row.pk)


def act(name: str, by: User, shown: str = SHOWN, /, **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    document = f"mutation($input: {kind}Input!) {{ act: {name}(input: $input) {{ {shown} {TOLD} }} }}"
    payload: dict[str, Any] = send(document, {"input": given}, by=by).data["act"]
    return payload


def stage_id(job: Job, kind: str) -> str:
    return ids.encode("Stage", job.stages.get(kind=kind).pk)


def test_from_the_inbox_to_a_hire_and_back() -> None:
    row = application()
    job, by = row.job, member(row.job)
    moved = act("applicationMove", by, applicationId=key(row), version=1, stageId=stage_id(job, "offer"))
    assert moved["userErrors"] == []
    assert moved["application"]["stage"]["name"] == "Offer"
    assert moved["application"]["version"] == 2
    assert set(moved["application"]["availableActions"]) == {"MOVE", "REJECT", "HIRE", "TRANSFER"}
    hired = act("applicationHire", by, applicationId=key(row), version=2, closeJob=True)
    assert hired["application"]["status"] == "HIRED"
    assert Job.objects.get(pk=job.pk).close_reason == "filled"
    back = act("applicationUnhire", by, applicationId=key(row), version=3, comment="Took another job.")
    assert (back["application"]["status"], back["application"]["stage"]["name"]) == ("ACTIVE", "Offer")
    stale = act("applicationMove", by, applicationId=key(row), version=3, stageId=stage_id(job, "screen"))
    assert stale["application"] is None
    assert [(error["code"], error["field"]) for error in stale["userErrors"]] == [
        ("APPLICATION_CHANGED_MEANWHILE", ["input", "version"])
    ]


def test_a_rejection_with_a_mail_and_its_end() -> None:
    row = application()
    by = member(row.job)
    template = EmailTemplate.objects.create(company=row.job.company, name="No", subject="No", body="No.")
    mail = {"templateId": ids.encode("EmailTemplate", template.pk)}
    asked = {"applicationId": key(row), "version": 1, "reason": "EXPERIENCE"}
    wrong = act("applicationReject", by, **asked, mail={**mail, "message": "No."})
    assert wrong["userErrors"][0]["field"] == ["input", "mail", "message"]
    done = act("applicationReject", by, **asked, mail=mail)
    assert done["application"]["status"] == "REJECTED"
    planned = RejectionMail.objects.get()
    assert (planned.template_id, (planned.due_at - planned.created_at).total_seconds() // 3600) == (template.pk, 23)
    back = act("applicationUnreject", by, applicationId=key(row), version=2)
    assert back["application"]["status"] == "ACTIVE"


def test_a_transfer_gives_the_new_application() -> None:
    row = application()
    target = JobFactory(company=row.job.company)
    done = act(
        "applicationTransfer",
        member(row.job),
        "application { id status job { id } }",
        applicationId=key(row),
        version=1,
        toJobId=ids.encode("Job", target.pk),
    )
    assert done["application"]["job"]["id"] == ids.encode("Job", target.pk)
    assert done["application"]["id"] != key(row)


def test_a_double_click_with_one_key_is_done_once_and_answered_twice() -> None:
    row = application()
    by = member(row.job)
    asked = {"applicationId": key(row), "version": 1, "idempotencyKey": "one-click"}
    first, second = (act("applicationHire", by, **asked) for _ in range(2))
    assert first == second
    assert first["application"]["status"] == "HIRED"
    assert Application.objects.get(pk=row.pk).version == 2


def test_what_is_no_id_of_the_kind_is_told_with_its_path() -> None:
    row = application()
    document = "mutation($input: ApplicationMoveInput!) { applicationMove(input: $input) { userErrors { code } } }"
    asked = {"applicationId": key(row), "version": 1, "stageId": key(row)}
    answer = send(document, {"input": asked}, by=member(row.job))
    assert answer.codes == ["BAD_REQUEST"]
    assert "input.stageId" in str(answer.errors)


MANY = "outcomes { id application { id status version } error { code message } }"


def test_many_are_judged_one_by_one() -> None:
    job = JobFactory()
    fine, rejected, hidden = application(job), application(job, status="rejected"), application()
    by = member(job)
    asked = {
        "applications": [{"id": key(row), "version": 1} for row in (fine, rejected, hidden)],
        "stageId": stage_id(job, "screen"),
    }
    expected = [None, "APPLICATION_MOVE_REFUSED", "NOT_FOUND"]
    dry = act("applicationsMoveMany", by, MANY, **asked, isDryRun=True)
    assert [one["error"] and one["error"]["code"] for one in dry["outcomes"]] == expected
    assert dry["outcomes"][0]["application"]["version"] == 1
    done = act("applicationsMoveMany", by, MANY, **asked)
    assert [one["id"] for one in done["outcomes"]] == [key(row) for row in (fine, rejected, hidden)]
    assert [one["error"] and one["error"]["code"] for one in done["outcomes"]] == expected
    assert [one["application"] and one["application"]["version"] for one in done["outcomes"]] == [2, None, None]
    declined = act(
        "applicationsRejectMany",
        by,
        MANY,
        applications=[{"id": key(fine), "version": 2}],
        reason="FILLED",
        mail={"message": "Sorry."},
    )
    assert declined["outcomes"][0]["application"]["status"] == "REJECTED"
    refused = act("applicationsRejectMany", by, MANY, applications=[], reason="FILLED", mail={"sendAfterHours": 200})
    assert refused["outcomes"] is None
    assert refused["userErrors"][0]["field"] == ["input", "mail", "sendAfterHours"]


def test_who_may_move_none_of_them_is_refused_as_a_whole() -> None:
    row = application()
    stranger, interviewer = member(JobFactory()), member(row.job, "interviewer", is_on_team=True)
    asked = {"applications": [{"id": key(row), "version": 1}], "reason": "FILLED"}
    for by, code in ((stranger, "NOT_FOUND"), (interviewer, "FORBIDDEN")):
        refused = act("applicationsRejectMany", by, MANY, **asked)
        assert refused["outcomes"] is None
        assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
            (code, ["input", "applications"])
        ]
    elsewhere = stage_id(application().job, "screen")
    refused = act("applicationsMoveMany", member(row.job), MANY, applications=asked["applications"], stageId=elsewhere)
    assert refused["userErrors"][0]["field"] == ["input", "stageId"]
    assert Application.objects.get(pk=row.pk).version == 1


@pytest.mark.parametrize("number", [2, 101])
def test_each_is_named_once_and_a_hundred_at_most(number: int) -> None:
    row = application()
    document = (
        "mutation($input: ApplicationsMoveManyInput!) { applicationsMoveMany(input: $input) { userErrors { code } } }"
    )
    asked = {
        "applications": [{"id": key(row), "version": 1}] * number,
        "stageId": stage_id(row.job, "screen"),
    }
    answer = send(document, {"input": asked}, by=member(row.job))
    assert answer.codes == ["BAD_REQUEST"]
    assert "input.applications" in str(answer.errors)
    assert Application.objects.get(pk=row.pk).version == 1


HISTORY = """query($id: ID!) { node(id: $id) { ... on Application { history {
    number act at actor { name } fromStatus toStatus fromStage toStage fromStageKind toStageKind
    secondsInStage reason comment } } } }"""


def test_the_history_is_the_company_s_alone() -> None:
    row = application()
    by = member(row.job)
    act("applicationMove", by, applicationId=key(row), version=1, stageId=stage_id(row.job, "screen"))
    act("applicationReject", by, applicationId=key(row), version=2, reason="PAY", comment="Too much.")
    steps = send(HISTORY, {"id": key(row)}, by=by).data["node"]["history"]
    assert [(step["number"], step["act"]) for step in steps] == [(3, "REJECT"), (2, "MOVE"), (1, "SUBMIT")]
    assert (steps[0]["reason"], steps[0]["comment"], steps[0]["actor"]) == ("PAY", "Too much.", {"name": by.name})
    assert (steps[1]["fromStage"], steps[1]["toStage"], steps[1]["toStageKind"]) == ("Inbox", "Phone call", "SCREEN")
    assert (steps[2]["fromStatus"], steps[2]["fromStage"], steps[2]["secondsInStage"]) == (None, None, None)
    for other in (row.candidate.user, member(row.job, "interviewer", is_on_team=True)):
        answer = send(HISTORY, {"id": key(row)}, by=other)
        assert answer.codes == ["FORBIDDEN"]
        assert "Phone call" not in str(answer.content)
