"""The cache server, and the tags by which everything that is cached grows old.

Nothing here is the truth: whoever calls says what happens without it.

A *tag* stands for some tables. Each has a version in the cache server, which grows when a transaction that wrote to one
of them has committed; what is cached keeps the versions that it was made under, and is worth nothing under others. The
writes are seen on Django's connection, so that no service has to remember its readers. `docs/caching.md` has the whole.
"""

import re
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import inf
from random import uniform
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils import timezone
from django_redis import get_redis_connection
from django_redis.exceptions import ConnectionInterrupted
from redis import Redis, RedisError

# While the server is away a request does not wait for it, but for one that tries again, once in so many seconds.
RETRY_SECONDS = 2.0
# For so long a process may go on with what it knows of the versions. Its own writes it knows at once.
LAG_SECONDS = 1.0
# Nothing lives longer: that is what a write costs that nobody heard of, because its process or the server died; twice,
# where an answer is kept that was made from a row that was.
LIFETIME_SECONDS = 30.0

_away_until = 0.0


class CacheAway(Exception):
    """The cache server does not answer."""


def server() -> Redis:
    """The client of the cache server; to be used inside `reaching`."""
    return get_redis_connection("default")  # type: ignore[no-any-return]  # django-redis has no types


@contextmanager
def reaching() -> Iterator[Redis]:
    """The cache server, for a few commands. `CacheAway` at once while it is away, and when it fails inside."""
    global _away_until  # noqa: PLW0603 - one server, one verdict a process
    if time.monotonic() < _away_until:
        raise CacheAway
    try:
        yield server()
    except (RedisError, ConnectionInterrupted, OSError) as error:
        _away_until = time.monotonic() + RETRY_SECONDS
        raise CacheAway from error


def in_transaction() -> bool:
    """Whether this thread has a transaction open. It may read what nobody else ever will: no caches for it."""
    return bool(connection.in_atomic_block)


@dataclass(frozen=True, slots=True)
class Tag:
    """Tables that grow old together. `reads` are the tags, itself among them, behind what readers see of its rows."""

    name: str
    reads: frozenset[str]
    next_change: Callable[[datetime], datetime | None] | None


_tags: dict[str, Tag] = {}
_by_model: dict[type[Model], Tag] = {}
_by_table: dict[str, str] = {}


def declare(
    name: str,
    models: Iterable[type[Model]],
    *,
    reads: Iterable[str] = (),
    next_change: Callable[[datetime], datetime | None] | None = None,
) -> None:
    """Make a tag of the models' tables. `reads` names other tags that are read wherever its rows are shown.

    `next_change` says when, after an instant, its rows will be shown differently without being written; None: never.
    """
    tag = _tags[name] = Tag(name, frozenset({name, *reads}), next_change)
    for model in models:
        _by_model[model] = tag
        _by_table[model._meta.db_table] = name


def tag_of(model: type[Model]) -> Tag | None:
    """The tag that a model's table belongs to; None: its rows are not to be cached."""
    return _by_model.get(model)


def written(*tables: str) -> None:
    """Say that tables were written past Django's cursors, by COPY for example; other writes are seen by themselves.

    What is cached under their tags is old once the transaction commits; at once where none is open.
    """
    tags = {_by_table[table] for table in tables if table in _by_table}
    if not tags:
        return
    if not connection.in_atomic_block:
        versions.bump(tags)
        return
    # The list is another one after every commit and rollback, also that of a savepoint: then what was asked for may
    # have been forgotten, and is asked for again. Until then one hook serves for all the writes of the transaction.
    if getattr(_noted, "hooks", None) is not connection.run_on_commit:
        _noted.hooks, _noted.tags = connection.run_on_commit, set()
        noted: set[str] = _noted.tags
        transaction.on_commit(lambda: versions.bump(noted))
    _noted.tags |= tags


def may_have_written(tag: str) -> bool:
    """Whether the transaction that this thread has open may have written to tables of the tag; not where none is."""
    hooks = connection.run_on_commit
    # Of what was noted before a savepoint was rolled back, only a hook is left.
    is_known = getattr(_noted, "hooks", None) is hooks
    return connection.in_atomic_block and (tag in _noted.tags if is_known else bool(hooks))


_noted = threading.local()
# As the ORM writes it, and as people do: in small letters, with a schema, behind a comment, several in one text.
_PLAIN_WRITE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"? ')
_ANY_WRITE = re.compile(
    r'\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY)\s+(?:ONLY\s+)?(?:"?\w+"?\s*\.\s*)?"?(\w+)',
    re.IGNORECASE,
)
_TRUNCATE = re.compile(r"\bTRUNCATE\b", re.IGNORECASE)


def watch_writes(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """See the writes on a connection from now on: a receiver of Django's `connection_created`."""
    if _see_write not in connection.execute_wrappers:
        # At the front: whoever watches for a while takes away the last one when done.
        connection.execute_wrappers.insert(0, _see_write)


def _see_write(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    result = execute(sql, params, many, context)
    text: str = sql if isinstance(sql, str) else sql.as_string()
    written(*_tables_written(text))
    return result


def _tables_written(text: str) -> Collection[str]:
    """The tables that a statement may have written to; some more where that cannot be told."""
    has_more = ";" in text
    if not has_more:
        if text.startswith("SELECT"):
            return ()
        # Looking through the whole text of an INSERT of thousands of rows would take milliseconds.
        if plain := _PLAIN_WRITE.match(text):
            return (plain[1],)
    if _TRUNCATE.search(text):
        # It may name several tables, and take others with it.
        return _by_table
    return [name.lower() for name in _ANY_WRITE.findall(text)]


# Reads that pass Django's cursor by need not be shown to it (`kernel.reading`).
_see_write.of_writes = True  # type: ignore[attr-defined]


class Versions:
    """The versions of all tags as this process knows them, for any number of threads."""

    # A tag that the server has forgotten begins at its clock, in microseconds: above all that there was. Where that
    # clock was set back, or another server took its place, it is above all that the writer knew.
    _BUMP = """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local bumped = {}
        for place = 1, #ARGV, 2 do
            local known = math.max(tonumber(redis.call('HGET', KEYS[1], ARGV[place]) or 0), tonumber(ARGV[place + 1]))
            local version = string.format('%.0f', math.max(known + 1, now))
            redis.call('HSET', KEYS[1], ARGV[place], version)
            bumped[#bumped + 1] = version
        end
        return bumped
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._known: dict[str, int] = {}
        # Of our own writes, those that the server has not heard of yet.
        self._owed: dict[str, int] = {}
        self._stamps: dict[str, str] = {}
        self._asked_at = -inf
        self.is_current = False
        """Whether the server was heard when it was asked last: only then do its answers and ours fit together."""

    def is_fresh(self) -> bool:
        """Whether the versions need not be asked for now."""
        return time.monotonic() - self._asked_at < LAG_SECONDS

    def known(self, tags: Iterable[str]) -> tuple[str, ...]:
        """The versions of some tags as they are known here, without asking."""
        stamps = self._stamps
        return tuple([stamps.get(tag, "") for tag in tags])

    def of(self, tags: Iterable[str]) -> tuple[str, ...]:
        """The versions of some tags. One thread asks for them when they are a second old; the others go on."""
        if not self.is_fresh() and self._asking.acquire(blocking=self._asked_at == -inf):
            try:
                if not self.is_fresh():
                    self._ask()
            finally:
                self._asking.release()
        return self.known(tags)

    def _ask(self) -> None:
        asked_at = time.monotonic()
        with self._lock:
            owed = dict(self._owed)
        try:
            with reaching() as redis:
                if owed:
                    self._bump_there(redis, owed)
                found: Any = redis.hgetall(_key())
        except CacheAway:
            self.is_current = False
        else:
            self._learn({tag.decode(): int(version) for tag, version in found.items()}, owed)
            self.is_current = True
        self._asked_at = asked_at

    def bump(self, tags: Collection[str]) -> None:
        """Make what is cached under the tags old: here at once, elsewhere within `LAG_SECONDS`.

        While the server is away, elsewhere within `LIFETIME_SECONDS`.
        """
        try:
            with reaching() as redis:
                bumped = self._bump_there(redis, tags)
        except CacheAway:
            # What is kept under a version that nobody else has heard of is not to be shared.
            self.is_current = False
            with self._lock:
                self._owed.update({tag: self._owed.get(tag, 0) + 1 for tag in tags})
                self._stamp()
        else:
            self._learn(bumped)

    def _bump_there(self, redis: Redis, tags: Iterable[str]) -> dict[str, int]:
        names = list(tags)
        known = [part for tag in names for part in (tag, self._known.get(tag, 0))]
        bumped: Any = redis.eval(self._BUMP, 1, _key(), *known)
        return {tag: int(version) for tag, version in zip(names, bumped, strict=True)}

    def _learn(self, found: Mapping[str, int], paid: Mapping[str, int] | None = None) -> None:
        with self._lock:
            # An answer may come later than one that was asked for after it.
            for tag, version in found.items():
                self._known[tag] = max(version, self._known.get(tag, 0))
            for tag, times in (paid or {}).items():
                if self._owed.get(tag) == times:
                    del self._owed[tag]
            self._stamp()

    def _stamp(self) -> None:
        stamps = {tag: str(version) for tag, version in self._known.items()}
        for tag, times in self._owed.items():
            stamps[tag] = f"{stamps.get(tag, '')}+{times}"
        self._stamps = stamps


versions = Versions()


def _key() -> str:
    return f"{settings.KEY_PREFIX}:versions"


def expiry(tags: Iterable[str], *, at: float) -> float:
    """Until when (Unix time) what is read at an instant may be shown: for `LIFETIME_SECONDS`, or until rows of one of
    the tags change by the mere passing of time.
    """
    until = at + LIFETIME_SECONDS
    for name in tags:
        if _tags[name].next_change is not None:
            until = min(until, _next_change(_tags[name], at))
    return until


_changes: dict[str, tuple[tuple[str, ...], float, float]] = {}


def _next_change(tag: Tag, at: float) -> float:
    """When rows change by themselves, looked up once until they do, are written, or `LIFETIME_SECONDS` have passed."""
    seen = versions.known(tag.reads)
    version, looked_at, change = _changes.get(tag.name, ((), -inf, -inf))
    if version != seen or not looked_at <= at < min(change, looked_at + LIFETIME_SECONDS):
        assert tag.next_change is not None
        found = tag.next_change(datetime.fromtimestamp(at, tz=timezone.get_default_timezone()))
        change = inf if found is None else found.timestamp()
        _changes[tag.name] = (seen, at, change)
    return change


class Entities[Key: Hashable, Row]:
    """Rows of one model by key, kept in the process: only those that every viewer may see, and that nobody changes.

    They are dropped together: when a table of their tag was written to, or of a tag of the models that hang on them,
    after `LIFETIME_SECONDS`, and when there are `most`.
    """

    def __init__(self, model: type[Model], *with_models: type[Model], most: int) -> None:
        self._models = (model, *with_models)
        self._most = most
        self._kept: tuple[tuple[str, ...], float, dict[Key, Row]] = ((), -inf, {})
        self.hits = 0
        self.misses = 0
        _entities[model.__name__] = self

    def through(self, keys: Collection[Key], load: Callable[[list[Key]], Mapping[Key, Row]]) -> dict[Key, Row]:
        """The rows that there are of these keys. `load` is given the keys that are not known here yet."""
        if in_transaction():
            return dict(load(list(keys)))
        rows = self._rows()
        found = {key: rows[key] for key in keys if key in rows}
        missing = [key for key in keys if key not in found]
        self.hits += len(found)
        if missing:
            self.misses += len(missing)
            loaded = load(missing)
            found.update(loaded)
            if len(rows) + len(loaded) > self._most:
                rows.clear()
            rows.update(loaded)
        return found

    def drop(self) -> None:
        """Forget the rows."""
        self._kept = ((), -inf, {})

    def _rows(self) -> dict[Key, Row]:
        """The rows of the present version. Who loads for another, loads into a dict that nobody reads any more."""
        version = versions.of([_by_model[model].name for model in self._models])
        kept, until, rows = self._kept
        if kept != version or time.monotonic() >= until:
            rows = {}
            self._kept = (version, time.monotonic() + jittered(LIFETIME_SECONDS), rows)
        return rows


_entities: dict[str, Entities[Any, Any]] = {}


def forget() -> None:
    """Make all that is kept old: for tests that put another database under the process."""
    versions.bump(_tags)
    _changes.clear()
    for entities in _entities.values():
        entities.drop()


def entity_counts() -> dict[str, dict[str, int]]:
    """Hits and misses since the process began, by model."""
    return {name: {"hit": entities.hits, "miss": entities.misses} for name, entities in _entities.items()}


def jittered(seconds: float) -> float:
    """Up to a fifth less, so that what was made together does not end together."""
    return seconds * uniform(0.8, 1.0)  # noqa: S311 - nothing to guess
