"""Where the response cache keeps answers: in the process, and in the cache server that all processes share."""

import time
from collections import OrderedDict
from struct import Struct
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings

from kernel import caching
from kernel.release import release

# For so long a process has an answer for itself to make, before others stop waiting for it.
CLAIM_SECONDS = 3.0
MAX_SHARED_BYTES = 1_000_000
# What an entry takes beside its data, roughly.
OVERHEAD_BYTES = 500
_MOMENTS = Struct("!ddd")
_CLAIM = b""


class Entry(NamedTuple):
    """The bytes of `data`, and the versions and moments (Unix time) between which they are good."""

    data: bytes
    versions: tuple[str, ...]
    made_at: float
    renewed_from: float
    """From then on somebody makes the answer anew, while the others are still given this one."""
    until: float


class Answers:
    """The entries last used, up to so many megabytes of the setting `RESPONSE_CACHE_MB`; for any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self.size = 0
        """In bytes."""

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, digest: bytes) -> Entry | None:
        """The entry, whether or not it is still good."""
        with self._lock:
            entry = self._entries.get(digest)
            if entry is not None:
                self._entries.move_to_end(digest)
            return entry

    def put(self, digest: bytes, entry: Entry) -> None:
        """Keep the entry instead of the one that there was. One that would drive out many others is not kept."""
        most = settings.RESPONSE_CACHE_MB * 1_000_000
        with self._lock:
            self._remove(digest)
            if _size(entry) > most / 8:
                return
            self._entries[digest] = entry
            self.size += _size(entry)
            while self.size > most:
                self._remove(next(iter(self._entries)))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()
            self.size = 0

    def _remove(self, digest: bytes) -> None:
        entry = self._entries.pop(digest, None)
        if entry is not None:
            self.size -= _size(entry)


def _size(entry: Entry) -> int:
    return len(entry.data) + OVERHEAD_BYTES


def shared_name(digest: bytes, versions: tuple[str, ...]) -> str:
    """The name of an answer in the cache server. Answers of other versions, and those that other code has made, have
    other names, and end by themselves.
    """
    return f"{settings.KEY_PREFIX}:answer:{release()}:{digest.hex()}:{','.join(versions)}"


def look_up(name: str, versions: tuple[str, ...]) -> Entry | None:
    """The answer that another process has made, if it is there."""
    if not caching.versions.is_current:
        return None
    try:
        with caching.reaching() as redis:
            found: Any = redis.get(name)
    except caching.CacheAway:
        return None
    return _read(found, versions) if found else None


def claim(name: str, versions: tuple[str, ...]) -> tuple[bool, Entry | None]:
    """Whether this process is to make the answer for all, and the answer that there is.

    One command asks and claims: an empty value under the name says that somebody is making the answer. A process that
    dies leaves its claim for `CLAIM_SECONDS`; who is tired of waiting makes the answer for itself. With the server
    away, or where it cannot be told which versions it has, there is neither.
    """
    if not caching.versions.is_current:
        return False, None
    milliseconds = int(CLAIM_SECONDS * 1000)
    try:
        with caching.reaching() as redis:
            found: Any = redis.set(name, _CLAIM, nx=True, get=True, px=milliseconds)
            if found is None:
                return True, None
            entry = None if found == _CLAIM else _read(found, versions)
            if entry is not None and time.time() >= entry.renewed_from:
                return bool(redis.set(f"{name}:renewal", _CLAIM, nx=True, px=milliseconds)), entry
    except caching.CacheAway:
        return False, None
    return False, _await(name, versions) if found == _CLAIM else entry


def _await(name: str, versions: tuple[str, ...]) -> Entry | None:
    """The answer that another process is making, looked for seven times within half a second."""
    for doubling in range(7):
        time.sleep(0.004 * 2**doubling)
        try:
            with caching.reaching() as redis:
                found: Any = redis.get(name)
        except caching.CacheAway:
            return None
        if found != _CLAIM:
            return _read(found, versions) if found else None
    return None


def share(name: str, entry: Entry | None) -> None:
    """Put the answer where the claim was; where there is none to share, take the claim away."""
    try:
        with caching.reaching() as redis:
            if entry is None or len(entry.data) > MAX_SHARED_BYTES:
                redis.delete(name)
            else:
                moments = _MOMENTS.pack(entry.made_at, entry.renewed_from, entry.until)
                redis.set(name, moments + entry.data, px=max(1, int((entry.until - time.time()) * 1000)))
    except caching.CacheAway:
        return


def _read(found: bytes, versions: tuple[str, ...]) -> Entry | None:
    made_at, renewed_from, until = _MOMENTS.unpack_from(found)
    if time.time() >= until:
        return None
    return Entry(found[_MOMENTS.size :], versions, made_at, renewed_from, until)
