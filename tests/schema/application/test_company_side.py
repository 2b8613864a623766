"""Applications as the company sees them: who reads what, that it is written down, and what it costs."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from jobs.models import HiringTeam, Job
from jobs.services.answers import Answer
from kernel.viewer import Scope
from tests.applying import asking, hiring, member, resume_of, submit
from tests.door import send
from tests.factories import JobFactory, MembershipFactory, UserFactory
from tests.hiring_board import application
from tests.roles import key_for
from tests.schema.application.asking import application_id, job_id, shown

pytestmark = pytest.mark.django_db

# The session and its person, the job and who reads what of it, and one for each kind of row.
MOST_STATEMENTS = 16
CONTACT = "candidate { email phone tags }"
HIRING = "source needsReview knockouts rejectReason referrer { name } resume { name }"
OF_JOB = """
query($id: ID!, $where: ApplicationWhere, $first: Int) { node(id: $id) { ... on Job {
  applications(where: $where, first: $first) {
    totalCount
    nodes {
      id status submittedAt version needsReview source coverLetter decidedAt
      candidate { name email phone tags } answers { question { label } isYes number } resume { name }
      availableActions progress { kind }
    }
  }
} } }
"""


@pytest.fixture(autouse=True)
def _no_rate_limit(settings: LazySettings) -> None:
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0


def of_job(by: User | None, job: Job, **variables: Any) -> Any:
    """The applications of a job, as somebody is answered."""
    return send(OF_JOB, {"id": job_id(job), **variables}, by=by)


def test_recruiters_are_shown_all_of_it() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user, friend = UserFactory(name="Ada", email="ada@example.org"), UserFactory(name="Bob")
    resume_of(user, name="ada.pdf")
    made = submit(user, job, Answer("permit", is_yes=False), form_version=1, cover_letter="Hello", phone="1")
    made.referrer = friend
    made.save()
    fields = f"status version source needsReview knockouts coverLetter referrer {{ name }} {CONTACT} resume {{ name }}"
    assert shown(recruiter, made, fields).data["node"] == {
        "status": "ACTIVE",
        "version": 1,
        "source": None,
        "needsReview": True,
        "knockouts": ["permit"],
        "coverLetter": "Hello",
        "referrer": {"name": "Bob"},
        "candidate": {"email": "ada@example.org", "phone": "1", "tags": []},
        "resume": {"name": "ada.pdf"},
    }


def test_who_reads_what() -> None:
    job = JobFactory()
    people = {role: member(job, role) for role in ("interviewer", "hiring_manager", "recruiter", "admin", "owner")}
    off_team = {f"{role} off the team": member(job, role) for role in ("interviewer", "hiring_manager")}
    for role in ("interviewer", "hiring_manager"):
        HiringTeam.objects.create(job=job, user=people[role], role=role)
    outside = MembershipFactory(role="owner").user
    staff = {"moderator": UserFactory(moderator=True), "platform admin": UserFactory(platform_admin=True)}
    made = application(job, cover_letter="Hello")
    everybody = {**people, **off_team, **staff, "outside owner": outside, "seeker": UserFactory()}
    for name, user in everybody.items():
        node = shown(user, made, "coverLetter status candidate { name }").content["data"]["node"]
        assert (node is not None) == (name in people), name
        listed = of_job(user, job).content["data"]["node"]
        assert ((listed or {}).get("applications") is not None) == (name in people), name
        for fields in (CONTACT, HIRING):
            codes = shown(user, made, fields).codes
            assert (codes == []) == (name in people and name != "interviewer") or name not in people, name
            assert set(codes) <= {"FORBIDDEN"}
        assert AuditEntry.objects.filter(actor_id=user.pk, act="application.read").exists() == (name in people), name


def test_interviewers_see_who_it_is_and_not_how_to_reach_them() -> None:
    job = JobFactory()
    interviewer = member(job, "interviewer")
    HiringTeam.objects.create(job=job, user=interviewer, role="interviewer")
    made = application(job, UserFactory(name="Ada"), cover_letter="Hello", source="fair")
    made.resume = resume_of(made.candidate.user)
    made.save()
    answered = shown(interviewer, made, f"coverLetter candidate {{ name email phone tags }} {HIRING}")
    node = answered.content["data"]["node"]
    assert node["candidate"] == {"name": "Ada", "email": None, "phone": None, "tags": None}
    assert node["coverLetter"] == "Hello"
    hidden = {"source", "needsReview", "knockouts", "rejectReason", "referrer", "resume"}
    assert {name for name, value in node.items() if value is None} == hidden
    assert set(answered.codes) == {"FORBIDDEN"}


def test_every_read_of_another_s_is_put_down_once_a_request_and_none_of_the_own() -> None:
    job, recruiter = hiring()
    made = [application(job) for _ in range(3)]
    of_job(recruiter, job)
    entries = AuditEntry.objects.filter(act="application.read")
    assert sorted(entry.target_id for entry in entries) == sorted(str(one.pk) for one in made)
    assert {(entry.kind, entry.actor_id, entry.company_id, entry.target_type) for entry in entries} == {
        ("read", recruiter.pk, job.company_id, "Application")
    }
    shown(made[0].candidate.user, made[0], "coverLetter")
    assert entries.count() == 3


def test_a_page_of_many_costs_no_more_than_a_page_of_one() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    counts = []
    for _ in range(2):
        for _ in range(3):
            user = UserFactory()
            resume_of(user)
            submit(user, job, Answer("permit", is_yes=True), form_version=1)
        with CaptureQueriesContext(connection) as queries:
            page = of_job(recruiter, job).data["node"]["applications"]
        counts.append(len([query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert page["totalCount"] == len(page["nodes"]) == 6
    assert counts[0] == counts[1]
    assert counts[0] <= MOST_STATEMENTS


def test_it_is_filtered_and_counted_for_those_who_may() -> None:
    job, recruiter = hiring()
    application(job, needs_review=True)
    application(job, status="rejected")
    own = application(job, recruiter)
    for where, number in (({}, 2), ({"status": "REJECTED"}, 1), ({"needsReview": True}, 1), ({"status": "HIRED"}, 0)):
        found = of_job(recruiter, job, where=where).data["node"]["applications"]
        assert found["totalCount"] == len(found["nodes"]) == number
    colleague = member(job, "admin")
    found = of_job(colleague, job).data["node"]["applications"]
    assert found["totalCount"] == 3
    assert application_id(own) in [node["id"] for node in found["nodes"]]
    answered = of_job(UserFactory(), job)
    assert answered.codes == ["FORBIDDEN"]
    assert answered.content["data"]["node"]["applications"] is None


def test_interviewers_do_not_find_out_by_a_filter_what_they_are_not_shown() -> None:
    job = JobFactory()
    interviewer = member(job, "interviewer")
    HiringTeam.objects.create(job=job, user=interviewer, role="interviewer")
    application(job, needs_review=True)
    for where in ({"needsReview": True}, {"needsReview": False}):
        found = of_job(interviewer, job, where=where).data["node"]["applications"]
        assert (found["totalCount"], found["nodes"]) == (0, [])
    assert of_job(interviewer, job).content["data"]["node"]["applications"]["totalCount"] == 1


def test_a_key_needs_the_scope() -> None:
    job, recruiter = hiring()
    made = application(job)
    query = "query($id: ID!) { node(id: $id) { id } viewer { applications { nodes { id } } } }"
    application(user=recruiter)
    for scopes, is_shown in (
        ([Scope.APPLICATIONS_READ], True),
        ([Scope.APPLICATIONS_WRITE], True),
        ([Scope.JOBS_WRITE, Scope.PROFILE_WRITE, Scope.COMPANY_WRITE], False),
    ):
        key = f"Bearer {key_for(recruiter, *scopes)}"
        found = send(query, {"id": application_id(made)}, authorization=key).data
        assert (found["node"] is not None) == is_shown
        assert len(found["viewer"]["applications"]["nodes"]) == is_shown


def test_what_may_be_done_is_offered_to_those_who_may() -> None:
    job, recruiter = hiring()
    made = application(job)
    interviewer = member(job, "interviewer")
    HiringTeam.objects.create(job=job, user=interviewer, role="interviewer")
    for by, acts in (
        (recruiter, {"MOVE", "REJECT", "HIRE", "TRANSFER"}),
        (interviewer, set()),
        (made.candidate.user, {"WITHDRAW"}),
    ):
        found = shown(by, made, "availableActions").data["node"]["availableActions"]
        assert set(found) == acts


def test_who_is_forgotten_is_nobody_to_the_company() -> None:
    job, recruiter = hiring()
    made = application(job, cover_letter="", status="withdrawn")
    known = made.candidate
    known.user, known.name, known.email = None, "", ""
    known.save()
    found = shown(recruiter, made, "candidate { name email phone } status").data["node"]
    assert found == {"candidate": {"name": None, "email": None, "phone": None}, "status": "WITHDRAWN"}
