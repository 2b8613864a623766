"""Whom what happens in hiring concerns."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import PlatformRole, User, UserStatus
from jobs.models import HiringTeam, Job, Membership, MembershipRole
from jobs.policies import READS_DRAFTS, READS_TEAM_DRAFTS

MOST_PEOPLE = 100
PUBLISHERS = (MembershipRole.RECRUITER, MembershipRole.ADMIN, MembershipRole.OWNER)


def of_job(job: Job) -> set[UUID]:
    """Those who work on a job: its hiring team, as far as they may still see it; without one, whoever runs all jobs."""
    acting = Membership.objects.filter(company=job.company_id, suspended_at=None)
    named = HiringTeam.objects.filter(job=job).values_list("user_id", flat=True)
    team = acting.filter(user__in=named, role__in=READS_DRAFTS | READS_TEAM_DRAFTS)
    return _people(team) or publishers_of(job.company_id)


def publishers_of(company_id: UUID) -> set[UUID]:
    """Those who may publish all of a company's jobs."""
    return _people(Membership.objects.filter(company=company_id, suspended_at=None, role__in=PUBLISHERS))


def may_read(job: Job, people: Collection[UUID]) -> set[UUID]:
    """Those of some people who may see what colleagues write on a job's applications."""
    acting = Membership.objects.filter(company=job.company_id, suspended_at=None, user__in=people)
    named = HiringTeam.objects.filter(job=job).values("user_id")
    return _people(acting.filter(Q(role__in=READS_DRAFTS) | Q(role__in=READS_TEAM_DRAFTS, user__in=named)))


def moderators() -> set[UUID]:
    """The board's own people who look at what is reported."""
    staff = User.objects.filter(
        platform_role__in=(PlatformRole.MODERATOR, PlatformRole.ADMIN), status=UserStatus.ACTIVE
    )
    return set(staff.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def _people(memberships: QuerySet[Membership]) -> set[UUID]:
    return set(memberships.order_by("pk").values_list("user_id", flat=True)[:MOST_PEOPLE])
