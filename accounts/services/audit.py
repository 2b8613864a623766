"""The audit log: every act of consequence writes one entry, in its own transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import AuditEntry, AuditKind
from accounts.selectors.audit import note_reads
from kernel.viewer import Viewer


def record(
    act: str,
    *,
    by: Viewer,
    target: tuple[str, object],
    company_id: UUID | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down that `by` did `act` to `target`, a type and an id. One statement.

    `before` and `after` hold what was changed; never a secret, and no name or address of a person.
    """
    record_all(act, by=by, done=[Done(target, company_id, before, after)])


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did to one of its targets: see `record`."""

    target: tuple[str, object]
    company_id: UUID | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record_all(act: str, *, by: Viewer, done: Iterable[Done]) -> None:
    """Write down that `by` did `act` to several targets, an entry for each. One statement; see `record`."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{act} was recorded outside a transaction: it could stand there without its act.")
    AuditEntry.objects.bulk_create(
        AuditEntry(
            kind=AuditKind.WRITE,
            act=act,
            actor_id=by.impersonator_id or by.user_id,
            acted_as_id=by.user_id if by.impersonator_id else None,
            key_id=by.key_id,
            target_type=one.target[0],
            target_id=str(one.target[1]),
            company_id=one.company_id,
            before=_plain(one.before),
            after=_plain(one.after),
            address=by.address or None,
            request_id=by.request_id,
        )
        for one in done
    )


def record_read(act: str, *, by: Viewer, target: tuple[str, object], company_id: UUID | None = None) -> None:
    """Write down that `by` read what is somebody else's."""
    note_reads(act, by=by, targets=[target], company_id=company_id)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_value(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
