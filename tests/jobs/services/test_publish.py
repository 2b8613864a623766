from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from django.utils import timezone as clock

from jobs.errors import (
    CompanyInactive,
    JobAlreadyClosed,
    JobAlreadyPublished,
    JobExpiredLongAgo,
    JobFrozen,
    JobIncomplete,
    JobMoveRefused,
    JobNeedsReview,
)
from jobs.models import Company, CompanyStatus, Job, JobRevision
from jobs.selectors.job import live
from jobs.services import job as jobs
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def recruiter_of(company):
    """Of a company that has proved who it is."""
    Company.objects.filter(pk=company.pk).update(verified_at=clock.now())
    return viewer_of(MembershipFactory(company=company).user)


def state(job):
    return Job.objects.filter(pk=job.pk).values().get(), list(JobRevision.objects.filter(job=job).values())


def refuse(error, *, by, job, act=jobs.publish, **arguments):
    """The act is refused with exactly this error, and nothing changes."""
    before = state(job)
    with pytest.raises(DomainError) as refusal:
        act(by=by, job_id=job.pk, **arguments)
    assert type(refusal.value) is error
    assert state(job) == before
    return refusal.value


ACTS = {
    "draft": jobs.publish,
    "approved": jobs.publish,
    "scheduled": jobs.publish,
    "paused": jobs.resume,
    "expired": jobs.reopen,
}


@pytest.mark.parametrize("standing", ACTS)
def test_publishing_resuming_and_reopening_make_live(standing):
    job = JobFactory(**{standing: True})
    published = ACTS[standing](by=recruiter_of(job.company), job_id=job.pk)
    assert Job.objects.filter(live(), pk=job.pk).exists()
    assert published.lifecycle == "published"
    assert (published.version, published.current_revision) == (2, 1)


@pytest.mark.parametrize(
    ("standing", "error"),
    [
        ("in_review", JobMoveRefused),
        ("paused", JobMoveRefused),
        ("expired", JobMoveRefused),
        ("closed", JobAlreadyClosed),
        ("archived", JobAlreadyClosed),
        ("frozen", JobAlreadyPublished),
    ],
)
def test_other_standings_refuse(standing, error):
    job = JobFactory(**{standing: True})
    refuse(error, by=recruiter_of(job.company), job=job)


@pytest.mark.parametrize(
    ("standing", "advice"), [("paused", "resume it"), ("expired", "reopen it"), ("in_review", "in review")]
)
def test_the_refusal_says_where_the_job_stands_and_what_to_do(standing, advice):
    job = JobFactory(**{standing: True})
    assert advice in str(refuse(JobMoveRefused, by=recruiter_of(job.company), job=job))


def test_a_draft_of_an_unverified_company_needs_a_review():
    job = JobFactory(draft=True)
    by = viewer_of(MembershipFactory(company=job.company).user)
    refuse(JobNeedsReview, by=by, job=job)
    Job.objects.filter(pk=job.pk).update(lifecycle="in_review")
    Job.objects.filter(pk=job.pk).update(lifecycle="approved")
    assert jobs.publish(by=by, job_id=job.pk).lifecycle == "published"


def test_published_job_refuses():
    job = JobFactory()
    refuse(JobAlreadyPublished, by=recruiter_of(job.company), job=job)


def test_published_job_whose_time_is_over_is_reopened():
    job = JobFactory(published_at=clock.now() - timedelta(days=9), expires_at=clock.now() - timedelta(days=1))
    refuse(JobMoveRefused, by=recruiter_of(job.company), job=job)
    jobs.reopen(by=recruiter_of(job.company), job_id=job.pk)
    assert Job.objects.filter(live(), pk=job.pk).exists()


@pytest.mark.parametrize("standing", ["expired", "published", "paused"])
def test_thirty_days_after_its_end_a_job_is_not_reopened(standing):
    with time_machine.travel(NOW, tick=False):
        job = JobFactory(lifecycle=standing, published_at=NOW - timedelta(days=90), expires_at=NOW - timedelta(days=30))
        by = recruiter_of(job.company)
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        refuse(JobExpiredLongAgo, by=by, job=job)
        refuse(JobExpiredLongAgo, by=by, job=job, act=jobs.reopen)
    with time_machine.travel(NOW, tick=False):
        jobs.reopen(by=by, job_id=job.pk)


def test_first_publication_is_written_once():
    with time_machine.travel(NOW, tick=False):
        job = JobFactory(draft=True)
        by = recruiter_of(job.company)
        job = jobs.publish(by=by, job_id=job.pk)
        assert job.first_published_at == job.published_at == NOW
    later = NOW + timedelta(days=70)
    with time_machine.travel(later, tick=False):
        job = jobs.reopen(by=by, job_id=job.pk)
    assert (job.first_published_at, job.published_at) == (NOW, later)


def test_lifetime_is_that_of_the_settings(settings):
    settings.JOB_LIFETIME_DAYS = 10
    with time_machine.travel(NOW, tick=False):
        job = JobFactory(draft=True)
        assert jobs.publish(by=recruiter_of(job.company), job_id=job.pk).expires_at == NOW + timedelta(days=10)


def test_an_end_that_lies_ahead_stands():
    end = clock.now() + timedelta(days=3)
    job = JobFactory(paused=True, expires_at=end)
    assert jobs.resume(by=recruiter_of(job.company), job_id=job.pk).expires_at == end


def test_resuming_makes_nothing_younger():
    job = JobFactory(paused=True)
    assert jobs.resume(by=recruiter_of(job.company), job_id=job.pk).published_at == job.published_at


def test_given_end_is_taken():
    end = clock.now() + timedelta(days=5)
    job = JobFactory(draft=True)
    jobs.publish(by=recruiter_of(job.company), job_id=job.pk, expires_at=end)
    job.refresh_from_db()
    assert job.expires_at == end


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(NOW, id="now"),
        pytest.param(NOW - timedelta(days=1), id="past"),
        pytest.param(NOW.replace(tzinfo=None) + timedelta(days=1), id="without a time zone"),
        pytest.param(NOW + timedelta(days=3651), id="ten years away"),
        pytest.param(datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), id="end of the calendar"),
        pytest.param(datetime.min.replace(tzinfo=timezone(timedelta(hours=12))), id="start of the calendar"),
    ],
)
def test_bad_end_refuses(end):
    with time_machine.travel(NOW, tick=False):
        job = JobFactory(draft=True)
        refusal = refuse(Invalid, by=recruiter_of(job.company), job=job, expires_at=end)
    assert refusal.field == "expires_at"


@pytest.mark.parametrize(
    ("change", "field"), [({"title": "  "}, "title"), ({"description_source": " \n"}, "description")]
)
def test_job_without_title_or_description_refuses(change, field):
    job = JobFactory(draft=True, **change)
    assert refuse(JobIncomplete, by=recruiter_of(job.company), job=job).field == field


@pytest.mark.parametrize("moderation", ["frozen", "removed"])
def test_job_that_a_moderator_holds_refuses(moderation):
    job = JobFactory(paused=True, moderation=moderation)
    refuse(JobFrozen, by=recruiter_of(job.company), job=job, act=jobs.resume)


@pytest.mark.parametrize("status", [CompanyStatus.SUSPENDED, CompanyStatus.CLOSED])
def test_inactive_company_refuses(status):
    job = JobFactory(draft=True, company=CompanyFactory(status=status))
    refuse(CompanyInactive, by=recruiter_of(job.company), job=job)


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
def test_those_who_run_jobs_publish(role):
    job = JobFactory(draft=True, company__verified_at=clock.now())
    jobs.publish(by=viewer_of(MembershipFactory(company=job.company, role=role).user), job_id=job.pk)


def test_platform_admin_publishes():
    job = JobFactory(draft=True, company__verified_at=clock.now())
    jobs.publish(by=viewer_of(UserFactory(platform_admin=True)), job_id=job.pk)


def nobody(job):
    return ANONYMOUS


def seeker(job):
    return viewer_of(UserFactory())


def support(job):
    return viewer_of(UserFactory(platform_role="support"))


def moderator(job):
    return viewer_of(UserFactory(moderator=True))


def interviewer(job):
    return viewer_of(MembershipFactory(company=job.company, role="interviewer").user)


def hiring_manager(job):
    return viewer_of(MembershipFactory(company=job.company, role="hiring_manager").user)


def owner_of_another_company(job):
    return viewer_of(MembershipFactory(role="owner").user)


OUTSIDERS = [nobody, seeker, support, interviewer, hiring_manager, owner_of_another_company]


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_who_may_not_see_it_finds_nothing(outsider):
    job = JobFactory(draft=True)
    assert refuse(NotFound, by=outsider(job), job=job).field == "job_id"


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_who_sees_a_live_job_may_not_publish_it(outsider):
    job = JobFactory()
    refuse(Forbidden, by=outsider(job), job=job)


def test_moderator_sees_but_may_not_publish():
    job = JobFactory(draft=True)
    refuse(Forbidden, by=moderator(job), job=job)


def test_unknown_job_is_not_found():
    with pytest.raises(NotFound):
        jobs.publish(by=viewer_of(UserFactory(platform_admin=True)), job_id=uuid7())


def test_revision_names_who_published():
    job = JobFactory(draft=True)
    by = recruiter_of(job.company)
    jobs.publish(by=by, job_id=job.pk)
    assert JobRevision.objects.get(job=job).actor_id == by.user_id


@pytest.mark.django_db(transaction=True)
def test_of_many_publishing_at_once_one_does():
    job = JobFactory(draft=True)
    by = recruiter_of(job.company)
    outcomes = at_once(*[lambda: jobs.publish(by=by, job_id=job.pk)] * 6)
    assert sorted(outcomes) == ["JOB_ALREADY_PUBLISHED"] * 5 + ["done"]
    job.refresh_from_db()
    assert (job.lifecycle, job.version, job.current_revision) == ("published", 2, 1)
    assert job.revisions.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("standing", ["scheduled", "paused", "expired"])
def test_publish_against_close_ends_closed(standing):
    job = JobFactory(**{standing: True})
    by = recruiter_of(job.company)
    published, closed = at_once(
        lambda: ACTS[standing](by=by, job_id=job.pk), lambda: jobs.close(by=by, job_id=job.pk, reason="filled")
    )
    assert closed == "done"
    assert published in ("done", "JOB_ALREADY_CLOSED")
    job.refresh_from_db()
    assert (job.lifecycle, job.close_reason) == ("closed", "filled")
    assert job.version == (3 if published == "done" else 2)
