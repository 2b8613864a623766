"""The response cache: answers to public queries, given to everybody who is not signed in and asks the same.

Kept are the bytes of `data` of answers without errors: in the process, bounded by bytes, and in the cache server, where
all processes find them. An answer is as good as a new one until a tag that it read from grows a version, time alone
changes what is shown (a job begins or ends), or `caching.LIFETIME_SECONDS` are over; in the last of them, one request
has it made anew while the others are still given the old one.

While the cache server is away each process caches by itself. See docs/caching.md.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

import orjson
from django.conf import settings

from engine import Plan
from kernel import caching
from kernel.viewer import Viewer
from nexus.graphql.answers import Answers, Entry, claim, look_up, share, shared_name
from schema.core.caching import tags_of_shared
from schema.core.flights import Flights

# The last part of an answer's life, in which it is made anew by one request and given as it is to others.
RENEWAL_SECONDS = 8.0
MAX_REMEMBERED = 5_000

type Source = Literal["process", "redis", "fresh"]
type Fingerprint = tuple[str | bytes | None, ...]
"""All of a request that its understanding depends on."""


class Key(NamedTuple):
    """What an answer depends on: document, operation and variables, and the tags of what it reads."""

    digest: bytes
    tags: tuple[str, ...]


class Produced(NamedTuple):
    """The bytes of `data` as it was just made. What has errors beside it is not storable."""

    data: bytes
    is_storable: bool = True


class Stored(NamedTuple):
    """The bytes of `data`, where they were found, how many seconds ago they were made, and for how many more they are
    good: 0 for what is not storable.
    """

    data: bytes
    source: Source
    age: float = 0.0
    max_age: float = 0.0


class _Sharing(NamedTuple):
    """What the keys of a shareable plan have in common, and which variables tell them apart."""

    digest: bytes
    tags: tuple[str, ...]
    variables: frozenset[str]


_answers = Answers()
_flights: Flights[tuple[bytes, tuple[str, ...]], Entry] = Flights()
_sharings: "WeakKeyDictionary[Plan, _Sharing | None]" = WeakKeyDictionary()
_known: OrderedDict[Fingerprint, tuple[Key, Any]] = OrderedDict()
_known_lock = Lock()
_counts: Counter[str] = Counter()


def counts() -> dict[str, int]:
    """How many answers came from where since the process began: `process`, `redis`, `stale` (from the process, while
    being made anew), `miss`, and `bypass` (not to be shared).
    """
    return {name: _counts[name] for name in ("process", "redis", "stale", "miss", "bypass")}


def key_of(plan: Plan, source: str, variables: dict[str, Any] | None, viewer: Viewer) -> Key | None:
    """The key of the answer to a plan of `source` under these variables; None where it may not be shared."""
    key = None
    if settings.RESPONSE_CACHE and not viewer.is_authenticated and not caching.in_transaction():
        sharing = _sharing_of(plan, source)
        key = _key_among(sharing, variables or {}) if sharing is not None else None
    if key is None:
        _counts["bypass"] += 1
    return key


def _sharing_of(plan: Plan, source: str) -> _Sharing | None:
    try:
        return _sharings[plan]
    except KeyError:
        pass
    sharing = None
    tags = tags_of_shared(plan.schema, plan.document, plan.operation, plan.types)
    if tags is not None:
        name = plan.operation.name.value if plan.operation.name else ""
        digest = sha256(sha256(source.encode(errors="surrogatepass")).digest() + name.encode()).digest()
        definitions = plan.operation.variable_definitions or ()
        declared = frozenset(definition.variable.name.value for definition in definitions)
        sharing = _Sharing(digest, tuple(sorted(tags)), declared)
    _sharings[plan] = sharing
    return sharing


def _key_among(sharing: _Sharing, variables: dict[str, Any]) -> Key | None:
    if not sharing.variables:
        return Key(sharing.digest, sharing.tags)
    # Others than the declared ones change nothing, and would only make keys.
    told = {name: value for name, value in variables.items() if name in sharing.variables}
    try:
        canonical = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return Key(sha256(sharing.digest + canonical).digest(), sharing.tags)


def remember(request: Fingerprint, key: Key, facts: Any = None) -> None:
    """Keep which key a request has, with `facts` beside it."""
    with _known_lock:
        _known[request] = (key, facts)
        _known.move_to_end(request)
        while len(_known) > MAX_REMEMBERED:
            _known.popitem(last=False)


def recall(request: Fingerprint) -> tuple[Key, Any] | None:
    """The key and the facts that were remembered of such a request."""
    return _known.get(request)


def peek(key: Key) -> Stored | None:
    """The answer, if it is in the process and good; whoever gives it to somebody says so with `count_given`.

    Waits for nothing: it may be asked on the event loop.
    """
    if not caching.versions.is_fresh():
        return None
    entry = _good(key, caching.versions.known(key.tags))
    now = time.time()
    if entry is None or now >= entry.renewed_from:
        return None
    return _stored(entry, "process", now, is_counted=False)


def find(key: Key) -> Stored | None:
    """The answer, if it is in the process or in the cache server and need not be made anew; see `count_given`."""
    if caching.in_transaction():
        return None
    versions = caching.versions.of(key.tags)
    source: Source = "process"
    entry = _good(key, versions)
    if entry is None:
        source, entry = "redis", look_up(shared_name(key.digest, versions), versions)
        if entry is not None:
            _answers.put(key.digest, entry)
    now = time.time()
    if entry is None or now >= entry.renewed_from:
        return None
    return _stored(entry, source, now, is_counted=False)


def count_given(source: Source) -> None:
    """Count an answer that `peek` or `find` found, and that was given."""
    _counts[source] += 1


def serve(key: Key, produce: Callable[[], Produced]) -> Stored:
    """The answer from where there is one, else what `produce` makes; of those who ask at the same time one makes it.

    What `produce` raises goes to the one whose call it was; the others make their own.
    """
    versions = caching.versions.of(key.tags)
    entry = _good(key, versions)
    if entry is not None and time.time() < entry.renewed_from:
        return _stored(entry, "process", time.time())
    flight, is_ours = _flights.join((key.digest, versions))
    if is_ours:
        landing = None
        try:
            stored, landing = _fly(key, versions, produce)
        finally:
            _flights.land((key.digest, versions), landing)
        return stored
    if entry is not None:
        _counts["stale"] += 1
        return _stored(entry, "process", time.time(), is_counted=False)
    entry = flight.wait()
    if entry is not None:
        return _stored(entry, "process", time.time())
    _counts["miss"] += 1
    return Stored(produce().data, "fresh")


def _good(key: Key, versions: tuple[str, ...]) -> Entry | None:
    entry = _answers.get(key.digest)
    if entry is None or entry.versions != versions or time.time() >= entry.until:
        return None
    return entry


def _stored(entry: Entry, source: Source, now: float, *, is_counted: bool = True) -> Stored:
    if is_counted:
        _counts[source] += 1
    return Stored(entry.data, source, max(0.0, now - entry.made_at), max(0.0, entry.until - now))


def _fly(key: Key, versions: tuple[str, ...], produce: Callable[[], Produced]) -> tuple[Stored, Entry | None]:
    """The answer for the caller, and the one for those who wait."""
    # Another flight may have landed between our look and our start.
    entry = _good(key, versions)
    if entry is not None and time.time() < entry.renewed_from:
        return _stored(entry, "process", time.time()), entry
    name = shared_name(key.digest, versions)
    is_ours, entry = claim(name, versions)
    if entry is not None and not is_ours:
        _answers.put(key.digest, entry)
        return _stored(entry, "redis", time.time()), entry
    _counts["miss"] += 1
    entry = None
    try:
        # Asked before the answer is made: whatever fails, fails before the work is done.
        made_at = time.time()
        until = caching.expiry(key.tags, at=made_at)
        produced = produce()
        if produced.is_storable and time.time() < until:
            # What ends by itself at a moment is not made anew before it: it would only be found unchanged.
            renewed_from = made_at + caching.jittered(caching.LIFETIME_SECONDS - RENEWAL_SECONDS)
            entry = Entry(produced.data, versions, made_at, min(renewed_from, until), until)
    finally:
        if is_ours:
            share(name, entry)
    if entry is None:
        return Stored(produced.data, "fresh"), None
    _answers.put(key.digest, entry)
    return _stored(entry, "fresh", time.time(), is_counted=False), entry


def forget() -> None:
    """Forget every answer in this process: for tests that put another database under it."""
    _answers.clear()
    with _known_lock:
        _known.clear()
