"""A company publishes nothing that it has live already."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.errors import JobRepeatsAnother
from jobs.models import Company, DuplicateVerdict, Job
from jobs.services import duplicate
from jobs.services import job as jobs
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, PlaceFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
TEXT = "We care for people who are ill, by day and by night, and we look for somebody who does so with us. " * 3


def posting(company, **fields):
    return JobFactory(
        **{"company": company, "title": "Nurse", "description_source": TEXT, "description_format": "text"} | fields
    )


def recruiter_of(company):
    """Of a company that has proved who it is."""
    Company.objects.filter(pk=company.pk).update(verified_at=timezone.now())
    return viewer_of(MembershipFactory(company=company).user)


ACTS = {"paused": jobs.resume, "expired": jobs.reopen}


def publish(job):
    """By whatever act leads to the public from where it stands."""
    return ACTS.get(job.lifecycle, jobs.publish)(by=recruiter_of(job.company), job_id=job.pk)


def refuse(job, other):
    before = Job.objects.filter(pk=job.pk).values().get()
    with pytest.raises(JobRepeatsAnother) as refusal:
        publish(job)
    assert other.slug in str(refusal.value)
    assert Job.objects.filter(pk=job.pk).values().get() == before


@pytest.mark.parametrize("standing", ["draft", "approved", "paused", "expired"])
def test_what_is_live_already_refuses(standing):
    live = posting(CompanyFactory())
    refuse(posting(live.company, **{standing: True}), live)


def test_another_spelling_of_the_title_and_a_changed_word_refuse():
    live = posting(CompanyFactory())
    refuse(posting(live.company, draft=True, title=" NURSE! ", description_source=TEXT + " Welcome."), live)


def test_the_same_places_in_another_order_refuse():
    places = [PlaceFactory(), PlaceFactory()]
    live = posting(CompanyFactory(), places=places)
    refuse(posting(live.company, draft=True, places=places[::-1]), live)


@pytest.mark.parametrize(
    "difference",
    [{"title": "Head nurse"}, {"description_source": "Cook for us. " * 30}],
    ids=["title", "text"],
)
def test_another_title_or_text_goes_live(difference):
    live = posting(CompanyFactory())
    assert publish(posting(live.company, draft=True, **difference)).lifecycle == "published"


def test_another_town_goes_live():
    live = posting(CompanyFactory(), places=[PlaceFactory()])
    assert publish(posting(live.company, draft=True, places=[PlaceFactory()])).lifecycle == "published"


def test_another_company_goes_live():
    posting(CompanyFactory())
    assert publish(posting(CompanyFactory(), draft=True)).lifecycle == "published"


@pytest.mark.parametrize("standing", ["draft", "paused", "expired", "closed", "frozen"])
def test_what_is_not_live_is_repeated_freely(standing):
    other = posting(CompanyFactory(), **{standing: True})
    assert publish(posting(other.company, draft=True)).lifecycle == "published"


def test_a_verdict_lets_it_go_live():
    live = posting(CompanyFactory())
    draft = posting(live.company, draft=True)
    duplicate.dismiss(by=recruiter_of(live.company), job_id=draft.pk, duplicate_id=live.pk)
    assert publish(draft).lifecycle == "published"


def test_a_verdict_about_one_live_job_does_not_speak_of_another():
    company = CompanyFactory()
    first, second, draft = posting(company), posting(company), posting(company, draft=True)
    duplicate.dismiss(by=recruiter_of(company), job_id=draft.pk, duplicate_id=first.pk)
    refuse(draft, second)


def test_one_live_job_and_twenty_cost_the_same_statements():
    company = CompanyFactory()
    posting(company)
    draft = posting(company, draft=True, description_source="Cook for us. " * 30)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert duplicate.repeated_by(draft) is None
        return len(queries)

    alone = cost()
    for number in range(20):
        posting(company, description_source=TEXT + f" Number {number}.")
    assert cost() == alone <= 6


def test_only_the_newest_of_the_same_title_and_places_are_compared(monkeypatch):
    monkeypatch.setattr(duplicate, "MOST_TEXTS", 2)
    company, here, elsewhere = CompanyFactory(), [PlaceFactory()], [PlaceFactory()]
    repeated = posting(company, places=here)
    draft = posting(company, places=here, draft=True)
    posting(company, places=here, description_source="Cook for us. " * 30)
    for fields in ({"places": elsewhere}, {"title": "Cook", "places": here}):
        for _ in range(3):
            posting(company, **fields)  # in other towns, or of other titles, they take nobody's place
    assert duplicate.repeated_by(draft) == repeated
    told_apart = posting(company, places=here)
    DuplicateVerdict.objects.create(job_a=draft, job_b=told_apart)
    assert duplicate.repeated_by(draft) == repeated, "nor do those that were told apart"
    posting(company, places=here, description_source="Bake for us. " * 30)
    assert duplicate.repeated_by(draft) is None


def test_only_the_newest_titles_are_read(monkeypatch):
    monkeypatch.setattr(duplicate, "MOST_TITLES", 2)
    company = CompanyFactory()
    repeated, draft = posting(company), posting(company, draft=True)
    posting(company, title="Cook")
    assert duplicate.repeated_by(draft) == repeated
    posting(company, title="Baker")
    assert duplicate.repeated_by(draft) is None


@pytest.mark.django_db(transaction=True)
def test_of_equal_drafts_published_at_once_one_goes_live():
    company = CompanyFactory()
    drafts = [posting(company, draft=True) for _ in range(4)]
    by = recruiter_of(company)
    outcomes = at_once(*[lambda job=job: jobs.publish(by=by, job_id=job.pk) for job in drafts])
    assert sorted(outcomes) == ["JOB_REPEATS_ANOTHER"] * 3 + ["done"]
    assert Job.objects.filter(lifecycle="published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_equal_drafts_told_apart_go_live_at_once():
    company = CompanyFactory()
    one, other = [posting(company, draft=True) for _ in range(2)]
    by = recruiter_of(company)
    DuplicateVerdict.objects.create(job_a=one, job_b=other)
    assert at_once(*[lambda job=job: jobs.publish(by=by, job_id=job.pk) for job in (one, other)]) == ["done"] * 2
