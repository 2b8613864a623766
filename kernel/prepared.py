"""Statements that the server prepares: it parses and plans those that come again and again once a connection.

A thin way beside Django's cursor, for reads that are run thousands of times a second: the statement goes to libpq with
its values bound by the server and its result in binary form. It runs on Django's connection, in its transaction, with
Django's checks before it and Django's database errors after it.

`prepare_threshold` in the database's OPTIONS says how often a connection runs a statement before it has it prepared.
Where it is None nothing is ever prepared, as a connection pooler may need that gives each transaction another server.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, PipelineStatus, TransactionStatus

type Record = tuple[Any, ...]

# The server has prepared it no longer, or one of its columns has had another type since it did.
_STALE = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.FeatureNotSupported)
_PLACEHOLDER = re.compile(r"%(?:%|\((\w+)\)s)")


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement as the server takes it: `$1` for the first of `names`."""

    text: bytes
    names: tuple[str, ...]
    is_prepared: bool = True
    """Whether the server is to keep it. If not, it is planned each time, for the very values."""

    @classmethod
    def of(cls, text: str, *, is_prepared: bool = True) -> Self:
        """From a text with `%(name)s` for its values, and `%%` for a percent sign."""
        names: dict[str, int] = {}

        def number(placeholder: re.Match[str]) -> str:
            name = placeholder[1]
            return f"${names.setdefault(name, len(names) + 1)}" if name else "%"

        return cls(_PLACEHOLDER.sub(number, text).encode(), tuple(names), is_prepared)


class Session:
    """What one connection has prepared, and how often it has run what it has not."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._threshold = connection.prepare_threshold
        self._most = connection.prepared_max or 0
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._counts: dict[tuple[bytes, tuple[int, ...]], int] = {}
        self._made = 0
        self.is_stale = False
        """Whether what was prepared has to be given up before anything else is run."""

    def run(self, connection: psycopg.Connection[Any], statement: Bound, given: Mapping[str, Any]) -> list[Record]:
        """The records of the statement."""
        pgconn = connection.pgconn
        transformer = Transformer(connection)
        values = [given[name] for name in statement.names]
        parameters: Any = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats = transformer.types or (), transformer.formats
        name = self._prepare(connection, statement.text, types) if statement.is_prepared else None
        if name:
            result = pgconn.exec_prepared(name, parameters, formats, Format.BINARY)
        else:
            result = pgconn.exec_params(statement.text, parameters, types, formats, Format.BINARY)
        _check(connection, result)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def _prepare(self, connection: psycopg.Connection[Any], text: bytes, types: tuple[int, ...]) -> bytes | None:
        """The name of the prepared statement, where there is to be one."""
        key = text, types
        name = self._names.get(key)
        if name or self._threshold is None:
            return name
        count = self._counts[key] = self._counts.pop(key, 0) + 1
        if count <= self._threshold:
            if len(self._counts) > self._most:
                del self._counts[next(iter(self._counts))]
            return None
        if len(self._names) >= self._most:
            _check(connection, connection.pgconn.exec_(b"DEALLOCATE " + self._names.pop(next(iter(self._names)))))
        self._made += 1
        name = b"nexus_%d" % self._made
        _check(connection, connection.pgconn.prepare(name, text, types))
        self._names[key] = name
        del self._counts[key]
        return name


_sessions: WeakKeyDictionary[psycopg.Connection[Any], Session] = WeakKeyDictionary()


def is_ready(connection: BaseDatabaseWrapper) -> bool:
    """Whether `read` may be used now; if not, Django's cursor is the way.

    That is so when somebody counts or watches statements, but for wrappers that care for writes alone and say so
    (`of_writes`), for the first statement of a transaction that is no plain one, and while something else is under way:
    a COPY, a pipeline, a transaction that has failed.
    """
    if connection.queries_logged or not all(hasattr(wrapper, "of_writes") for wrapper in connection.execute_wrappers):
        return False
    # What Django's cursor sees to before a statement.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_thread_sharing()
    raw = connection.connection
    status = raw.pgconn.transaction_status
    is_plain = raw.isolation_level is raw.read_only is raw.deferrable is None
    is_idle = status == TransactionStatus.IDLE and (raw.autocommit or is_plain)
    is_free = is_idle or status == TransactionStatus.INTRANS
    return bool(is_free and raw.pgconn.pipeline_status == PipelineStatus.OFF)


def read(connection: BaseDatabaseWrapper, statement: Bound, given: Mapping[str, Any]) -> list[Record]:
    """The records of a statement, on a connection that `is_ready`. Raises Django's database errors."""
    connection.validate_no_broken_transaction()
    raw = connection.connection
    with connection.wrap_database_errors, raw.lock:
        if not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            # As psycopg does before the first statement of a transaction.
            _check(raw, raw.pgconn.exec_(b"BEGIN"))
        try:
            return _session(raw).run(raw, statement, given)
        except _STALE:
            _session(raw).is_stale = True
            # What failed inside a transaction ended it, and the next one begins anew; outside of one, this does.
            if not raw.autocommit:
                raise
            return _session(raw).run(raw, statement, given)


def _session(connection: psycopg.Connection[Any]) -> Session:
    session = _sessions.get(connection)
    if session is None or session.is_stale:
        if session is not None:
            _check(connection, connection.pgconn.exec_(b"DEALLOCATE ALL"))
        session = _sessions[connection] = Session(connection)
    return session


def _check(connection: psycopg.Connection[Any], result: Any) -> None:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return
    if connection.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(result.get_error_message())
    raise psycopg.errors.error_from_result(result)
