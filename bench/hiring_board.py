"""What hiring is measured on: an employer with a recruiter, jobs to apply for, people who apply, and many applications.

Rows that only lie in the way are written by PostgreSQL itself; those that are measured come about by the services.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

BOARD = 500
"""Applications on the board that is read."""
WANTED = 20
"""Jobs that people apply for while it is measured."""
STAGES = (("applied", "Inbox"), ("screen", "Call"), ("interview", "Visit"), ("offer", "Offer"), ("hired", "Joined"))
_PEOPLE = """
    INSERT INTO accounts_user (id, created_at, updated_at, password, email, name, locale, timezone, platform_role,
        status, kind, email_verified_at)
    SELECT gen_random_uuid(), now(), now(), '!', %(mark)s || n || '@bench.example', 'Person ' || n, 'en', 'UTC',
        'user', 'active', 'person', now()
    FROM generate_series(1, %(many)s) AS n RETURNING id"""
# A hundred applications a job, each by a candidate of its own, all in the first stage.
_CANDIDATES = """
    INSERT INTO jobs_candidate (id, created_at, updated_at, company_id, name, email, phone, tags)
    SELECT gen_random_uuid(), now(), now(), %(company)s, 'Person ' || n, 'person' || n || '@bench.example', '', '{}'
    FROM generate_series(1, %(many)s) AS n RETURNING id"""
_APPLICATIONS = """
    WITH candidate AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM unnest(%(candidates)s::uuid[]) AS id
    ), stage AS (
        SELECT id, job_id, row_number() OVER (ORDER BY id) - 1 AS n FROM jobs_stage
        WHERE id = ANY (%(stages)s::bigint[])
    )
    INSERT INTO jobs_application (id, created_at, updated_at, job_id, candidate_id, answers, cover_letter, source,
        needs_review, knockouts, status, stage_id, entered_stage_at, submitted_at, reject_reason, version)
    SELECT gen_random_uuid(), now(), now(), stage.job_id, candidate.id, '{}', repeat('I would like to. ', 20), '',
        false, '{}', 'active', stage.id, now() - candidate.n * interval '1 second',
        now() - candidate.n * interval '1 second', '', 1
    FROM candidate JOIN stage ON stage.n = candidate.n %% (SELECT count(*) FROM stage)"""


def employer() -> tuple[Any, Any]:
    """A company, and its recruiter."""
    from django.utils import timezone

    from accounts.models import User
    from jobs.models import Company, Membership

    user = User.objects.create_user("recruiter@bench.example", email_verified_at=timezone.now())
    company = Company.objects.create(name="Bench", slug="bench-hiring", verified_at=timezone.now())
    Membership.objects.create(company=company, user=user, role="recruiter")
    return company, user


def job(company: Any, title: str) -> Any:
    """A live posting that takes applications here, with stages and a revision."""
    from datetime import timedelta

    from django.utils import timezone

    from jobs.models import Job, Stage
    from jobs.services import revision
    from kernel.viewer import ANONYMOUS

    now = timezone.now()
    made = Job(
        company=company,
        title=title,
        description_text="Work.",
        lifecycle="published",
        first_published_at=now - timedelta(days=1),
        published_at=now - timedelta(days=1),
        expires_at=now + timedelta(days=60),
    )
    made.save(force_insert=True)
    revision.record(made, ANONYMOUS)
    made.save()
    Stage.objects.bulk_create(
        [Stage(job=made, kind=kind, name=name, position=place) for place, (kind, name) in enumerate(STAGES)]
    )
    return made


def people(many: int, mark: str) -> list[UUID]:
    """So many people with accounts."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"many": many, "mark": mark})
        return [key for (key,) in cursor.fetchall()]


def applications(company: Any, stages: Sequence[int], many: int) -> None:
    """So many applications, spread over some stages."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"company": company.pk, "many": many})
        candidates = [key for (key,) in cursor.fetchall()]
        cursor.execute(_APPLICATIONS, {"candidates": candidates, "stages": list(stages)})


def apply(user_id: UUID, job_id: UUID) -> object:
    """Somebody applies."""
    from jobs.services.application import Letter, submit
    from kernel.viewer import Viewer

    return submit(by=Viewer(user_id=user_id), job_id=job_id, letter=Letter(cover_letter="I would like to. " * 20))


def measure() -> None:
    """Have PostgreSQL take stock."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("jobs_application", "jobs_candidate", "jobs_stage", "jobs_job", "accounts_user"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
