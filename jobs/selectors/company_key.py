"""Reads of the API keys of companies."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import ApiKey
from jobs import policies
from jobs.models import Company
from jobs.selectors import membership
from kernel.reading import Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Scope, Viewer


def _keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(revoked_at__isnull=True).defer("hash")


_BY_ID = Reading(lambda: ApiKey.objects.defer("hash"))
_OF_COMPANY = Listing(_keys, order=Order("pk", is_descending=True))


def readable(viewer: Viewer, company_ids: Collection[UUID]) -> list[UUID]:
    """Those of the companies whose keys the viewer may see."""
    if viewer.key_id is not None or not company_ids:
        return []
    roles = membership.roles(viewer)
    return [key for key in company_ids if policies.may_manage_keys(viewer, roles, Company(pk=key))]


def shown(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, bool]:
    """The companies whose keys the viewer may see, each with a True."""
    return dict.fromkeys(readable(viewer, keys), True)


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, ApiKey]:
    """Keys by id: the viewer's own, and those of the companies whose keys the viewer may see; revoked ones, too."""
    if not viewer.is_authenticated:
        return {}
    found = _BY_ID.one(keys)
    companies = set(readable(viewer, {key.company_id for key in found.values() if key.company_id}))
    is_own = viewer.allows(Scope.ACCOUNT_READ)
    return {
        pk: key
        for pk, key in found.items()
        if (is_own and key.user_id == viewer.user_id) or key.company_id in companies
    }


def of_companies(viewer: Viewer, keys: Collection[UUID], *, wanted: Slice) -> dict[UUID, Page[ApiKey]]:
    """A page of each company's keys that were not revoked, the newest first; no page where they are not shown."""
    return _OF_COMPANY.pages(readable(viewer, keys), _of_company, wanted)


def counts_of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, int]:
    """How many keys each company has, where the viewer may see them."""
    rows = _keys().filter(company_id__in=readable(viewer, keys)).order_by().values("company_id")
    counted = rows.annotate(n=Count("pk")).values_list("company_id", "n")
    return {company_id: number for company_id, number in counted if company_id is not None}


def _of_company(key: RawSQL) -> Q:
    return Q(company_id=key)
