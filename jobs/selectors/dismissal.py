"""Reads of the jobs that people do not want to be shown. Nobody is told of another person's."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from jobs.models import JobDismissal
from kernel.reading import Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer

NEWEST = Order("dismissed_at", is_descending=True)


def _own() -> QuerySet[JobDismissal]:
    return JobDismissal.objects.filter(user=Given("viewer_id"))


_BY_ID = Reading(_own)
_OF_JOBS = Reading(_own, by="job_id")


def page(viewer: Viewer, wanted: Slice) -> Page[JobDismissal]:
    """One page of what the viewer has dismissed, the newest first."""
    if not viewer.allows(Scope.PROFILE_READ):
        return Page()
    return Listing(_own, (), NEWEST).page(wanted, viewer_id=viewer.user_id)


def count(viewer: Viewer) -> int:
    """How many jobs the viewer has dismissed."""
    return JobDismissal.objects.filter(user=viewer.user_id).count() if viewer.allows(Scope.PROFILE_READ) else 0


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, JobDismissal]:
    """Dismissals by their own id."""
    return _BY_ID.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.PROFILE_READ) else {}


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, JobDismissal]:
    """What the viewer has dismissed, by the job; no statement for nobody."""
    return _OF_JOBS.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.PROFILE_READ) else {}
