"""Reporting, the queue and decisions, as clients meet them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jobs.models import Company, Job, JobReport, MembershipRole, ModerationCase
from jobs.services import moderation
from kernel.ids import uuid7
from schema.core import ids
from tests.door import send, send_to_oracle
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db

REPORT = """
mutation Report($input: JobReportInput!) {
  jobReport(input: $input) { job { id } userErrors { code field message } }
}
"""
QUEUE = """
query Queue($first: Int, $after: String) {
  moderationQueue {
    cases(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id job { id title moderation } reportCount createdAt availableActions reports { reason text createdAt } }
    }
    reviews(first: $first) { totalCount nodes { id title company { name } } }
  }
}
"""
STANDING = """
query Standing($id: ID!) {
  node(id: $id) { ... on Job { moderation moderationDecision { decision comment decidedAt } } }
}
"""


@pytest.fixture
def moderator() -> User:
    user: User = UserFactory(moderator=True)
    return user


def job_id(job: Job) -> str:
    return ids.encode("Job", job.pk)


def report(job: Job, by: User | None = None, **changes: Any) -> Any:
    given = {"jobId": job_id(job), "reason": "SCAM", **changes}
    return send(REPORT, {"input": given}, by=by or UserFactory()).data["jobReport"]


def decide(mutation: str, job: Job, by: User, **more: Any) -> Any:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    document = f"""mutation Decide($input: {kind}!) {{
        {mutation}(input: $input) {{ job {{ id moderation }} userErrors {{ code field }} }} }}"""
    return send(document, {"input": {"jobId": job_id(job), **more}}, by=by).data[mutation]


def queue(by: User, **variables: Any) -> Any:
    return send(QUEUE, variables, by=by).data["moderationQueue"]


def test_a_report_is_taken_and_answered_once_for_a_key_that_comes_again() -> None:
    job, by = JobFactory(), UserFactory()
    for _ in range(2):
        assert report(job, by, idempotencyKey="once") == {"job": {"id": job_id(job)}, "userErrors": []}
    assert JobReport.objects.get().reason == "scam"
    (refused,) = report(job, by)["userErrors"]
    assert (refused["code"], refused["field"]) == ("ALREADY_REPORTED", None)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"reason": "OTHER"}, "INVALID", ["input", "text"]),
        ({"text": "x" * 1001}, "INVALID", ["input", "text"]),
        ({"jobId": ids.encode("Job", uuid7())}, "NOT_FOUND", ["input", "jobId"]),
    ],
)
def test_a_refusal_names_the_field(changes: dict[str, Any], code: str, field: list[str]) -> None:
    (refused,) = report(JobFactory(), **changes)["userErrors"]
    assert (refused["code"], refused["field"]) == (code, field)


def test_who_waits_longest_is_looked_at_first(moderator: User) -> None:
    jobs = [JobFactory() for _ in range(3)]
    for job in jobs:
        report(job, text=f"About {job.title}")
    report(jobs[0], reason="FAKE")
    first = queue(moderator, first=2)["cases"]
    assert [case["job"]["title"] for case in first["nodes"]] == [job.title for job in jobs[:2]]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    case = first["nodes"][0]
    assert (case["reportCount"], case["job"]["moderation"]) == (2, "CLEAR")
    assert case["availableActions"] == ["CLEAR", "FREEZE"]
    assert [(said["reason"], said["text"]) for said in case["reports"]] == [
        ("FAKE", None),
        ("SCAM", f"About {jobs[0].title}"),
    ]
    rest = queue(moderator, first=2, after=first["pageInfo"]["endCursor"])["cases"]
    assert [case["job"]["title"] for case in rest["nodes"]] == [jobs[2].title]
    moderation.unfreeze(by=viewer_of(moderator), job_id=jobs[0].pk)
    assert queue(moderator)["cases"]["totalCount"] == 2


def test_a_case_is_cleared_as_long_as_it_is_open(moderator: User) -> None:
    job = JobFactory()
    report(job)
    (case,) = queue(moderator)["cases"]["nodes"]
    assert "CLEAR" in case["availableActions"]
    assert decide("jobUnfreeze", job, moderator)["userErrors"] == []
    document = "query($id: ID!) { node(id: $id) { ... on ModerationCase { availableActions } } }"
    assert send(document, {"id": case["id"]}, by=moderator).data["node"]["availableActions"] == ["FREEZE"]
    assert decide("jobUnfreeze", job, moderator)["userErrors"] == [{"code": "JOB_MOVE_REFUSED", "field": None}]


def test_a_cursor_of_one_list_is_none_of_the_other(moderator: User) -> None:
    report(JobFactory())
    report(JobFactory())
    cursor = queue(moderator, first=1)["cases"]["pageInfo"]["endCursor"]
    document = "query($after: String) { moderationQueue { reviews(after: $after) { totalCount } } }"
    assert send(document, {"after": cursor}, by=moderator).codes == ["BAD_REQUEST"]


def test_no_more_than_the_newest_reports_of_a_case_are_told(moderator: User) -> None:
    case = ModerationCase.objects.create(job=JobFactory(), reports=60)
    JobReport.objects.bulk_create(
        JobReport(case=case, reporter=UserFactory(), reason="scam", text=str(number)) for number in range(60)
    )
    (told,) = queue(moderator)["cases"]["nodes"]
    assert [said["text"] for said in told["reports"]] == [str(number) for number in range(59, 9, -1)]


def test_the_queue_takes_as_many_statements_for_many_cases(moderator: User) -> None:
    counted = []
    for _ in range(2):
        for _ in range(4):
            report(JobFactory())
            JobFactory(in_review=True)
        queue(moderator)
        with CaptureQueriesContext(connection) as queries:
            found = queue(moderator)
        counted.append(len(queries))
    assert len(found["cases"]["nodes"]) == len(found["reviews"]["nodes"]) == 8
    assert counted[0] == counted[1] <= 16, queries.captured_queries


def test_postings_of_unverified_companies_wait_for_moderators_and_no_others(moderator: User) -> None:
    waits = JobFactory(in_review=True)
    JobFactory(in_review=True, company=CompanyFactory(verified_at=timezone.now()))
    JobFactory(draft=True)
    assert [job["id"] for job in queue(moderator)["reviews"]["nodes"]] == [job_id(waits)]


@pytest.mark.parametrize("role", ["user", "support"])
def test_the_queue_is_told_to_nobody_else(role: str) -> None:
    report(JobFactory())
    for by in (UserFactory(platform_role=role), None):
        answered = send(QUEUE, by=by)
        assert (answered.content["data"], set(answered.codes)) == ({"moderationQueue": None}, {"FORBIDDEN"})


def test_a_case_is_found_by_its_id_by_moderators_alone(moderator: User) -> None:
    job = JobFactory()
    owner = MembershipFactory(company=job.company, role=MembershipRole.OWNER).user
    report(job)
    (case,) = queue(moderator)["cases"]["nodes"]
    document = "query($id: ID!) { node(id: $id) { ... on ModerationCase { decision comment decidedAt } } }"
    assert send(document, {"id": case["id"]}, by=moderator).data["node"] == {
        "decision": None,
        "comment": None,
        "decidedAt": None,
    }
    for by in (owner, UserFactory(), None):
        assert send(document, {"id": case["id"]}, by=by).data["node"] is None


def test_the_company_is_told_what_was_decided_and_why_and_not_by_whom(moderator: User) -> None:
    job = JobFactory()
    owner = MembershipFactory(company=job.company, role=MembershipRole.OWNER).user
    reporter = UserFactory(name="Rosa Reporter")
    report(job, reporter, text="They asked me for money.")
    assert decide("jobFreeze", job, moderator, comment="It asks for money.")["job"]["moderation"] == "FROZEN"
    answered = send(STANDING, {"id": job_id(job)}, by=owner)
    told = answered.data["node"]
    assert (told["moderation"], told["moderationDecision"]["decision"]) == ("FROZEN", "FROZEN")
    assert told["moderationDecision"]["comment"] == "It asks for money."
    assert "Rosa" not in str(answered.content)
    assert "money." not in str(answered.content).replace("It asks for money.", "")
    assert send(STANDING, {"id": job_id(job)}, by=UserFactory()).data["node"] is None


def test_where_a_live_job_stands_is_not_for_everybody() -> None:
    job = JobFactory()
    answered = send(STANDING, {"id": job_id(job)}, by=UserFactory())
    assert answered.content["data"]["node"] == {"moderation": None, "moderationDecision": None}
    assert set(answered.codes) == {"FORBIDDEN"}


def test_a_decision_is_refused_in_types(moderator: User) -> None:
    job = JobFactory()
    refused = [
        decide("jobUnfreeze", job, moderator),
        decide("jobFreeze", job, moderator, comment=" "),
        decide("jobFreeze", job, UserFactory(), comment="Mine."),
    ]
    assert [(errors["code"], errors["field"]) for found in refused for errors in found["userErrors"]] == [
        ("JOB_MOVE_REFUSED", None),
        ("INVALID", ["input", "comment"]),
        ("FORBIDDEN", None),
    ]


def test_the_engine_and_graphql_core_tell_the_same(moderator: User) -> None:
    report(JobFactory())
    JobFactory(in_review=True)
    by_engine, by_oracle = send(QUEUE, by=moderator).content, send_to_oracle(QUEUE, by=moderator)
    assert by_engine["data"] == by_oracle["data"]


ACT = """mutation Act($id: ID!) {{ {act}(input: {{jobId: $id}}) {{
    job {{ lifecycle availableActions }} userErrors {{ code }} }} }}"""


def _act(act: str, job: Job, by: User) -> Any:
    return send(ACT.format(act=act), {"id": job_id(job)}, by=by).data[act]


def test_a_company_that_is_not_verified_publishes_after_a_moderator_approves(moderator: User) -> None:
    company: Company = CompanyFactory()
    owner = MembershipFactory(company=company, role=MembershipRole.OWNER).user
    job = JobFactory(draft=True, company=company)
    assert _act("jobPublish", job, owner)["userErrors"] == [{"code": "JOB_NEEDS_REVIEW"}]
    submitted = _act("jobSubmit", job, owner)["job"]
    assert (submitted["lifecycle"], submitted["availableActions"]) == ("IN_REVIEW", [])
    assert _act("jobApprove", job, owner)["userErrors"] == [{"code": "FORBIDDEN"}]
    assert [found["id"] for found in queue(moderator)["reviews"]["nodes"]] == [job_id(job)]
    approved = _act("jobApprove", job, moderator)["job"]
    assert approved["lifecycle"] == "APPROVED"
    assert queue(moderator)["reviews"]["totalCount"] == 0
    published = _act("jobPublish", job, owner)
    assert (published["userErrors"], published["job"]["lifecycle"]) == ([], "PUBLISHED")
    assert send("{ jobs { nodes { id } } }").data["jobs"]["nodes"] == [{"id": job_id(job)}]


def test_what_is_frozen_cannot_be_brought_back_by_its_company(moderator: User) -> None:
    job = JobFactory()
    owner = MembershipFactory(company=job.company, role=MembershipRole.OWNER).user
    paused = _act("jobPause", job, owner)["job"]
    assert "RESUME" in paused["availableActions"]
    decide("jobFreeze", job, moderator, comment="A fraud.")
    document = "query($id: ID!) { node(id: $id) { ... on Job { availableActions } } }"
    offered = send(document, {"id": job_id(job)}, by=owner).data["node"]["availableActions"]
    assert "RESUME" not in offered
    assert "CLOSE" in offered
    assert _act("jobResume", job, owner)["userErrors"] == [{"code": "JOB_FROZEN"}]
