import pytest

from jobs.errors import JobChangedMeanwhile
from jobs.models import Job
from jobs.services import job_editing as jobs
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.viewer import ANONYMOUS
from tests.factories import CategoryFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def platform_admin():
    return viewer_of(UserFactory(platform_admin=True))


def refuse(error, *, by, job, changes, version=1):
    """Amending is refused with exactly this error, and nothing changes."""
    before = Job.objects.filter(pk=job.pk).values().get()
    with pytest.raises(DomainError) as refusal:
        jobs.amend(by=by, job_id=job.pk, version=version, changes=changes)
    assert type(refusal.value) is error
    assert Job.objects.filter(pk=job.pk).values().get() == before
    return refusal.value


def test_amending_renders_and_records():
    by, job, category = platform_admin(), JobFactory(), CategoryFactory()
    jobs.amend(by=by, job_id=job.pk, version=1, changes={"description_source": "*New*", "category": category})
    job.refresh_from_db()
    assert (job.description_html, job.description_text) == ("<p><em>New</em></p>", "New")
    assert (job.category, job.version, job.current_revision) == (category, 2, 1)
    assert job.revisions.get().actor_id == by.user_id


def test_amending_what_readers_do_not_see_makes_no_second_revision():
    by, job = platform_admin(), JobFactory()
    jobs.amend(by=by, job_id=job.pk, version=1, changes={"title": "New"})
    jobs.amend(by=by, job_id=job.pk, version=2, changes={"visibility": "unlisted"})
    job.refresh_from_db()
    assert (job.visibility, job.version, job.current_revision) == ("unlisted", 3, 1)


@pytest.mark.parametrize("field", ["lifecycle", "company", "public_id", "description_html", "version", "objects"])
def test_what_others_write_is_refused(field):
    assert refuse(Invalid, by=platform_admin(), job=JobFactory(), changes={field: "x"}).field == field


def test_bad_description_is_refused():
    refusal = refuse(Invalid, by=platform_admin(), job=JobFactory(), changes={"description_source": "\0"})
    assert refusal.field == "description"


def test_stale_version_is_refused():
    refuse(JobChangedMeanwhile, by=platform_admin(), job=JobFactory(version=2), changes={"title": "x"})


def test_only_platform_admins_amend():
    job = JobFactory()
    refuse(Forbidden, by=viewer_of(MembershipFactory(company=job.company, role="owner").user), job=job, changes={})
    refuse(Forbidden, by=viewer_of(UserFactory(moderator=True)), job=job, changes={})
    refuse(Forbidden, by=ANONYMOUS, job=job, changes={})
    refuse(NotFound, by=ANONYMOUS, job=JobFactory(draft=True), changes={})


@pytest.mark.django_db(transaction=True)
def test_of_two_amending_at_once_one_is_told():
    by, job = platform_admin(), JobFactory()
    outcomes = at_once(
        lambda: jobs.amend(by=by, job_id=job.pk, version=1, changes={"title": "A"}),
        lambda: jobs.amend(by=by, job_id=job.pk, version=1, changes={"seniority": "lead"}),
    )
    assert sorted(outcomes) == ["JOB_CHANGED_MEANWHILE", "done"]
    job.refresh_from_db()
    assert (job.version, job.revisions.count()) == (2, 1)
