"""What stands behind a token or a key: kept in the process, and forgotten everywhere when it changes.

A process keeps what it has read for `LIFETIME_SECONDS`. Whoever changes a session, a key or a user says so with
`changed`; after the commit its id is put into a stream in the cache server, from which every process reads at most once
in `LAG_SECONDS`. A process that has not heard from there for `BLIND_SECONDS` lets nobody in by what it keeps or
could read: it fails closed. docs/decisions/0023-revocations-travel-by-a-stream.md has the reasons.
"""

import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.errors import AuthenticationUnavailable
from accounts.events import PrincipalChanged
from accounts.models import Session, User, UserStatus
from kernel import caching
from kernel.caching import CacheAway, in_transaction, jittered
from kernel.events import emit
from kernel.viewer import Scope

LAG_SECONDS = 1.0
BLIND_SECONDS = 5.0
LIFETIME_SECONDS = 30.0
# A process that would have to read more than this at once forgets everything instead.
MOST_CHANGES = 10_000
MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Principal:
    """A session or a key that may be used, and the user behind it."""

    user_id: UUID
    platform_role: str = "user"
    session_id: UUID | None = None
    key_id: UUID | None = None
    scopes: frozenset[Scope] | None = None
    """None: all that the user may."""
    ends_at: float = inf
    """Unix time."""

    @property
    def ids(self) -> tuple[UUID | None, ...]:
        """Whose changes concern it."""
        return self.user_id, self.session_id, self.key_id


type Load = Callable[[Any], Principal | None]

_loaders: dict[str, Load] = {}


def loader(kind: str) -> Callable[[Load], Load]:
    """Make a function the one that reads principals of a kind from the database, in one statement; None: no such."""

    def register(load: Load) -> Load:
        _loaders[kind] = load
        return load

    return register


@loader("session")
def _session(session_id: UUID) -> Principal | None:
    row = (
        Session.objects.filter(pk=session_id, revoked_at=None, user__status=UserStatus.ACTIVE)
        .values_list("user_id", "user__platform_role", "expires_at")
        .first()
    )
    if row is None:
        return None
    user_id, platform_role, expires_at = row
    return Principal(user_id, platform_role, session_id=session_id, ends_at=_unix(expires_at))


@loader("user")
def _user(user_id: UUID) -> Principal | None:
    role = User.objects.filter(pk=user_id, status=UserStatus.ACTIVE).values_list("platform_role", flat=True).first()
    return None if role is None else Principal(user_id, role)


def _unix(moment: datetime) -> float:
    return moment.timestamp()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A principal as it was read, and which changes were known before. None: there was none."""

    principal: Principal | None
    key: Hashable
    generation: int
    until: float


class Principals:
    """What one process knows, for any number of threads."""

    _TELL = "return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'ids', ARGV[2])"
    # What came after a place in the stream. Where that place itself is not there any more, the stream was emptied, put
    # back to a former state or cut, and what is missing nobody knows: then no list, and the place of its end.
    _HEAR = """
        if redis.call('EXISTS', KEYS[1]) == 0 then
            redis.call('XADD', KEYS[1], '*', 'ids', '')
        end
        if ARGV[1] ~= '' then
            local found = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
            if found[1] and found[1][1] == ARGV[1] and #found < tonumber(ARGV[2]) then
                return {1, found}
            end
        end
        return {0, redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)}
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._kept: dict[Hashable, _Kept] = {}
        # By id, the number of the change that was heard of last; and the number up to which all were forgotten.
        self._changed: dict[Hashable, int] = {}
        self._generation = 0
        self._floor = 0
        self._owed: set[UUID] = set()
        # Up to which entry of the stream this process has heard; empty: it cannot tell what it has missed.
        self._place = ""
        self._heard_at = -inf
        self.hits = 0
        self.misses = 0

    def of(self, kind: str, key: Hashable) -> Principal | None:
        """The principal of a kind with this key; None where there is none, or it may not be used any more.

        Raises `AuthenticationUnavailable` where a change could not have been heard of.
        """
        if in_transaction():
            # Whatever is read here, nobody else may ever see.
            return _usable(_loaders[kind](key))
        self._listen()
        kept = self._kept.get((kind, key))
        if kept is None or not self._is_good(kept):
            kept = self._load(kind, key)
        else:
            self.hits += 1
        return _usable(kept.principal)

    def _load(self, kind: str, key: Hashable) -> _Kept:
        # Asked before it is read: a change that is heard of meanwhile makes what was read old.
        generation = self._generation
        kept = _Kept(_loaders[kind](key), key, generation, time.monotonic() + jittered(LIFETIME_SECONDS))
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[kind, key] = kept
        self.misses += 1
        return kept

    def _is_good(self, kept: _Kept) -> bool:
        if kept.generation < self._floor or time.monotonic() >= kept.until:
            return False
        changed = self._changed
        if not changed:
            return True
        ids: tuple[Hashable, ...] = kept.principal.ids if kept.principal else (kept.key,)
        return all(changed.get(id_, 0) <= kept.generation for id_ in ids)

    def tell(self, ids: Collection[UUID]) -> None:
        """Say that the state behind some ids has changed and is committed: here at once, elsewhere within a second.

        Where the cache server is away, this process says it again when it listens the next time.
        """
        self._note(ids)
        try:
            self._publish(ids)
        except CacheAway:
            with self._lock:
                self._owed.update(ids)

    def publish(self, ids: Collection[UUID]) -> None:
        """The same, for who tries again by itself. Raises `CacheAway`."""
        self._note(ids)
        self._publish(ids)

    def forget(self) -> None:
        """Forget everything: it is read anew."""
        with self._lock:
            self._generation += 1
            self._floor = self._generation
            self._kept.clear()
            self._changed = {}

    def _publish(self, ids: Collection[UUID]) -> None:
        with caching.reaching() as redis:
            words = " ".join(id_.hex for id_ in ids)
            redis.eval(self._TELL, 1, _stream(), MOST_CHANGES, words)

    def _note(self, ids: Collection[UUID]) -> None:
        with self._lock:
            is_full = len(self._changed) + len(ids) > MOST_CHANGES
            if not is_full:
                self._generation += 1
                # Another dict, because readers do not take the lock.
                self._changed = {**self._changed, **dict.fromkeys(ids, self._generation)}
        if is_full:
            self.forget()

    def _listen(self) -> None:
        """Hear of the changes of others. One thread asks; the others go on while what is known is young enough."""
        silence = time.monotonic() - self._heard_at
        if silence < LAG_SECONDS:
            return
        if self._asking.acquire(blocking=silence >= BLIND_SECONDS):
            try:
                if time.monotonic() - self._heard_at >= LAG_SECONDS:
                    self._ask()
            finally:
                self._asking.release()
        if time.monotonic() - self._heard_at >= BLIND_SECONDS:
            raise AuthenticationUnavailable

    def _ask(self) -> None:
        asked_at = time.monotonic()
        with self._lock:
            owed = set(self._owed)
        try:
            if owed:
                self._publish(owed)
            with caching.reaching() as redis:
                answer: Any = redis.eval(self._HEAR, 1, _stream(), self._place, MOST_CHANGES)
        except CacheAway:
            # What others say meanwhile may never arrive: whatever is known now will not be believed afterwards.
            self._place = ""
            return
        is_whole, entries = answer
        if not is_whole:
            self.forget()
        elif len(entries) > 1:
            self._note({UUID(hex=word) for _, values in entries[1:] for word in values[1].decode().split()})
        self._place = entries[-1][0].decode()
        with self._lock:
            self._owed -= owed
        self._heard_at = asked_at


def _usable(principal: Principal | None) -> Principal | None:
    return principal if principal is not None and time.time() < principal.ends_at else None


def _stream() -> str:
    return f"{settings.KEY_PREFIX}:principals"


principals = Principals()
of = principals.of


def changed(*ids: UUID) -> None:
    """Say that the state of sessions, keys or users changes in the open transaction.

    Everywhere within a second after the commit nobody acts by the old state. The event is for a process that dies
    before it has told the others.
    """
    for id_ in ids:
        emit(PrincipalChanged(id_))
    transaction.on_commit(lambda: principals.tell(ids))
