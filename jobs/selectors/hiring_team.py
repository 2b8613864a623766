"""Reads of who works on which job."""

from collections.abc import Collection
from uuid import UUID

from jobs import policies
from jobs.models import HiringTeam, Job
from jobs.selectors import job as jobs
from kernel.reading import Reading
from kernel.viewer import Scope, Viewer

MOST_PEOPLE = 50

_OF_JOBS = Reading(lambda: HiringTeam.objects.order_by("pk"), by="job_id")


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[HiringTeam]]:
    """The hiring team of each job, in the order in which they were named; where the viewer works on it."""
    return _OF_JOBS.many(list(readable(viewer, keys)))


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the jobs that the viewer works on, or runs the board of; the others are left out."""
    if policies.is_platform_admin(viewer):
        return dict.fromkeys(keys, True)
    if not viewer.allows(Scope.JOBS_READ):
        return {}
    own = Job.objects.filter(jobs.own_to(viewer), pk__in=keys).values_list("pk", flat=True)
    return dict.fromkeys(own, True)
