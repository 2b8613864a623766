"""Which document a request runs: the text that it sends, or one that the server knows by an id or a hash.

Trusted documents were published to the board and stand in the database (`nexus.trusted_documents`). A process holds
all that run, and asks at most every `CHECK_SECONDS` whether they have changed: a published one runs, and a withdrawn
one is refused, everywhere within that time. While the database is away a process goes on with what it knows.

Automatic persisted queries follow Apollo's protocol: a client sends a hash alone, is told that it is not known, and
sends the text with it once. They are kept in the cache server, the oldest leaving first, and never among the trusted
ones: a flood of them costs other clients one more round trip, and no trusted document. While the cache server is away
a hash that this process does not know is not found, the client sends the text, and all goes on.
"""

import re
import time
from collections import OrderedDict
from hashlib import sha256
from operator import add
from threading import Lock

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from kernel import caching
from kernel.write_behind import WriteBehind
from nexus import trusted_documents
from nexus.graphql.http import Operation
from schema.core.errors import (
    BadRequest,
    DocumentNotTrusted,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
    Unavailable,
)

log = structlog.get_logger("nexus.graphql")

CHECK_SECONDS = 2.0
# Characters; longer ones run like any other, only never by their hash alone.
MAX_PERSISTED = 20_000
# In the cache server: 100 MB if each is as long as it may be.
MOST_PERSISTED = 5_000
# In each process.
MOST_HELD = 1_000
PERSISTED_SECONDS = 7 * 24 * 3600
EXPLORER_OFF = "This server runs only the documents that were published to it, so that there is nothing to explore."
_SHA256 = re.compile(r"[0-9a-f]{64}")

# The oldest text gives way to the new one: a ring of as many places as texts may be kept. Keeps nothing twice.
_KEEP = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  local place = redis.call('INCR', KEYS[2]) % tonumber(ARGV[3])
  local oldest = redis.call('HGET', KEYS[3], place)
  if oldest and oldest ~= KEYS[1] then redis.call('DEL', oldest) end
  redis.call('HSET', KEYS[3], place, KEYS[1])
end
"""


class TrustedDocuments:
    """The trusted documents as this process knows them; safe to share between threads."""

    def __init__(self, check_seconds: float = CHECK_SECONDS) -> None:
        self._check_seconds = check_seconds
        self._by_name: dict[str, tuple[str, str]] | None = None
        self._latest_change: object = None
        self._checked = 0.0
        self._lock = Lock()

    @property
    def is_current(self) -> bool:
        """Whether it need not ask the database now."""
        return self._by_name is not None and time.monotonic() - self._checked < self._check_seconds

    def find(self, name: str) -> tuple[str, str] | None:
        """Id and text of the document with this id or SHA-256. `Unavailable` where the database was never reached."""
        if not self.is_current:
            self._check()
        return self.held(name)

    def held(self, name: str) -> tuple[str, str] | None:
        """The same out of memory, without a look at the database."""
        return (self._by_name or {}).get(name)

    def _check(self) -> None:
        # One thread asks; the others go on with what is known, and wait only where nothing is known yet.
        if not self._lock.acquire(blocking=self._by_name is None):
            return
        try:
            if not self.is_current:
                self._checked = time.monotonic()
                self._read()
        except DatabaseError as error:
            log.warning("trusted_documents_not_read", error=str(error).splitlines()[0])
            if self._by_name is None:
                raise Unavailable("The published documents cannot be read now. Try again in a moment.") from None
        finally:
            self._lock.release()

    def _read(self) -> None:
        latest_change = trusted_documents.latest_change()
        if self._by_name is not None and latest_change == self._latest_change:
            return
        by_name: dict[str, tuple[str, str]] = {}
        for document_id, digest, text in trusted_documents.texts():
            by_name[digest] = by_name[document_id] = (document_id, text)
        self._by_name, self._latest_change = by_name, latest_change


class PersistedQueries:
    """Texts by their SHA-256, in this process and in the cache server; safe to share between threads."""

    def __init__(self, most: int = MOST_PERSISTED, most_held: int = MOST_HELD) -> None:
        self._most = most
        self._most_held = most_held
        self._held: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def held(self, digest: str) -> str | None:
        """The text as far as this process has it."""
        with self._lock:
            text = self._held.get(digest)
            if text is not None:
                self._held.move_to_end(digest)
            return text

    def find(self, digest: str) -> str | None:
        """The text, wherever it is kept; None where it is not, or the cache server is away."""
        text = self.held(digest)
        if text is not None:
            return text
        try:
            with caching.reaching() as server:
                kept = server.get(_key(digest))
        except caching.CacheAway:
            return None
        # Whatever else can write there, no hash comes to mean another text.
        if not isinstance(kept, bytes) or sha256(kept).hexdigest() != digest:
            return None
        text = kept.decode()
        self._hold(digest, text)
        return text

    def keep(self, digest: str, text: str) -> None:
        """Keeps a text under its SHA-256, here and in the cache server where that answers."""
        if len(text) > MAX_PERSISTED or self.held(digest) is not None:
            return
        self._hold(digest, text)
        keys = [_key(digest), _key("places"), _key("in-places")]
        try:
            with caching.reaching() as server:
                server.eval(_KEEP, len(keys), *keys, text.encode(), PERSISTED_SECONDS, self._most)
        except caching.CacheAway:
            return

    def _hold(self, digest: str, text: str) -> None:
        with self._lock:
            self._held[digest] = text
            self._held.move_to_end(digest)
            while len(self._held) > self._most_held:
                self._held.popitem(last=False)


trusted = TrustedDocuments()
persisted = PersistedQueries()
# How often each is asked for, so that an owner sees which ones no client needs any more.
uses: WriteBehind[str, int] = WriteBehind(trusted_documents.add_uses, add)


def source_of(operation: Operation) -> str:
    """The text to run. A `RequestError` says why there is none that may run; may ask the database or the cache server.

    `BadRequest` where the text has another hash than the request says, `DocumentNotTrusted` where only what was
    published runs and this was not, `PersistedQueryNotFound` and `PersistedQueryNotSupported` as Apollo's clients
    expect them, and `Unavailable` where the database that has the published documents was never reached.
    """
    if operation.query is not None:
        if operation.sha256 is not None and _digest(operation.query) != operation.sha256:
            message = "`query` has another SHA-256 than `sha256Hash` says."
            raise BadRequest(message, argument="extensions.persistedQuery.sha256Hash")
        if settings.TRUSTED_DOCUMENTS != "required":
            return operation.query
    name = _name(operation)
    if settings.TRUSTED_DOCUMENTS != "off":
        document = trusted.find(name)
        if document is not None:
            uses.note(document[0], 1)
            return document[1]
    if settings.TRUSTED_DOCUMENTS == "required":
        raise DocumentNotTrusted("This server runs only the documents that were published to it; this is none of them.")
    if _SHA256.fullmatch(name) and settings.PERSISTED_QUERIES:
        text = persisted.find(name)
        if text is not None:
            return text
        # The words that Apollo's clients wait for:
        # https://www.apollographql.com/docs/apollo-server/performance/apq
        raise PersistedQueryNotFound("PersistedQueryNotFound")
    if operation.sha256 is not None:
        raise PersistedQueryNotSupported("PersistedQueryNotSupported")
    if settings.TRUSTED_DOCUMENTS == "off":
        raise BadRequest("No documents are published to this server: send `query`.", argument="documentId")
    raise DocumentNotTrusted("No document is published under this id.", argument="documentId")


def source_at_hand(operation: Operation) -> str | None:
    """The text to run where memory alone can tell, and `source_of` would give the same; else None.

    Asks neither the database nor the cache server, so that it may be called on the event loop. Whoever answers with it
    calls `count_use`; `source_of` has done so.
    """
    mode = settings.TRUSTED_DOCUMENTS
    if operation.query is not None:
        if operation.sha256 is not None and _digest(operation.query) != operation.sha256:
            return None
        if mode != "required":
            return operation.query
    name = _name(operation)
    if mode != "off":
        if not trusted.is_current:
            return None
        document = trusted.held(name)
        if document is not None:
            return document[1]
    if mode == "required" or not settings.PERSISTED_QUERIES:
        return None
    return persisted.held(name)


def count_use(operation: Operation) -> None:
    """Counts one request for a trusted document; nothing, where the operation names none."""
    if settings.TRUSTED_DOCUMENTS == "required" or (settings.TRUSTED_DOCUMENTS == "optional" and not operation.query):
        document = trusted.held(_name(operation))
        if document is not None:
            uses.note(document[0], 1)


def remember(operation: Operation) -> None:
    """Keeps the text of an automatic persisted query. To be called once it was planned: nothing else is kept."""
    if operation.query is None or operation.sha256 is None or not settings.PERSISTED_QUERIES:
        return
    if settings.TRUSTED_DOCUMENTS != "required":
        persisted.keep(operation.sha256, operation.query)


def _name(operation: Operation) -> str:
    """By which the document is looked up. A published one that is sent in full is that document, to the letter."""
    name = operation.document_id or operation.sha256
    if name is None:
        assert operation.query is not None, "an operation without a document"
        name = _digest(operation.query)
    return name


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _key(name: str) -> str:
    return f"{settings.KEY_PREFIX}:persisted-query:{name}"
