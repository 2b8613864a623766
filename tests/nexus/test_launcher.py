"""`make run` without make: the launcher as a process, stopped and killed in every way."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from nexus import embedded, local_servers
from nexus.environment import BASE_DIR
from nexus.launcher import Options
from tests.waiting import until


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter: as root, the servers run as `nobody`."""
    # A server that was killed a moment ago may still write as the folder goes.
    with tempfile.TemporaryDirectory(prefix="launcher-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def migrated() -> Iterator[Path]:
    """A home folder after its first start, to copy."""
    with open_folder() as base:
        with board(base / "home") as running:
            # It makes the database and all of its tables, which a busy machine takes minutes for.
            running.await_up(300)
            running.process.terminate()
            assert running.process.wait(60) == 0, running.output()
        yield base / "home"


@pytest.fixture
def home(migrated: Path) -> Iterator[Path]:
    yield from _copy(migrated)


@pytest.fixture
def other_home(migrated: Path) -> Iterator[Path]:
    yield from _copy(migrated)


def _copy(migrated: Path) -> Iterator[Path]:
    with open_folder() as base:
        subprocess.run(["cp", "-a", migrated, base], check=True)
        yield base / "home"
        embedded.stop(base / "home")


@dataclass
class Running:
    """One launcher and what it printed."""

    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text()

    def await_text(self, text: str, seconds: float = 60) -> None:
        until(lambda: text in self.output() or self.process.poll() is not None, seconds)
        assert text in self.output(), self.output()

    def await_up(self, seconds: float = 60) -> str:
        """The board's address, once it answers."""
        self.await_text("Stop it with Ctrl-C.", seconds)
        found = re.search(r"Health +(http://\S+)/health", self.output())
        assert found
        return found.group(1)


@contextlib.contextmanager
def board(home: Path, **environment: str) -> Iterator[Running]:
    """A launcher in a session of its own, as in a terminal of its own, with an empty HOME."""
    home.mkdir(exist_ok=True)
    log = home.parent / "output.log"
    # An empty variable counts as unset, and keeps the developer's `.env` out.
    blank = dict.fromkeys(re.findall(r"^# ([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE), "")
    with log.open("wb") as output, tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [sys.executable, "-m", "nexus.launcher"],
            cwd=BASE_DIR,
            env={
                **blank,
                "PATH": os.environ["PATH"],
                "HOME": empty,
                "NEXUS_HOME": str(home),
                "DEMO": "0",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield Running(process, log)
        finally:
            process.kill()
            process.wait()


def processes(home: Path) -> list[psutil.Process]:
    """Everything that runs for the home: launcher, services, their children, keeper and servers."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("NEXUS_HOME") == str(home):
                found.append(process)
    data = (home / "data").resolve()
    return found + local_servers.leftovers(data / "postgres") + local_servers.leftovers(data / "valkey")


def command(process: psutil.Process) -> list[str]:
    """Its command line; empty if it has just ended."""
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def service(home: Path, role: str) -> psutil.Process:
    """The service's main process."""
    same = [process for process in processes(home) if role in command(process)]
    return next(process for process in same if process.ppid() not in [other.pid for other in same])


def health(url: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        return json.load(answer)


def test_ctrl_c_stops_the_group_in_order(home: Path) -> None:
    with board(home) as running:
        url = running.await_up()
        running.await_text("ready.")
        running.await_text("scheduler_leads")
        running.await_text("relay_runs")
        assert health(url)["checks"] == {"database": "up", "cache": "up", "broker": "up"}
        assert f"Mail      {url}/dev/mail" in running.output()
        urllib.request.urlopen(f"{url}/dev/mail", timeout=10).close()
        groups = {
            os.getpgid(service(home, role).pid) for role in ("web", "worker", "worker-long", "relay", "scheduler")
        }
        assert groups == {running.process.pid}
        # The terminal sends it to every process of the foreground group.
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.process.wait(90) == 0
        last_words = ("Finished server process", "scheduler_ends", "relay_ends", "Warm shutdown")
        positions = [running.output().find(words) for words in last_words]
        assert -1 not in positions, running.output()
        assert positions == sorted(positions)
        assert processes(home) == []


def test_two_boards_run_side_by_side(home: Path, other_home: Path) -> None:
    with board(home) as first, board(other_home, WEB_CONCURRENCY="2") as second:
        urls = {first.await_up(), second.await_up()}
        assert len(urls) == 2
        assert [health(url)["status"] for url in urls] == ["up", "up"]
        assert len([process for process in processes(other_home) if "web" in command(process)]) == 2
        first.process.terminate()
        assert first.process.wait(90) == 0
        assert processes(home) == []
        second.process.terminate()
        assert second.process.wait(90) == 0
        assert processes(other_home) == []


def test_killed_launcher_leaves_nothing_and_the_next_run_recovers(home: Path) -> None:
    with board(home) as running:
        running.await_up()
        running.process.kill()
        until(lambda: processes(home) == [])
    with board(home) as running:
        assert health(running.await_up())["status"] == "up"


@pytest.mark.parametrize(
    "role",
    ["worker", *(pytest.param(role, marks=pytest.mark.long) for role in ("web", "worker-long", "relay", "scheduler"))],
)
def test_death_of_a_service_stops_the_board_with_a_failure(home: Path, role: str) -> None:
    with board(home) as running:
        running.await_up()
        running.await_text("ready.")
        service(home, role).kill()
        assert running.process.wait(90) == 1
        assert f"The {role} process was killed by signal 9" in running.output()
        until(lambda: processes(home) == [])


def test_end_of_the_servers_stops_the_board_with_a_failure(home: Path) -> None:
    with board(home) as running:
        running.await_up()
        embedded.stop(home)
        assert running.process.wait(90) == 1
        assert "The embedded servers ended" in running.output()
        until(lambda: processes(home) == [])


def test_second_ctrl_c_does_not_wait_for_a_service_that_hangs(home: Path) -> None:
    with board(home) as running:
        running.await_up()
        running.await_text("ready.")
        service(home, "worker").suspend()
        running.process.send_signal(signal.SIGINT)
        running.await_text("Finished server process")
        started = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(90) == 0
        assert time.monotonic() - started < 20
        until(lambda: processes(home) == [])


def test_signal_during_set_up_stops_it(home: Path) -> None:
    with board(home) as running:
        until(lambda: any("prepare" in command(process) for process in processes(home)))
        running.process.terminate()
        assert running.process.wait(60) == 0
        assert "Nexus is up" not in running.output()
        assert processes(home) == []


def test_launcher_under_make_ends_when_make_is_killed(home: Path) -> None:
    log = home.parent / "output.log"
    environment = {
        "PATH": os.environ["PATH"],
        "NEXUS_HOME": str(home),
        "DEMO": "0",
        "DATABASE_URL": "",
        "MAKELEVEL": "1",
    }
    with log.open("wb") as output:
        command = ["sh", "-c", '"$0" -m nexus.launcher; true', sys.executable]
        make = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=output, stderr=output)
        until(lambda: "Nexus is up" in log.read_text())
        make.kill()
        make.wait()
        until(lambda: processes(home) == [])


def test_taken_port_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with board(tmp_path / "home", PORT=str(port)) as running:
            assert running.process.wait(30) == 1
            assert f"PORT={port} is taken" in running.output()
    assert processes(tmp_path / "home") == []


def test_every_wrong_option_is_named(tmp_path: Path) -> None:
    with board(tmp_path / "home", PORT="eighty", WEB_CONCURRENCY="0", DEMO="perhaps") as running:
        assert running.process.wait(30) == 1
        for name in ("PORT", "WEB_CONCURRENCY", "DEMO"):
            assert re.search(rf"- {name}: is '\w+'; use", running.output()), running.output()


def test_address_that_is_not_ours_is_an_error(tmp_path: Path) -> None:
    with board(tmp_path / "home", HOST="192.0.2.1") as running:
        assert running.process.wait(30) == 1
        assert "Cannot listen on HOST=192.0.2.1" in running.output()


@pytest.mark.long
def test_named_database_starts_nothing_embedded(home: Path, tmp_path: Path) -> None:
    with embedded.servers(home) as servers, board(tmp_path / "home", DEBUG="1", **servers.environment()) as running:
        assert health(running.await_up())["status"] == "up"
        assert not (tmp_path / "home" / "servers.log").exists()
        running.process.terminate()
        assert running.process.wait(90) == 0


def test_half_configured_production_is_refused_with_every_fault(tmp_path: Path) -> None:
    with board(tmp_path / "home", DATABASE_URL="postgresql://db.invalid/nexus") as running:
        assert running.process.wait(60) == 1
        for name in ("SECRET_KEY", "ALLOWED_HOSTS", "REDIS_URL", "CELERY_BROKER_URL"):
            assert f"- {name}: " in running.output()
        assert "Traceback" not in running.output()


@pytest.mark.parametrize(
    ("environment", "demo"),
    [
        ({}, True),
        ({"HOST": "localhost"}, True),
        ({"HOST": "0.0.0.0"}, False),
        ({"HOST": "192.0.2.1"}, False),
        ({"HOST": "0.0.0.0", "DEMO": "1"}, True),
        ({"DATABASE_URL": "postgresql://db.example/nexus"}, False),
        ({"DEMO": "0"}, False),
    ],
)
def test_published_passwords_are_not_for_a_board_that_others_reach(
    environment: dict[str, str], demo: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOST", "PORT", "DEMO", "DATABASE_URL", "WEB_CONCURRENCY"):
        monkeypatch.setenv(name, environment.get(name, ""))
    options = Options.read()
    assert options.demo is demo
    reachable = environment.get("HOST", "localhost") != "localhost"
    assert options.preparation == ("load" if demo else "refuse" if reachable else "leave")
