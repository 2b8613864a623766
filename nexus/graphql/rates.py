"""What one caller may ask for in a minute: every operation is charged its price, and gets back what it did not use.

A *bucket* holds the points of one viewer, or of one address, for one minute. It lives in the cache server, where all
processes charge it by the atomic counter of the library `limits`. A process does not go there for each request: it
*leases* points, a portion at a time, and spends and refunds them by itself (`nexus.graphql.leases`). While the cache
server is away each process limits by itself, with the same numbers.
"""

import time
from dataclasses import dataclass
from math import ceil

from django.conf import settings

from accounts.auth.throttles import network_of
from kernel.viewer import Viewer
from nexus.graphql import leases
from nexus.graphql.leases import WINDOW_SECONDS, Lease
from schema.core.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Bucket:
    """The state of a bucket: points a minute, the price of this operation, points left, and when (Unix time) it is
    full again. `policy` names whose bucket it is: "viewer" or "address".
    """

    policy: str
    limit: int
    cost: int
    remaining: int
    reset_at: int

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 writes it."""
        seconds = max(0, ceil(self.reset_at - time.time()))
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW_SECONDS};qu="points"',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={seconds}',
        }


class BucketEmpty(RateLimited):
    """The refusal, with the headers that go with it."""

    def __init__(self, bucket: Bucket) -> None:
        seconds = max(1, ceil(bucket.reset_at - time.time()))
        whose = "You have" if bucket.policy == "viewer" else "Your address has"
        super().__init__(
            f"{whose} {bucket.remaining:,} of {bucket.limit:,} points left for this minute, "
            f"and this operation may cost {bucket.cost:,}. Try again in {seconds} s.",
            retryAfter=seconds,
            cost=bucket.cost,
            limit=bucket.limit,
            remaining=bucket.remaining,
        )
        self.headers = {"Retry-After": str(seconds), **bucket.headers()}


class Charge:
    """What one operation was charged, and by which leases."""

    __slots__ = ("cost", "paid_by")

    def __init__(self, paid_by: list[Lease], cost: int) -> None:
        self.paid_by = paid_by
        self.cost = cost

    def settle(self, actual: int) -> None:
        """Refunds what the operation did not use of its price."""
        if actual != self.cost:
            for lease in self.paid_by:
                lease.refund(self.cost - actual)
            self.cost = actual

    @property
    def bucket(self) -> Bucket | None:
        """The bucket with the smaller part left; None where no limit applies."""
        if not self.paid_by:
            return None
        lease = self.paid_by[0]
        if len(self.paid_by) > 1 and self.paid_by[1].remaining < lease.remaining:
            lease = self.paid_by[1]
        return _bucket(lease, self.cost)


def charge(viewer: Viewer, address: str, cost: int) -> Charge:
    """Take the price of an operation out of the caller's buckets. Raises `RateLimited`, and then nothing is taken.

    A signed-in viewer is charged, and so is the address; an anonymous one is charged by the address alone.
    """
    charged = Charge([], cost)
    for name, limit in _buckets(viewer, address):
        lease = leases.spend(name, limit, cost)
        if lease is None:
            charged.settle(0)
            raise BucketEmpty(_bucket(leases.lease_of(name, limit), cost))
        charged.paid_by.append(lease)
    return charged


def charge_from_lease(viewer: Viewer, address: str, cost: int) -> Charge | None:
    """The same from what this process has at hand, without any I/O; None where that is too little."""
    charged = Charge([], cost)
    for name, limit in _buckets(viewer, address):
        lease = leases.at_hand(name, limit)
        if lease is None or not lease.spend_at_hand(cost):
            charged.settle(0)
            return None
        charged.paid_by.append(lease)
    return charged


def require_points(viewer: Viewer, address: str) -> None:
    """Raises `RateLimited` where a bucket of the caller is empty: nothing is read or checked for them then."""
    for name, limit in _buckets(viewer, address):
        if not leases.lease_of(name, limit).holds(1):
            raise BucketEmpty(_bucket(leases.lease_of(name, limit), 1))


def _buckets(viewer: Viewer, address: str) -> list[tuple[str, int]]:
    buckets = []
    if settings.RATE_LIMIT and viewer.is_authenticated:
        buckets.append((f"viewer:{viewer.user_id}", settings.RATE_LIMIT))
    if settings.RATE_LIMIT_ADDRESS and address:
        buckets.append((f"address:{network_of(address)}", settings.RATE_LIMIT_ADDRESS))
    return buckets


def _bucket(lease: Lease, cost: int) -> Bucket:
    policy, _, _ = lease.key.partition(":")
    return Bucket(policy, lease.limit, cost, lease.remaining, lease.ends_at)
