"""Points of the buckets, as far as this process has taken them: see `nexus.graphql.rates` for what they are for.

- What is leased is charged, so that all processes together never admit more than the limit.
- What one process has leased and nobody spends lies idle until the minute ends, at most: `IDLE_PORTIONS` portions.
- With one process the count is exact.

While the cache server is away each process grants itself portions up to the same limit. Why it is done like this stands
in docs/decisions/0018-a-process-leases-the-points-it-spends.md.
"""

import threading
import time
from collections import Counter, OrderedDict
from functools import cache
from zlib import crc32

import structlog
from django.conf import settings
from limits.storage import RedisStorage

from kernel import caching

log = structlog.get_logger("nexus.graphql")

WINDOW_SECONDS = 60
# A lease is filled by this part of the limit at a time, or by what the operation at hand lacks, if that is more.
PORTION = 20
# A lease that refunds have filled beyond so many portions gives back all but one.
IDLE_PORTIONS = 4
# How long an empty bucket is believed to be empty: refusing a flood then costs no round trip each.
DRY_SECONDS = 0.5
MAX_LEASES = 10_000

# Portions asked for, by who granted them: the metrics read it.
takes: Counter[str] = Counter()


class Lease:
    """The points of one bucket that this process may spend until the bucket is full again."""

    __slots__ = ("balance", "dry_until", "ends_at", "is_closed", "key", "limit", "lock", "shared", "taken")

    def __init__(self, name: str, limit: int) -> None:
        # Buckets fill up at different seconds of the minute, so that not all callers come at once.
        offset = crc32(name.encode()) % WINDOW_SECONDS
        window = (int(time.time()) + offset) // WINDOW_SECONDS
        self.ends_at = (window + 1) * WINDOW_SECONDS - offset
        self.key = f"{name}:{window}"
        self.limit = limit
        self.balance = 0
        self.taken = 0  # what this process has, or has spent, of the bucket
        self.shared = limit  # what the bucket held when this process last looked
        self.dry_until = 0.0
        self.is_closed = False
        self.lock = threading.Lock()

    @property
    def remaining(self) -> int:
        return max(0, self.balance + self.shared)

    def spend(self, cost: int) -> bool | None:
        """Whether there were so many points; None where the lease was closed meanwhile and another must be had."""
        with self.lock:
            if self.is_closed:
                return None
            if self.balance < cost:
                self._top_up(cost)
            if self.balance < cost:
                return False
            self.balance -= cost
            return True

    def holds(self, points: int) -> bool:
        """Whether there are so many points left; asks the bucket only where the lease has too few."""
        with self.lock:
            if self.balance < points and not self.is_closed:
                self._top_up(points)
            return self.is_closed or self.balance >= points

    def spend_at_hand(self, cost: int) -> bool:
        """Whether the lease has so many points by itself, without asking the bucket."""
        with self.lock:
            if self.is_closed or self.balance < cost:
                return False
            self.balance -= cost
            return True

    def refund(self, points: int) -> None:
        """Puts points back; fewer than none where an operation cost more than its price."""
        with self.lock:
            self.balance += points
            portion = self.limit // PORTION
            surplus = self.balance - (0 if self.is_closed else portion)
            if surplus > 0 and (self.is_closed or self.balance > IDLE_PORTIONS * portion):
                self._give_back(surplus)

    def close(self) -> None:
        """Gives back what is left. A refund that comes later goes straight to the bucket."""
        with self.lock:
            self.is_closed = True
            if self.balance > 0 and time.time() < self.ends_at:
                self._give_back(self.balance)

    def _top_up(self, cost: int) -> None:
        if time.monotonic() < self.dry_until:
            return
        wanted = max(self.limit // PORTION, cost - self.balance)
        granted = self._take(wanted)
        self.taken += granted
        self.balance += granted
        if granted < wanted:
            self.dry_until = time.monotonic() + DRY_SECONDS

    def _take(self, wanted: int) -> int:
        """How many of the wanted points the bucket had.

        The count never is below the points that are out, so whoever sees it beyond the limit gives the excess back.
        """
        try:
            with caching.reaching():
                count = _storage().incr(self.key, 2 * WINDOW_SECONDS, wanted)
                excess = min(wanted, max(0, count - self.limit))
                if excess:
                    _storage().incr(self.key, 2 * WINDOW_SECONDS, -excess)
        except caching.CacheAway:
            _note("process")
            self.shared = max(0, self.limit - self.taken - wanted)
            return min(wanted, max(0, self.limit - self.taken))
        _note("shared")
        self.shared = max(0, self.limit - count)
        return wanted - excess

    def _give_back(self, points: int) -> None:
        self.balance -= points
        self.taken -= points
        try:
            with caching.reaching():
                self.shared = max(0, self.limit - _storage().incr(self.key, 2 * WINDOW_SECONDS, -points))
        except caching.CacheAway:
            # The bucket stays charged with them until the minute ends: too strict rather than too lax.
            self.shared = max(0, self.limit - self.taken)


_leases: OrderedDict[str, Lease] = OrderedDict()
_lock = threading.Lock()


def spend(name: str, limit: int, cost: int) -> Lease | None:
    """The lease that paid; None where the bucket has not so many points left."""
    while True:
        lease = lease_of(name, limit)
        has_paid = lease.spend(cost)
        if has_paid is not None:
            return lease if has_paid else None


def lease_of(name: str, limit: int) -> Lease:
    """The lease of this minute."""
    evicted = None
    with _lock:
        lease = _leases.get(name)
        if lease is not None and not lease.is_closed and lease.limit == limit and time.time() < lease.ends_at:
            _leases.move_to_end(name)
            return lease
        lease = _leases[name] = Lease(name, limit)
        _leases.move_to_end(name)
        if len(_leases) > MAX_LEASES:
            _, evicted = _leases.popitem(last=False)
    if evicted is not None:
        evicted.close()
    return lease


def at_hand(name: str, limit: int) -> Lease | None:
    """The lease of this minute, if there is one."""
    with _lock:
        lease = _leases.get(name)
    return lease if lease is not None and lease.limit == limit and time.time() < lease.ends_at else None


def forget() -> None:
    """Forget all leases: for tests that empty the buckets."""
    _leases.clear()


@cache
def _storage() -> RedisStorage:
    return RedisStorage(
        "redis://", connection_pool=caching.server().connection_pool, key_prefix=f"{settings.KEY_PREFIX}:rate"
    )


_granted_by = "shared"


def _note(granted_by: str) -> None:
    """Counts who granted a portion, and logs when that changes."""
    global _granted_by  # noqa: PLW0603 - one cache server, one state a process
    takes[granted_by] += 1
    if granted_by != _granted_by:
        _granted_by = granted_by
        log.warning("rate_limits_changed", counted_by=granted_by)
