"""The board that is measured: a PostgreSQL and a Valkey of the bench's own, with a seeded market in them.

The servers are the ones of `nexus.embedded`, run without its keeper, so that a load run can stop and start each.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from bench.say import say
from nexus.environment import BASE_DIR
from nexus.local_servers import Account, Postgres, Valkey

# Nothing is published or expires while the bench runs: the same request has the same answer all along.
HOLD_STILL = """
    UPDATE jobs_job SET expires_at = now() + interval '30 days'
    WHERE lifecycle = 'published' AND expires_at BETWEEN now() AND now() + interval '2 days'
"""
# The nested work reads ten jobs of each of the first fifty companies by name: these get ten more.
HIRE = """
    WITH employer AS (
        SELECT id, row_number() OVER (ORDER BY name, id) - 1 AS number
        FROM jobs_company WHERE status = 'active' ORDER BY name, id LIMIT 50
    ), vacancy AS (
        SELECT id, row_number() OVER (ORDER BY published_at DESC, id DESC) AS number
        FROM jobs_job
        WHERE lifecycle = 'published' AND moderation IN ('clear', 'flagged') AND visibility = 'public'
            AND expires_at > now()
        ORDER BY published_at DESC, id DESC OFFSET 1000 LIMIT 500
    )
    UPDATE jobs_job SET company_id = employer.id
    FROM vacancy JOIN employer ON employer.number = vacancy.number % 50
    WHERE vacancy.id = jobs_job.id
"""


class Board:
    """The running servers; `environment` is what a process needs to reach them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        account, sockets = Account(home), Path(tempfile.mkdtemp(prefix="nexus-bench-"))
        account.own(sockets)
        log = os.open(home / "servers.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.sockets = sockets
        # What its documentation advises for a machine of its own. The kernel may drop what it has read of files at any
        # time, and a board of a million jobs would be read again and again.
        quarter = psutil.virtual_memory().total // 2**20 // 4
        self.postgres = Postgres(account, sockets, log, throwaway=True, megabytes=quarter)
        self.valkey = Valkey(account, sockets, log, throwaway=True)
        self.environment = self.postgres.environment() | self.valkey.environment()
        # What psycopg, node-postgres and PostGraphile read.
        self.environment |= {"PGHOST": str(sockets), "PGUSER": "nexus", "PGDATABASE": "nexus"}

    async def start(self) -> None:
        await self.postgres.start(say)
        await self.valkey.start(say)

    async def stop(self) -> None:
        """As after a crash; nothing is kept."""
        await self.valkey.stop()
        await self.postgres.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host=self.environment["PGHOST"], user="nexus", dbname="nexus", autocommit=True)

    def fill(self, jobs: int, *, with_demo: bool, people: int | None = None) -> None:
        """Tables, reference data and a market of as many postings and people, the same at every run of a day."""
        self.manage("migrate", "-v0")
        self.manage("reference_load", "-v0")
        if with_demo:
            self.manage("demo", "-v0")
        looking = [] if people is None else ["--people", str(people)]
        with self.connect() as connection, _without(connection, "job_search_words"):
            self.manage("market", "--jobs", str(jobs), *looking, "-v0")
        with self.connect() as connection:
            connection.execute(HOLD_STILL)
            connection.execute(HIRE)
            connection.execute("VACUUM (ANALYZE)")
        if people is not None:
            # As each night.
            self.manage("feed_cells", "-v0")

    def manage(self, *arguments: str) -> None:
        """One of the commands of `manage.py`, on this board."""
        environment = os.environ | {"DEBUG": "1", "LOG_LEVEL": "ERROR"} | self.environment
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=environment, check=True)


@contextmanager
def _without(connection: psycopg.Connection, index: str) -> Iterator[None]:
    """The index is made of what is there at the end of the block: row by row it takes a million postings an hour."""
    row = connection.execute("SELECT pg_get_indexdef(%s::regclass)", [index]).fetchone()
    assert row is not None
    connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    yield
    say(f"Making the index {index}")
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute(row[0])


@contextmanager
def board(jobs: int, *, with_demo: bool = False, people: int | None = None) -> Iterator[Board]:
    """A filled board for the length of the block, in a folder that goes with it; the demo has accounts to log in."""
    with empty_board() as found:
        say(f"Making a market of {jobs:,} postings")
        found.fill(jobs, with_demo=with_demo, people=people)
        yield found


@contextmanager
def empty_board() -> Iterator[Board]:
    """Running servers without a table, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        found = Board(home)
        try:
            asyncio.run(found.start())
            yield found
        finally:
            asyncio.run(found.stop())
