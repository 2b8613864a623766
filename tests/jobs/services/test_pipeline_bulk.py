"""Moves of many applications at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from jobs.models import Application, ApplicationTransition, EmailTemplate, RejectionMail
from jobs.services import pipeline_bulk
from jobs.services.rejection_mail import MailWords
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from tests.factories import JobFactory
from tests.hiring_board import application, viewer_at

pytestmark = pytest.mark.django_db


def codes(outcomes: list[pipeline_bulk.Outcome]) -> list[str]:
    return [one.error.code if one.error else "done" for one in outcomes]


def statuses(rows: list[Application]) -> list[tuple[str, int]]:
    kept = Application.objects.in_bulk([row.pk for row in rows])
    return [(kept[row.pk].status, kept[row.pk].version) for row in rows]


def test_what_is_refused_for_one_is_refused_for_that_one_alone() -> None:
    job = JobFactory()
    by = viewer_at(job)
    fine, moved, rejected, there = (
        application(job),
        application(job, version=3),
        application(job, status="rejected"),
        application(job, kind="offer"),
    )
    other = application(JobFactory(company=job.company))
    hidden = application()
    own = application(job, type(fine.candidate.user).objects.get(pk=by.user_id))
    rows = [fine, moved, rejected, there, other, hidden, own]
    versions = {row.pk: 1 for row in rows} | {uuid7(): 1}
    stage_id = job.stages.get(kind="offer").pk
    expected = [
        "done",
        "APPLICATION_CHANGED_MEANWHILE",
        "APPLICATION_MOVE_REFUSED",
        "done",
        "NOT_FOUND",
        "NOT_FOUND",
        "FORBIDDEN",
        "NOT_FOUND",
    ]
    dry = pipeline_bulk.move(by=by, versions=versions, stage_id=stage_id, is_dry_run=True)
    assert codes(dry) == expected
    assert statuses([fine]) == [("active", 1)]
    assert not OutboxEvent.objects.exists()
    done = pipeline_bulk.move(by=by, versions=versions, stage_id=stage_id)
    assert codes(done) == expected
    assert [one.application_id for one in done] == list(versions)
    assert [version for _, version in statuses(rows)] == [2, 3, 1, 1, 1, 1, 1]
    assert Application.objects.get(pk=fine.pk).stage_id == stage_id
    assert OutboxEvent.objects.filter(kind="ApplicationMoved").count() == 1


def test_many_are_declined_each_with_a_mail() -> None:
    job = JobFactory()
    rows = [application(job) for _ in range(3)]
    template = EmailTemplate.objects.create(company=job.company, name="No", subject="No", body="No.")
    elsewhere = application(JobFactory())
    by = viewer_at(job)
    done = pipeline_bulk.reject(
        by=by,
        versions={row.pk: 1 for row in [*rows, elsewhere]},
        reason="filled",
        mail=MailWords(template.pk),
    )
    assert codes(done) == ["done"] * 3 + ["NOT_FOUND"]
    assert statuses(rows) == [("rejected", 2)] * 3
    assert RejectionMail.objects.filter(template=template).count() == 3
    steps = ApplicationTransition.objects.filter(act="reject").values_list("seq", "reason", "actor")
    assert list(steps) == [(2, "filled", by.user_id)] * 3


def test_a_template_is_for_its_own_company_s_applications() -> None:
    row = application()
    template = EmailTemplate.objects.create(company=JobFactory().company, name="No", subject="No", body="No.")
    # One that there is not looks the same.
    for template_id in (template.pk, uuid7()):
        done = pipeline_bulk.reject(
            by=viewer_at(row.job), versions={row.pk: 1}, reason="filled", mail=MailWords(template_id)
        )
        assert [(one.error.code, one.error.field) for one in done if one.error] == [("NOT_FOUND", "mail.template_id")]


def test_a_hundred_cost_as_many_statements_as_one() -> None:
    job = JobFactory()
    by = viewer_at(job)
    rows = [application(job) for _ in range(pipeline_bulk.MOST)]
    stage_id = job.stages.get(kind="screen").pk
    counts = []
    for chosen in (rows[:1], rows[1:]):
        with CaptureQueriesContext(connection) as statements:
            pipeline_bulk.move(by=by, versions={row.pk: 1 for row in chosen}, stage_id=stage_id)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 11, counts
    assert statuses(rows) == [("active", 2)] * len(rows)
    assert AuditEntry.objects.filter(act="application.move").count() == len(rows)
    assert OutboxEvent.objects.filter(kind="ApplicationMoved").count() == len(rows)


def test_more_than_a_hundred_are_refused() -> None:
    with pytest.raises(DomainError) as refused:
        pipeline_bulk.move(by=viewer_at(JobFactory()), versions={uuid7(): 1 for _ in range(101)}, stage_id=1)
    assert (refused.value.code, refused.value.field) == ("INVALID", "applications")


def test_none_are_nothing() -> None:
    assert pipeline_bulk.move(by=viewer_at(JobFactory()), versions={}, stage_id=1) == []


def test_a_second_click_declines_nobody_again() -> None:
    job = JobFactory()
    rows = [application(job) for _ in range(3)]
    by, versions = viewer_at(job), {row.pk: 1 for row in rows}
    first, second = (
        pipeline_bulk.reject(by=by, versions=versions, reason="filled", mail=MailWords()) for _ in range(2)
    )
    assert codes(first) == ["done"] * 3
    assert codes(second) == ["APPLICATION_CHANGED_MEANWHILE"] * 3
    assert RejectionMail.objects.count() == 3
