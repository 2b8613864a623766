"""The database connections of the door's threads: one each, kept between requests, and looked after for nothing.

A connection in use is not asked whether it is alive: it is asked after it has rested, or after an error. One that turns
out to be dead is replaced, and a query that met it is answered once more (`raise_if_lost`); a mutation never is,
because it may have been committed.
"""

import threading
import time
from collections.abc import Iterable

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from graphql import GraphQLError
from psycopg.pq import TransactionStatus

# A connection that rested for so long is asked whether it is still there before it is used.
REST_SECONDS = 5.0
# Of SQLSTATE: 08 is about connections, 57P about a server that stops or starts, 53300 has no connection left.
_LOST = ("08", "57P", "53300")


class ConnectionLost(Exception):
    """The database went away under a query; nothing was changed, and it can be asked again."""


class _Rest(threading.local):
    since = 0.0


_rest = _Rest()


def own() -> BaseDatabaseWrapper:
    """This thread's connection."""
    return connections["default"]


def set_up_thread() -> None:
    """Have PostgreSQL end each statement of this thread that takes longer than an operation may.

    It is said when the connection is opened, so that it costs no statement. Migrations, workers and the admin run on
    other threads and may take their time.
    """
    options = own().settings_dict["OPTIONS"]
    said = f"{options.get('options', '')} -c statement_timeout={settings.EXECUTION_TIMEOUT * 1000}"
    own().settings_dict = {**own().settings_dict, "OPTIONS": {**options, "options": said.strip()}}


def wake() -> None:
    """Before a request: the connection is checked or closed if it rested, met an error, or is too old."""
    connection = own()
    if connection.connection is None:
        return
    now = time.monotonic()
    is_old = connection.close_at is not None and now >= connection.close_at
    if connection.errors_occurred or is_old or now - _rest.since >= REST_SECONDS:
        # Asks only after an error; what merely rested is asked by Django before its next statement.
        connection.close_if_unusable_or_obsolete()


def rest() -> None:
    """After a request: a connection that is broken, or still inside a transaction, serves nobody else."""
    connection = own()
    if connection.connection is None:
        return
    if connection.connection.pgconn.transaction_status != TransactionStatus.IDLE:
        renew()
    _rest.since = time.monotonic()


def renew() -> None:
    """Have the next statement open a new connection."""
    connection = own()
    if connection.connection is not None:
        connection.connection.close()
    # As after an interrupted test: whatever block the old connection was in, it is over.
    connection.in_atomic_block = False
    connection.savepoint_ids = []
    connection.needs_rollback = False
    connection.close()


def is_lost(error: BaseException | None) -> bool:
    """Whether an error says that there was no connection, or no longer, and not that a statement was wrong."""
    cause = _driver_error(error)
    if cause is None:
        return False
    if cause.sqlstate is not None:
        return cause.sqlstate.startswith(_LOST)
    # The driver's own words: the connection could not be made, broke, or was closed before. It is plain where it broke
    # under a statement that was run past the driver's cursor.
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError) or type(cause) is psycopg.DatabaseError


def is_cancelled(error: BaseException | None) -> bool:
    """Whether PostgreSQL ended the statement because it took too long, or because somebody asked it to."""
    cause = _driver_error(error)
    return isinstance(cause, psycopg.errors.QueryCanceled)


def raise_if_lost(errors: Iterable[GraphQLError]) -> None:
    """Raises `ConnectionLost` where one of a query's errors comes from a connection that was lost."""
    for error in errors:
        if is_lost(error):
            raise ConnectionLost from error


def _driver_error(error: BaseException | None) -> psycopg.Error | None:
    """The driver's error behind GraphQL's and Django's."""
    while error is not None:
        if isinstance(error, psycopg.Error):
            return error
        if isinstance(error, GraphQLError):
            error = error.original_error
        elif isinstance(error, DatabaseError | InterfaceError | ConnectionLost):
            error = error.__cause__
        else:
            return None
    return None
