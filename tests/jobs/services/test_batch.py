from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.errors import JobRepeatsAnother
from jobs.models import CompanyStatus, DuplicateCluster, Job, JobRevision
from jobs.services import batch
from jobs.services import job as jobs
from jobs.services.batch import Close, Result, Write
from jobs.services.incoming import Fate, Location, Pay, Posting
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
BERLIN = 2950159


def posting(reference="A-1", **changes):
    return Posting(**{"company": "", "reference": reference, "title": "Baker", "description": "We bake."} | changes)


def recruiter_of(company):
    return viewer_of(MembershipFactory(company=company).user)


def apply(company, *operations, by=None):
    return batch.apply(by=by or recruiter_of(company), company_id=company.pk, operations=operations)


def fates(results):
    return [result.fate for result in results]


def test_new_changed_and_equal_postings_are_told_apart():
    company = CompanyFactory()
    assert fates(apply(company, Write(posting("A-1")), Write(posting("A-2")))) == [Fate.CREATED] * 2
    results = apply(company, Write(posting("A-2", title="Head baker")), Write(posting("A-3")), Write(posting("A-1")))
    assert fates(results) == [Fate.REVISED, Fate.CREATED, Fate.UNCHANGED]
    jobs = {job.external_reference: job for job in Job.objects.all()}
    assert [result.job_id for result in results] == [jobs[reference].pk for reference in ("A-2", "A-3", "A-1")]
    assert {job.company_id for job in jobs.values()} == {company.pk}
    assert jobs["A-2"].title == "Head baker"
    assert {job.lifecycle for job in jobs.values()} == {"published"}


def test_moved_dates_alone_are_told_as_such():
    company = CompanyFactory()
    end = timezone.now() + timedelta(days=20)
    apply(company, Write(posting(expires_at=end)))
    assert fates(apply(company, Write(posting(expires_at=end + timedelta(days=1))))) == [Fate.TOUCHED]
    assert Job.objects.get().current_revision == 1


def test_the_revision_names_who_wrote():
    company = CompanyFactory()
    first, second = recruiter_of(company), recruiter_of(company)
    apply(company, Write(posting()), by=first)
    apply(company, Write(posting(title="Head baker")), by=second)
    assert list(JobRevision.objects.order_by("number").values_list("actor_id", flat=True)) == [
        first.user_id,
        second.user_id,
    ]


def test_a_company_of_the_same_name_is_not_touched():
    other, company = CompanyFactory(name="Acme"), CompanyFactory(name="Acme")
    apply(company, Write(posting(company="Acme")))
    assert Job.objects.get().company == company
    assert not other.jobs.exists()


def test_one_reference_stands_for_a_posting_in_each_language():
    company = CompanyFactory()
    results = apply(company, Write(posting(language="en")), Write(posting(language="de", title="Bäcker")))
    assert fates(results) == [Fate.CREATED] * 2


def test_closing_gives_the_reason():
    company = CompanyFactory()
    job = JobFactory(company=company, external_reference="A-1")
    assert apply(company, Close("A-1", "filled")) == [Result(Fate.CLOSED, job.pk)]
    job.refresh_from_db()
    assert (job.lifecycle, job.close_reason) == ("closed", "filled")


@pytest.mark.parametrize(
    ("close", "code", "field"),
    [
        (Close("A-9", "filled"), "NOT_FOUND", "reference"),
        (Close("", "filled"), "NOT_FOUND", "reference"),
        (Close("A-1", "filled", "de"), "NOT_FOUND", "reference"),
        (Close("A-1", "bored"), "INVALID", "reason"),
        (Close("A-1", "moderation"), "FORBIDDEN", ""),
        (Close("A-2", "filled"), "JOB_ALREADY_CLOSED", ""),
        (Close("A-3", "filled"), "JOB_NOT_CLOSABLE", ""),
        (Close("B-1", "filled"), "NOT_FOUND", "reference"),
    ],
)
def test_closing_refuses_with_code_and_field(close, code, field):
    company = CompanyFactory()
    JobFactory(company=company, external_reference="A-1")
    JobFactory(company=company, external_reference="A-2", closed=True)
    JobFactory(company=company, external_reference="A-3", draft=True)
    JobFactory(external_reference="B-1")
    (result,) = apply(company, close)
    assert (result.fate, result.code, result.field) == (Fate.FAILED, code, field)
    assert result.message
    assert Job.objects.filter(lifecycle="closed").count() == 1


def test_a_bad_operation_does_not_stop_the_others():
    company = CompanyFactory()
    JobFactory(company=company, external_reference="A-9")
    results = apply(
        company,
        Write(posting("A-1", title="")),
        Write(posting("A-2")),
        Close("A-8", "filled"),
        Write(posting("A-3", description="x" * 1_000_000)),
        Close("A-9", "cancelled"),
        Write(posting("A-4", locations=(Location("Berlin", -5),))),
        Write(posting("A-5")),
    )
    failed = [(place, result.code, result.field) for place, result in enumerate(results) if result.code]
    assert [entry for entry in failed if entry[0] != 3] == [
        (0, "INVALID", "title"),
        (2, "NOT_FOUND", "reference"),
        (5, "INVALID", "locations"),
    ]
    assert [results[place].fate for place in (1, 4, 6)] == [Fate.CREATED, Fate.CLOSED, Fate.CREATED]


def test_what_the_database_alone_refuses_fails_alone():
    company = CompanyFactory()
    pay = Pay("EUR", "year", 1, None, text="x" * 5000)  # its length is not checked before
    results = apply(company, Write(posting("A-1")), Write(posting("A-2", pay=pay)), Write(posting("A-3")))
    assert fates(results) == [Fate.CREATED, Fate.FAILED, Fate.CREATED]
    assert results[1].code == "INVALID"
    assert Job.objects.count() == 2


def test_a_reference_named_twice_is_refused_the_second_time():
    company = CompanyFactory()
    results = apply(
        company,
        Write(posting("A-1")),
        Write(posting("A-1", title="Cook")),
        Close("A-1", "filled"),
        Close("A-2", "filled"),
    )
    assert [result.code for result in results] == ["", "INVALID", "INVALID", "NOT_FOUND"]
    assert {result.field for result in results[1:3]} == {"reference"}
    assert results[1].message == "The reference 'A-1' in 'en' is already that of operation 1."
    assert Job.objects.get().title == "Baker"
    assert Job.objects.get().lifecycle == "published"


def test_more_than_two_hundred_are_refused_as_a_whole():
    company = CompanyFactory()
    with pytest.raises(Invalid) as refusal:
        apply(company, *[Write(posting(f"A-{number}")) for number in range(201)])
    assert refusal.value.field == "operations"
    assert not Job.objects.exists()


def test_two_hundred_go_in_and_none_is_nothing():
    company = CompanyFactory()
    assert apply(company) == []
    assert fates(apply(company, *[Write(posting(f"A-{number}")) for number in range(200)])) == [Fate.CREATED] * 200


def test_statements_do_not_grow_with_the_postings():
    company = CompanyFactory()
    by = recruiter_of(company)

    def cost(*references):
        with CaptureQueriesContext(connection) as queries:
            apply(company, *[Write(posting(reference, title=reference)) for reference in references], by=by)
        return len(queries)

    assert cost("A-1", "A-2") == cost(*[f"B-{number}" for number in range(50)])


def test_two_references_are_two_live_postings_though_they_say_the_same_where_publishing_refuses():
    company = CompanyFactory(verified_at=timezone.now())
    by = recruiter_of(company)
    results = apply(company, Write(posting("A-1")), Write(posting("A-2")), by=by)
    results += apply(company, Write(posting("A-3")), by=by)
    assert fates(results) == [Fate.CREATED] * 3
    assert set(Job.objects.values_list("lifecycle", flat=True)) == {"published"}
    assert DuplicateCluster.objects.get().fingerprints.count() == 3, "they are found as duplicates at once"
    draft = JobFactory(
        company=company, title="Baker", description_source="We bake.", description_format="text", draft=True
    )
    with pytest.raises(JobRepeatsAnother):
        jobs.publish(by=by, job_id=draft.pk)


@pytest.mark.parametrize("role", ["recruiter", "admin", "owner"])
def test_those_who_run_the_company_s_jobs_write(role):
    company = CompanyFactory()
    viewer = viewer_of(MembershipFactory(company=company, role=role).user)
    assert fates(apply(company, Write(posting()), by=viewer)) == [Fate.CREATED]


def viewers(company):
    return {
        "nobody": ANONYMOUS,
        "seeker": viewer_of(UserFactory()),
        "support": viewer_of(UserFactory(platform_role="support")),
        "moderator": viewer_of(UserFactory(moderator=True)),
        "platform admin": viewer_of(UserFactory(platform_admin=True)),
        "interviewer": viewer_of(MembershipFactory(company=company, role="interviewer").user),
        "hiring manager": viewer_of(MembershipFactory(company=company, role="hiring_manager").user),
        "owner elsewhere": viewer_of(MembershipFactory(role="owner").user),
    }


def test_everybody_else_is_refused():
    company = CompanyFactory()
    for viewer in viewers(company).values():
        with pytest.raises(Forbidden):
            apply(company, Write(posting()), by=viewer)
    assert not Job.objects.exists()


def test_a_hidden_company_and_a_missing_one_look_the_same():
    hidden = CompanyFactory(status=CompanyStatus.SUSPENDED)
    for key in (hidden.pk, uuid7()):
        with pytest.raises(NotFound) as refusal:
            batch.apply(by=viewer_of(UserFactory()), company_id=key, operations=[Write(posting())])
        assert refusal.value.field == "company_id"


def test_a_suspended_company_closes_but_does_not_write():
    company = CompanyFactory(status=CompanyStatus.SUSPENDED)
    JobFactory(company=company, external_reference="A-2")
    results = apply(company, Write(posting("A-1")), Close("A-2", "filled"))
    assert [(result.fate, result.code) for result in results] == [
        (Fate.FAILED, "COMPANY_INACTIVE"),
        (Fate.CLOSED, ""),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_batches_of_the_same_postings_at_once_make_each_once():
    company = CompanyFactory()
    by = recruiter_of(company)
    operations = [Write(posting(f"A-{number}")) for number in range(20)]
    results = []

    def act(chosen):
        results.append(apply(company, *chosen, by=by))

    assert at_once(lambda: act(operations), lambda: act(operations[::-1])) == ["done"] * 2
    assert sorted(fates([*results[0], *results[1]])) == [Fate.CREATED] * 20 + [Fate.UNCHANGED] * 20
    assert Job.objects.count() == JobRevision.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_a_bad_operation_does_not_stop_the_others():
    company = CompanyFactory()
    results = apply(company, Write(posting("A-1", category_id=2**31 - 1)), Write(posting("A-2")))
    assert [(result.fate, result.field) for result in results] == [(Fate.FAILED, "category_id"), (Fate.CREATED, "")]
    changed = replace(posting("A-2"), published_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert fates(apply(company, Write(changed))) in ([Fate.TOUCHED], [Fate.UNCHANGED])
