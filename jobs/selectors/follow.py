"""Which companies a person follows. Nobody else is told."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from jobs.models import Company, CompanyStatus, Follow
from jobs.selectors.membership import COMPANY_TEXTS
from kernel.reading import Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer


def _followed() -> QuerySet[Follow]:
    texts = (f"company__{column}" for column in COMPANY_TEXTS)
    rows = Follow.objects.select_related("company__industry", "company__headquarters__country").defer(*texts)
    return rows.filter(user=Given("viewer_id"), company__status=CompanyStatus.ACTIVE)


_BY_COMPANY = Reading(lambda: Follow.objects.filter(user=Given("viewer_id")), by="company_id")
_FOLLOWED = Listing(_followed, order=Order("pk", is_descending=True))


def is_followed(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """Whether the viewer follows each of the companies. No query for nobody, who follows none."""
    is_somebody = viewer.allows(Scope.PROFILE_READ)
    followed = _BY_COMPANY.one(keys, viewer_id=viewer.user_id) if is_somebody else {}
    return {key: key in followed for key in keys}


def companies(viewer: Viewer, wanted: Slice) -> Page[Company]:
    """A page of the active companies that the viewer follows; whom the viewer followed last comes first."""
    if not viewer.allows(Scope.PROFILE_READ):
        return Page()
    page = _FOLLOWED.page(wanted, viewer_id=viewer.user_id)
    rows = [row.company for row in page.rows]
    return Page(rows, page.positions, has_next=page.has_next, has_previous=page.has_previous)


def count(viewer: Viewer) -> int:
    """How many active companies the viewer follows."""
    if not viewer.allows(Scope.PROFILE_READ):
        return 0
    return Follow.objects.filter(user=viewer.user_id, company__status=CompanyStatus.ACTIVE).count()
