"""Reads of applications that people are writing. Nobody is shown another person's."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from jobs.models import ApplicationDraft
from kernel.reading import Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer

NEWEST = Order("updated_at", is_descending=True)


def _own() -> QuerySet[ApplicationDraft]:
    return ApplicationDraft.objects.defer("answers").filter(user=Given("viewer_id"))


_BY_ID = Reading(_own)
_OF_JOBS = Reading(_own, by="job_id")


def page(viewer: Viewer, wanted: Slice) -> Page[ApplicationDraft]:
    """One page of what the viewer is writing, what was written last first."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return Page()
    return Listing(_own, (), NEWEST).page(wanted, viewer_id=viewer.user_id)


def count(viewer: Viewer) -> int:
    """How many drafts the viewer has."""
    if not viewer.allows(Scope.APPLICATIONS_READ):
        return 0
    return ApplicationDraft.objects.filter(user=viewer.user_id).count()


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, ApplicationDraft]:
    """Drafts by their own id."""
    return _BY_ID.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.APPLICATIONS_READ) else {}


def of_jobs(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, ApplicationDraft]:
    """What the viewer is writing, by the job; no statement for nobody."""
    return _OF_JOBS.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.APPLICATIONS_READ) else {}
