"""What happened. A service emits an event in the transaction in which it happened; subscribers hear of it afterwards.

    @dataclass(frozen=True)
    class CompanyCreated(Event):
        about = "company_id"
        company_id: UUID

An event holds ids and plain values, no rows and no secrets: it is kept as JSON. `kernel.outbox` delivers it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from kernel.ids import uuid7
from kernel.reading import Statement
from kernel.viewer import ANONYMOUS, Viewer

kinds: dict[str, type["Event"]] = {}
"""Every event there is, by the name of its class."""

# The number in the sequence is drawn only when nobody else has an uncommitted event of the same thing: so the order of
# the numbers is that of the commits. A materialised expression is evaluated before what reads it.
_EMIT: Statement[Sequence[Any]] = Statement(
    """
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('nexus.outbox'), hashtext(%(aggregate)s)))
INSERT INTO kernel_outboxevent (id, kind, aggregate, payload, actor_id, request_id, occurred_at)
SELECT %(id)s, %(kind)s, %(aggregate)s, %(payload)s, %(actor_id)s::uuid, %(request_id)s, %(now)s FROM alone
RETURNING seq""",
    list,
)

# All of the locks are taken, in the order of what it happened to, before the first number is drawn.
_EMIT_ALL = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::jsonb[]) WITH ORDINALITY
    AS given (id, kind, aggregate, payload, place)
), alone AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('nexus.outbox'), hashtext(aggregate))
    FROM (SELECT aggregate FROM given ORDER BY place) AS one
)
INSERT INTO kernel_outboxevent (id, kind, aggregate, payload, actor_id, request_id, occurred_at)
SELECT id, kind, aggregate, payload, %s, %s, %s FROM given WHERE (SELECT count(*) FROM alone) > 0 ORDER BY place"""

_READERS: dict[Any, Any] = {UUID: UUID, datetime: datetime.fromisoformat}


@dataclass(frozen=True)
class Event:
    """Subclass with plain fields (str, int, bool, UUID, datetime, or None) and `about`, the field with the id of what
    it happened to: a subscriber hears of one thing's events in the order in which they happened.
    """

    about: ClassVar[str]

    def __init_subclass__(cls) -> None:
        kinds[cls.__name__] = cls

    @property
    def aggregate(self) -> str:
        """What it happened to, as `company:<id>`."""
        return f"{self.about.removesuffix('_id')}:{getattr(self, self.about)}"

    def payload(self) -> dict[str, Any]:
        """The fields as JSON has them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in values.items()}

    @classmethod
    def read(cls, payload: dict[str, Any]) -> Self:
        """The event that `payload` was made from. Fields that it did not have yet take their defaults."""
        values = {}
        for field in fields(cls):
            if field.name in payload:
                values[field.name] = _read(field.type, payload[field.name])
        return cls(**values)


def emit(event: Event, *, by: Viewer = ANONYMOUS) -> None:
    """Write the event down: it will be delivered if, and only if, the caller's transaction commits. One statement.

    Until then whoever emits an event of the same thing waits. A transaction that emits events of several things does so
    in the order of their ids, or it may meet another half-way: PostgreSQL then ends one of the two.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{type(event).__name__} was emitted outside a transaction.")
    _EMIT.read(
        {
            "id": uuid7(),
            "kind": type(event).__name__,
            "aggregate": event.aggregate,
            "payload": Jsonb(event.payload()),
            "actor_id": by.user_id,
            "request_id": by.request_id,
            "now": timezone.now(),
        }
    )


def emit_all(events: Iterable[Event], *, by: Viewer = ANONYMOUS) -> None:
    """Write down several things that happened, in the order of the ids of what they happened to. One statement.

    Otherwise as `emit`.
    """
    ordered = sorted(events, key=lambda event: event.aggregate)
    if not connection.in_atomic_block:
        raise RuntimeError("Events were emitted outside a transaction.")
    if not ordered:
        return
    values: list[Any] = [
        [uuid7() for _ in ordered],
        [type(event).__name__ for event in ordered],
        [event.aggregate for event in ordered],
        [Jsonb(event.payload()) for event in ordered],
        *(by.user_id, by.request_id, timezone.now()),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_EMIT_ALL, values)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    for of, read in _READERS.items():
        if kind is of or of in getattr(kind, "__args__", ()):
            return read(value)
    return value
