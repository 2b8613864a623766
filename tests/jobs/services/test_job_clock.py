"""What time does to postings, once and in time, whoever else is at it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Company, Job
from jobs.models.job import live
from jobs.services import job as jobs
from jobs.services import job_clock
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, SourcePostingFactory, viewer_of
from tests.jobs.services.races import at_once, just_before
from tests.search_board import indexed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def recruiter_of(company: Company) -> Viewer:
    return viewer_of(MembershipFactory(company=company).user)


def told(job: Job) -> list[str]:
    events = OutboxEvent.objects.filter(aggregate=f"job:{job.pk}").order_by("seq")
    return list(events.values_list("kind", flat=True))


def due(at: datetime = NOW, **fields: Any) -> Job:
    job: Job = JobFactory(scheduled=True, scheduled_at=at - HOUR, **fields)
    return job


def over(at: datetime = NOW, **fields: Any) -> Job:
    fields = {"published_at": at - 40 * DAY, "expires_at": at - HOUR} | fields
    job: Job = JobFactory(**fields)
    return job


@pytest.fixture
def at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_what_is_due_goes_live_and_nothing_else(at_noon: None) -> None:
    job, later, draft = due(), JobFactory(scheduled=True, scheduled_at=NOW + HOUR), JobFactory(draft=True)
    assert job_clock.publish_due(NOW) == 1
    job.refresh_from_db()
    assert Job.objects.filter(live(NOW), pk=job.pk).exists()
    assert (job.published_at, job.first_published_at, job.scheduled_at, job.version) == (NOW, NOW, None, 2)
    assert told(job) == ["JobPublished"]
    assert Job.objects.get(pk=later.pk).lifecycle == "scheduled"
    assert Job.objects.get(pk=draft.pk).lifecycle == "draft"
    assert job_clock.publish_due(NOW) == 0
    assert told(job) == ["JobPublished"]


def test_what_went_live_is_found_at_once() -> None:
    now = timezone.now()
    job = due(now)
    job_clock.publish_due(now)
    assert job.pk in indexed()


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"moderation": "frozen"}, "JOB_FROZEN", "moderator"),
        ({"company__status": "suspended"}, "COMPANY_INACTIVE", "suspended"),
        ({"description_source": " "}, "JOB_INCOMPLETE", "description"),
        ({"expires_at": NOW}, "JOB_MOVE_REFUSED", "end"),
    ],
)
def test_what_cannot_go_live_is_handed_back_and_says_why(
    fields: dict[str, Any], code: str, words: str, at_noon: None
) -> None:
    job, other = due(**fields), due(at=NOW + timedelta(minutes=1))
    assert job_clock.publish_due(NOW) == 1, "it does not stand in the way of the others"
    job.refresh_from_db()
    assert (job.lifecycle, job.scheduled_at, job.published_at, job.version) == ("approved", None, None, 2)
    assert words in job.review_comment
    event = OutboxEvent.objects.get(aggregate=f"job:{job.pk}")
    assert (event.kind, event.payload["reason"]) == ("JobHeldBack", code)
    assert Job.objects.get(pk=other.pk).lifecycle == "published"


def test_of_two_that_say_the_same_the_second_is_handed_back(at_noon: None) -> None:
    company = CompanyFactory()
    text = "Care for people, by day and by night. " * 20
    first = due(company=company, title="Nurse", description_source=text)
    second = due(at=NOW + timedelta(minutes=1), company=company, title="Nurse", description_source=text)
    assert job_clock.publish_due(NOW) == 1
    second.refresh_from_db()
    assert second.lifecycle == "approved"
    assert first.slug in second.review_comment


def test_a_fault_in_one_does_not_stop_the_others(at_noon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = due(), due(at=NOW + timedelta(minutes=1))
    publish = jobs.publish_scheduled

    def fail(job: Job, at: datetime) -> Job:
        if job.pk == broken.pk:
            raise ZeroDivisionError
        return publish(job, at)

    monkeypatch.setattr(jobs, "publish_scheduled", fail)
    assert job_clock.publish_due(NOW) == 1
    assert Job.objects.get(pk=broken.pk).lifecycle == "scheduled"
    assert Job.objects.get(pk=sound.pk).lifecycle == "published"


def test_a_look_whose_time_is_up_ends_and_leaves_the_posting_for_the_next(
    at_noon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs_due = [due(), due(at=NOW + timedelta(minutes=1))]

    def take_too_long(job: Job, at: datetime) -> Job:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(jobs, "publish_scheduled", take_too_long)
    with pytest.raises(SoftTimeLimitExceeded):
        job_clock.publish_due(NOW)
    monkeypatch.undo()
    assert {Job.objects.get(pk=job.pk).lifecycle for job in jobs_due} == {"scheduled"}
    assert job_clock.publish_due(NOW) == 2


@pytest.mark.parametrize("standing", ["published", "paused"])
def test_what_is_over_expires_once(standing: str) -> None:
    job, goes_on = over(lifecycle=standing), JobFactory(lifecycle=standing, expires_at=timezone.now() + 30 * DAY)
    assert job_clock.expire_due(NOW) == 1
    job.refresh_from_db()
    assert (job.lifecycle, job.version) == ("expired", 2)
    assert told(job) == ["JobExpired"]
    assert job_clock.expire_due(NOW) == 0
    assert told(job) == ["JobExpired"]
    assert Job.objects.get(pk=goes_on.pk).lifecycle == standing


def test_a_job_is_over_at_its_very_end() -> None:
    job = over(expires_at=NOW)
    assert job_clock.expire_due(NOW - timedelta(microseconds=1)) == 0
    assert job_clock.expire_due(NOW) == 1
    assert Job.objects.get(pk=job.pk).lifecycle == "expired"


def test_many_expire_in_batches_that_cost_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_clock, "BATCH", 10)
    company = CompanyFactory()

    def cost(number: int) -> int:
        for _ in range(number):
            over(company=company)
        with CaptureQueriesContext(connection) as queries:
            assert job_clock.expire_due(NOW) == number
        return len(queries)

    few = cost(10)
    assert cost(40) <= 4 * few
    assert OutboxEvent.objects.filter(kind="JobExpired").count() == 50


def test_a_look_does_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_clock, "BATCH", 2)
    monkeypatch.setattr(job_clock, "MOST_EXPIRED", 4)
    for _ in range(6):
        over()
    assert job_clock.expire_due(NOW) == 4
    assert job_clock.expire_due(NOW) == 2


def test_an_end_is_announced_a_week_before_and_once(at_noon: None) -> None:
    company = CompanyFactory()
    job = JobFactory(company=company, published_at=NOW - 30 * DAY, expires_at=NOW + 7 * DAY)
    assert job_clock.remind(NOW - timedelta(seconds=1)) == 0
    assert job_clock.remind(NOW) == 1
    assert job_clock.remind(NOW + DAY) == 0
    assert told(job) == ["JobExpiresSoon"]
    Job.objects.filter(pk=job.pk).update(expires_at=NOW + 20 * DAY)
    assert job_clock.remind(NOW + DAY) == 0
    assert job_clock.remind(NOW + 13 * DAY) == 1, "another end"
    assert told(job) == ["JobExpiresSoon"] * 2


def test_no_end_is_announced_of_what_was_imported_is_not_live_or_was_short(at_noon: None) -> None:
    fields = {"published_at": NOW - 30 * DAY, "expires_at": NOW + 2 * DAY}
    SourcePostingFactory(job=JobFactory(**fields))
    JobFactory(frozen=True, **fields)
    JobFactory(paused=True, **fields)
    JobFactory(company__status="suspended", **fields)
    JobFactory(published_at=NOW - DAY, expires_at=NOW + 2 * DAY)
    assert job_clock.remind(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_two_clocks_do_each_thing_once() -> None:
    now = timezone.now()
    waiting = [due(now) for _ in range(6)]
    ended = [over(now) for _ in range(6)]
    ending = [JobFactory(published_at=now - 30 * DAY, expires_at=now + DAY) for _ in range(6)]

    def tick() -> None:
        job_clock.publish_due(now)
        job_clock.expire_due(now)
        job_clock.remind(now)

    assert at_once(tick, tick, tick) == ["done"] * 3
    tick()
    for job in waiting:
        assert told(job) == ["JobPublished"]
    for job in ended:
        assert told(job) == ["JobExpired"]
    for job in ending:
        assert told(job) == ["JobExpiresSoon"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lifecycle", ["scheduled", "published"])
def test_a_close_against_the_clock_ends_closed(lifecycle: str) -> None:
    now = timezone.now()
    job = due(now) if lifecycle == "scheduled" else over(now)
    by = recruiter_of(job.company)

    def tick() -> None:
        job_clock.publish_due(now)
        job_clock.expire_due(now)

    outcomes = at_once(tick, lambda: jobs.close(by=by, job_id=job.pk, reason="cancelled"))
    assert outcomes == ["done", "done"]
    job.refresh_from_db()
    assert (job.lifecycle, job.close_reason) == ("closed", "cancelled")
    assert told(job)[-1] == "JobClosed"
    assert len(told(job)) == job.version - 1


@pytest.mark.django_db(transaction=True)
def test_the_clock_passes_over_what_a_person_moves_at_this_moment() -> None:
    now = timezone.now()
    job = due(now)
    by = recruiter_of(job.company)
    with transaction.atomic():
        jobs.close(by=by, job_id=job.pk, reason="cancelled")
        assert at_once(lambda: job_clock.publish_due(now)) == ["done"]
    job.refresh_from_db()
    assert job.lifecycle == "closed"
    assert told(job) == ["JobClosed"]


@pytest.mark.django_db(transaction=True)
def test_a_close_that_waits_for_the_clock_closes_what_went_live() -> None:
    now = timezone.now()
    job = due(now)
    by = recruiter_of(job.company)
    outcome = just_before(
        lambda: job_clock.publish_due(now), lambda: jobs.close(by=by, job_id=job.pk, reason="cancelled")
    )
    assert outcome == "done"
    assert told(job) == ["JobPublished", "JobClosed"]
