"""How many postings a company may have."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.errors import JobQuotaReached
from jobs.models import Company, Job
from jobs.services import job as jobs
from jobs.services import job_editing, job_quota
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, SourcePostingFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def recruiter_of(company: Company) -> Viewer:
    return viewer_of(MembershipFactory(company=company).user)


def create(company: Company, by: Viewer, title: str = "Nurse") -> Job:
    return job_editing.create(by=by, company_id=company.pk, fields={"title": title})


@pytest.mark.parametrize("standing", ["in_review", "approved", "scheduled", "paused", "published"])
def test_an_unverified_company_has_five_jobs_on_their_way(standing: str) -> None:
    company = CompanyFactory()
    for _ in range(4):
        JobFactory(company=company, **({} if standing == "published" else {standing: True}))
    by = recruiter_of(company)
    fifth, sixth = JobFactory(draft=True, company=company), JobFactory(draft=True, company=company)
    jobs.submit(by=by, job_id=fifth.pk)
    with pytest.raises(JobQuotaReached):
        jobs.submit(by=by, job_id=sixth.pk)
    Company.objects.filter(pk=company.pk).update(verified_at=timezone.now())
    assert jobs.publish(by=by, job_id=sixth.pk).lifecycle == "published"


def test_what_is_over_closed_or_a_draft_does_not_count_and_goes_on_within_the_limit() -> None:
    company = CompanyFactory()
    for standing in ("draft", "expired", "closed", "archived"):
        for _ in range(2):
            JobFactory(company=company, **{standing: True})
    live = [JobFactory(company=company) for _ in range(5)]
    by = recruiter_of(company)
    expired = Job.objects.filter(company=company, lifecycle="expired").earliest("pk")
    with pytest.raises(JobQuotaReached):
        jobs.reopen(by=by, job_id=expired.pk)
    jobs.pause(by=by, job_id=live[0].pk)
    assert jobs.resume(by=by, job_id=live[0].pk).lifecycle == "published", "the own place is kept"
    jobs.close(by=by, job_id=live[0].pk, reason="filled")
    assert jobs.reopen(by=by, job_id=expired.pk).lifecycle == "published"


def test_what_was_imported_does_not_count() -> None:
    company = CompanyFactory()
    for _ in range(12):
        SourcePostingFactory(job=JobFactory(company=company))
    by = recruiter_of(company)
    jobs.submit(by=by, job_id=JobFactory(company=company, draft=True).pk)
    create(company, by)


def test_an_unverified_company_makes_ten_a_day() -> None:
    company = CompanyFactory()
    by = recruiter_of(company)
    for number in range(10):
        create(company, by, f"Nurse {number}")
    with pytest.raises(JobQuotaReached):
        create(company, by)
    with pytest.raises(JobQuotaReached):
        job_editing.clone(by=by, job_id=Job.objects.filter(company=company).earliest("pk").pk, changes={})
    oldest = Job.objects.filter(company=company).earliest("pk")
    Job.objects.filter(pk=oldest.pk).update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    create(company, by)


def test_a_draft_that_was_thrown_away_does_not_count() -> None:
    company = CompanyFactory()
    by = recruiter_of(company)
    for number in range(10):
        create(company, by, f"Nurse {number}")
    with pytest.raises(JobQuotaReached):
        create(company, by)
    jobs.discard(by=by, job_id=Job.objects.filter(company=company).latest("pk").pk)
    create(company, by)


def test_nobody_makes_more_than_the_most_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_quota, "MOST_A_DAY", 3)
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    for number in range(3):
        create(company, by, f"Nurse {number}")
    with pytest.raises(JobQuotaReached):
        create(company, by)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_take_the_last_place_at_once_one_gets_it() -> None:
    company = CompanyFactory()
    for _ in range(4):
        JobFactory(company=company)
    drafts = [JobFactory(draft=True, company=company) for _ in range(4)]
    by = recruiter_of(company)
    outcomes = at_once(*[lambda job=job: jobs.submit(by=by, job_id=job.pk) for job in drafts])
    assert sorted(outcomes) == ["JOB_QUOTA_REACHED"] * 3 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_make_the_last_of_a_day_at_once_one_does() -> None:
    company = CompanyFactory()
    for _ in range(9):
        JobFactory(draft=True, company=company)
    by = recruiter_of(company)
    outcomes = at_once(*[lambda: create(company, by)] * 4)
    assert sorted(outcomes) == ["JOB_QUOTA_REACHED"] * 3 + ["done"]
