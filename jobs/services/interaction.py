"""Room for what people do with postings: a partition a month."""

from datetime import UTC, date, datetime
from itertools import pairwise

from django.db import connection, transaction
from psycopg.sql import SQL, Composed, Identifier, Literal

from jobs.models import InteractionEvent

TABLE = InteractionEvent._meta.db_table


def make_months(first: date, last: date) -> list[str]:
    """Make the partitions of the months from `first` to `last`, both included; names of those that were not there.

    Events that stand in the default partition move to their month. Safe to call again and by several at once; events
    of these months that are written meanwhile wait.
    """
    made = []
    for start, end in _months(first, last):
        with transaction.atomic(), connection.cursor() as cursor:
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
