"""Forms, drafts and applications as those see them who apply."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from jobs.models import Application, ApplicationDraft, ApplicationTransition, Job, RejectionMail
from schema.core import ids
from tests.applying import YES_NO, asking, hiring, member, resume_of, submit
from tests.door import send
from tests.factories import JobFactory, UserFactory
from tests.hiring_board import application, stages
from tests.schema.application.asking import (
    DRAFT,
    FORM,
    SUBMIT,
    WITHDRAW,
    application_id,
    job_id,
    own,
    shown,
    told,
)

pytestmark = pytest.mark.django_db

PUBLIC_FORM = """
query($id: ID!) { node(id: $id) { ... on Job {
  apply { form { version questions { id kind label isRequired options { id label } min max KNOCK } } }
} } }
"""


@pytest.fixture(autouse=True)
def _no_rate_limit(settings: LazySettings) -> None:
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0


class TestForms:
    def test_one_is_written_and_those_who_apply_are_asked_it(self) -> None:
        job, recruiter = hiring()
        questions = [
            {"id": "permit", "kind": "YES_NO", "label": "May you work here?", "knockOut": {"isYes": False}},
            {"id": "years", "kind": "NUMBER", "label": "Years?", "min": "0", "isRequired": True},
        ]
        made = told(FORM, recruiter, jobId=job_id(job), version=0, questions=questions)
        assert made["userErrors"] == []
        assert made["form"] == made["job"]["apply"]["form"] == {"version": 1}
        assert made["job"]["form"]["questions"] == [
            {"id": "permit", "knockOut": {"isYes": False, "optionIds": [], "below": None, "above": None}},
            {"id": "years", "knockOut": None},
        ]
        found = send(PUBLIC_FORM.replace("KNOCK", ""), {"id": job_id(job)}).data["node"]["apply"]["form"]
        assert [question["kind"] for question in found["questions"]] == ["YES_NO", "NUMBER"]
        assert found["questions"][1]["min"] == "0"
        assert found["questions"][1]["isRequired"]

    def test_what_knocks_out_is_the_company_s(self) -> None:
        job, recruiter = hiring()
        asking(job, recruiter)
        for by in (None, UserFactory(), recruiter):
            answered = send(PUBLIC_FORM.replace("KNOCK", "knockOut { isYes }"), {"id": job_id(job)}, by=by)
            assert set(answered.codes) == {"FORBIDDEN"}
        query = "query($id: ID!) { node(id: $id) { ... on Job { form { version } } } }"
        assert send(query, {"id": job_id(job)}, by=UserFactory()).codes == ["FORBIDDEN"]
        assert send(query, {"id": job_id(job)}, by=recruiter).data["node"]["form"] == {"version": 1}

    def test_a_fault_is_named_by_its_path(self) -> None:
        job, recruiter = hiring()
        questions = [{"kind": "YES_NO", "label": "May you?", "fileKinds": ["IMAGE"]}]
        (error,) = told(FORM, recruiter, jobId=job_id(job), version=0, questions=questions)["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["input", "questions", "0", "fileKinds"])


class TestApplying:
    def test_it_is_sent_and_found_again(self) -> None:
        job, recruiter = hiring()
        asking(job, recruiter)
        user = UserFactory()
        resume = resume_of(user)
        answers = [{"questionId": "permit", "isYes": True}, {"questionId": "years", "number": "3"}]
        made = told(SUBMIT, user, jobId=job_id(job), formVersion=1, answers=answers, coverLetter="Hello")
        assert made["userErrors"] == []
        kept = Application.objects.get()
        assert made["application"] == {"id": application_id(kept), "status": "ACTIVE"}
        fields = """
          submittedAt coverLetter job { title } company { name } posting { revision title format }
          progress { kind status } timeline { kind status } resume { name } availableActions
          form { version } answers { question { label } isYes number text choices { id } date file { name } }
        """
        found = shown(user, kept, fields).data["node"]
        assert found["coverLetter"] == "Hello"
        assert found["posting"] == {"revision": 1, "title": job.title, "format": "MARKDOWN"}
        assert found["progress"] == {"kind": "APPLIED", "status": "ACTIVE"}
        assert found["timeline"] == [found["progress"]]
        assert (found["resume"], found["form"]) == ({"name": resume.name}, {"version": 1})
        assert found["availableActions"] == ["WITHDRAW"]
        assert [answer["isYes"] for answer in found["answers"]] == [True, None]
        assert found["answers"][1]["number"] == "3"
        assert found["company"] == {"name": job.company.name}

    def test_a_fault_is_named_by_its_path(self) -> None:
        job, recruiter = hiring()
        asking(job, recruiter)
        user = UserFactory()
        for answer, field in (
            ({"questionId": "years", "number": "61"}, "number"),
            ({"questionId": "line", "text": "a"}, "text"),
            ({"questionId": "tools", "choiceIds": ["z"]}, "choiceIds"),
            ({"questionId": "nothing"}, "questionId"),
        ):
            answers = [{"questionId": "permit", "isYes": True}, answer]
            (error,) = told(SUBMIT, user, jobId=job_id(job), formVersion=1, answers=answers)["userErrors"]
            assert error["code"] == "INVALID"
            assert error["field"][:4] == ["input", "answers", "1", field]

    def test_a_second_time_it_is_refused_with_the_first_one_beside(self) -> None:
        job, user = JobFactory(), UserFactory()
        first = submit(user, job)
        again = told(SUBMIT, user, jobId=job_id(job))
        assert again["application"] == {"id": application_id(first), "status": "ACTIVE"}
        assert [(error["code"], error["field"]) for error in again["userErrors"]] == [
            ("ALREADY_APPLIED", ["input", "jobId"])
        ]

    def test_with_the_same_key_it_is_the_same_answer(self) -> None:
        job, user = JobFactory(), UserFactory()
        given = [told(SUBMIT, user, jobId=job_id(job), idempotencyKey="one") for _ in range(3)]
        assert given[0]["application"] is not None
        assert given == [given[0]] * 3
        assert Application.objects.count() == 1

    def test_null_sends_no_resume(self) -> None:
        user = UserFactory()
        resume = resume_of(user)
        for values, wanted in (({}, resume.pk), ({"resumeFileId": None}, None)):
            told(SUBMIT, user, jobId=job_id(JobFactory()), **values)
            assert Application.objects.latest("submitted_at").resume_id == wanted

    def test_a_job_says_what_one_has_sent_and_where_it_leads(self) -> None:
        job, user = JobFactory(), UserFactory()
        submit(user, job)
        query = "query($id: ID!) { node(id: $id) { ... on Job { viewerApplication { status } } } }"
        for by, wanted in ((user, {"status": "ACTIVE"}), (UserFactory(), None), (None, None)):
            assert send(query, {"id": job_id(job)}, by=by).data["node"]["viewerApplication"] == wanted

    def test_tokens_are_for_those_who_place_links_and_for_those_who_send_friends(self) -> None:
        job, recruiter = hiring()
        user = UserFactory()
        query = 'query($id: ID!) { node(id: $id) { ... on Job { sourceToken(label: "Fair") referralToken } } }'
        placed = send(query, {"id": job_id(job)}, by=recruiter).data["node"]
        told(SUBMIT, user, jobId=job_id(job), sourceToken=placed["sourceToken"])
        assert Application.objects.get().source == "Fair"
        answered = send(query, {"id": job_id(job)}, by=user)
        assert answered.codes == ["FORBIDDEN"]
        sent = answered.content["data"]["node"]["referralToken"]
        told(SUBMIT, UserFactory(), jobId=job_id(job), sourceToken=sent)
        assert Application.objects.latest("submitted_at").referrer == user
        assert send(query, {"id": job_id(job)}).content["data"]["node"]["referralToken"] is None

    def test_it_is_taken_back(self) -> None:
        user = UserFactory()
        made = submit(user, JobFactory())
        for _ in range(2):
            done = told(WITHDRAW, user, applicationId=application_id(made))
            assert done["userErrors"] == []
            assert done["application"]["status"] == "WITHDRAWN"
            assert done["application"]["progress"] == {"kind": "APPLIED", "status": "WITHDRAWN"}
            assert done["application"]["availableActions"] == []


class TestDrafts:
    def test_one_goes_on_where_one_was(self) -> None:
        job, recruiter = hiring()
        asking(job, recruiter)
        user = UserFactory()
        first = told(DRAFT, user, jobId=job_id(job), formVersion=1, answers=[{"questionId": "why", "text": "Well"}])
        assert first["userErrors"] == []
        assert first["applicationDraft"]["answers"] == [{"question": {"id": "why"}, "text": "Well", "isYes": None}]
        second = told(DRAFT, user, jobId=job_id(job), coverLetter="Dear all", version=1)["applicationDraft"]
        assert (second["id"], second["version"], second["coverLetter"]) == (
            first["applicationDraft"]["id"],
            2,
            "Dear all",
        )
        assert second["answers"] == first["applicationDraft"]["answers"]
        query = """query($id: ID!) { viewer {
          applicationDraft(jobId: $id) { version job { title } form { version } resume { name } updatedAt }
          applicationDrafts { totalCount nodes { coverLetter } }
        } }"""
        found = send(query, {"id": job_id(job)}, by=user).data["viewer"]
        assert found["applicationDraft"]["version"] == 2
        assert found["applicationDrafts"] == {"totalCount": 1, "nodes": [{"coverLetter": "Dear all"}]}
        assert send(query, {"id": job_id(job)}, by=UserFactory()).data["viewer"] == {
            "applicationDraft": None,
            "applicationDrafts": {"totalCount": 0, "nodes": []},
        }

    def test_a_newer_one_is_not_overwritten_and_null_takes_things_out(self) -> None:
        job, user = JobFactory(), UserFactory()
        resume = resume_of(user)
        told(DRAFT, user, jobId=job_id(job), coverLetter="a", resumeFileId=ids.encode("File", resume.pk))
        assert ApplicationDraft.objects.get().resume == resume
        (error,) = told(DRAFT, user, jobId=job_id(job), coverLetter="b", version=0)["userErrors"]
        assert error["code"] == "APPLICATION_CHANGED_MEANWHILE"
        told(DRAFT, user, jobId=job_id(job), coverLetter=None, resumeFileId=None, version=1)
        kept = ApplicationDraft.objects.get()
        assert (kept.cover_letter, kept.resume) == ("", None)

    def test_nobody_drafts_for_what_takes_no_applications(self) -> None:
        (error,) = told(DRAFT, UserFactory(), jobId=job_id(JobFactory(apply_kind="email", apply_email="a@b.example")))[
            "userErrors"
        ]
        assert error["code"] == "JOB_NOT_APPLICABLE"


def moved(made: Application, kind: str, *, at: Any, act: str = "move", status: str = "active") -> None:
    """A step of the company's, straight into the tables."""
    stage = next(stage for stage in stages(made.job) if stage.kind == kind)
    before = made.stage
    made.stage, made.status, made.version = stage, status, made.version + 1
    made.decided_at = None if status == "active" else at
    made.reject_reason = "experience" if status == "rejected" else ""
    made.save()
    ApplicationTransition.objects.create(
        application=made, seq=made.version, act=act, from_status="active", to_status=status, from_stage=before,
        to_stage=stage, from_kind=before.kind, to_kind=kind, from_name=before.name, to_name=stage.name, at=at,
        comment="SECRET", reason=made.reject_reason,
    )  # fmt: skip


class TestWhatThePersonIsTold:
    def board(self) -> tuple[Application, Any, Any]:
        user, at = UserFactory(), timezone.now() - timedelta(days=9)
        return application(user=user, at=at), user, at

    def test_kinds_of_stages_and_each_once(self) -> None:
        made, user, at = self.board()
        for day, kind in enumerate(("screen", "screen", "interview", "screen"), start=1):
            moved(made, kind, at=at + timedelta(days=day))
        (found,) = own(user)["nodes"]
        kinds = [step["kind"] for step in found["timeline"]]
        assert kinds == ["APPLIED", "SCREEN", "INTERVIEW", "SCREEN"]
        assert found["progress"] == found["timeline"][-1]
        assert "Phone call" not in str(found)

    @pytest.mark.parametrize("status", ["active", "rejected"])
    def test_a_rejection_is_under_way_until_the_mail_has_gone(self, status: str) -> None:
        made, user, at = self.board()
        before = own(user)
        moved(made, "applied", at=at + timedelta(days=1), act="reject", status="rejected")
        mail = RejectionMail.objects.create(application=made, due_at=timezone.now() + timedelta(days=1))
        assert own(user) == before
        assert own(user, status="ACTIVE")["totalCount"] == 1
        assert own(user, status="REJECTED") == {**own(UserFactory()), "totalCount": 0}
        if status == "rejected":
            mail.released_at = timezone.now()
        else:
            mail.cancelled_at = timezone.now()
            moved(made, "applied", at=timezone.now(), act="unreject")
        mail.save()
        after = own(user)
        if status == "active":
            assert after == before
        else:
            (found,) = after["nodes"]
            assert found["status"] == found["progress"]["status"] == "REJECTED"
            assert found["progress"]["at"][:19] == mail.released_at.isoformat()[:19]
            assert found["availableActions"] == []
            assert own(user, status="ACTIVE")["totalCount"] == 0

    def test_without_a_mail_it_is_told_at_once(self) -> None:
        made, user, at = self.board()
        moved(made, "applied", at=at + timedelta(days=1), act="reject", status="rejected")
        assert own(user, status="REJECTED")["nodes"][0]["progress"]["status"] == "REJECTED"

    @pytest.mark.parametrize(
        "field",
        ["version", "decidedAt", "enteredStageAt", "rejectReason", "needsReview", "knockouts", "source",
         "candidate { name }", "referrer { name }", "stage { name }", "history { act }", "notes { totalCount }"],
    )  # fmt: skip
    def test_the_company_s_side_is_not_the_person_s(self, field: str) -> None:
        job, recruiter = hiring()
        for user in (UserFactory(), recruiter):
            made = submit(user, job)
            answered = shown(user, made, field)
            assert answered.codes == ["FORBIDDEN"]
            assert list(answered.content["data"]["node"].values()) == [None]

    def test_nobody_else_finds_it(self) -> None:
        made, _, _ = self.board()
        job: Job = made.job
        for by in (None, UserFactory(), UserFactory(moderator=True), UserFactory(platform_admin=True)):
            assert shown(by, made, "id").data == {"node": None}
        assert shown(member(job, "interviewer"), made, "id").data == {"node": None}
        assert own(UserFactory())["nodes"] == []

    def test_pages_go_from_the_newest_to_the_oldest(self) -> None:
        user, now = UserFactory(), timezone.now()
        made = [application(user=user, at=now - timedelta(days=day)) for day in range(5)]
        seen: list[str] = []
        after = None
        for _ in range(3):
            page = own(user, first=2, after=after)
            seen += [node["id"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        assert seen == [application_id(one) for one in made]
        assert page["totalCount"] == 5


def test_a_required_question_is_asked_for() -> None:
    job, recruiter = hiring()
    asking(job, recruiter, [YES_NO])
    (error,) = told(SUBMIT, UserFactory(), jobId=job_id(job), formVersion=1)["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["input", "answers"])
