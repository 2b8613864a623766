"""How often somebody may try what can be guessed, or what sends mail: every try is counted before it is made.

The rule, for each act by itself:

- *Pair*: one account from one address may be tried a few times. Whoever mistypes, or guesses from one machine, is
  stopped here, and nobody else with them.
- *Account*: one account from all addresses together may be tried more often. It stops guessing from many machines. A
  stranger can fill it, so its window is short, and it does not hold where the account was logged in to from that
  address within the last 30 days: the person goes on, whatever strangers do.
- *Address*: one address may try so often, whichever accounts. It stops whoever tries one password on many accounts.

A window begins with its first try and ends after its seconds. A try that is refused is not counted, so that waiting
helps. Counts live in the cache server, outside of every transaction. While it is away each process counts by itself to
the same limits, so that N processes allow N times as much at most; never is a try let through uncounted.
"""

import hmac
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Any

from django.conf import settings

from accounts.errors import TooManyAttempts
from accounts.text import LONGEST_EMAIL, email_address
from kernel import caching
from kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so many seconds."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Throttle:
    """The limits of one act. None: there is no such limit."""

    pair: Limit | None = None
    account: Limit | None = None
    address: Limit | None = None


MINUTE, HOUR, DAY = 60, 3600, 86400
KNOWN_FOR = 30 * DAY

THROTTLES: dict[str, Throttle] = {
    # Guesses at a password. NIST SP 800-63B 5.2.2 wants no more than 100 in a row on one account.
    "login": Throttle(Limit(10, 15 * MINUTE), Limit(50, 15 * MINUTE), Limit(100, 15 * MINUTE)),
    # Guesses at six digits: 1 in 100,000 in a window, with the two neighbouring codes counted.
    "second_factor": Throttle(Limit(5, 15 * MINUTE), Limit(10, 15 * MINUTE), Limit(50, 15 * MINUTE)),
    # The own password is asked for again: only who holds a session gets here.
    "password_change": Throttle(account=Limit(10, 15 * MINUTE), address=Limit(50, 15 * MINUTE)),
    # What sends a mail to somebody who may not have asked for it.
    "register": Throttle(account=Limit(5, HOUR), address=Limit(50, HOUR)),
    "password_reset": Throttle(account=Limit(5, HOUR), address=Limit(50, HOUR)),
    "email_change": Throttle(account=Limit(5, HOUR), address=Limit(50, HOUR)),
    "invitation": Throttle(account=Limit(100, HOUR), address=Limit(300, HOUR)),
    # Tokens have 256 bits and are not guessed; this saves the work of looking for what is not there.
    "link": Throttle(address=Limit(100, 15 * MINUTE)),
    "sign_in_code": Throttle(address=Limit(100, 15 * MINUTE)),
    "sign_in": Throttle(address=Limit(100, 15 * MINUTE)),
    "token_refresh": Throttle(address=Limit(1000, 15 * MINUTE)),
    # What makes much work, also for people.
    "job_report": Throttle(account=Limit(20, HOUR), address=Limit(100, HOUR)),
    "data_export": Throttle(account=Limit(10, DAY)),
    "upload": Throttle(account=Limit(100, HOUR)),
    "company_export": Throttle(account=Limit(30, DAY)),
    "domain_verification": Throttle(account=Limit(30, HOUR)),
}

# Counts that a process keeps while the cache server is away. Beyond, new ones are refused: an address fills a bounded
# number of them.
MOST_LOCAL = 100_000

# Before all keys; tests put each test into its own.
namespace = "throttle"


def hit(name: str, *, account: str = "", address: str = "") -> None:
    """Count a try of the act `name` (of `THROTTLES`), or refuse it with `TooManyAttempts`.

    `account` is an e-mail address or an id; `address` an IP address. IPv6 counts by its /64. To be called before
    the work, at each field that does it: what fails or is rolled back afterwards stays counted.
    """
    counts, known = _keys(name, account, address)
    if not counts:
        return
    keys = [key for key, _ in counts]
    limits = [part for _, limit in counts for part in (limit.most, limit.seconds * 1000)]
    is_waivable = [int(bool(known) and key.endswith(":account")) for key in keys]
    try:
        with caching.reaching() as redis:
            milliseconds: Any = redis.eval(_HIT, len(keys) + 1, *keys, known or "-", *limits, *is_waivable)
            wait = milliseconds / 1000
    except caching.CacheAway:
        wait = _local.hit(counts)
    if wait > 0:
        raise TooManyAttempts(ceil(wait))


def passed(name: str, *, account: str, address: str) -> None:
    """Say that the try was the person's own: its pair counts anew, and for 30 days strangers cannot stop it."""
    counts, known = _keys(name, account, address)
    pair = [key for key, _ in counts if key.endswith(":pair")]
    _local.forget(pair)
    if not known:
        return
    try:
        with caching.reaching() as redis:
            if pair:
                redis.delete(*pair)
            redis.set(known, 1, ex=KNOWN_FOR)
    except caching.CacheAway:
        # The person is one of many again: stricter, not laxer.
        return


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """What counts as one address: itself; of IPv6 the /64, the least that one customer gets (RFC 6177)."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def _keys(name: str, account: str, address: str) -> tuple[list[tuple[str, Limit]], str]:
    """The counts of a try with their limits, and the key that says that the pair is known; empty without a pair."""
    throttle = THROTTLES[name]
    of_account = _hash(_one_form(account)) if account else ""
    of_address = _hash(network_of(address)) if address else ""
    # Who tries without an address is one address; a pair needs both.
    at = f"{settings.KEY_PREFIX}:{namespace}:{name}"
    counts = []
    if throttle.pair and of_account:
        counts.append((f"{at}:{of_account}:{of_address}:pair", throttle.pair))
    if throttle.account and of_account:
        counts.append((f"{at}:{of_account}:account", throttle.account))
    if throttle.address and of_address:
        counts.append((f"{at}:{of_address}:address", throttle.address))
    known = f"{at}:{of_account}:{of_address}:known" if of_account and of_address and throttle.pair else ""
    return counts, known


def _one_form(account: str) -> str:
    """The spelling under which all spellings of one address count."""
    try:
        return email_address(account) if "@" in account else account
    except Invalid:
        return account[:LONGEST_EMAIL].strip().lower()


def _hash(value: str) -> str:
    """No address of a person stands in the cache server."""
    return hmac.digest(settings.SECRET_KEY.encode(), value.encode(errors="surrogatepass"), "sha256").hex()[:32]


# All the counts are looked at before one of them grows. Gives the milliseconds to wait; 0: the try was counted.
_HIT = """
    local count = #KEYS - 1
    local is_known = redis.call('EXISTS', KEYS[#KEYS]) == 1
    local wait = 0
    for place = 1, count do
        local is_waived = is_known and ARGV[2 * count + place] == '1'
        local tries = tonumber(redis.call('GET', KEYS[place]) or 0)
        if not is_waived and tries >= tonumber(ARGV[2 * place - 1]) then
            wait = math.max(wait, redis.call('PTTL', KEYS[place]), 1)
        end
    end
    if wait > 0 then return wait end
    for place = 1, count do
        if redis.call('INCR', KEYS[place]) == 1 then redis.call('PEXPIRE', KEYS[place], ARGV[2 * place]) end
    end
    return 0
"""


class _LocalCounts:
    """The counts of this process, for while the cache server is away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    def hit(self, counts: Sequence[tuple[str, Limit]]) -> float:
        """Seconds to wait; 0: the try was counted."""
        now = time.monotonic()
        with self._lock:
            if len(self._counts) + len(counts) > MOST_LOCAL:
                self._counts = {key: held for key, held in self._counts.items() if held[1] > now}
                if len(self._counts) + len(counts) > MOST_LOCAL:
                    return MINUTE
            wait = 0.0
            for key, limit in counts:
                tries, ends_at = self._counts.get(key, (0, 0.0))
                if ends_at > now and tries >= limit.most:
                    wait = max(wait, ends_at - now)
            if wait:
                return wait
            for key, limit in counts:
                tries, ends_at = self._counts.get(key, (0, 0.0))
                self._counts[key] = (tries + 1, ends_at) if ends_at > now else (1, now + limit.seconds)
            return 0.0

    def forget(self, keys: Sequence[str]) -> None:
        with self._lock:
            for key in keys:
                self._counts.pop(key, None)


_local = _LocalCounts()
