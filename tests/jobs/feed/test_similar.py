"""What people looked at who looked at a job."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from jobs.feed import cells
from jobs.feed.similar import LEAST_EVENTS, MOST, also_viewed
from jobs.models import CompanyStatus, FeedSettings, Job
from jobs.services import heat
from kernel.viewer import ANONYMOUS
from tests.factories import JobFactory
from tests.jobs.feed.liking import jobs_of, kind, like, people
from tests.search_board import index_all

pytestmark = pytest.mark.django_db


def viewed_too(job: Job, size: int = 10) -> list[UUID]:
    found = also_viewed(ANONYMOUS, [job.pk], size=size)
    assert found.keys() == {job.pk}
    return keys(*found[job.pk])


def keys(*jobs: Job) -> list[UUID]:
    return [job.pk for job in jobs]


def some_jobs(count: int) -> list[Job]:
    return jobs_of(*kind(), count=count)


class TestOpenedByTheSame:
    def test_the_more_people_the_sooner(self) -> None:
        job, *others = some_jobs(4)
        users = people(LEAST_EVENTS)
        like([job], users)
        for share, other in zip((6, 20, 12), others, strict=True):
            like([other], users[:share])
        assert viewed_too(job) == keys(others[1], others[2], others[0])
        assert viewed_too(job, size=2) == keys(others[1], others[2])

    def test_what_everybody_opens_says_little(self) -> None:
        job, special, popular = some_jobs(3)
        users = people(LEAST_EVENTS)
        like([job, popular], users)
        like([special], users[:12])
        like([popular], 200)
        heat.rebuild(timezone.now())
        assert viewed_too(job) == keys(special, popular)

    def test_four_people_are_nobody_and_five_are_somebody(self) -> None:
        job, four, five = some_jobs(3)
        users = people(LEAST_EVENTS)
        like([job], users)
        like([four], users[:4])
        like([five], users[:5])
        assert viewed_too(job) == keys(five)

    def test_one_person_who_opens_it_often_is_one(self) -> None:
        job, other = some_jobs(2)
        users = people(LEAST_EVENTS)
        like([job], users)
        for minutes in range(10):
            like([other], users[:4], at=timezone.now() - timedelta(minutes=minutes))
        assert viewed_too(job) == []

    def test_who_opens_it_a_hundred_times_more_hides_nobody_else(self) -> None:
        job, other = some_jobs(2)
        users = people(LEAST_EVENTS)
        like([job], users)
        like([other], users[:5])
        like([job] * 120, people(1), at=timezone.now() - timedelta(minutes=1))
        assert viewed_too(job) == keys(other)

    def test_a_job_that_was_opened_nineteen_times_says_nothing_by_itself(self) -> None:
        job, other = some_jobs(2)
        users = people(LEAST_EVENTS)
        like([job, other], users[:-1])
        assert viewed_too(job) == []
        like([job], users[-1:])
        assert viewed_too(job) == keys(other)

    def test_who_does_not_want_to_be_profiled_is_not_counted(self) -> None:
        job, other = some_jobs(2)
        users = people(LEAST_EVENTS + 1)
        like([job], users)
        like([other], users[:5])
        assert viewed_too(job) == keys(other)
        FeedSettings.objects.create(user=users[0], is_profiled=False)
        assert viewed_too(job) == []

    def test_only_what_is_live_and_public_is_shown(self) -> None:
        job, live, paused, frozen, suspended, over = some_jobs(6)
        like([job, live, paused, frozen, suspended, over], LEAST_EVENTS)
        Job.objects.filter(pk=paused.pk).update(lifecycle="paused")
        Job.objects.filter(pk=frozen.pk).update(moderation="frozen")
        Job.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        suspended.company.status = CompanyStatus.SUSPENDED
        suspended.company.save()
        index_all()
        assert viewed_too(job) == keys(live)
        for gone in (paused, frozen, suspended, over):
            assert viewed_too(gone) == []

    def test_what_says_the_same_is_shown_once_and_never_beside_itself(self) -> None:
        job, other = some_jobs(2)
        again = [JobFactory(title=row.title, company=row.company) for row in (job, other)]
        index_all()
        like([job, other, *again], LEAST_EVENTS)
        (found,) = viewed_too(job)
        assert found in keys(other, again[1])


class TestOfNearKinds:
    def test_what_is_of_a_kind_that_the_same_people_like(self) -> None:
        (one, skills), (other, near), (third, far) = kind(), kind(), kind()
        liked, wanted, unknown = jobs_of(one, skills), jobs_of(other, near, count=2), jobs_of(third, far)
        like(liked + wanted[:1], 10)
        cells.rebuild(timezone.now())
        (job,) = jobs_of(one, skills)
        assert set(viewed_too(job)) == set(keys(*wanted))
        assert viewed_too(job, size=1)[0] in keys(*wanted)
        assert viewed_too(unknown[0]) == []

    def test_what_has_the_skill_comes_before_what_has_only_the_occupation(self) -> None:
        (one, skills), (other, near) = kind(), kind(2)
        like(jobs_of(one, skills) + jobs_of(other, near[:1]), 10)
        cells.rebuild(timezone.now())
        (job,) = jobs_of(one, skills)
        (alike,) = jobs_of(other, near[:1])
        (merely,) = jobs_of(other, near[1:])
        found = viewed_too(job)
        assert found.index(alike.pk) < found.index(merely.pk)


def test_of_several_jobs_each_has_its_own() -> None:
    users = people(LEAST_EVENTS)
    job, other, alone = some_jobs(3)
    like([job, other], users)
    missing = uuid4()
    found = also_viewed(ANONYMOUS, [job.pk, other.pk, alone.pk, missing], size=5)
    assert {key: keys(*rows) for key, rows in found.items()} == {
        job.pk: [other.pk],
        other.pk: [job.pk],
        alone.pk: [],
        missing: [],
    }
    assert also_viewed(ANONYMOUS, [], size=5) == {}
    assert also_viewed(ANONYMOUS, [job.pk], size=0) == {job.pk: []}


def test_a_page_takes_three_statements_whatever_it_holds(django_assert_num_queries: object) -> None:
    jobs = some_jobs(12)
    like(jobs[:6], LEAST_EVENTS)
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = also_viewed(ANONYMOUS, [job.pk for job in jobs], size=MOST + 1)
    assert [len(rows) for rows in found.values()] == [5] * 6 + [0] * 6
