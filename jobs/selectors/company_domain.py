"""Reads of the domains that companies say are their own, for those who prove them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from jobs.models import CompanyDomain, DomainMethod
from jobs.selectors.membership import domains_readable
from kernel.viewer import Viewer

MOST_DOMAINS = 20


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """What has to stand in the DNS."""

    name: str
    type: str
    value: str


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, CompanyDomain]:
    """Domains by id."""
    rows = {row.pk: row for row in CompanyDomain.objects.filter(pk__in=keys)}
    readable = set(domains_readable(viewer, {row.company_id for row in rows.values()}))
    return {key: row for key, row in rows.items() if row.company_id in readable}


def of_companies(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[CompanyDomain]]:
    """Each company's domains by name; a company whose domains are not shown is left out."""
    found: dict[UUID, list[CompanyDomain]] = {}
    for row in CompanyDomain.objects.filter(company_id__in=domains_readable(viewer, keys)).order_by("domain"):
        found.setdefault(row.company_id, []).append(row)
    return found


def record_of(row: CompanyDomain) -> DnsRecord | None:
    """The TXT record that proves the domain; None where a mail does."""
    if row.method != DomainMethod.DNS:
        return None
    return DnsRecord(f"_nexus.{row.domain}", "TXT", f"nexus-verification={row.token_hash}")
