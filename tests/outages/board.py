"""A whole board on servers of its own: PostgreSQL, Valkey, RabbitMQ and a mail server, and its four processes.

Each of them can be killed and started again.
"""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from nexus.environment import BASE_DIR
from tests import rabbitmq
from tests.instances import DatabaseServer, cache_server, database_server
from tests.outages.stored import Mail, is_quiet
from tests.rabbitmq import RabbitMQ
from tests.smtp import Sink, sink, text_of
from tests.waiting import until

_AS_EVER = ("-m", "nexus.roles")
_SOONER = ("-m", "tests.outages.processes")
PROGRAMS = {"web": _AS_EVER, "worker": _AS_EVER, "relay": _SOONER, "scheduler": _SOONER}
# Seconds until everything has been told and mailed, after whatever was away.
PATIENCE = 120


class Board:
    """The servers, and the processes by their roles."""

    def __init__(self, database: DatabaseServer, cache_url: str, broker: RabbitMQ, mail: Sink, folder: Path) -> None:
        self.database, self.broker, self.mail = database, broker, mail
        self._folder = folder
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._tie, self._held = os.pipe()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._environment = {
            **os.environ,
            "DATABASE_URL": database.url,
            "REDIS_URL": cache_url,
            "CELERY_BROKER_URL": broker.url,
            "EMAIL_URL": mail.url,
            **dict.fromkeys(("RATE_LIMIT", "RATE_LIMIT_ADDRESS"), "0"),
        }
        self._mails: list[Mail] = []
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, role: str) -> None:
        """The process is there; requests and messages wait for it."""
        argument = self._listener.fileno() if role == "web" else ""
        command = [sys.executable, *PROGRAMS[role], role, str(self._tie), str(argument)]
        with (self._folder / f"{role}.log").open("ab") as output:
            self._running[role] = subprocess.Popen(
                command,
                cwd=BASE_DIR,
                env=self._environment,
                pass_fds=[self._tie, self._listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self, role: str) -> None:
        """With -9, and all of its children."""
        process = self._running.pop(role)
        assert process.poll() is None, f"{role} ended by itself: {self.log(role)[-2000:]}"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def is_running(self, role: str) -> bool:
        return role in self._running

    def log(self, role: str) -> str:
        return (self._folder / f"{role}.log").read_text()

    def await_web(self) -> None:
        """Returns when the web process answers."""
        until(self._is_ready)

    def await_quiet(self) -> None:
        """Returns when everything has been told and mailed."""
        until(lambda: is_quiet(self.database.url), PATIENCE)

    def mails(self) -> list[Mail]:
        """What the mail server has taken so far."""
        for message in self.mail.taken[len(self._mails) :]:
            self._mails.append(Mail(message["Message-ID"], message["To"], text_of(message)))
        return self._mails

    def end(self) -> None:
        for role in list(self._running):
            with suppress(AssertionError):
                self.kill(role)
        self._listener.close()
        os.close(self._tie)
        os.close(self._held)

    def _is_ready(self) -> bool:
        assert self._running["web"].poll() is None, self.log("web")
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def running(folder: Path) -> Iterator[Board]:
    """A board that runs, with a copy of this worker's database, until the end of the block."""
    with ExitStack() as stack:
        database = stack.enter_context(database_server())
        cache = stack.enter_context(cache_server())
        broker = stack.enter_context(rabbitmq.running())
        mail = stack.enter_context(sink())
        board = Board(database, cache.url, broker, mail, folder)
        stack.callback(board.end)
        for role in PROGRAMS:
            board.start(role)
        board.await_web()
        yield board
