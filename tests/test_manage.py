import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nexus import embedded
from nexus.environment import BASE_DIR

ASK = "from django.db import connection as c; c.ensure_connection(); print('host', c.get_connection_params()['host'])"


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="manage-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"
        if (Path(folder) / "home").exists():
            embedded.stop(Path(folder) / "home")


def manage(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    blank = dict.fromkeys(re.findall(r"^# ([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE), "")
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**blank, "PATH": os.environ["PATH"], "NEXUS_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_without_a_database_brings_its_own_and_stops_it(home: Path) -> None:
    result = manage(home, "shell", "--no-imports", "--command", ASK)
    assert re.search(r"^host .*/nexus-", result.stdout, re.MULTILINE), result.stderr
    assert "Creating the PostgreSQL database" in result.stderr
    assert not (home / "servers.json").exists()


def test_command_shares_servers_that_run_already(home: Path) -> None:
    with embedded.servers(home) as running:
        result = manage(home, "shell", "--no-imports", "--command", ASK)
        assert result.stdout.strip() == "host " + running.environment()["DATABASE_URL"].partition("host=")[2]
        assert (home / "servers.json").exists()


def test_command_with_a_database_starts_nothing(home: Path) -> None:
    with embedded.servers(home.parent / "other") as running:
        result = manage(home, "shell", "--no-imports", "--command", ASK, DEBUG="1", **running.environment())
        assert result.returncode == 0, result.stderr
    assert not home.exists()


@pytest.mark.parametrize("arguments", [["help"], ["--version"], ["migrate", "--help"]])
def test_command_that_only_reads_files_starts_nothing(home: Path, arguments: list[str]) -> None:
    assert manage(home, *arguments).returncode == 0
    assert not home.exists()


def test_exit_code_is_the_commands(home: Path) -> None:
    assert manage(home, "shell", "--no-imports", "--command", "raise SystemExit(3)").returncode == 3
    assert not (home / "servers.json").exists()
