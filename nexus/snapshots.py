"""Reading one state of the database several times."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot(max_statement_seconds: int) -> Iterator[None]:
    """All reads in the block see the same state of the database; writes are refused, and long statements ended.

    A transaction that was begun before keeps what it is; only what the block leaves behind is undone then.
    See https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ
    """
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{max_statement_seconds}s"])
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Inside a transaction: a statement that fails in the block, and is answered for, spoils nothing after it."""
    savepoint = transaction.savepoint_create()
    yield
    transaction.savepoint_rollback(savepoint)
