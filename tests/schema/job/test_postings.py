"""Postings over the door: written, moved, and read by those who run them and by others."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jobs.models import Company, Job
from jobs.services import job_editing
from schema.core import ids
from tests.door import send
from tests.factories import (
    CompanyFactory,
    CurrencyFactory,
    HiringTeamFactory,
    JobFactory,
    MembershipFactory,
    PlaceFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db

INSIDE = "id title lifecycle version scheduledAt reviewComment visibility isTemplate availableActions"


@pytest.fixture
def company() -> Company:
    made: Company = CompanyFactory(verified_at=timezone.now(), slug="acme")
    return made


@pytest.fixture
def recruiter(company: Company) -> User:
    user: User = MembershipFactory(company=company).user
    return user


def act(name: str, by: User, payload: str = "job { id lifecycle }", **given: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    document = (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{"
        f" {payload} userErrors {{ code message field }} }} }}"
    )
    answer: dict[str, Any] = send(document, {"input": given}, by=by).data[name]
    return answer


def id_of(job: Job) -> str:
    return ids.encode("Job", job.pk)


def test_a_posting_is_written_published_changed_and_closed(company: Company, recruiter: User) -> None:
    CurrencyFactory()
    place, skill = PlaceFactory(), SkillFactory()
    fields = {
        "title": "Night nurse",
        "description": {"text": "We **care**.", "format": "MARKDOWN"},
        "employmentTypes": ["FULL_TIME"],
        "places": [{"place": ids.encode("Place", place.pk)}],
        "pay": [{"currency": "EUR", "min": "41000", "max": "48000"}],
        "skills": [{"skill": ids.encode("Skill", skill.pk), "necessity": "NICE", "level": 2}],
        "apply": {"kind": "EMAIL", "email": "work@acme.example"},
        "remoteHours": {"fromMinutes": -60, "toMinutes": 60},
    }
    company_id = ids.encode("Company", company.pk)
    made = act("jobCreate", recruiter, f"job {{ {INSIDE} }}", companyId=company_id, fields=fields)
    assert made["userErrors"] == []
    job = made["job"]
    assert (job["lifecycle"], job["version"]) == ("DRAFT", 1)
    assert job["availableActions"] == ["SUBMIT", "SCHEDULE", "PUBLISH", "DISCARD"]
    assert act("jobPublish", recruiter, jobId=job["id"])["job"]["lifecycle"] == "PUBLISHED"
    changed = act(
        "jobUpdate",
        recruiter,
        "job { version title revisions { number changed changes { aspect field before after } } }",
        id=job["id"],
        version=2,
        changes={"title": "Nurse", "places": [], "pay": [{"currency": "EUR", "max": "50000.5"}], "skills": None},
    )
    assert changed["userErrors"] == []
    newest = changed["job"]["revisions"][0]
    told = {change["field"]: (change["before"], change["after"]) for change in newest["changes"]}
    assert told["title"] == ("Night nurse", "Nurse")
    assert place.name in told["locations"][0]
    assert told["locations"][1] is None
    assert skill.name in told["skills"][0]
    assert "50000.5" in told["compensations"][1]
    assert set(newest["changed"]) == {"TITLE", "PLACES", "PAY", "SKILLS"}
    assert act("jobClose", recruiter, jobId=job["id"], reason="FILLED")["job"]["lifecycle"] == "CLOSED"
    assert act("jobArchive", recruiter, jobId=job["id"])["job"]["lifecycle"] == "ARCHIVED"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"title": ""}, ["title"]),
        ({"pay": [{"currency": "EUR"}]}, ["pay", "0", "min"]),
        ({"places": [{"text": "Here"}, {}]}, ["places", "1", "text"]),
        ({"remoteHours": {"fromMinutes": 9999, "toMinutes": 0}}, ["remoteHours", "fromMinutes"]),
        ({"apply": {"kind": "URL"}}, ["apply", "url"]),
        ({"externalReference": "x" * 300}, ["externalReference"]),
    ],
)
def test_a_fault_is_told_with_its_path(
    changes: dict[str, Any], path: list[str], company: Company, recruiter: User
) -> None:
    CurrencyFactory()
    job = JobFactory(company=company)
    (error,) = act("jobUpdate", recruiter, id=id_of(job), version=1, changes=changes)["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["input", "changes", *path])


def test_ids_of_something_else_are_refused(recruiter: User, company: Company) -> None:
    job = JobFactory(company=company)
    given = {"id": id_of(job), "version": 1, "changes": {"skills": [{"skill": id_of(job)}]}}
    document = "mutation ($input: JobUpdateInput!) { jobUpdate(input: $input) { userErrors { code } } }"
    answer = send(document, {"input": given}, by=recruiter)
    assert answer.codes == ["BAD_REQUEST"]
    assert answer.errors[0]["extensions"]["argument"] == "input.changes.skills.0.skill"


def refusals(company: Company) -> list[tuple[str, Job, dict[str, Any], str]]:
    """A refusal of each act, by its code."""
    text = {"description_source": "Care for people. " * 30, "title": "Nurse", "company": company}
    JobFactory(**text)
    soon = (timezone.now() + timedelta(days=1)).isoformat()
    old = {"published_at": timezone.now() - timedelta(days=99), "expires_at": timezone.now() - timedelta(days=40)}
    of = {"company": company}
    return [
        ("jobSubmit", JobFactory(**of), {}, "JOB_MOVE_REFUSED"),
        ("jobSubmit", JobFactory(draft=True, is_template=True, **of), {}, "JOB_IS_TEMPLATE"),
        ("jobSubmit", JobFactory(draft=True, description_source="", **of), {}, "JOB_INCOMPLETE"),
        ("jobApprove", JobFactory(draft=True, **of), {}, "JOB_MOVE_REFUSED"),
        ("jobApprove", JobFactory(in_review=True, **of), {"version": 7}, "JOB_CHANGED_MEANWHILE"),
        ("jobReject", JobFactory(in_review=True, **of), {"comment": " "}, "INVALID"),
        ("jobSchedule", JobFactory(**of), {"at": soon}, "JOB_ALREADY_PUBLISHED"),
        ("jobSchedule", JobFactory(draft=True, **of), {"at": "2020-01-01T00:00:00Z"}, "INVALID"),
        ("jobPublish", JobFactory(paused=True, **of), {}, "JOB_MOVE_REFUSED"),
        ("jobPublish", JobFactory(draft=True, **text), {}, "JOB_REPEATS_ANOTHER"),
        ("jobPublish", JobFactory(draft=True, frozen=True, **of), {}, "JOB_FROZEN"),
        ("jobPause", JobFactory(draft=True, **of), {}, "JOB_MOVE_REFUSED"),
        ("jobResume", JobFactory(closed=True, **of), {}, "JOB_ALREADY_CLOSED"),
        ("jobReopen", JobFactory(expired=True, **of | old), {}, "JOB_EXPIRED_LONG_AGO"),
        ("jobReopen", JobFactory(**of), {}, "JOB_ALREADY_PUBLISHED"),
        ("jobClose", JobFactory(draft=True, **of), {"reason": "FILLED"}, "JOB_NOT_CLOSABLE"),
        ("jobClose", JobFactory(**of), {"reason": "MODERATION"}, "FORBIDDEN"),
        ("jobArchive", JobFactory(**of), {}, "JOB_MOVE_REFUSED"),
        ("jobDiscard", JobFactory(**of), {}, "JOB_MOVE_REFUSED"),
    ]


def test_every_refusal_has_its_code(company: Company, recruiter: User) -> None:
    for name, job, given, code in refusals(company):
        payload = "discarded" if name == "jobDiscard" else "job { id }"
        answer = act(name, recruiter, payload, jobId=id_of(job), **given)
        assert [error["code"] for error in answer["userErrors"]] == [code], (name, answer)


def test_a_draft_of_an_unverified_company_needs_a_review_and_its_end_is_told() -> None:
    job = JobFactory(draft=True)
    by = MembershipFactory(company=job.company).user
    assert act("jobPublish", by, jobId=id_of(job))["userErrors"][0]["code"] == "JOB_NEEDS_REVIEW"
    act("jobSubmit", by, jobId=id_of(job))
    moderator = UserFactory(moderator=True)
    sent_back = act("jobReject", moderator, "job { reviewComment }", jobId=id_of(job), comment="Say what it pays.")
    assert sent_back["job"]["reviewComment"] == "Say what it pays."
    assert read(by, job)["reviewComment"] == "Say what it pays."


def test_a_draft_is_discarded(company: Company, recruiter: User) -> None:
    job = JobFactory(draft=True, company=company)
    assert act("jobDiscard", recruiter, "discarded", jobId=id_of(job)) == {"discarded": id_of(job), "userErrors": []}


def test_a_double_click_makes_one_posting(company: Company, recruiter: User) -> None:
    given = {
        "companyId": ids.encode("Company", company.pk),
        "fields": {"title": "Nurse"},
        "idempotencyKey": "00000000-0000-4000-8000-000000000001",
    }
    first, second = (act("jobCreate", recruiter, **given) for _ in range(2))
    assert first == second
    assert Job.objects.filter(company=company).count() == 1


def read(by: User | None, job: Job) -> dict[str, Any]:
    answer = send(f"query ($id: ID!) {{ node(id: $id) {{ ... on Job {{ {INSIDE} }} }} }}", {"id": id_of(job)}, by=by)
    found: dict[str, Any] = answer.content["data"]["node"]
    return found


def test_outsiders_read_nothing_of_the_inside(company: Company) -> None:
    job = JobFactory(company=company)
    for by in (None, UserFactory(), MembershipFactory(role="owner").user):
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Job {{ {INSIDE} descriptionSource {{ text }} }} }} }}"
        answer = send(query, {"id": id_of(job)}, by=by)
        assert answer.codes == ["FORBIDDEN"] * 6
        found = answer.content["data"]["node"]
        hidden = ("version", "scheduledAt", "reviewComment", "visibility", "isTemplate", "descriptionSource")
        assert [found[name] for name in hidden] == [None] * 6
        assert found["availableActions"] == []


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("interviewer", []),
        ("hiring_manager", ["SUBMIT", "DISCARD"]),
        ("recruiter", ["SUBMIT", "SCHEDULE", "PUBLISH", "DISCARD"]),
    ],
)
def test_acts_are_those_of_the_role(role: str, acts: list[str], company: Company) -> None:
    job = JobFactory(draft=True, company=company)
    member = MembershipFactory(company=company, role=role)
    HiringTeamFactory(job=job, user=member.user, role="interviewer")
    assert read(member.user, job)["availableActions"] == acts


OWN = """query ($states: [JobLifecycle!], $first: Int, $after: String) {
  company(by: { slug: "acme" }) { ownJobs(states: $states, first: $first, after: $after) {
    nodes { title lifecycle version availableActions company { name } } totalCount
    pageInfo { hasNextPage endCursor } } } }"""


def test_members_see_all_of_the_companys_postings_page_by_page(company: Company, recruiter: User) -> None:
    for number in range(3):
        JobFactory(draft=True, company=company, title=f"Draft {number}")
    JobFactory(closed=True, company=company, title="Closed")
    JobFactory(draft=True, title="Of another company")
    found = send(OWN, by=recruiter).data["company"]["ownJobs"]
    assert [job["title"] for job in found["nodes"]] == ["Closed", "Draft 2", "Draft 1", "Draft 0"]
    drafts = send(OWN, {"states": ["DRAFT"], "first": 2}, by=recruiter).data["company"]["ownJobs"]
    assert [job["title"] for job in drafts["nodes"]] == ["Draft 2", "Draft 1"]
    assert drafts["totalCount"] == 3
    after = {"states": ["DRAFT"], "first": 2, "after": drafts["pageInfo"]["endCursor"]}
    rest = send(OWN, after, by=recruiter).data["company"]["ownJobs"]
    assert [job["title"] for job in rest["nodes"]] == ["Draft 0"]
    assert rest["pageInfo"]["hasNextPage"] is False


def test_those_who_work_on_some_see_these(company: Company) -> None:
    job, _ = JobFactory(draft=True, company=company), JobFactory(draft=True, company=company)
    member = MembershipFactory(company=company, role="hiring_manager")
    HiringTeamFactory(job=job, user=member.user, role="hiring_manager")
    found = send(OWN, by=member.user).data["company"]["ownJobs"]
    assert ([job["title"] for job in found["nodes"]], found["totalCount"]) == ([job.title], 1)


@pytest.mark.parametrize("who", ["nobody", "seeker", "outside_owner", "suspended"])
def test_outsiders_see_no_list(who: str, company: Company) -> None:
    JobFactory(draft=True, company=company)
    by = {
        "nobody": lambda: None,
        "seeker": UserFactory,
        "outside_owner": lambda: MembershipFactory(role="owner").user,
        "suspended": lambda: MembershipFactory(company=company, suspended_at=timezone.now()).user,
    }[who]()
    answer = send(OWN, by=by)
    assert answer.content["data"]["company"]["ownJobs"] is None
    assert answer.codes == ["FORBIDDEN"]


def test_many_postings_cost_the_statements_of_one(company: Company, recruiter: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert send(OWN, by=recruiter).data
        return len(queries)

    by = viewer_of(recruiter)
    job_editing.create(by=by, company_id=company.pk, fields={"title": "Nurse"})
    cost()
    one = cost()
    for number in range(10):
        job_editing.create(by=by, company_id=company.pk, fields={"title": f"Nurse {number}"})
    assert cost() == one
