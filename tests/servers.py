"""The servers under the tests: one throw-away pair a run, one database and one key prefix a worker.

The controller starts the pair, or takes the PostgreSQL of `DATABASE_URL`. The first worker that needs a database
migrates a template and loads the reference data into it; every worker's database is a clone of that template.
"""

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
import pytest
from psycopg import sql

from nexus import embedded
from nexus.environment import BASE_DIR

RUN, WORKER = "NEXUS_TEST_RUN", "PYTEST_XDIST_WORKER"
held: list[embedded.Servers] = []


def pytest_configure(config: pytest.Config) -> None:
    """Sets the environment that the settings read, in the controller and then in each worker."""
    if not hasattr(config, "workerinput"):
        _start_run()
    run, worker = os.environ[RUN], os.environ.get(WORKER, "main")
    os.environ["DATABASE_URL"] = _database_url(f"{run}_{worker}")
    os.environ["KEY_PREFIX"] = f"{run}-{worker}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "nexus.settings"
    django.setup()
    # A worker that inherited this name would read the settings before its own database is named above.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    while held:
        held.pop().release()


def _start_run() -> None:
    named = {name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if len(named) < 2:
        # Open to all, because PostgreSQL runs as `nobody` where the tests run as root.
        home = Path(tempfile.mkdtemp(prefix="nexus-test-"))
        home.chmod(0o711)
        held.append(embedded.acquire(home, throwaway=True))
        os.environ.update({name: url for name, url in held[0].environment().items() if name not in named})
    # What `.env` says is for the developer's own board; an empty variable counts as unset.
    documented = re.findall(r"^# ([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    kept = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "NEXUS_DATA", "NEXUS_TEST_RABBITMQ", "NEXUS_TEST_STRICT"}
    os.environ.update(dict.fromkeys(set(documented) - kept, ""))
    os.environ["CELERY_BROKER_URL"] = os.environ.get("CELERY_BROKER_URL") or os.environ["REDIS_URL"]
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
    # Tests that look at mail have it in Django's outbox, or in a sink of their own (`tests.smtp`).
    os.environ["EMAIL_URL"] = "consolemail://"
    os.environ["DEFAULT_FROM_EMAIL"] = "Nexus <nexus@board.example>"
    os.environ["PUBLIC_URL"] = "http://testserver"
    os.environ["CLIENT_URL"] = "https://jobs.example"
    # A live server would answer one test with what it told another; tests of the cache turn it on.
    os.environ["RESPONSE_CACHE"] = "off"
    os.environ[RUN] = f"nexus_test_{secrets.token_hex(4)}"


def _database_url(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextlib.contextmanager
def _administration() -> Iterator[psycopg.Connection]:
    """A connection outside the tests' databases, alone among the workers."""
    with psycopg.connect(_database_url("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [os.environ[RUN]])
        yield connection


def create_database() -> None:
    """This worker's database, cloned from the template, which is made first if nobody has."""
    name = urlsplit(os.environ["DATABASE_URL"]).path[1:]
    template = f"{os.environ[RUN]}_template"
    with _administration() as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            _create_template(connection, template)
        clone(connection, name)


def clone(connection: psycopg.Connection, name: str) -> None:
    """The database as it was when it was made; open connections to it are ended."""
    template = f"{os.environ[RUN]}_template"
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    # What waits for ever fails, and says which statement it was.
    connection.execute(sql.SQL("ALTER DATABASE {} SET statement_timeout = '2min'").format(sql.Identifier(name)))


def reset_database() -> None:
    """Undoes what a test committed. A flush would take the reference data too."""
    from django.db import connections

    from kernel import caching

    connections.close_all()
    caching.forget()
    with _administration() as connection:
        clone(connection, urlsplit(os.environ["DATABASE_URL"]).path[1:])


def drop_databases() -> None:
    """This worker's database; of the last worker, the template too."""
    from django.db import connections

    connections.close_all()
    with _administration() as connection:
        name = urlsplit(os.environ["DATABASE_URL"]).path[1:]
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        others = "SELECT 1 FROM pg_database WHERE datname LIKE %s AND datname NOT LIKE '%%\\_template'"
        if not connection.execute(others, [os.environ[RUN].replace("_", "\\_") + "%"]).fetchone():
            template = sql.Identifier(f"{os.environ[RUN]}_template")
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(template))


def _create_template(connection: psycopg.Connection, template: str) -> None:
    from django.core.management import call_command
    from django.db import connections

    draft = f"{template}_draft"
    for statement in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
        connection.execute(sql.SQL(statement).format(sql.Identifier(draft)))
    settings = connections["default"].settings_dict
    own = settings["NAME"]
    settings["NAME"] = draft
    try:
        call_command("migrate", verbosity=0)
        call_command("reference_load", verbosity=0)
    finally:
        connections.close_all()
        settings["NAME"] = own
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(template))
    )
