import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import DuplicateVerdict, Job
from jobs.selectors import duplicate as duplicates
from jobs.services import duplicate
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of

pytestmark = pytest.mark.django_db


def twins(count=3, **fields):
    company = CompanyFactory()
    return [
        JobFactory(**{"company": company, "title": "Nurse", "description_source": "We care."} | fields)
        for _ in range(count)
    ]


def seen(viewer, *jobs):
    found = duplicates.of_jobs(viewer, [job.pk for job in jobs])
    return [[twin.pk for twin in found.get(job.pk, [])] for job in jobs]


def test_each_has_all_the_others_the_oldest_first():
    one, two, three = twins()
    alone = JobFactory()
    duplicate.refresh()
    assert seen(ANONYMOUS, three, one, alone) == [[one.pk, two.pk], [two.pk, three.pk], []]


def test_a_job_that_was_not_looked_at_yet_has_none():
    assert seen(ANONYMOUS, *twins(2)) == [[], []]


@pytest.mark.parametrize("standing", ["draft", "paused", "expired", "closed", "frozen"])
def test_what_is_not_live_is_shown_to_those_who_run_it_only(standing):
    one, two = twins(2)
    hidden = JobFactory(company=one.company, title="Nurse", description_source="We care.", **{standing: True})
    duplicate.refresh()
    assert seen(ANONYMOUS, one) == [[two.pk]]
    assert seen(viewer_of(UserFactory()), one) == [[two.pk]]
    assert seen(viewer_of(MembershipFactory(company=one.company, role="interviewer").user), one) == [[two.pk]]
    assert seen(viewer_of(MembershipFactory(role="owner").user), one) == [[two.pk]]
    for role in ("recruiter", "admin", "owner"):
        assert seen(viewer_of(MembershipFactory(company=one.company, role=role).user), one) == [[two.pk, hidden.pk]]
    assert seen(viewer_of(UserFactory(moderator=True)), one) == [[two.pk, hidden.pk]]


def test_an_unlisted_job_is_not_given_away():
    one, unlisted = twins(2)
    Job.objects.filter(pk=unlisted.pk).update(visibility="unlisted")
    duplicate.refresh()
    assert seen(ANONYMOUS, one, unlisted) == [[], [one.pk]]
    assert seen(viewer_of(MembershipFactory(role="owner").user), one) == [[]]
    assert seen(viewer_of(MembershipFactory(company=one.company).user), one) == [[unlisted.pk]]
    assert seen(viewer_of(UserFactory(moderator=True)), one) == [[unlisted.pk]]


def test_there_are_at_most_fifty():
    jobs = twins(53)
    duplicate.refresh()
    assert seen(ANONYMOUS, jobs[0]) == [[job.pk for job in jobs[1:51]]]


def test_of_a_large_cluster_those_that_came_last_are_looked_at(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_CONSIDERED", 3)
    jobs = twins(5)
    duplicate.refresh()
    assert seen(ANONYMOUS, jobs[0], jobs[4]) == [[job.pk for job in jobs[2:]], [jobs[2].pk, jobs[3].pk]]


def test_told_apart_makes_room_for_those_that_follow():
    jobs = twins(53)
    duplicate.refresh()
    DuplicateVerdict.objects.create(job_a=jobs[0], job_b=jobs[10])
    assert seen(ANONYMOUS, jobs[0]) == [[job.pk for job in jobs[1:52] if job != jobs[10]]]
    assert seen(ANONYMOUS, jobs[10], jobs[11]) == [
        [job.pk for job in jobs[1:52] if job != jobs[10]],
        [job.pk for job in jobs[:51] if job != jobs[11]],
    ]


def test_five_statements_for_any_number_of_jobs():
    jobs = [job for _ in range(5) for job in twins()]
    for place in range(0, 15, 3):
        DuplicateVerdict.objects.create(job_a=jobs[place], job_b=jobs[place + 1])
    duplicate.refresh()
    for chosen in (jobs[:1], jobs):
        with CaptureQueriesContext(connection) as queries:
            duplicates.of_jobs(ANONYMOUS, [job.pk for job in chosen])
        assert len(queries) == 5


def test_unknown_jobs_have_none():
    assert duplicates.of_jobs(ANONYMOUS, [uuid7()]) == duplicates.of_jobs(ANONYMOUS, []) == {}


def test_survey_counts_clusters_and_the_jobs_in_them():
    assert duplicates.survey() == duplicates.Survey(0, 0, 0)
    twins(2), twins(3), twins(1)
    duplicate.refresh()
    assert duplicates.survey() == duplicates.Survey(clusters=2, jobs=5, largest=3)
