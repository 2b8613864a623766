"""Who may do what: pure functions of the viewer, the viewer's roles, and the object. What is not said here is denied.

`Roles` maps a company's id to the viewer's role in it, as `selectors.membership.roles` reads it. Nobody but its own
members and platform administrators act for a company; moderators act through moderation.
"""

from collections.abc import Mapping
from uuid import UUID

from jobs.models import CloseReason, Company, Job, MembershipRole
from kernel.viewer import Viewer

Roles = Mapping[UUID, str]

# Interviewers and hiring managers see and do what concerns the jobs of their own hiring team, and no other.
READS_DRAFTS = frozenset({MembershipRole.RECRUITER, MembershipRole.ADMIN, MembershipRole.OWNER})
RUNS_JOBS = READS_DRAFTS


def is_platform_admin(viewer: Viewer) -> bool:
    """Runs the board as a whole."""
    return viewer.is_authenticated and viewer.platform_role == "admin"


def may_publish_job(viewer: Viewer, roles: Roles, job: Job) -> bool:
    """Publish: recruiters and above, platform administrators."""
    return is_platform_admin(viewer) or _has_role(viewer, roles, job.company_id, RUNS_JOBS)


def may_close_job(viewer: Viewer, roles: Roles, job: Job, reason: str) -> bool:
    """Close: recruiters and above, platform administrators; for reasons of moderation only the latter."""
    if reason == CloseReason.MODERATION:
        return is_platform_admin(viewer)
    return may_publish_job(viewer, roles, job)


def may_amend_job(viewer: Viewer) -> bool:
    """Mend what a posting says in its company's place: platform administrators, and a revision says who."""
    return is_platform_admin(viewer)


def may_write_jobs(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """Create and edit a company's jobs: its recruiters and above."""
    return _has_role(viewer, roles, company.pk, RUNS_JOBS)


def may_dismiss_duplicate(viewer: Viewer, roles: Roles, job: Job, duplicate: Job) -> bool:
    """Say that two jobs are no duplicates: platform staff, and who runs the jobs of the company of both."""
    if viewer.is_staff:
        return True
    return job.company_id == duplicate.company_id and _has_role(viewer, roles, job.company_id, RUNS_JOBS)


def is_trusted(company: Company) -> bool:
    """May publish a draft without a review. Every company, until reviews exist."""
    return True


def _has_role(viewer: Viewer, roles: Roles, company_id: UUID, wanted: frozenset[MembershipRole]) -> bool:
    return viewer.is_authenticated and roles.get(company_id) in wanted
