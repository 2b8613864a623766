"""The postings of a company as those see them who run it: whatever state they are in."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from jobs.models import Job
from jobs.policies import READS_DRAFTS, READS_TEAM_DRAFTS
from jobs.selectors import job as jobs
from jobs.selectors import membership
from kernel.reading import kind_of
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer

type States = tuple[str, ...] | None


def readable(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """True for those of the companies that the viewer works for, or watches over; the others are left out."""
    if viewer.is_staff:
        return dict.fromkeys(keys, True)
    if not viewer.is_authenticated or not viewer.allows(Scope.JOBS_READ):
        return {}
    roles = READS_DRAFTS | READS_TEAM_DRAFTS
    mine = membership.acting(viewer).filter(company_id__in=keys, role__in=roles).values_list("company_id", flat=True)
    return dict.fromkeys(mine, True)


def of_companies(viewer: Viewer, keys: Collection[UUID], *, states: States, wanted: Slice) -> dict[UUID, Page[Job]]:
    """A page of each company's postings in any of the states, the newest first, as far as the viewer works on them."""
    listing = Listing(_own, (kind_of(viewer), states), Order("pk", is_descending=True))
    return listing.pages(list(readable(viewer, keys)), _of_company, wanted, viewer_id=viewer.user_id)


def counts_of_companies(viewer: Viewer, keys: Collection[UUID], *, states: States) -> dict[UUID, int]:
    """How many those are."""
    rows = _own(viewer, states).filter(company_id__in=readable(viewer, keys)).order_by()
    return dict(rows.values("company_id").annotate(n=Count("pk")).values_list("company_id", "n"))


def _own(viewer: Viewer, states: States) -> QuerySet[Job]:
    rows = Job.objects.defer(*jobs.UNREAD)
    if not viewer.is_staff:
        rows = rows.filter(jobs.own_to(viewer))
    return rows if states is None else rows.filter(lifecycle__in=states)


def _of_company(key: RawSQL) -> Q:
    return Q(company_id=key)
