"""Cases of the tables of stages, of steps, notes and mails."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from jobs.models import (
    Application,
    ApplicationTransition,
    EmailTemplate,
    Note,
    RejectionMail,
    Stage,
    StageTemplate,
)
from tests.contracts.constraint_cases import change, twice
from tests.factories import CompanyFactory, JobFactory
from tests.hiring_board import application


def at_the_end(write: Callable[[], object]) -> None:
    """What the database compares when the transaction ends is compared now."""
    write()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def a_stage(**values: Any) -> Stage:
    return Stage.objects.create(**{"job": JobFactory(), "kind": "screen", "name": "Call", "position": 0, **values})


def a_template(**values: Any) -> StageTemplate:
    return StageTemplate.objects.create(
        **{"company": CompanyFactory(), "kind": "screen", "name": "Call", "position": 0, **values}
    )


def two_stages(**values: Any) -> None:
    job = JobFactory()
    a_stage(job=job, **{"name": "One", "position": 0, **values})
    a_stage(job=job, **{"name": "Other", "position": 1, **values})


def two_templates(**values: Any) -> None:
    company = CompanyFactory()
    a_template(company=company, **{"name": "One", "position": 0, **values})
    a_template(company=company, **{"name": "Other", "position": 1, **values})


def two_words() -> None:
    company = CompanyFactory()
    twice(lambda: EmailTemplate.objects.create(company=company, name="No", subject="No", body="No."))


def a_mail(row: Application | None = None, **values: Any) -> RejectionMail:
    return RejectionMail.objects.create(application=row or application(), due_at=timezone.now(), **values)


def two_mails() -> None:
    row = application()
    twice(lambda: a_mail(row))


def two_steps() -> None:
    row = application()
    ApplicationTransition.objects.create(
        application=row, seq=1, act="move", to_status="active", to_kind="screen", to_name="Call", at=timezone.now()
    )


def same_stage() -> None:
    """The key of the two columns that an application's point at."""
    row = a_stage()
    with connection.cursor() as cursor:
        # No table is altered while something waits to be compared.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE jobs_stage DROP CONSTRAINT jobs_stage_pkey")
        cursor.execute(
            "INSERT INTO jobs_stage (id, job_id, kind, name, position, created_at)"
            " SELECT id, job_id, kind, 'Another', 7, created_at FROM jobs_stage WHERE id = %s",
            [row.pk],
        )


VIOLATIONS: dict[str, Callable[[], object]] = {
    "stage_position_is_unique": lambda: at_the_end(lambda: two_stages(position=3)),
    "stage_one_applied": lambda: two_stages(kind="applied"),
    "stage_one_hired": lambda: two_stages(kind="hired"),
    "stage_name_is_unique": lambda: two_stages(name="Call"),
    "stage_of_job": same_stage,
    "stage_kind_is_known": lambda: change(a_stage(), kind="lunch"),
    "stage_has_a_name": lambda: change(a_stage(), name=""),
    "stage_template_position_is_unique": lambda: at_the_end(lambda: two_templates(position=3)),
    "stage_template_one_applied": lambda: two_templates(kind="applied"),
    "stage_template_one_hired": lambda: two_templates(kind="hired"),
    "stage_template_name_is_unique": lambda: two_templates(name="Call"),
    "stage_template_kind_is_known": lambda: change(a_template(), kind="lunch"),
    "stage_template_has_a_name": lambda: change(a_template(), name=""),
    "email_template_name_is_unique": two_words,
    "application_transition_is_unique": two_steps,
    "note_says_something": lambda: Note.objects.create(application=application(), text=""),
    "rejection_mail_one_waiting": two_mails,
    "rejection_mail_one_outcome": lambda: a_mail(released_at=timezone.now(), cancelled_at=timezone.now()),
}
