"""A board's relay, worker and scheduler as processes, with subscribers that do as their events say, and shorter waits.

Each process imports this module in place of `nexus.celery`. `effects` is a table of the test's own.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.db import connection, transaction

from kernel import outbox, subscribers
from kernel.events import Event, emit
from kernel.ids import uuid7
from kernel.subscribers import Telling, subscriber
from nexus.celery import app
from nexus.environment import BASE_DIR
from nexus.roles import worker_options
from tests.waiting import until

FOLDER = "NEXUS_TEST_FOLDER"
MOST_ATTEMPTS = 3
EFFECTS = "CREATE TABLE effects (id bigserial PRIMARY KEY, delivery uuid, ball uuid, number int)"


@dataclass(frozen=True)
class BallRolled(Event):
    about = "ball_id"
    ball_id: UUID
    number: int
    act: str = "record"


@dataclass(frozen=True)
class CrateLoaded(Event):
    about = "crate_id"
    crate_id: UUID


def hear(event: BallRolled, telling: Telling) -> None:
    """Write an effect into the database, and then do as the event says."""
    folder = Path(os.environ[FOLDER])
    with connection.cursor() as cursor:
        values = [telling.id, event.ball_id, event.number]
        cursor.execute("INSERT INTO effects (delivery, ball, number) VALUES (%s, %s, %s)", values)
    match event.act:
        case "wait once":
            if telling.attempt == 1:
                (folder / "began").touch()
                until((folder / "never").exists)
        case "write, and die once":
            with (folder / "outside").open("a") as file:
                file.write(f"{telling.id}\n")
            if telling.attempt == 1:
                os.kill(os.getpid(), signal.SIGKILL)
        case "write":
            with (folder / "outside").open("a") as file:
                file.write(f"{telling.id}\n")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "dawdle":
            until((folder / "never").exists)
        case "fail":
            if not (folder / "mended").exists():
                raise ValueError("secret")


def haul(event: CrateLoaded, telling: Telling) -> None:
    """Begin, and end when the test says so."""
    folder = Path(os.environ[FOLDER])
    (folder / f"began-{event.crate_id}").touch()
    until((folder / "go").exists)


def stumble(stone: str) -> None:
    """A task, not a subscriber."""
    raise ValueError(stone)


def prepare() -> None:
    """Done by the processes alone: the tests' own process has no such subscriber and no such schedule."""
    subscriber(BallRolled, most_attempts=MOST_ATTEMPTS, seconds=1)(hear)
    subscriber(CrateLoaded, seconds=600)(haul)
    app.task(name="tests.stumble")(stumble)
    outbox.LAST_WORDS, outbox.PATIENCE, subscribers.FIRST_PAUSE = 0, 0.3, 0.1
    app.conf.update(
        beat_max_loop_interval=0.2,
        redbeat_lock_timeout=2,
        beat_schedule={
            "often": {"task": "tests.often", "schedule": 0.5},
            "hourly": {"task": "tests.hourly", "schedule": 3600},
        },
    )


if FOLDER in os.environ:
    prepare()


def relay() -> None:
    from nexus.relay import main

    main()


def work(role: str, name: str) -> None:
    """A worker as `make run` starts it, under a name of its own."""
    app.start(["--quiet", "worker", *worker_options(role), "--hostname", name])


def throw(*numbers: int, ball: UUID | None = None, act: str = "record") -> UUID:
    """Commit an event for each number; the ball."""
    ball = ball or uuid7()
    for number in numbers:
        with transaction.atomic():
            emit(BallRolled(ball, number, act))
    return ball


def effects() -> list[tuple[UUID, int]]:
    """What subscribers have written into the database, in the order of their writing: balls and numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ball, number FROM effects ORDER BY id")
        return cursor.fetchall()


class Processes:
    """The processes of a test, and the log of each."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self._environment = {**os.environ, **environment, FOLDER: str(folder)}

    @contextmanager
    def relay(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-c", "from tests import outbox_board; outbox_board.relay()"]
        with self._process("relay", command) as process:
            yield process

    @contextmanager
    def worker(self, role: str = "worker") -> Iterator[subprocess.Popen[bytes]]:
        """A worker as `make run` starts it."""
        code = f"from tests import outbox_board; outbox_board.work({role!r}, '{role}@{self.folder.name}')"
        with self._process(role, [sys.executable, "-c", code]) as process:
            yield process

    @contextmanager
    def scheduler(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        with self._process(name, [*_CELERY, "beat", "--pidfile=", "--loglevel=INFO"]) as process:
            yield process

    @contextmanager
    def all(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(self.relay())
            stack.enter_context(self.worker())
            yield

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    @contextmanager
    def _process(self, name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / f"{name}.log").open("ab") as output:
            process: Any = subprocess.Popen(
                command,
                cwd=BASE_DIR,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                kill(process)


_CELERY = [sys.executable, "-m", "celery", "-A", "tests.outbox_board", "--quiet"]


def kill(process: subprocess.Popen[bytes]) -> None:
    """With -9, and all of its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
