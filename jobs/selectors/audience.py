"""Whom what happens in hiring concerns."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import PlatformRole, User, UserStatus
from jobs.models import HiringTeam, Job, Membership, MembershipRole
from jobs.policies import READS_DRAFTS, READS_TEAM_DRAFTS

MOST_PEOPLE = 100
PUBLISHERS = (MembershipRole.RECRUITER, MembershipRole.ADMIN, MembershipRole.OWNER)
# The first hundred of each owner, whatever the number of owners.
_TEAMS = f"""
    SELECT job.id, member.user_id FROM unnest(%(jobs)s::uuid[], %(companies)s::uuid[]) AS job (id, company_id)
    CROSS JOIN LATERAL (
        SELECT acting.user_id FROM {Membership._meta.db_table} AS acting
        JOIN {HiringTeam._meta.db_table} AS named ON named.user_id = acting.user_id AND named.job_id = job.id
        WHERE acting.company_id = job.company_id AND acting.suspended_at IS NULL
            AND acting.role = ANY(%(roles)s::text[])
        ORDER BY acting.id LIMIT {MOST_PEOPLE}
    ) AS member"""  # noqa: S608 - our own text
_PUBLISHERS = f"""
    SELECT company.id, member.user_id FROM unnest(%(companies)s::uuid[]) AS company (id)
    CROSS JOIN LATERAL (
        SELECT user_id FROM {Membership._meta.db_table} AS acting
        WHERE acting.company_id = company.id AND acting.suspended_at IS NULL AND acting.role = ANY(%(roles)s::text[])
        ORDER BY acting.id LIMIT {MOST_PEOPLE}
    ) AS member"""  # noqa: S608


def of_job(job: Job) -> set[UUID]:
    """Those who work on a job: its hiring team, as far as they may still see it; without one, whoever runs all jobs."""
    return of_jobs([job])[job.pk]


def of_jobs(jobs: Collection[Job]) -> dict[UUID, set[UUID]]:
    """Those who work on each job. At most two statements."""
    companies = {job.pk: job.company_id for job in jobs}
    readers = READS_DRAFTS | READS_TEAM_DRAFTS
    teams = _grouped(_TEAMS, readers, jobs=list(companies), companies=list(companies.values()))
    alone = {company for key, company in companies.items() if key not in teams}
    publishers = _grouped(_PUBLISHERS, PUBLISHERS, companies=list(alone)) if alone else {}
    return {key: teams.get(key) or publishers.get(company, set()) for key, company in companies.items()}


def publishers_of(company_id: UUID) -> set[UUID]:
    """Those who may publish all of a company's jobs."""
    return _grouped(_PUBLISHERS, PUBLISHERS, companies=[company_id]).get(company_id, set())


def may_read(job: Job, people: Collection[UUID]) -> set[UUID]:
    """Those of some people who may see what colleagues write on a job's applications."""
    acting = Membership.objects.filter(company=job.company_id, suspended_at=None, user__in=people)
    named = HiringTeam.objects.filter(job=job.pk).values("user_id")
    return _people(acting.filter(Q(role__in=READS_DRAFTS) | Q(role__in=READS_TEAM_DRAFTS, user__in=named)))


def moderators() -> set[UUID]:
    """The board's own people who look at what is reported."""
    staff = User.objects.filter(
        platform_role__in=(PlatformRole.MODERATOR, PlatformRole.ADMIN), status=UserStatus.ACTIVE
    )
    return set(staff.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def _people(memberships: QuerySet[Membership]) -> set[UUID]:
    return set(memberships.order_by("pk").values_list("user_id", flat=True)[:MOST_PEOPLE])


def _grouped(statement: str, roles: Collection[str], **given: list[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**given, "roles": list(map(str, roles))})
        for owner, person in cursor.fetchall():
            found[owner].add(person)
    return found
