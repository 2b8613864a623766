"""`jobDuplicateDismiss`: two jobs are not duplicates."""

from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from jobs.models import Company, DuplicateVerdict, Job
from jobs.services import duplicate
from schema.core import ids
from tests.door import Answer, send, send_to_oracle
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

DISMISS = """
mutation Dismiss($input: JobDuplicateDismissInput!) {
  jobDuplicateDismiss(input: $input) { job { id duplicates { id } } userErrors { code field message } }
}
"""
REFUSALS = {
    "NOT_FOUND": "Nothing with this id is visible to you.",
    "FORBIDDEN": "You may not do this.",
    "INVALID": "A job is no duplicate of itself.",
}


def twins(count: int = 2, **fields: Any) -> list[Job]:
    company = CompanyFactory()
    jobs = [JobFactory(company=company, title="Nurse", description_source="We care.", **fields) for _ in range(count)]
    duplicate.refresh()
    return jobs


def identity(job: Job) -> str:
    return ids.encode("Job", job.pk)


def ask(one: str, other: str, by: User | None = None) -> Answer:
    return send(DISMISS, {"input": {"jobId": one, "duplicateId": other}}, by=by)


def dismiss(one: Job, other: Job, by: User | None = None) -> Any:
    return ask(identity(one), identity(other), by).data["jobDuplicateDismiss"]


def refused(code: str, field: str | None) -> dict[str, Any]:
    path = ["input", field] if field else None
    return {"job": None, "userErrors": [{"code": code, "field": path, "message": REFUSALS[code]}]}


def member(company: Company, role: str) -> User:
    user: User = MembershipFactory(company=company, role=role).user
    return user


def test_the_two_are_no_longer_duplicates() -> None:
    one, two, three = twins(3)
    by = member(one.company, "recruiter")
    expected = {"job": {"id": identity(two), "duplicates": [{"id": identity(three)}]}, "userErrors": []}
    assert dismiss(two, one, by) == expected
    assert dismiss(two, one, by) == expected, "saying it again changes nothing"
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { duplicates { id } } } }"
    read = send(query, {"ids": [identity(one), identity(three)]})
    of_one, of_three = [[twin["id"] for twin in node["duplicates"]] for node in read.data["nodes"]]
    assert of_one == [identity(three)]
    assert of_three == [identity(one), identity(two)]


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
def test_those_who_run_both_jobs_dismiss(role: str) -> None:
    one, two = twins()
    assert dismiss(one, two, member(one.company, role))["userErrors"] == []
    assert DuplicateVerdict.objects.exists()


@pytest.mark.parametrize("role", ["moderator", "platform_admin"])
def test_platform_staff_dismiss_across_companies(role: str) -> None:
    assert dismiss(JobFactory(), JobFactory(), UserFactory(**{role: True}))["userErrors"] == []
    assert DuplicateVerdict.objects.exists()


@pytest.mark.parametrize("role", ["seeker", "support", "interviewer", "hiring_manager", "owner elsewhere"])
def test_others_see_the_jobs_and_are_refused(role: str) -> None:
    one, two = twins()
    by = {
        "seeker": UserFactory,
        "support": lambda: UserFactory(platform_role="support"),
        "owner elsewhere": lambda: MembershipFactory(role="owner").user,
    }.get(role, lambda: member(one.company, role))()
    assert dismiss(one, two, by) == refused("FORBIDDEN", None)
    assert not DuplicateVerdict.objects.exists()


def test_nobody_is_asked_to_sign_in() -> None:
    one, two = twins()
    assert ask(identity(one), identity(two)).codes == ["UNAUTHENTICATED"]
    assert not DuplicateVerdict.objects.exists()


def test_who_runs_one_of_the_jobs_only_is_refused() -> None:
    one, other = JobFactory(), JobFactory()
    assert dismiss(one, other, member(one.company, "owner")) == refused("FORBIDDEN", None)
    assert dismiss(other, one, member(one.company, "owner")) == refused("FORBIDDEN", None)
    assert not DuplicateVerdict.objects.exists()


def test_hidden_and_missing_jobs_look_the_same() -> None:
    mine, hidden, gone = JobFactory(), JobFactory(draft=True), JobFactory()
    by = member(mine.company, "owner")
    gone_id, mine_id = identity(gone), identity(mine)
    gone.delete()
    for absent in (identity(hidden), gone_id):
        assert ask(absent, mine_id, by).data["jobDuplicateDismiss"] == refused("NOT_FOUND", "jobId")
        assert ask(mine_id, absent, by).data["jobDuplicateDismiss"] == refused("NOT_FOUND", "duplicateId")
    assert not DuplicateVerdict.objects.exists()


def test_a_job_is_no_duplicate_of_itself() -> None:
    mine = JobFactory()
    assert dismiss(mine, mine, member(mine.company, "owner")) == refused("INVALID", "duplicateId")


@pytest.mark.parametrize("wrong", ["", "abc", "Sm9iOjE", ids.encode("Company", UUID(int=1))])
def test_what_is_no_id_of_a_job_is_a_bad_request(wrong: str) -> None:
    mine = identity(JobFactory())
    assert ask(wrong, mine, UserFactory()).codes == ["BAD_REQUEST"]
    assert ask(mine, wrong, UserFactory()).codes == ["BAD_REQUEST"]


def test_duplicates_of_many_jobs_are_those_of_each() -> None:
    one, two = twins()
    draft = JobFactory(company=one.company, title="Nurse", description_source="We care.", draft=True)
    alone = JobFactory()
    duplicate.refresh()
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Job { title duplicates { id company { name } } } } }"
    variables = {"ids": [identity(job) for job in (one, two, alone)]}
    name = one.company.name

    def twins_of(*jobs: Job) -> list[dict[str, Any]]:
        return [{"id": identity(job), "company": {"name": name}} for job in jobs]

    seen = [node["duplicates"] for node in send(query, variables).data["nodes"]]
    assert seen == [twins_of(two), twins_of(one), []]
    owner = member(one.company, "owner")
    answer = send(query, variables, by=owner)
    assert [node["duplicates"] for node in answer.data["nodes"]] == [twins_of(two, draft), twins_of(one, draft), []]
    assert send_to_oracle(query, variables, by=owner)["data"] == answer.data


def test_nothing_is_hidden_from_lists() -> None:
    jobs = twins(3)
    listed = send("{ jobs { totalCount nodes { id } } }").data["jobs"]
    assert listed["totalCount"] == 3
    assert {node["id"] for node in listed["nodes"]} == {identity(job) for job in jobs}
