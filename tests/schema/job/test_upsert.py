"""`jobUpsertMany`, through the door."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from jobs.models import Company, Job
from schema.core import ids
from tests.door import Answer, send
from tests.factories import CompanyFactory, CurrencyFactory, JobFactory, MembershipFactory, SkillFactory

pytestmark = pytest.mark.django_db

UPSERT = """mutation ($input: JobUpsertManyInput!) { jobUpsertMany(input: $input) {
  outcomes { index effect job { id title lifecycle version externalReference } error { code message field } }
  userErrors { code field message } } }"""


@pytest.fixture
def company() -> Company:
    made: Company = CompanyFactory(verified_at=timezone.now())
    return made


@pytest.fixture
def recruiter(company: Company) -> User:
    user: User = MembershipFactory(company=company).user
    return user


def ask(company: Company, by: User, *jobs: dict[str, Any], **more: Any) -> Answer:
    given = {"companyId": ids.encode("Company", company.pk), "jobs": list(jobs), **more}
    return send(UPSERT, {"input": given}, by=by)


def act(company: Company, by: User, *jobs: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ask(company, by, *jobs, **more).data["jobUpsertMany"]
    return answer


def job(reference: str = "N-1", version: int | None = None, **fields: Any) -> dict[str, Any]:
    written = {"externalReference": reference, "title": "Nurse"} | fields
    return {"fields": written} | ({"version": version} if version else {})


def effects(answer: dict[str, Any]) -> list[str]:
    return [one["effect"] or one["error"]["code"] for one in answer["outcomes"]]


def test_an_employers_system_keeps_its_postings_as_it_has_them(company: Company, recruiter: User) -> None:
    CurrencyFactory()
    skill = SkillFactory()
    nurse = job(
        description={"text": "We **care**."},
        places=[{"text": "Ulm"}],
        employmentTypes=["FULL_TIME"],
        pay=[{"currency": "EUR", "min": "41000"}],
        skills=[{"skill": ids.encode("Skill", skill.pk)}],
        apply={"kind": "URL", "url": "https://jobs.acme.example/1"},
    )
    closed = JobFactory(company=company, closed=True, external_reference="C-1")
    sent = [nurse, job("C-1"), job("N-2", pay=[{"currency": "EUR", "min": "2", "max": "1"}])]
    answer = act(company, recruiter, *sent)
    assert answer["userErrors"] == []
    assert effects(answer) == ["CREATED", "JOB_ALREADY_CLOSED", "INVALID"]
    assert [one["index"] for one in answer["outcomes"]] == [0, 1, 2]
    made, of_closed, of_fault = answer["outcomes"]
    stored = Job.objects.get(company=company, external_reference="N-1")
    assert made["error"] is None
    assert made["job"] == {
        "id": ids.encode("Job", stored.pk),
        "title": "Nurse",
        "lifecycle": "DRAFT",
        "version": 1,
        "externalReference": "N-1",
    }
    assert (of_closed["job"], of_closed["error"]["field"]) == (None, None)
    assert of_fault["error"]["field"] == ["input", "jobs", "2", "fields", "pay", "0", "min"]
    assert effects(act(company, recruiter, nurse)) == ["UNCHANGED"]
    changed = act(company, recruiter, job(version=1, title="Night nurse"), job("C-1", version=9))
    assert effects(changed) == ["UPDATED", "JOB_CHANGED_MEANWHILE"]
    assert changed["outcomes"][0]["job"]["version"] == 2
    assert changed["outcomes"][1]["error"]["field"] == ["input", "jobs", "1", "version"]
    assert Job.objects.get(pk=closed.pk).version == 1


def test_one_key_is_one_call_and_its_answer_comes_again(company: Company, recruiter: User) -> None:
    sent = [job("N-1"), job("N-2"), job("N-3", title=" ")]
    first, again = (act(company, recruiter, *sent, idempotencyKey="sync-1") for _ in range(2))
    assert effects(first) == ["CREATED", "CREATED", "INVALID"]
    assert again == first
    Job.objects.filter(external_reference="N-1").update(title="Cook")
    Job.objects.filter(external_reference="N-2").delete()
    later = act(company, recruiter, *sent, idempotencyKey="sync-1")
    assert effects(later) == effects(first)
    assert [one["job"] and one["job"]["title"] for one in later["outcomes"]] == ["Cook", None, None]
    other = act(company, recruiter, job("N-4"), idempotencyKey="sync-1")
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert other["outcomes"] is None


def test_a_dry_run_only_tells(company: Company, recruiter: User) -> None:
    there = JobFactory(company=company, external_reference="N-1", title="Cook")
    answer = act(company, recruiter, job("N-1"), job("N-2"), isDryRun=True)
    assert effects(answer) == ["UPDATED", "CREATED"]
    assert [one["job"] and one["job"]["title"] for one in answer["outcomes"]] == ["Cook", None]
    assert not Job.objects.filter(external_reference="N-2").exists()
    assert Job.objects.get(pk=there.pk).version == 1


def test_what_stands_against_all_is_one_refusal(company: Company, recruiter: User) -> None:
    empty = act(company, recruiter)
    assert (empty["outcomes"], [error["field"] for error in empty["userErrors"]]) == (None, [["input", "jobs"]])
    stranger = MembershipFactory(role="owner").user
    refused = act(company, stranger, job())
    assert (refused["outcomes"], [error["code"] for error in refused["userErrors"]]) == (None, ["FORBIDDEN"])


def test_more_than_two_hundred_and_ids_of_something_else_are_refused(company: Company, recruiter: User) -> None:
    many = ask(company, recruiter, *[job(str(number)) for number in range(201)])
    assert (many.codes, many.errors[0]["extensions"]["argument"]) == (["BAD_REQUEST"], "input.jobs")
    no_skill = [{"skill": ids.encode("Company", company.pk)}]
    wrong = ask(company, recruiter, job("N-1"), job("N-2", skills=no_skill))
    assert wrong.codes == ["BAD_REQUEST"]
    assert wrong.errors[0]["extensions"]["argument"] == "input.jobs.1.fields.skills.0.skill"
    assert not Job.objects.filter(company=company).exists()


def test_two_hundred_postings_with_all_that_postings_have_fit_into_one_request(
    company: Company, recruiter: User
) -> None:
    CurrencyFactory()
    full = {
        "description": {"text": "We **care** for people who are ill. " * 40, "format": "MARKDOWN"},
        "employmentTypes": ["FULL_TIME", "PART_TIME"],
        "workplace": "HYBRID",
        "places": [{"text": "Ulm"}, {"text": "Neu-Ulm"}],
        "pay": [{"currency": "EUR", "min": "41000", "max": "48000"}],
        "seniority": "MID",
        "benefits": ["BONUS", "EQUITY"],
        "apply": {"kind": "URL", "url": "https://jobs.acme.example/1"},
    }
    answer = act(company, recruiter, *[job(str(number), **full) for number in range(200)])
    assert effects(answer) == ["CREATED"] * 200
