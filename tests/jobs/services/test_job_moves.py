"""The life of a posting beside publishing and closing, which have tests of their own."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.errors import (
    CompanyInactive,
    JobAlreadyClosed,
    JobAlreadyPublished,
    JobChangedMeanwhile,
    JobIncomplete,
    JobIsTemplate,
    JobMoveRefused,
    JobNeedsReview,
    JobRepeatsAnother,
)
from jobs.machines.job import LIFECYCLE, JobAct
from jobs.models import Company, Job
from jobs.services import job as jobs
from jobs.services import job_editing
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, HiringTeamFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once, just_before

pytestmark = pytest.mark.django_db


def recruiter_of(company: Company) -> Viewer:
    return viewer_of(MembershipFactory(company=company).user)


def verified(**fields: Any) -> Company:
    company: Company = CompanyFactory(verified_at=timezone.now(), **fields)
    return company


def manager_of(job: Job) -> Viewer:
    member = MembershipFactory(company=job.company, role="hiring_manager")
    HiringTeamFactory(job=job, user=member.user, role="hiring_manager")
    return viewer_of(member.user)


def refuse(error: type[DomainError], act: Any, **arguments: Any) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        act(**arguments)
    assert type(refusal.value) is error
    return refusal.value


def kinds_of(job: Job) -> list[str]:
    return list(OutboxEvent.objects.filter(aggregate=f"job:{job.pk}").order_by("seq").values_list("kind", flat=True))


def test_a_posting_goes_its_whole_way_and_every_step_is_told_once() -> None:
    company = verified()
    by = recruiter_of(company)
    job = job_editing.create(by=by, company_id=company.pk, fields={"title": "Nurse", "description": {"text": "Care."}})
    key = {"by": by, "job_id": job.pk}
    assert jobs.submit(**key).lifecycle == "in_review"
    assert jobs.reject(**key, comment=" Say more. ").review_comment == "Say more."
    assert jobs.submit(**key).review_comment == ""
    assert jobs.approve(**key).lifecycle == "approved"
    assert jobs.schedule(**key, at=timezone.now() + timedelta(days=1)).lifecycle == "scheduled"
    assert jobs.publish(**key).scheduled_at is None
    assert jobs.pause(**key).lifecycle == "paused"
    assert jobs.resume(**key).lifecycle == "published"
    assert jobs.close(**key, reason="filled").lifecycle == "closed"
    assert jobs.archive(**key).lifecycle == "archived"
    assert kinds_of(job) == [
        "JobCreated",
        "JobSubmitted",
        "JobRejected",
        "JobSubmitted",
        "JobApproved",
        "JobScheduled",
        "JobPublished",
        "JobPaused",
        "JobResumed",
        "JobClosed",
        "JobArchived",
    ]
    acts = AuditEntry.objects.filter(target_id=str(job.pk)).order_by("pk").values_list("act", flat=True)
    assert list(acts)[-3:] == ["job.resume", "job.close", "job.archive"]
    assert len(acts) == 11


def test_a_hiring_manager_submits_and_does_not_publish() -> None:
    job = JobFactory(draft=True, company=verified())
    by = manager_of(job)
    refuse(Forbidden, jobs.publish, by=by, job_id=job.pk)
    assert jobs.submit(by=by, job_id=job.pk).lifecycle == "in_review"
    refuse(Forbidden, jobs.approve, by=by, job_id=job.pk)


def test_of_an_unverified_company_moderators_approve_and_nobody_of_its_own() -> None:
    job = JobFactory(in_review=True)
    refuse(Forbidden, jobs.approve, by=recruiter_of(job.company), job_id=job.pk)
    refuse(Forbidden, jobs.reject, by=recruiter_of(job.company), job_id=job.pk, comment="No.")
    assert jobs.approve(by=viewer_of(UserFactory(moderator=True)), job_id=job.pk).lifecycle == "approved"


def test_of_a_verified_company_moderators_approve_nothing() -> None:
    job = JobFactory(in_review=True, company=verified())
    refuse(Forbidden, jobs.approve, by=viewer_of(UserFactory(moderator=True)), job_id=job.pk)
    assert jobs.approve(by=recruiter_of(job.company), job_id=job.pk).lifecycle == "approved"


def test_nobody_approves_what_was_changed_since_it_was_read() -> None:
    job = JobFactory(in_review=True, version=3)
    moderator = viewer_of(UserFactory(moderator=True))
    assert refuse(JobChangedMeanwhile, jobs.approve, by=moderator, job_id=job.pk, version=2).field == "version"
    jobs.approve(by=moderator, job_id=job.pk, version=3)


@pytest.mark.parametrize("comment", ["", "  ", "x" * 1001, "a\0b"])
def test_sending_back_needs_a_reason_in_words(comment: str) -> None:
    job = JobFactory(in_review=True)
    moderator = viewer_of(UserFactory(moderator=True))
    assert refuse(Invalid, jobs.reject, by=moderator, job_id=job.pk, comment=comment).field == "comment"
    job.refresh_from_db()
    assert job.lifecycle == "in_review"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"title": " "}, JobIncomplete),
        ({"description_source": ""}, JobIncomplete),
        ({"is_template": True}, JobIsTemplate),
        ({"company__status": "suspended"}, CompanyInactive),
    ],
)
def test_what_cannot_be_shown_is_not_submitted_scheduled_or_published(
    fields: dict[str, Any], error: type[DomainError]
) -> None:
    job = JobFactory(draft=True, **{"company__verified_at": timezone.now()} | fields)
    by = recruiter_of(job.company)
    refuse(error, jobs.submit, by=by, job_id=job.pk)
    refuse(error, jobs.publish, by=by, job_id=job.pk)
    refuse(error, jobs.schedule, by=by, job_id=job.pk, at=timezone.now() + timedelta(days=1))


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_time_lies_ahead_and_within_a_year(days: int) -> None:
    job = JobFactory(draft=True, company=verified())
    at = timezone.now() + timedelta(days=days)
    assert refuse(Invalid, jobs.schedule, by=recruiter_of(job.company), job_id=job.pk, at=at).field == "at"
    naive = (timezone.now() + timedelta(days=1)).replace(tzinfo=None)
    assert refuse(Invalid, jobs.schedule, by=recruiter_of(job.company), job_id=job.pk, at=naive).field == "at"


def test_no_job_ends_before_it_begins() -> None:
    job = JobFactory(draft=True, company=verified())
    by, at = recruiter_of(job.company), timezone.now() + timedelta(days=10)
    early = {"by": by, "job_id": job.pk, "at": at, "expires_at": at - timedelta(days=1)}
    assert refuse(Invalid, jobs.schedule, **early).field == "expires_at"
    Job.objects.filter(pk=job.pk).update(expires_at=at - timedelta(days=1))
    assert refuse(Invalid, jobs.schedule, by=by, job_id=job.pk, at=at).field == "expires_at"
    end = at + timedelta(days=30)
    assert jobs.schedule(by=by, job_id=job.pk, at=at, expires_at=end).expires_at == end


def test_a_time_can_be_moved() -> None:
    job = JobFactory(scheduled=True)
    at = timezone.now() + timedelta(days=2)
    jobs.schedule(by=recruiter_of(job.company), job_id=job.pk, at=at)
    job.refresh_from_db()
    assert (job.lifecycle, job.scheduled_at) == ("scheduled", at)


def test_a_draft_of_an_unverified_company_is_not_scheduled_past_the_review() -> None:
    job = JobFactory(draft=True)
    at = timezone.now() + timedelta(days=1)
    refuse(JobNeedsReview, jobs.schedule, by=recruiter_of(job.company), job_id=job.pk, at=at)


def test_a_job_whose_time_is_over_is_neither_paused_nor_resumed() -> None:
    over = {"published_at": timezone.now() - timedelta(days=9), "expires_at": timezone.now() - timedelta(days=1)}
    for standing, act in (("published", jobs.pause), ("paused", jobs.resume)):
        job = JobFactory(lifecycle=standing, **over)
        assert "reopen" in str(refuse(JobMoveRefused, act, by=recruiter_of(job.company), job_id=job.pk))


def test_what_is_not_over_is_not_reopened() -> None:
    live, paused = JobFactory(), JobFactory(paused=True)
    refuse(JobAlreadyPublished, jobs.reopen, by=recruiter_of(live.company), job_id=live.pk)
    assert "resume" in str(refuse(JobMoveRefused, jobs.reopen, by=recruiter_of(paused.company), job_id=paused.pk))


@pytest.mark.parametrize("standing", ["paused", "expired"])
def test_what_is_live_already_does_not_go_live_again(standing: str) -> None:
    live = JobFactory(title="Nurse", description_source="Care for people. " * 30)
    other = JobFactory(
        company=live.company, title="Nurse", description_source="Care for people. " * 30, **{standing: True}
    )
    act = jobs.resume if standing == "paused" else jobs.reopen
    assert live.slug in str(refuse(JobRepeatsAnother, act, by=recruiter_of(live.company), job_id=other.pk))


@pytest.mark.parametrize("act", [jobs.resume, jobs.reopen, jobs.publish])
def test_what_has_ended_stays_ended(act: Any) -> None:
    job = JobFactory(closed=True)
    refuse(JobAlreadyClosed, act, by=recruiter_of(job.company), job_id=job.pk)


def test_a_draft_is_thrown_away_with_all_that_hangs_on_it() -> None:
    job = JobFactory(draft=True)
    by = recruiter_of(job.company)
    jobs.discard(by=by, job_id=job.pk)
    assert not Job.objects.filter(pk=job.pk).exists()
    assert kinds_of(job) == ["JobDiscarded"]
    refuse(NotFound, jobs.discard, by=by, job_id=job.pk)


@pytest.mark.parametrize("standing", ["in_review", "approved", "scheduled", "paused", "expired", "closed"])
def test_only_drafts_are_thrown_away(standing: str) -> None:
    job = JobFactory(**{standing: True})
    refuse(JobMoveRefused, jobs.discard, by=recruiter_of(job.company), job_id=job.pk)
    assert Job.objects.filter(pk=job.pk).exists()


def test_only_closed_jobs_are_put_away() -> None:
    job = JobFactory()
    refuse(JobMoveRefused, jobs.archive, by=recruiter_of(job.company), job_id=job.pk)


def test_every_act_of_the_table_that_somebody_may_do_has_a_service() -> None:
    offered = {JobAct(move.act) for move in LIFECYCLE.moves if move.may is not None}
    assert {act for act in offered if not hasattr(jobs, act.value)} == set()


ARGUMENTS: dict[str, dict[str, Any]] = {
    "reject": {"comment": "No."},
    "close": {"reason": "filled"},
    "schedule": {"at": timezone.now() + timedelta(days=30)},
}


@pytest.mark.parametrize("act", [act.value for act in JobAct if hasattr(jobs, act.value)])
@pytest.mark.parametrize("standing", ["seeker", "interviewer", "outside_owner", "key"])
def test_outsiders_may_do_nothing_to_it(act: str, standing: str) -> None:
    job = JobFactory(company=verified())
    by = {
        "seeker": lambda: viewer_of(UserFactory()),
        "interviewer": lambda: viewer_of(MembershipFactory(company=job.company, role="interviewer").user),
        "outside_owner": lambda: viewer_of(MembershipFactory(role="owner").user),
        "key": lambda: Viewer(user_id=recruiter_of(job.company).user_id, scopes=frozenset()),
    }[standing]()
    refuse(Forbidden, getattr(jobs, act), by=by, job_id=job.pk, **ARGUMENTS.get(act, {}))
    Job.objects.filter(pk=job.pk).update(lifecycle="paused")
    refuse(NotFound, getattr(jobs, act), by=by, job_id=job.pk, **ARGUMENTS.get(act, {}))


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_rejection_at_once_one_stands() -> None:
    job = JobFactory(in_review=True, company=verified())
    by = recruiter_of(job.company)
    outcomes = at_once(
        lambda: jobs.approve(by=by, job_id=job.pk), lambda: jobs.reject(by=by, job_id=job.pk, comment="No.")
    )
    assert sorted(outcomes) == ["JOB_MOVE_REFUSED", "done"]
    job.refresh_from_db()
    assert job.lifecycle == ("approved" if outcomes[0] == "done" else "draft")


@pytest.mark.django_db(transaction=True)
def test_what_is_discarded_while_it_is_submitted_is_gone() -> None:
    job = JobFactory(draft=True)
    by = recruiter_of(job.company)
    refused = just_before(lambda: jobs.discard(by=by, job_id=job.pk), lambda: jobs.submit(by=by, job_id=job.pk))
    assert refused == "NOT_FOUND"
