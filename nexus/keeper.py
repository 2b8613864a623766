"""The process that keeps the embedded PostgreSQL and Valkey of one home folder; `nexus.embedded` starts it.

One keeper per home, held by a lock on a file that the operating system drops when the keeper dies. Everyone who
uses the servers holds a connection to the keeper, their lease. When the last lease is gone, however its holder
died, the keeper stops both servers and ends, so nothing outlives its users. Should the keeper itself be killed,
Linux signals the servers; elsewhere the next keeper finds what was left running and stops it before it starts.
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from nexus.embedded import LOG_FILE, STATE_FILE
from nexus.local_servers import Account, Postgres, ServerError, Valkey

LOCK_FILE = "servers.lock"
# sockaddr_un holds 108 bytes on Linux and 104 elsewhere, the closing NUL included.
SOCKET_PATH_LIMIT = 103


class Keeper:
    """Starts both servers, tells every lease holder where they are, and stops them with the last lease."""

    def __init__(self, home: Path, *, throwaway: bool) -> None:
        self.home, self.throwaway = home, throwaway
        self.leases: set[asyncio.StreamWriter] = set()
        self.said: list[dict[str, Any]] = []
        self.ending = asyncio.Event()

    async def run(self, first: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.ending.set)
        sockets = self._socket_folder()
        servers: list[Postgres | Valkey] = []
        tasks = [asyncio.create_task(self._lease(*await asyncio.open_connection(sock=first)))]
        door = await asyncio.start_unix_server(self._lease, str(sockets / "keeper"))
        try:
            account = Account(self.home)
            account.own(sockets)
            kinds: tuple[type[Postgres], type[Valkey]] = (Postgres, Valkey)
            servers += [kind(account, sockets, 1, throwaway=self.throwaway) for kind in kinds]
            state = {"keeper": str(sockets / "keeper"), "pid": os.getpid(), "data": str(account.data)}
            (self.home / STATE_FILE).write_text(json.dumps(state))
            starting = asyncio.gather(*(server.start(self._note) for server in servers))
            await self._until_ending(starting)
            if not self.ending.is_set():
                environment = servers[0].environment() | servers[1].environment()
                self.said.clear()
                self._say({"ready": environment, "data": str(account.data)})
                await self._until_ending(self._watch(servers))
        except Exception as error:
            # Whatever it was, those who wait for the servers must hear of it.
            if not isinstance(error, ServerError | subprocess.CalledProcessError | OSError):
                logging.getLogger(__name__).exception("The keeper failed.")
            self._say({"error": f"{error} The last lines of {self.home / LOG_FILE}:\n{_tail(self.home / LOG_FILE)}"})
        finally:
            self.ending.set()
            door.close()
            await asyncio.gather(*(server.stop() for server in servers))
            shutil.rmtree(sockets, ignore_errors=True)
            (self.home / STATE_FILE).unlink(missing_ok=True)
            if self.throwaway:
                shutil.rmtree(self.home, ignore_errors=True)
            # The leases close with the process and not before: that is how the last users know it is gone.
            for writer in self.leases:
                os.dup(writer.get_extra_info("socket").fileno())
            for task in tasks:
                task.cancel()

    async def _until_ending(self, work: Coroutine[Any, Any, None] | asyncio.Future[Any]) -> None:
        task, ending = asyncio.ensure_future(work), asyncio.create_task(self.ending.wait())
        await asyncio.wait({task, ending}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ending.cancel()
            task.result()
        else:
            task.cancel()

    async def _watch(self, servers: list[Postgres | Valkey]) -> None:
        while True:
            for server in servers:
                if server.process is not None and server.process.poll() is not None:
                    name, code = type(server).__name__, server.process.returncode
                    raise ServerError(f"{name} ended by itself (exit code {code}).")
            await asyncio.sleep(0.2)

    async def _lease(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One user of the servers, for as long as the connection is open; the line `stop` ends it for everyone."""
        if self.ending.is_set():
            writer.close()
            return
        self.leases.add(writer)
        for message in self.said:
            writer.write(json.dumps(message).encode() + b"\n")
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                if line == b"stop\n":
                    self.ending.set()
        self.leases.discard(writer)
        if self.leases and not self.ending.is_set():
            writer.close()
        else:
            self.leases.add(writer)
            self.ending.set()

    def _note(self, text: str) -> None:
        self._say({"note": text})

    def _say(self, message: dict[str, Any]) -> None:
        self.said.append(message)
        for writer in self.leases:
            writer.write(json.dumps(message).encode() + b"\n")

    def _socket_folder(self) -> Path:
        """A new, short folder that only its owner can enter; the one of a killed keeper goes."""
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            old = Path(json.loads((self.home / STATE_FILE).read_text())["keeper"]).parent
            if old.name.startswith("nexus-") and old.is_dir() and old.stat().st_mode & 0o077 == 0:
                shutil.rmtree(old, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix="nexus-"))
        if len(str(folder / ".s.PGSQL.5432.lock").encode()) > SOCKET_PATH_LIMIT:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix="nexus-", dir="/tmp"))
        return folder


def _tail(path: Path, lines: int = 12) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _take_lock(home: Path) -> int | None:
    """The lock on the home, held until this process dies; None while another keeper has it."""
    lock = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def main() -> None:
    """`python -m nexus.keeper HOME LEASE_FD durable|throwaway`: runs in the background until its leases are gone."""
    home, first, throwaway = Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])), sys.argv[3] == "throwaway"
    try:
        lock = _take_lock(home)
        if lock is None:
            first.sendall(b'{"busy": true}\n')
            return
        log = home / LOG_FILE
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        said = f"{error}"
        if isinstance(error, PermissionError):
            said = (
                f"{error.filename} belongs to another user: run as that user, or set NEXUS_HOME to a folder of yours."
            )
        first.sendall(json.dumps({"error": said}).encode() + b"\n")
        return
    if os.fork():
        os._exit(0)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    asyncio.run(Keeper(home, throwaway=throwaway).run(first))


if __name__ == "__main__":
    main()
