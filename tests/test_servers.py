import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from accounts.models import User
from jobs.models import Skill
from nexus.environment import BASE_DIR
from tests import servers
from tests.waiting import until

# A test session that tells what it runs on and then waits to be killed.
WAITING = """
import os, pytest
class Plugin:
    def pytest_collection_finish(self, session):
        print(os.environ["DATABASE_URL"], flush=True)
        import sys; sys.stdin.read()
pytest.main(["-q", "--collect-only", "tests/test_servers.py"], plugins=[Plugin()])
"""


@pytest.mark.django_db(transaction=True)
def test_committed_rows_are_undone_and_reference_data_stays() -> None:
    skills = Skill.objects.count()
    assert skills > 0
    User.objects.create_user(email="committed@example.com", password=None)
    servers.reset_database()
    assert not User.objects.filter(email="committed@example.com").exists()
    assert Skill.objects.count() == skills


@pytest.mark.django_db
def test_each_worker_has_a_database_of_its_own() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
    assert row
    assert row[0].startswith("nexus_test_")
    assert row[0].endswith(f"_{worker}")


def running_servers() -> Iterator[dict[str, Any]]:
    """What the keeper of each test run on this machine says of itself; others come and go meanwhile."""
    for path in Path(tempfile.gettempdir()).glob("nexus-test-*/servers.json"):
        with contextlib.suppress(OSError, ValueError):
            yield json.loads(path.read_text())


def test_killed_run_leaves_nothing_behind() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"DATABASE_URL": "", "REDIS_URL": ""}
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout
        url = next(line for line in run.stdout if line.startswith("postgresql://")).strip()
        sockets = url.partition("host=")[2]
        state = next(state for state in running_servers() if state["keeper"] == f"{sockets}/keeper")
        keeper = psutil.Process(state["pid"])
        run.kill()
    until(lambda: not keeper.is_running() or keeper.status() == psutil.STATUS_ZOMBIE)
    assert not Path(state["data"]).parent.exists()
    assert not Path(sockets).exists()
