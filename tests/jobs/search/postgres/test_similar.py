"""Which jobs are like a job."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job, JobLifecycle
from jobs.search.postgres.similar import similar
from tests.factories import CategoryFactory, CompanyFactory, OccupationFactory, SkillFactory
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db


def _like(job: Job, size: int = 10) -> list[UUID]:
    return list(similar([job.pk], size, timezone.now()).get(job.pk, ()))


def test_the_same_title_then_some_of_it_and_never_itself() -> None:
    job, same, longer, other = live_jobs("Data Engineer", "Data Engineer", "Senior Data Engineer", "Pastry Chef")
    assert _like(job) == [same.pk, longer.pk]
    assert other.pk not in _like(job)


def test_skills_and_occupation() -> None:
    occupation, python, rust = OccupationFactory(), SkillFactory(), SkillFactory()
    job = live_job("Wizard of Data", occupation=occupation, skills=[python, rust])
    both = live_job("Backend Builder", occupation=occupation, skills=[python, rust])
    one = live_job("Platform Person", occupation=occupation, skills=[python])
    live_job("Gardener", skills=[SkillFactory()])
    assert _like(job) == [both.pk, one.pk]


def test_being_of_one_category_is_not_enough() -> None:
    category = CategoryFactory()
    job = live_job("Data Engineer", category=category)
    live_job("Office Manager", category=category)
    assert _like(job) == []


def test_other_companies_come_first() -> None:
    company = CompanyFactory()
    job = live_job("Data Engineer", company=company)
    own = live_job("Data Engineer II", company=company)
    elsewhere = live_job("Data Engineer II")
    assert _like(job) == [elsewhere.pk, own.pk]


def test_what_says_the_same_over_again_is_left_out_and_comes_once() -> None:
    company, other = CompanyFactory(), CompanyFactory()
    job = live_job("Data Engineer", company=company)
    live_job("Data Engineer", company=company)
    live_jobs("Data Engineer", "Data Engineer", "Data Engineer", company=other)
    assert len(_like(job)) == 1


def test_only_live_jobs() -> None:
    job = live_job("Data Engineer")
    live_job("Data Engineer", published_at=timezone.now() + timedelta(hours=1))
    gone = live_job("Data Engineer")
    Job.objects.filter(pk=gone.pk).update(
        lifecycle=JobLifecycle.CLOSED, close_reason="filled", closed_at=timezone.now()
    )
    assert _like(job) == []
    assert _like(gone) == []


def test_many_at_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    jobs = live_jobs("Data Engineer", "Data Engineer", "Nurse", "Nurse", "It's a \\ title: 'quoted'", "Surgeon")
    with django_assert_num_queries(1):
        found = similar([job.pk for job in jobs], 5, timezone.now())
    assert {key: list(like) for key, like in found.items()} == {
        jobs[0].pk: [jobs[1].pk],
        jobs[1].pk: [jobs[0].pk],
        jobs[2].pk: [jobs[3].pk],
        jobs[3].pk: [jobs[2].pk],
    }
    assert similar([], 5, timezone.now()) == {}


def test_no_more_than_asked_for() -> None:
    job, *_ = live_jobs(*["Data Engineer"] * 5)
    assert len(_like(job, 2)) == 2
    assert _like(job, 0) == []
