"""The processes of a running board, each `python -m nexus.roles ROLE TIE_FD ARGUMENT`; the launcher starts them.

`TIE_FD` is the reading end of a pipe whose other end the starter holds: when it closes, so does the process.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

# Seconds that a process may take to finish what it is doing.
PATIENCE = {"web": 15, "scheduler": 5, "relay": 15, "worker": 30, "worker-long": 30}


def _prepare(demo: str) -> None:
    """Migrates and loads what a first run needs; progress goes to stderr, the demo accounts to stdout."""
    import django
    from django.core.management import CommandError, call_command

    try:
        django.setup()
        with contextlib.redirect_stdout(sys.stderr):
            call_command("migrate", verbosity=0)
            call_command("reference_load")
            if demo == "load":
                call_command("demo")
        accounts = _demo_accounts()
    except (ImproperlyConfigured, CommandError) as error:
        sys.exit(f"{error}")
    except OperationalError as error:
        sys.exit(f"The database that DATABASE_URL names does not answer: {error}")
    if accounts and demo == "refuse":
        sys.exit(
            "This board has the demo's accounts, whose passwords are published, and HOST lets others reach it. "
            "Name another NEXUS_HOME for a board without them, or set DEMO=1 if that is what you want."
        )
    sys.stdout.write(accounts)


def _demo_accounts() -> str:
    """The demo accounts that this board has, one a line; empty where there is none."""
    from accounts.models import User
    from jobs.demo.accounts import ACCOUNTS

    present = set(
        User.objects.filter(email__in=[account.email for account in ACCOUNTS]).values_list("email", flat=True)
    )
    rows = [f"    {a.role:<10} {a.email:<24} {a.password}\n" for a in ACCOUNTS if a.email in present]
    return f"  Demo accounts (role, e-mail, password)\n{''.join(rows)}\n" if rows else ""


def _web(descriptor: str) -> None:
    import uvicorn

    from nexus import serve

    serve.raise_file_limit()
    # The launcher starts as many processes as WEB_CONCURRENCY says; this is one of them.
    config = uvicorn.Config(workers=1, timeout_graceful_shutdown=PATIENCE["web"] - 2, **serve.uvicorn_options())
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])


def worker_options(role: str) -> list[str]:
    """What `celery worker` is told in this role; mail never waits for what takes long, because that has a process of
    its own.
    """
    from nexus.celery import LONG_QUEUE, QUEUE

    name, queue, processes = {"worker": ("celery", QUEUE, 2), "worker-long": ("long", LONG_QUEUE, 1)}[role]
    options = [f"--hostname={name}@%h", f"--queues={queue}", f"--concurrency={processes}"]
    return [*options, "--without-gossip", "--without-mingle"]


def _work(role: str) -> None:
    from celery.platforms import SecurityWarning

    from nexus.celery import app

    # The board runs as whoever typed `make run`; that this may be root needs no ten lines at every start.
    warnings.simplefilter("ignore", SecurityWarning)
    app.start(["--quiet", "worker", *worker_options(role)])


def _relay(_: str) -> None:
    import django

    django.setup()
    from nexus import relay

    relay.main()


def _scheduler(_: str) -> None:
    from nexus.celery import app

    app.start(["--quiet", "beat", "--pidfile="])


ROLES: dict[str, Callable[[str], None]] = {
    "prepare": _prepare,
    "web": _web,
    "worker": lambda _: _work("worker"),
    "worker-long": lambda _: _work("worker-long"),
    "relay": _relay,
    "scheduler": _scheduler,
}


def _end_with(tie: int) -> None:
    """Ends this process when the one at the other end of the pipe is gone."""

    def wait() -> None:
        os.read(tie, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(max(PATIENCE.values()))
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    role, tie, argument = sys.argv[1:]
    _end_with(int(tie))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    ROLES[role](argument)


if __name__ == "__main__":
    main()
