import pytest
from django.utils import timezone

from jobs.errors import JobAlreadyClosed, JobNotClosable
from jobs.models import CompanyStatus, Job
from jobs.selectors.job import live
from jobs.services import job as jobs
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def recruiter_of(company):
    return viewer_of(MembershipFactory(company=company).user)


def refuse(error, *, by, job, reason="filled"):
    """Closing is refused with exactly this error, and nothing changes."""
    before = Job.objects.filter(pk=job.pk).values().get()
    with pytest.raises(DomainError) as refusal:
        jobs.close(by=by, job_id=job.pk, reason=reason)
    assert type(refusal.value) is error
    assert Job.objects.filter(pk=job.pk).values().get() == before
    return refusal.value


@pytest.mark.parametrize("standing", [{}, {"paused": True}, {"expired": True}, {"scheduled": True}])
def test_closing_ends_a_job(standing):
    job = JobFactory(**standing)
    before = timezone.now()
    closed = jobs.close(by=recruiter_of(job.company), job_id=job.pk, reason="withdrawn")
    assert not Job.objects.filter(live(), pk=job.pk).exists()
    closed.refresh_from_db()
    assert (closed.lifecycle, closed.close_reason, closed.version) == ("closed", "withdrawn", 2)
    assert before <= closed.closed_at <= timezone.now()


@pytest.mark.parametrize("standing", ["draft", "in_review", "approved"])
def test_job_that_was_never_on_its_way_refuses(standing):
    job = JobFactory(**{standing: True})
    refuse(JobNotClosable, by=recruiter_of(job.company), job=job)


@pytest.mark.parametrize("standing", ["closed", "archived"])
def test_closed_job_refuses(standing):
    job = JobFactory(**{standing: True})
    refuse(JobAlreadyClosed, by=recruiter_of(job.company), job=job, reason="cancelled")


@pytest.mark.parametrize("reason", ["", "bored", "FILLED", "\0"])
def test_unknown_reason_refuses(reason):
    job = JobFactory()
    assert refuse(Invalid, by=recruiter_of(job.company), job=job, reason=reason).field == "reason"


def test_moderation_is_the_platforms_reason():
    job = JobFactory()
    refuse(Forbidden, by=recruiter_of(job.company), job=job, reason="moderation")
    jobs.close(by=viewer_of(UserFactory(platform_admin=True)), job_id=job.pk, reason="moderation")


def test_suspended_company_may_close():
    job = JobFactory(company=CompanyFactory(status=CompanyStatus.SUSPENDED))
    jobs.close(by=recruiter_of(job.company), job_id=job.pk, reason="withdrawn")


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
def test_those_who_run_jobs_close(role):
    job = JobFactory()
    jobs.close(by=viewer_of(MembershipFactory(company=job.company, role=role).user), job_id=job.pk, reason="filled")


@pytest.mark.parametrize("role", ["interviewer", "hiring_manager"])
def test_other_members_may_not(role):
    job = JobFactory()
    refuse(Forbidden, by=viewer_of(MembershipFactory(company=job.company, role=role).user), job=job)


def test_outsiders_may_not():
    job, paused = JobFactory(), JobFactory(paused=True)
    for outsider in (ANONYMOUS, viewer_of(UserFactory()), viewer_of(MembershipFactory(role="owner").user)):
        refuse(Forbidden, by=outsider, job=job)
        refuse(NotFound, by=outsider, job=paused)
    refuse(Forbidden, by=viewer_of(UserFactory(moderator=True)), job=paused)


@pytest.mark.django_db(transaction=True)
def test_of_two_reasons_at_once_one_stands():
    job = JobFactory()
    by = recruiter_of(job.company)
    outcomes = at_once(
        lambda: jobs.close(by=by, job_id=job.pk, reason="filled"),
        lambda: jobs.close(by=by, job_id=job.pk, reason="cancelled"),
    )
    assert sorted(outcomes) == ["JOB_ALREADY_CLOSED", "done"]
    job.refresh_from_db()
    assert job.close_reason == ["filled", "cancelled"][outcomes.index("done")]
    assert job.version == 2
