"""Reads of the employers whom people have blocked. Nobody is shown another person's, staff of the board included."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from jobs.models import EmployerBlock
from kernel.reading import Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer

NEWEST = Order("created_at", is_descending=True)


def _own() -> QuerySet[EmployerBlock]:
    return EmployerBlock.objects.filter(user=Given("viewer_id"))


_BY_ID = Reading(_own)


def page(viewer: Viewer, wanted: Slice) -> Page[EmployerBlock]:
    """One page of whom the viewer has blocked, the newest first."""
    if not viewer.allows(Scope.PROFILE_READ):
        return Page()
    return Listing(_own, (), NEWEST).page(wanted, viewer_id=viewer.user_id)


def count(viewer: Viewer) -> int:
    """How many employers the viewer has blocked."""
    return EmployerBlock.objects.filter(user=viewer.user_id).count() if viewer.allows(Scope.PROFILE_READ) else 0


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, EmployerBlock]:
    """Blocks by their own id."""
    return _BY_ID.one(keys, viewer_id=viewer.user_id) if viewer.allows(Scope.PROFILE_READ) else {}
