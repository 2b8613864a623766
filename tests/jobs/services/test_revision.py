import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job, JobRevision, Necessity
from jobs.services import revision
from kernel.viewer import ANONYMOUS
from tests.factories import (
    CompensationFactory,
    JobFactory,
    JobLocationFactory,
    JobSkillFactory,
    PlaceFactory,
    RemoteEligibilityFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db


def content_of(job):
    return revision.content_of(
        job,
        locations=job.locations.all(),
        remote_eligibility=job.remote_eligibility.all(),
        compensations=job.compensations.all(),
        job_skills=job.job_skills.all(),
    )


def test_content_says_what_readers_are_shown():
    place, skill = PlaceFactory(name="Ulm"), SkillFactory()
    job = JobFactory(
        title="Cook", employment_types=["part_time", "full_time"], places=[place], skills=[skill], pay=(1, 2)
    )
    content = content_of(job)
    assert content["title"] == "Cook"
    assert content["description_source"] == "We build **things**."
    assert content["employment_types"] == ["full_time", "part_time"]
    assert content["locations"] == [
        {"place": place.pk, "country": "DE", "text": "Ulm", "is_primary": True, "is_guessed": False}
    ]
    assert content["skills"] == [{"skill": skill.pk, "necessity": "required", "level": None, "is_guessed": False}]
    assert content["compensations"] == [
        {"kind": "base", "currency": "EUR", "period": "year", "min": 1, "max": 2, "text": "", "is_guessed": False}
    ]


def test_what_readers_are_not_shown_is_not_part_of_the_content():
    job = JobFactory()
    before = content_of(job)
    job.lifecycle, job.moderation, job.version, job.expires_at = "closed", "frozen", 7, None
    assert content_of(job) == before


def test_order_of_rows_does_not_matter():
    job = JobFactory(skills=[SkillFactory(), SkillFactory()], places=[PlaceFactory(), PlaceFactory()])
    for kind in ("bonus", "base"):
        CompensationFactory(job=job, kind=kind)
    RemoteEligibilityFactory(job=job, region_code="02")
    RemoteEligibilityFactory(job=job, region_code="01")
    rows = {
        "locations": list(job.locations.all()),
        "remote_eligibility": list(job.remote_eligibility.all()),
        "compensations": list(job.compensations.all()),
        "job_skills": list(job.job_skills.all()),
    }
    backwards = {name: list(reversed(each)) for name, each in rows.items()}
    assert revision.content_of(job, **rows) == revision.content_of(job, **backwards)


def test_content_survives_the_database_unchanged():
    job = JobFactory(
        places=[PlaceFactory()], skills=[SkillFactory()], pay=(1, 2), title="Küche \U0001f468\u200d\U0001f373"
    )
    RemoteEligibilityFactory(job=job)
    written = revision.record(job, ANONYMOUS)
    stored = JobRevision.objects.get(pk=written.pk).content
    assert stored == content_of(job)
    assert revision.content_hash(stored) == job.content_hash


def test_hash_is_that_of_the_content():
    assert revision.content_hash({"a": 1, "b": [2]}) == revision.content_hash({"b": [2], "a": 1})
    assert revision.content_hash({"a": 1}) != revision.content_hash({"a": 2})


def test_content_and_next_revision_make_no_query():
    jobs = [JobFactory(places=[PlaceFactory()], skills=[SkillFactory()], pay=(1, 2)) for _ in range(3)]
    rows = [(job, list(job.locations.all()), list(job.compensations.all()), list(job.job_skills.all())) for job in jobs]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for job, locations, compensations, job_skills in rows:
            content = revision.content_of(job, locations=locations, compensations=compensations, job_skills=job_skills)
            assert revision.revise(job, content, before=None, actor_id=None) is not None
    assert len(queries) == 0


def test_first_revision_has_number_one_and_names_every_field():
    user = UserFactory()
    job = JobFactory()
    written = revision.record(job, viewer_of(user))
    assert (written.number, written.actor_id, job.current_revision) == (1, user.pk, 1)
    assert written.changed == sorted(written.content)


def test_nothing_is_written_when_nothing_changed():
    job = JobFactory()
    revision.record(job, ANONYMOUS)
    assert revision.record(job, ANONYMOUS) is None
    assert (job.current_revision, job.revisions.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda job: setattr(job, "title", "Baker"), ["title"]),
        (
            lambda job: (setattr(job, "seniority", "lead"), setattr(job, "education", "master")),
            ["education", "seniority"],
        ),
        (lambda job: JobLocationFactory(job=job), ["locations"]),
        (lambda job: CompensationFactory(job=job), ["compensations"]),
        (lambda job: JobSkillFactory(job=job, necessity=Necessity.NICE), ["skills"]),
        (lambda job: RemoteEligibilityFactory(job=job), ["remote_eligibility"]),
    ],
)
def test_next_revision_names_the_changed_fields(change, changed):
    job = JobFactory()
    revision.record(job, ANONYMOUS)
    first_hash = job.content_hash
    change(job)
    written = revision.record(job, ANONYMOUS)
    assert (written.number, written.changed) == (2, changed)
    assert job.content_hash != first_hash


def test_a_field_that_is_new_counts_as_changed():
    assert revision.changed_fields({"a": 1}, {"a": 1, "b": None}) == ["b"]
    assert revision.changed_fields({"a": 1, "b": 2}, {"a": 1}) == ["b"]


def test_a_posting_that_says_nothing_of_benefits_keeps_its_hash():
    job = Job(title="Baker")
    assert not {"benefits", "visa"} & revision.content_of(job).keys()
    job.benefits, job.visa = ["meals", "bonus"], "offered"
    content = revision.content_of(job)
    assert (content["benefits"], content["visa"]) == (["bonus", "meals"], "offered")
