"""What people do with postings, put down by what does it; and room for it: a partition a month, for so many months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg.sql import SQL, Composed, Identifier, Literal

from jobs.models import InteractionEvent
from jobs.services import heat
from kernel.ids import uuid7

TABLE = InteractionEvent._meta.db_table
MONTHS_AHEAD = 3
_NOTE = f"""
    WITH written AS (
        INSERT INTO {TABLE} (id, user_id, job_id, kind, occurred_at, surface)
        VALUES (%(id)s, %(user_id)s, %(job_id)s, %(kind)s, %(at)s, '')
        RETURNING user_id, job_id, kind, occurred_at
    ), {heat.ADD_WRITTEN}"""  # noqa: S608 - our own text
# Whoever wants a whole table waits no longer than that, since everybody else waits behind them.
PATIENCE = "3s"
FORGOTTEN_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the table: the first instant of its month (None: the default one), and about how many rows it has."""

    name: str
    start: datetime | None
    rows: int


def note(user_id: UUID, job_id: UUID, kind: str, at: datetime, *, key: UUID | None = None) -> None:
    """Put down what a person did with a job, in the caller's transaction and as the last thing in it."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"id": key or uuid7(), "user_id": user_id, "job_id": job_id, "kind": kind, "at": at})


def keep_up(now: datetime) -> tuple[list[str], list[str]]:
    """Make the months to come, and forget those of before `settings.INTERACTION_MONTHS`; names of both.

    Raises `OperationalError` where somebody is reading or writing for too long: then it is for the next time.
    """
    made = make_months(now.date(), _month(now, MONTHS_AHEAD).date(), patience=PATIENCE)
    return made, forget_before(_month(now, -settings.INTERACTION_MONTHS))


def forget_before(first: datetime) -> list[str]:
    """Forget the months that ended before an instant, and what is older in the default partition; names of those."""
    gone = []
    for partition in partitions():
        if partition.start is not None and _month(partition.start, 1) <= first:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(SQL("SET LOCAL lock_timeout = {}").format(Literal(PATIENCE)))
                cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(partition.name)))
            gone.append(partition.name)
    while _forget_some(first) == FORGOTTEN_AT_ONCE:
        pass
    return gone


def partitions() -> Sequence[Partition]:
    """The parts of the table, the oldest month first and the default one last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), greatest(c.reltuples, 0)::bigint"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass"
            " ORDER BY 1",
            [TABLE],
        )
        found = [Partition(name, _start(bounds), rows) for name, bounds, rows in cursor.fetchall()]
    return sorted(found, key=lambda part: (part.start is None, part.name))


def _start(bounds: str) -> datetime | None:
    """The first instant of `FOR VALUES FROM ('…') TO ('…')`."""
    quoted = bounds.split("'")
    return datetime.fromisoformat(quoted[1]).astimezone(UTC) if len(quoted) > 1 else None


def _forget_some(first: datetime) -> int:
    default = Identifier(f"{TABLE}_default")
    with connection.cursor() as cursor:
        cursor.execute(
            SQL(
                "DELETE FROM {default} WHERE ctid = ANY(ARRAY("
                "SELECT ctid FROM {default} WHERE occurred_at < {first} LIMIT {most} FOR UPDATE SKIP LOCKED))"
            ).format(default=default, first=Literal(first), most=Literal(FORGOTTEN_AT_ONCE))
        )
        return int(cursor.rowcount)


def _month(moment: datetime, further: int) -> datetime:
    """The first instant of the month that is so many months further on."""
    number = moment.astimezone(UTC).year * 12 + moment.astimezone(UTC).month - 1 + further
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def make_months(first: date, last: date, *, patience: str = "0") -> list[str]:
    """Make the partitions of the months from `first` to `last`, both included; names of those that were not there.

    Events that stand in the default partition move to their month. Safe to call again and by several at once; events
    of these months that are written meanwhile wait. With `patience` (`3s`) it gives up where it has to wait for longer.
    """
    made = []
    for start, end in _months(first, last):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SQL("SET LOCAL lock_timeout = {}").format(Literal(patience)))
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
            name = f"{TABLE}_{start:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is None:
                cursor.execute(_statement(name, start, end))
                made.append(name)
    return made


def _months(first: date, last: date) -> list[tuple[datetime, datetime]]:
    starts = [
        datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    ]
    return list(pairwise(starts))


def _statement(name: str, start: datetime, end: datetime) -> Composed:
    # Attached only when the default partition holds nothing of the month, or PostgreSQL refuses.
    return SQL(
        """
        LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE;
        CREATE TABLE {month} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
        WITH moved AS (
            DELETE FROM {default} WHERE occurred_at >= {start} AND occurred_at < {end} RETURNING *
        ) INSERT INTO {month} SELECT * FROM moved;
        ALTER TABLE {table} ATTACH PARTITION {month} FOR VALUES FROM ({start}) TO ({end});
        """
    ).format(
        table=Identifier(TABLE),
        default=Identifier(f"{TABLE}_default"),
        month=Identifier(name),
        start=Literal(start),
        end=Literal(end),
    )
