"""What a posting says: made, changed and made from another."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.errors import CompanyInactive, JobAlreadyClosed, JobChangedMeanwhile, JobFrozen, JobIncomplete, JobIsTemplate
from jobs.models import Company, FormVersion, Job, JobRevision, JobSearch
from jobs.services import job as jobs
from jobs.services import job_editing, job_fields
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CountryFactory,
    CurrencyFactory,
    HiringTeamFactory,
    JobFactory,
    MembershipFactory,
    OccupationFactory,
    PlaceFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)
from tests.jobs.services.races import at_once, just_before
from tests.search_board import live_job

pytestmark = pytest.mark.django_db


def recruiter_of(company: Company) -> Viewer:
    return viewer_of(MembershipFactory(company=company).user)


@pytest.fixture
def company() -> Company:
    made: Company = CompanyFactory(verified_at=timezone.now())
    return made


def create(company: Company, by: Viewer | None = None, **fields: Any) -> Job:
    return job_editing.create(by=by or recruiter_of(company), company_id=company.pk, fields={"title": "Nurse"} | fields)


def update(job: Job, by: Viewer | None = None, version: int | None = None, **changes: Any) -> Job:
    return job_editing.update(
        by=by or recruiter_of(job.company), job_id=job.pk, version=version or job.version, changes=changes
    )


def refused(error: type[DomainError], act: Any, *given: Any, **fields: Any) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        act(*given, **fields)
    assert type(refusal.value) is error, refusal.value
    return refusal.value


def everything() -> dict[str, Any]:
    """A posting that says all that one can say."""
    CurrencyFactory()
    CountryFactory()
    return {
        "title": "  Head   nurse ",
        "language": "PT-br",
        "description": {"text": "<p>We <b>care</b>.<script>x</script></p>", "format": "html"},
        "category": CategoryFactory().pk,
        "occupation": OccupationFactory().pk,
        "employment_types": ["part_time", "full_time", "part_time"],
        "workplace": "hybrid",
        "places": [{"place": PlaceFactory().pk}, {"text": "or near it"}],
        "remote_rules": [
            {"country": "DE", "is_allowed": True},
            {"country": "DE", "region_code": "02", "is_allowed": False},
        ],
        "remote_hours": {"from_minutes": 0, "to_minutes": 120},
        "pay": [
            {"currency": "EUR", "min": Decimal("50000.50"), "max": Decimal(60000)},
            {"kind": "bonus", "currency": "EUR", "period": "once", "max": Decimal(1000)},
        ],
        "skills": [{"skill": SkillFactory().pk}, {"skill": SkillFactory().pk, "necessity": "nice", "level": 4}],
        "seniority": "lead",
        "education": "bachelor",
        "benefits": ["meals", "bonus"],
        "visa": "offered",
        "apply": {"kind": "url", "url": "https://jobs.example.org/1?a=b"},
        "external_reference": "N-1",
        "visibility": "unlisted",
        "is_template": False,
        "expires_at": timezone.now() + timedelta(days=9),
    }


def test_a_draft_says_all_that_was_written(company: Company) -> None:
    written = everything()
    by = recruiter_of(company)
    job = Job.objects.get(pk=create(company, by, **written).pk)
    assert (job.lifecycle, job.title, job.language, job.version) == ("draft", "Head nurse", "pt-BR", 1)
    assert "<script>" not in job.description_html
    assert job.description_text == "We care."
    assert (job.category_id, job.occupation_id) == (written["category"], written["occupation"])
    assert job.employment_types == ["full_time", "part_time"]
    assert (job.remote_utc_from, job.remote_utc_to, job.apply_url) == (0, 120, "https://jobs.example.org/1?a=b")
    assert (job.visibility, job.external_reference, job.visa) == ("unlisted", "N-1", "offered")
    town, words = job.locations.order_by("position")
    assert (town.place_id, town.country_id, town.is_primary) == (written["places"][0]["place"], "DE", True)
    assert (words.text, words.is_primary) == ("or near it", False)
    assert set(job.compensations.values_list("kind", "period", "min_minor", "max_minor")) == {
        ("base", "year", 5000050, 6000000),
        ("bonus", "once", None, 100000),
    }
    assert set(job.job_skills.values_list("necessity", "level")) == {("required", None), ("nice", 4)}
    assert job.remote_eligibility.filter(is_allowed=False, region_code="02").exists()
    revision = JobRevision.objects.get(job=job)
    assert (revision.number, revision.actor_id, job.current_revision) == (1, by.user_id, 1)
    assert OutboxEvent.objects.get(aggregate=f"job:{job.pk}").kind == "JobCreated"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"title": " "}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"title": "Nurse \u202etxt.exe"}, "title"),
        ({"language": "english"}, "language"),
        ({"description": {"text": "x" * 100_001}}, "description.text"),
        ({"description": {"text": "a\0"}}, "description.text"),
        ({"category": 1_999_999}, "category"),
        ({"occupation": 1_999_999}, "occupation"),
        ({"employment_types": ["sometimes"]}, "employment_types.0"),
        ({"workplace": "moon"}, "workplace"),
        ({"places": [{}]}, "places.0.text"),
        ({"places": [{"text": "Here"}, {"place": 1_999_999}]}, "places.1.place"),
        ({"places": [{"text": "Here"}, {"text": "Here"}]}, "places.1"),
        ({"places": [{"text": str(n)} for n in range(51)]}, "places"),
        ({"remote_rules": [{"country": "XX"}]}, "remote_rules.0.country"),
        ({"remote_hours": {"from_minutes": -721, "to_minutes": 0}}, "remote_hours.from_minutes"),
        ({"remote_hours": {"from_minutes": 60, "to_minutes": 0}}, "remote_hours.from_minutes"),
        ({"pay": [{"currency": "QQQ", "min": Decimal(1)}]}, "pay.0.currency"),
        ({"pay": [{"currency": "EUR"}]}, "pay.0.min"),
        ({"pay": [{"currency": "EUR", "min": Decimal(2), "max": Decimal(1)}]}, "pay.0.min"),
        ({"pay": [{"currency": "EUR", "max": Decimal(-1)}]}, "pay.0.max"),
        ({"pay": [{"currency": "EUR", "max": Decimal("1E+15")}]}, "pay.0.max"),
        ({"pay": [{"currency": "EUR", "max": Decimal("0.001")}]}, "pay.0.max"),
        ({"pay": [{"currency": "EUR", "max": Decimal(1)}] * 2}, "pay.1.kind"),
        ({"skills": [{"skill": 1_999_999}]}, "skills.0.skill"),
        ({"benefits": ["gold"]}, "benefits.0"),
        ({"apply": None}, "apply"),
        ({"apply": {"kind": "url"}}, "apply.url"),
        ({"apply": {"kind": "native", "url": "https://example.org"}}, "apply.url"),
        ({"apply": {"kind": "url", "url": "https://nowhere"}}, "apply.url"),
        ({"apply": {"kind": "url", "url": "https://bank.example@elsewhere.example/"}}, "apply.url"),
        ({"apply": {"kind": "email", "email": "nobody"}}, "apply.email"),
        ({"external_reference": "x" * 201}, "external_reference"),
        ({"visibility": "secret"}, "visibility"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expires_at"),
        ({"expires_at": timezone.now() + timedelta(days=4000)}, "expires_at"),
        ({"salary": 1}, "salary"),
    ],
)
def test_a_fault_names_its_field(fields: dict[str, Any], path: str, company: Company) -> None:
    CurrencyFactory()
    refusal = refused(Invalid, create, company, **fields)
    assert refusal.field == f"fields.{path}"
    assert not Job.objects.filter(company=company).exists()


def test_nobody_else_makes_jobs_for_a_company(company: Company) -> None:
    interviewer = viewer_of(MembershipFactory(company=company, role="interviewer").user)
    manager = viewer_of(MembershipFactory(company=company, role="hiring_manager").user)
    admin = viewer_of(UserFactory(platform_admin=True))
    for by in (ANONYMOUS, viewer_of(UserFactory()), interviewer, manager, admin, recruiter_of(CompanyFactory())):
        refused(Forbidden, create, company, by)
    key = Viewer(user_id=recruiter_of(company).user_id, scopes=frozenset({Scope.JOBS_READ}))
    refused(Forbidden, create, company, key)
    hidden = CompanyFactory(status="suspended")
    refused(NotFound, create, hidden, viewer_of(UserFactory()))
    refused(CompanyInactive, create, hidden, recruiter_of(hidden))
    with pytest.raises(NotFound):
        job_editing.create(by=recruiter_of(company), company_id=uuid7(), fields={"title": "Nurse"})


def test_a_reference_is_one_jobs_own(company: Company) -> None:
    create(company, external_reference="N-1")
    assert refused(Invalid, create, company, external_reference="N-1").field == "fields.external_reference"
    other = create(company, external_reference="N-1", language="de")
    assert refused(Invalid, update, other, language="en").field == "changes.external_reference"


@pytest.mark.django_db(transaction=True)
def test_of_two_with_one_reference_at_once_one_is_made() -> None:
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    outcomes = at_once(*[lambda: create(company, by, external_reference="N-1")] * 3)
    assert sorted(outcomes) == ["INVALID", "INVALID", "done"]


def test_a_change_makes_a_revision_that_says_what(company: Company) -> None:
    by = recruiter_of(company)
    job = create(company, by, **everything())
    changed = update(job, by, title="Nurse", pay=[{"currency": "EUR", "max": Decimal(7)}], education=None)
    assert (changed.version, changed.current_revision) == (2, 2)
    assert JobRevision.objects.get(job=job, number=2).changed == ["compensations", "education", "title"]
    stored = Job.objects.get(pk=job.pk)
    assert (stored.title, stored.education, stored.compensations.count()) == ("Nurse", "", 1)
    assert stored.job_skills.count() == 2, "what is left out stays"


def test_the_same_again_changes_nothing(company: Company) -> None:
    by, written = recruiter_of(company), everything()
    job = create(company, by, **written)
    rows = set(job.compensations.values_list("pk", flat=True))
    again = update(job, by, **written)
    assert (again.version, again.current_revision) == (1, 1)
    assert set(job.compensations.values_list("pk", flat=True)) == rows
    assert OutboxEvent.objects.filter(aggregate=f"job:{job.pk}").count() == 1


def test_what_readers_are_not_shown_makes_no_revision(company: Company) -> None:
    job = create(company)
    changed = update(job, visibility="unlisted", external_reference="N-2", is_template=True)
    assert (changed.version, changed.current_revision) == (2, 1)


def test_null_clears_and_what_is_guessed_is_said_from_now_on(company: Company) -> None:
    job = create(company, **everything())
    Job.objects.filter(pk=job.pk).update(guessed=["category", "seniority"])
    update(job, category=None, description=None, places=None, remote_hours=None)
    job = Job.objects.get(pk=job.pk)
    assert (job.category_id, job.description_text, job.remote_utc_from) == (None, "", None)
    assert not job.locations.exists()
    assert job.guessed == ["seniority"]


def test_nobody_writes_over_what_was_written_meanwhile(company: Company) -> None:
    job = create(company)
    update(job, title="Cook")
    assert refused(JobChangedMeanwhile, update, job, version=1, title="Baker").field == "version"
    assert Job.objects.get(pk=job.pk).title == "Cook"


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_from_one_version_one_is_made() -> None:
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    job = create(company, by)
    outcomes = at_once(*[lambda n=n: update(job, by, version=1, title=f"Nurse {n}") for n in range(6)])
    assert sorted(outcomes) == ["JOB_CHANGED_MEANWHILE"] * 5 + ["done"]
    assert Job.objects.get(pk=job.pk).title == f"Nurse {outcomes.index('done')}"


def test_what_is_live_stays_live_and_is_found_by_what_it_says_now(company: Company) -> None:
    job = live_job("Nurse", company=company)
    update(job, title="Nurse of the night shift", education="master")
    found = JobSearch.objects.get(pk=job.pk)
    assert (found.title_length, found.education) == (5, "master")


@pytest.mark.parametrize("changes", [{"description": None}, {"description": {"text": " "}}])
def test_only_a_draft_may_say_nothing(changes: dict[str, Any]) -> None:
    refusal = refused(JobIncomplete, update, JobFactory(), **changes)
    assert refusal.field == "changes.description"
    update(JobFactory(draft=True), **changes)


def test_what_has_ended_or_was_removed_is_not_changed() -> None:
    for standing in ("closed", "archived"):
        refused(JobAlreadyClosed, update, JobFactory(**{standing: True}), title="Cook")
    refused(JobFrozen, update, JobFactory(moderation="removed"), title="Cook")
    assert update(JobFactory(frozen=True), title="Cook").title == "Cook", "so that it can be mended"


@pytest.mark.parametrize("standing", ["approved", "scheduled"])
def test_what_an_unverified_company_changes_is_approved_again(standing: str) -> None:
    job = JobFactory(**{standing: True}, company=CompanyFactory())
    update(job, visibility="unlisted")
    job.refresh_from_db()
    assert job.lifecycle == standing, "nobody is shown anything else"
    update(job, title="Pyramid scheme")
    job.refresh_from_db()
    assert (job.lifecycle, job.scheduled_at) == ("draft", None)
    assert AuditEntry.objects.latest("pk").after["changed"] == ["lifecycle", "title"]


@pytest.mark.parametrize("fields", [{}, {"paused": True}, {"expired": True}])
def test_what_an_unverified_company_changes_in_public_moderators_look_at(fields: dict[str, Any]) -> None:
    job = JobFactory(**fields)
    update(job, visibility="unlisted")
    assert not job.moderation_cases.exists()
    update(Job.objects.get(pk=job.pk), title="Pyramid scheme")
    update(Job.objects.get(pk=job.pk), title="Pyramid game")
    job.refresh_from_db()
    assert (job.moderation, job.moderation_cases.count()) == ("flagged", 1)


def test_nobody_looks_at_what_a_verified_company_changes(company: Company) -> None:
    job = JobFactory(company=company)
    assert update(job, title="Cook").moderation == "clear"


def test_a_verified_company_changes_what_is_scheduled(company: Company) -> None:
    assert update(JobFactory(scheduled=True, company=company), title="Cook").lifecycle == "scheduled"


def test_the_end_moves_while_it_is_live() -> None:
    job, end = JobFactory(), timezone.now() + timedelta(days=90)
    assert update(job, expires_at=end).expires_at == end
    assert refused(Invalid, update, Job.objects.get(pk=job.pk), expires_at=None).field == "changes.expires_at"
    for standing in ({"expired": True}, {"expires_at": timezone.now() - timedelta(hours=1)}):
        assert refused(Invalid, update, JobFactory(**standing), expires_at=end).field == "changes.expires_at"
    scheduled = JobFactory(scheduled=True)
    soon = timezone.now() + timedelta(days=1)
    assert refused(Invalid, update, scheduled, expires_at=soon).field == "changes.expires_at"


def test_only_a_draft_becomes_a_template() -> None:
    assert refused(Invalid, update, JobFactory(), is_template=True).field == "changes.is_template"


def test_hiring_managers_write_their_teams_jobs_and_no_others(company: Company) -> None:
    job, other = JobFactory(draft=True, company=company), JobFactory(company=company)
    member = MembershipFactory(company=company, role="hiring_manager")
    HiringTeamFactory(job=job, user=member.user, role="hiring_manager")
    by = viewer_of(member.user)
    assert update(job, by, title="Cook").title == "Cook"
    refused(Forbidden, update, other, by, title="Cook")
    refused(Forbidden, update, other, viewer_of(UserFactory(platform_admin=True)), title="Cook")
    hidden = JobFactory(draft=True, company=company)
    assert refused(NotFound, update, hidden, by, title="Cook").field == "id"


def test_a_clone_says_the_same_and_is_a_draft_of_its_own(company: Company) -> None:
    by = recruiter_of(company)
    source = create(company, by, **everything())
    FormVersion.objects.create(job=source, number=1, questions=[{"id": "q1", "kind": "text", "label": "Why?"}])
    jobs.publish(by=by, job_id=source.pk)
    jobs.close(by=by, job_id=source.pk, reason="filled")
    made = Job.objects.get(pk=job_editing.clone(by=by, job_id=source.pk, changes={"title": "Night nurse"}).pk)
    assert (made.lifecycle, made.title, made.external_reference) == ("draft", "Night nurse", "")
    assert (made.published_at, made.first_published_at, made.expires_at, made.close_reason) == (None, None, None, "")
    assert made.public_id != source.public_id
    before, after = (JobRevision.objects.filter(job=job).latest("number").content for job in (source, made))
    assert {name for name in after if after[name] != before[name]} == {"title"}
    assert made.form_versions.get().questions[0]["label"] == "Why?"
    assert source.locations.count() == made.locations.count() == 2, "the source keeps its own"


def test_a_template_makes_jobs_and_is_none(company: Company) -> None:
    by = recruiter_of(company)
    template = create(company, by, is_template=True, description={"text": "Care."})
    refused(JobIsTemplate, jobs.publish, by=by, job_id=template.pk)
    made = job_editing.clone(by=by, job_id=template.pk, changes={})
    assert not Job.objects.get(pk=made.pk).is_template
    assert jobs.publish(by=by, job_id=made.pk).lifecycle == "published"


@pytest.mark.parametrize("moderation", ["frozen", "removed"])
def test_nobody_clones_what_a_moderator_holds(moderation: str, company: Company) -> None:
    job = JobFactory(company=company, moderation=moderation)
    refused(JobFrozen, job_editing.clone, by=recruiter_of(company), job_id=job.pk, changes={})


def test_nobody_clones_what_is_not_theirs(company: Company) -> None:
    live, draft = JobFactory(), JobFactory(draft=True)
    by = recruiter_of(company)
    refused(Forbidden, job_editing.clone, by=by, job_id=live.pk, changes={})
    refused(NotFound, job_editing.clone, by=by, job_id=draft.pk, changes={})


@pytest.mark.django_db(transaction=True)
def test_a_clone_is_of_one_version_whoever_writes_meanwhile() -> None:
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    source = create(company, by, places=[{"text": "Here"}])
    outcome = just_before(
        lambda: update(source, by, title="Cook", places=[{"text": "There"}]),
        lambda: job_editing.clone(by=by, job_id=source.pk, changes={}),
    )
    made = Job.objects.exclude(pk=source.pk).get()
    assert (outcome, made.title, made.locations.get().text) == ("done", "Cook", "There")


def test_what_many_postings_name_is_looked_up_at_once() -> None:
    many = [everything() | {"external_reference": str(n)} for n in range(5)]
    with CaptureQueriesContext(connection) as queries:
        known = job_fields.known(many)
        for written in many:
            job_fields.read(written, known, within="jobs")
    assert len(queries) <= 6  # one more for a currency that this process has not met
