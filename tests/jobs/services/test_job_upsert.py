"""Postings by their company's own references, many at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.errors import CompanyInactive
from jobs.models import Company, Job, JobRevision, JobSearch
from jobs.services import job_editing, job_quota, job_upsert
from jobs.services.job_upsert import Outcome, Sent
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import (
    CategoryFactory,
    CompanyFactory,
    CountryFactory,
    CurrencyFactory,
    JobFactory,
    MembershipFactory,
    PlaceFactory,
    SkillFactory,
    UserFactory,
    viewer_of,
)
from tests.jobs.services.races import at_once, just_before
from tests.search_board import live_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    made: Company = CompanyFactory(verified_at=timezone.now())
    return made


@pytest.fixture
def recruiter(company: Company) -> Viewer:
    return recruiter_of(company)


def recruiter_of(company: Company) -> Viewer:
    return viewer_of(MembershipFactory(company=company).user)


def posting(reference: str = "N-1", **fields: Any) -> dict[str, Any]:
    return {"external_reference": reference, "title": "Nurse"} | fields


def upsert(company: Company, by: Viewer, *sent: dict[str, Any] | Sent, is_dry_run: bool = False) -> list[Outcome]:
    given = [one if isinstance(one, Sent) else Sent(one) for one in sent]
    return job_upsert.upsert(by=by, company_id=company.pk, sent=given, is_dry_run=is_dry_run)


def told(outcomes: list[Outcome]) -> list[str]:
    """What became of each: the effect, or the code of the refusal with the path."""
    return [
        f"{one.error.code} {one.error.field or ''}".strip() if one.error else str(one.effect and one.effect.value)
        for one in outcomes
    ]


def stored(company: Company, reference: str = "N-1", language: str = "en") -> Job:
    return Job.objects.get(company=company, external_reference=reference, language=language)


def rows_of(company: Company) -> tuple[Any, ...]:
    """All that a call could have written."""
    jobs = Job.objects.filter(company=company).order_by("pk")
    return (
        list(jobs.values_list("pk", "version", "updated_at")),
        JobRevision.objects.filter(job__company=company).count(),
        [list(job.locations.values_list("pk")) + list(job.compensations.values_list("pk")) for job in jobs],
        OutboxEvent.objects.count(),
        AuditEntry.objects.count(),
    )


def full(reference: str) -> dict[str, Any]:
    """A posting of which every list says something."""
    CurrencyFactory()
    CountryFactory()
    return posting(
        reference,
        description={"text": "We **care**."},
        category=CategoryFactory().pk,
        employment_types=["full_time"],
        places=[{"place": PlaceFactory().pk}, {"text": "or near it"}],
        remote_rules=[{"country": "DE"}],
        pay=[{"currency": "EUR", "min": Decimal(40000)}],
        skills=[{"skill": SkillFactory().pk}],
        expires_at=timezone.now() + timedelta(days=30),
    )


def test_what_is_new_is_a_draft_and_what_is_there_is_changed(company: Company, recruiter: Viewer) -> None:
    there = live_job("Cook", company=company, external_reference="C-1")
    same = job_editing.create(by=recruiter, company_id=company.pk, fields=full("S-1"))
    sent = [posting("C-1", title="Baker"), full("N-1"), {"external_reference": "S-1", "title": " Nurse "}]
    outcomes = upsert(company, recruiter, *sent)
    assert told(outcomes) == ["updated", "created", "unchanged"]
    made = stored(company)
    assert [one.job_id for one in outcomes] == [there.pk, made.pk, same.pk]
    assert (made.lifecycle, made.version, made.current_revision) == ("draft", 1, 1)
    assert [made.locations.count(), made.compensations.count(), made.job_skills.count()] == [2, 1, 1]
    there.refresh_from_db()
    assert (there.title, there.version, there.lifecycle, there.current_revision) == ("Baker", 2, "published", 2)
    assert there.description_text, "what is left out stays"
    assert JobRevision.objects.get(job=there, number=2).changed == ["title"]
    assert JobSearch.objects.get(pk=there.pk).title_length == 1
    kinds = OutboxEvent.objects.filter(aggregate__in=[f"job:{there.pk}", f"job:{made.pk}"]).values_list(
        "kind", flat=True
    )
    assert sorted(kinds) == ["JobCreated", "JobUpdated"]
    acts = AuditEntry.objects.filter(target_id__in=[str(there.pk), str(made.pk)]).values_list("act", "actor_id")
    assert sorted(acts) == [("job.create", recruiter.user_id), ("job.update", recruiter.user_id)]


def test_the_same_again_writes_nothing(company: Company, recruiter: Viewer) -> None:
    sent = [full(f"N-{number}") for number in range(3)]
    assert told(upsert(company, recruiter, *sent)) == ["created"] * 3
    before = rows_of(company)
    assert told(upsert(company, recruiter, *sent)) == ["unchanged"] * 3
    assert rows_of(company) == before
    changed = [sent[0], sent[1] | {"pay": None}, sent[2]]
    assert told(upsert(company, recruiter, *changed)) == ["unchanged", "updated", "unchanged"]
    assert not stored(company, "N-1").compensations.exists()
    assert stored(company, "N-2").compensations.exists()


def test_a_text_is_rendered_anew_only_where_it_is_another(company: Company, recruiter: Viewer) -> None:
    upsert(company, recruiter, posting(description={"text": "We *care*."}))
    Job.objects.update(description_html="as it was rendered")
    same = posting(title="Cook", description={"text": "We *care*.", "format": "markdown"})
    assert told(upsert(company, recruiter, same)) == ["updated"]
    assert stored(company).description_html == "as it was rendered"
    for other, html in (
        ({"text": "We *cook*."}, "<p>We <em>cook</em>.</p>"),
        ({"text": "We *cook*.", "format": "text"}, "<p>We *cook*.</p>"),
        ({"text": ""}, ""),
    ):
        assert told(upsert(company, recruiter, posting(description=other))) == ["updated"]
        assert stored(company).description_html.strip() == html
    assert told(upsert(company, recruiter, posting(description=None))) == ["unchanged"]


def test_what_had_no_revision_is_told_from_what_is_said_now(company: Company, recruiter: Viewer) -> None:
    old = JobFactory(company=company, external_reference="N-1", title="Cook")
    assert told(upsert(company, recruiter, {"external_reference": "N-1", "title": "Cook"})) == ["unchanged"]
    assert not old.revisions.exists()
    assert told(upsert(company, recruiter, posting())) == ["updated"]
    assert list(old.revisions.order_by("number").values_list("content__title", flat=True)) == ["Cook", "Nurse"]


def test_a_reference_is_a_posting_in_each_language(company: Company, recruiter: Viewer) -> None:
    upsert(company, recruiter, posting(title="Nurse"))
    german = posting(language="DE", title="Pflegekraft")
    outcomes = upsert(company, recruiter, german, posting(title="Night nurse"))
    assert told(outcomes) == ["created", "updated"]
    assert (stored(company).title, stored(company, language="de").title) == ("Night nurse", "Pflegekraft")


def test_one_refusal_leaves_the_others_standing(company: Company, recruiter: Viewer) -> None:
    CurrencyFactory()
    of: dict[str, Any] = {"company": company}
    JobFactory(closed=True, external_reference="closed", **of)
    JobFactory(archived=True, external_reference="archived", **of)
    JobFactory(moderation="removed", external_reference="removed", **of)
    JobFactory(draft=True, is_template=True, external_reference="template", **of)
    JobFactory(external_reference="live", **of)
    JobFactory(external_reference="read", version=3, **of)
    JobFactory(frozen=True, external_reference="frozen", **of)
    sent = [
        posting("fine"),
        posting("closed"),
        posting("archived"),
        posting("removed"),
        posting("template"),
        posting("live", description=None),
        Sent(posting("read"), version=2),
        Sent(posting("gone"), version=1),
        posting("twice"),
        posting("twice", language="EN"),
        posting(" "),
        {"title": "Nurse"},
        {"external_reference": "untitled"},
        posting("pay", pay=[{"currency": "EUR", "min": Decimal(2), "max": Decimal(1)}]),
        posting("skill", skills=[{"skill": 1_999_999}]),
        posting("tag", language="english"),
        posting("new-template", is_template=True),
        posting("live", language="de", salary=1),
        posting("frozen"),
    ]
    outcomes = upsert(company, recruiter, *sent)
    expected = [
        "created",
        "JOB_ALREADY_CLOSED",
        "JOB_ALREADY_CLOSED",
        "JOB_FROZEN",
        "JOB_IS_TEMPLATE",
        "JOB_INCOMPLETE jobs.5.fields.description",
        "JOB_CHANGED_MEANWHILE jobs.6.version",
        "JOB_CHANGED_MEANWHILE jobs.7.version",
        "INVALID jobs.8.fields.external_reference",
        "INVALID jobs.9.fields.external_reference",
        "INVALID jobs.10.fields.external_reference",
        "INVALID jobs.11.fields.external_reference",
        "INVALID jobs.12.fields.title",
        "INVALID jobs.13.fields.pay.0.min",
        "INVALID jobs.14.fields.skills.0.skill",
        "INVALID jobs.15.fields.language",
        "INVALID jobs.16.fields.is_template",
        "INVALID jobs.17.fields.salary",
        "updated",
    ]
    assert told(outcomes) == expected
    assert sorted(Job.objects.filter(company=company, title="Nurse").values_list("external_reference", flat=True)) == [
        "fine",
        "frozen",
    ]
    assert JobRevision.objects.filter(job__company=company).count() == 3, "one of what is new, two of what had none"


def test_a_dry_run_tells_the_same_and_writes_nothing(company: Company, recruiter: Viewer) -> None:
    there = live_job("Cook", company=company, external_reference="C-1")
    closed = JobFactory(company=company, closed=True, external_reference="X-1")
    before = rows_of(company)
    sent = [posting("C-1"), posting("N-1"), posting("X-1"), {"external_reference": "C-1", "language": "de"}]
    dry = upsert(company, recruiter, *sent, is_dry_run=True)
    assert told(dry) == ["updated", "created", "JOB_ALREADY_CLOSED", "INVALID jobs.3.fields.title"]
    assert [one.job_id for one in dry] == [there.pk, None, None, None]
    assert rows_of(company) == before
    assert told(upsert(company, recruiter, *sent)) == told(dry)
    assert Job.objects.get(pk=closed.pk).title != "Nurse"


def test_what_no_longer_fits_into_the_quota_is_refused_one_by_one() -> None:
    company = CompanyFactory()
    by = recruiter_of(company)
    for number in range(7):
        JobFactory(draft=True, company=company, external_reference=f"old-{number}", title="Cook")
    sent = [
        posting("old-0"),
        posting("bad", title=""),
        *[posting(f"N-{number}") for number in range(5)],
        posting("old-1"),
    ]
    expected = ["updated", "INVALID jobs.1.fields.title", *["created"] * 3, *["JOB_QUOTA_REACHED"] * 2, "updated"]
    assert told(upsert(company, by, *sent, is_dry_run=True)) == expected
    assert told(upsert(company, by, *sent)) == expected
    assert Job.objects.filter(company=company).count() == 10
    assert told(upsert(company, by, posting("N-0"), posting("N-9"))) == ["unchanged", "JOB_QUOTA_REACHED"]


def test_what_an_unverified_company_changes_moderators_look_at() -> None:
    company = CompanyFactory()
    by = recruiter_of(company)
    live = live_job("Cook", company=company, external_reference="live")
    approved = JobFactory(company=company, approved=True, external_reference="approved")
    assert told(upsert(company, by, posting("live"), posting("approved"))) == ["updated"] * 2
    live.refresh_from_db()
    approved.refresh_from_db()
    assert (live.lifecycle, live.moderation, live.moderation_cases.count()) == ("published", "flagged", 1)
    assert (approved.lifecycle, approved.moderation) == ("draft", "clear")


def test_it_is_for_those_who_write_all_of_the_companys_jobs(company: Company, recruiter: Viewer) -> None:
    there = live_job("Cook", company=company, external_reference="N-1")
    interviewer = viewer_of(MembershipFactory(company=company, role="interviewer").user)
    manager = viewer_of(MembershipFactory(company=company, role="hiring_manager").user)
    admin = viewer_of(UserFactory(platform_admin=True))
    key = Viewer(user_id=recruiter.user_id, scopes=frozenset({Scope.JOBS_READ}))
    for by in (ANONYMOUS, viewer_of(UserFactory()), interviewer, manager, admin, recruiter_of(CompanyFactory()), key):
        with pytest.raises(Forbidden):
            upsert(company, by, posting())
    hidden = CompanyFactory(status="suspended")
    for by, error in ((viewer_of(UserFactory()), NotFound), (recruiter_of(hidden), CompanyInactive)):
        with pytest.raises(error):
            upsert(hidden, by, posting())
    with pytest.raises(NotFound):
        job_upsert.upsert(by=recruiter, company_id=uuid7(), sent=[Sent(posting())])
    there.refresh_from_db()
    assert there.title == "Cook"


def test_another_companys_posting_of_the_same_reference_is_another(company: Company, recruiter: Viewer) -> None:
    other = JobFactory(external_reference="N-1")
    assert told(upsert(company, recruiter, posting())) == ["created"]
    assert Job.objects.get(pk=other.pk).version == 1


@pytest.mark.parametrize("number", [0, 201])
def test_from_one_to_two_hundred(number: int, company: Company, recruiter: Viewer) -> None:
    with pytest.raises(DomainError) as refused:
        upsert(company, recruiter, *[posting(str(n)) for n in range(number)])
    assert (type(refused.value), refused.value.field) == (Invalid, "jobs")


def test_two_hundred_cost_as_many_statements_as_two(
    company: Company, recruiter: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which half are new, changed, or neither; what is changed is live, and indexed with the others."""
    monkeypatch.setattr(job_quota, "MOST_A_DAY", 1_000)
    place = PlaceFactory()
    counts: dict[str, list[int]] = {"created": [], "updated": [], "unchanged": []}
    base = full("") | {"places": [{"place": place.pk}]}
    upsert(company, recruiter, base | {"external_reference": "first"})
    for number in (2, job_upsert.MOST):
        sent = [base | {"external_reference": f"{number}-{n}"} for n in range(number)]
        for effect, changes in (("created", {}), ("updated", {"title": "Cook", "pay": None}), ("unchanged", {})):
            sent = [one | changes for one in sent]
            with CaptureQueriesContext(connection) as statements:
                outcomes = upsert(company, recruiter, *sent)
            assert told(outcomes) == [effect] * number
            counts[effect].append(len(statements))
            now = timezone.now()
            Job.objects.filter(lifecycle="draft").update(
                lifecycle="published", published_at=now, first_published_at=now, version=1
            )
    few, many = zip(*counts.values(), strict=True)
    assert few == many, counts
    assert JobSearch.objects.filter(company_id=company.pk).count() == 2 + job_upsert.MOST
    assert many[0] <= 24, counts
    assert many[1] <= 32, counts
    assert many[2] <= 17, counts


@pytest.mark.django_db(transaction=True)
def test_of_two_calls_with_one_new_reference_one_makes_it_and_the_other_finds_it() -> None:
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    found: list[str] = []
    acts = [lambda: found.extend(told(upsert(company, by, posting("N-2"), posting("N-1"))))] * 2
    acts += [lambda: found.extend(told(upsert(company, by, posting("N-1"), posting("N-2"))))] * 2
    assert at_once(*acts) == ["done"] * 4
    assert sorted(found) == ["created"] * 2 + ["unchanged"] * 6
    assert Job.objects.filter(company=company).count() == 2
    assert JobRevision.objects.filter(job__company=company).count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_somebody_makes_at_the_same_moment_is_refused_alone() -> None:
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    found: list[str] = []
    outcome = just_before(
        lambda: job_editing.create(by=by, company_id=company.pk, fields=posting(title="Cook")),
        lambda: found.extend(told(upsert(company, by, posting("N-0"), posting("N-1"), posting("N-2")))),
    )
    assert outcome == "done"
    assert found == ["created", "JOB_CHANGED_MEANWHILE jobs.1.fields.external_reference", "created"]
    assert stored(company).title == "Cook"
    assert JobRevision.objects.filter(job__company=company).count() == 3
    assert told(upsert(company, by, posting())) == ["updated"], "the next call finds it"


@pytest.mark.django_db(transaction=True)
def test_of_calls_that_take_the_last_places_of_a_day_no_more_are_made() -> None:
    company = CompanyFactory()
    by = recruiter_of(company)
    at_once(*[lambda n=n: upsert(company, by, *[posting(f"{n}-{m}") for m in range(4)]) for n in range(4)])
    assert Job.objects.filter(company=company).count() == job_quota.MOST_A_DAY_OF_UNTRUSTED


@pytest.mark.django_db(transaction=True)
def test_a_change_meanwhile_is_waited_for_and_seen() -> None:
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    job = JobFactory(company=company, external_reference="N-1", title="Cook")
    found: list[str] = []
    just_before(
        lambda: job_editing.update(by=by, job_id=job.pk, version=1, changes={"title": "Baker"}),
        lambda: found.extend(told(upsert(company, by, Sent(posting(), version=1), posting("N-2")))),
    )
    assert found == ["JOB_CHANGED_MEANWHILE jobs.0.version", "created"]
    assert stored(company).title == "Baker"
