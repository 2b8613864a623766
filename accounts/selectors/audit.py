"""Reads of the audit log; and the one thing that a read writes: that it was one of somebody else's data."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import ApiKey, AuditEntry, AuditKind
from kernel.reading import Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Viewer

# An entry's key is made in the same process as its `at`, a moment before or after: less than so many milliseconds.
_CLOCK = 1_000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    acts: tuple[str, ...] | None = None
    actor_id: UUID | None = None
    since: datetime | None = None
    """At this instant or later."""
    until: datetime | None = None
    """Before this instant."""

    def condition(self) -> Q:
        """The entries that the filter keeps."""
        kept = Q()
        if self.acts is not None:
            kept &= Q(act__in=self.acts)
        if self.actor_id is not None:
            kept &= Q(actor_id=self.actor_id)
        # Entries are found by their keys, which grow with time; what these leave in too much, `at` takes away.
        if self.since is not None:
            kept &= Q(at__gte=self.since, pk__gte=_first_key_of(self.since, -_CLOCK))
        if self.until is not None:
            kept &= Q(at__lt=self.until, pk__lt=_first_key_of(self.until, _CLOCK))
        return kept


def _first_key_of(instant: datetime, later: int) -> UUID:
    """The least UUIDv7 (RFC 9562) of some milliseconds later; of the first there is, for what lies before it."""
    milliseconds = min(max(int(instant.timestamp() * 1000) + later, 0), 2**48 - 1)
    return UUID(int=milliseconds << 80)


def _entries(where: AuditFilter | None = None) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(where.condition()) if where else AuditEntry.objects.all()


def pages_of_companies(
    keys: Collection[UUID], where: AuditFilter | None, wanted: Slice
) -> dict[UUID, Page[AuditEntry]]:
    """A page of what concerns each of the companies, the newest first. The caller has seen to it who may."""
    return Listing(_entries, (where,), Order("pk", is_descending=True)).pages(keys, _of_company, wanted)


def counts_of_companies(keys: Collection[UUID], where: AuditFilter | None) -> dict[UUID, int]:
    """How many entries concern each of the companies. The caller has seen to it who may."""
    rows = _entries(where).filter(company_id__in=keys).values("company_id").annotate(n=Count("pk"))
    return {key: number for key, number in rows.values_list("company_id", "n") if key is not None}


def _of_company(key: RawSQL) -> Q:
    return Q(company_id=key)


_PREFIXES = Reading(lambda: ApiKey.objects.only("prefix"))


def key_prefixes(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, str]:
    """The first characters of the API keys that entries name, for those who have been shown the entries."""
    return {key: row.prefix for key, row in _PREFIXES.one(keys).items()}


def note_reads(act: str, *, by: Viewer, targets: Iterable[tuple[str, object]], company_id: UUID | None = None) -> None:
    """Write down that `by` reads what is somebody else's: an entry for each type and id, in one statement.

    It is called before anything is shown, and a query writes it in a transaction of its own: where it cannot be
    written, nothing is read.
    """
    noted = [
        AuditEntry(
            kind=AuditKind.READ,
            act=act,
            actor_id=by.impersonator_id or by.user_id,
            acted_as_id=by.user_id if by.impersonator_id else None,
            key_id=by.key_id,
            target_type=target_type,
            target_id=str(target_id),
            company_id=company_id,
            address=by.address or None,
            request_id=by.request_id,
        )
        for target_type, target_id in targets
    ]
    if noted:
        with transaction.atomic():
            AuditEntry.objects.bulk_create(noted)
