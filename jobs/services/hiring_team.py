"""Who works on one job. Interviewers and hiring managers see what concerns the jobs of their own hiring team."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from accounts.services import audit
from jobs import policies
from jobs.errors import NotAMember
from jobs.models import HiringRole, HiringTeam, Job, Membership
from jobs.selectors import job as jobs
from jobs.selectors import membership as memberships
from jobs.selectors.hiring_team import MOST_PEOPLE
from jobs.services import membership
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer


@transaction.atomic
def name(*, by: Viewer, job_id: UUID, members: Mapping[int, str]) -> Job:
    """Say who works on a job, and as what, and give the job back: a `HiringRole` by membership. Nobody else does then.

    Raises `NotFound`, `Forbidden`, `Invalid`, and `NotAMember` for who is no active member of the job's company.
    """
    if len(members) > MOST_PEOPLE:
        raise Invalid(f"A hiring team has at most {MOST_PEOPLE} people.", field="members")
    if not set(members.values()) <= set(HiringRole.values):
        raise Invalid(f"One of: {', '.join(HiringRole.values)}.", field="members")
    job = Job.objects.filter(jobs.visible_to(by), pk=job_id).select_related("company").first()
    if job is None:
        raise NotFound(field="job_id")
    # So that nobody is named who is leaving at this moment.
    membership.lock(job.company_id)
    if not policies.may_write_jobs(by, memberships.roles(by), job.company):
        raise Forbidden
    acting = Membership.objects.filter(memberships.PEOPLE, pk__in=members, company=job.company_id, suspended_at=None)
    people = dict(acting.values_list("pk", "user_id"))
    if len(people) < len(members):
        raise NotAMember(field="members")
    wanted = {people[key]: role for key, role in members.items()}
    before = {str(user): role for user, role in _team(job)}
    after = {str(user): role for user, role in wanted.items()}
    if before == after:
        return job
    HiringTeam.objects.filter(job=job).delete()
    HiringTeam.objects.bulk_create([HiringTeam(job=job, user_id=user, role=role) for user, role in wanted.items()])
    audit.record(
        "hiring_team.name", by=by, target=("Job", job.pk), company_id=job.company_id, before=before, after=after
    )
    return job


def _team(job: Job) -> list[tuple[UUID, str]]:
    return list(HiringTeam.objects.filter(job=job).values_list("user_id", "role"))
