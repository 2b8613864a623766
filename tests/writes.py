"""Holds every test to this: no table of a tag is written to without the caches hearing of it.

PostgreSQL itself tells which tables the test's transaction has written to, by whatever way: statements, COPY, cascades.
Tests that commit are not looked at; their writes go the same ways.
"""

from collections.abc import Generator

import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from kernel import caching

_COUNTS = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"

# Triggers take rows away with those of other tables: where they are shown, those are read, too.
_TAKEN_WITH = {"job_search": {"jobs_job", "jobs_company"}}


def rows_written() -> dict[str, int]:
    """How many rows the open transaction has written so far, by table."""
    # Not through Django's cursor: a test may count the statements that go there.
    with connection.connection.cursor() as cursor:
        return dict(cursor.execute(_COUNTS).fetchall())


def _can_be_asked() -> bool:
    raw = connection.connection
    sound = (TransactionStatus.IDLE, TransactionStatus.INTRANS)
    return bool(connection.in_atomic_block and raw and raw.info.transaction_status in sound)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    if not _can_be_asked():
        yield
        return
    heard: set[str] = set()
    hear = caching.written

    def hearing(*tables: str) -> None:
        heard.update(tables)
        hear(*tables)

    before = rows_written()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caching, "written", hearing)
        yield
    if _can_be_asked():
        written = {table for table, rows in rows_written().items() if rows > before.get(table, 0)}
        unheard = sorted(
            table
            for table in written - heard
            if table in caching._by_table and heard.isdisjoint(_TAKEN_WITH.get(table, ()))
        )
        assert not unheard, f"{item.nodeid} has written to {unheard}, and no cache heard of it"
