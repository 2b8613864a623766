"""A feed session: an order that was decided once, kept in the cache server, and read page by page.

The owner stands in each key and in the session's id, so that nobody reads another's. Nothing that is read from the
cache server is run: it is JSON, and what does not look as it was written is taken for lost.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from jobs.feed.constraints import Constraints
from jobs.feed.match import Feature, Gap, Match, Reason, Source
from jobs.policies import may_look_for_work
from kernel.caching import reaching
from kernel.viewer import Scope, Viewer

KEPT_SECONDS = 30 * 60
MOST_KEPT = 8
"""So many sessions of a person are kept: as many as there are windows in which somebody reads on."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION, _VARIANT = 0x8, 0b10  # RFC 9562: version 8 is for ids of one's own making
_SEED = (1 << 62) - 1
_PERSON = "user:"
# Looked up hundreds of times a page.
_FEATURES = {feature.value: feature for feature in Feature}
_SOURCES = {source.value: source for source in Source}


class SessionGone(Exception):
    """The cache server has it no more, or not all of it."""


@dataclass(frozen=True, slots=True)
class FeedSession:
    """What is kept of a session beside its matches."""

    id: UUID
    at: datetime
    """When it was made: what came later is counted in `newSince`."""
    person_version: str
    model_version: int
    size: int
    constraints: Constraints
    asked: str = ""
    """Near what it was asked for, where the person's own words had no say in it; else empty."""

    @property
    def seed(self) -> int:
        """What decided where chance had a say."""
        return seed_of(self.id)


def owner_of(viewer: Viewer, asked: str = "") -> str:
    """Whose sessions a viewer has: their own, or those of all who ask the same and look for no work here."""
    if may_look_for_work(viewer, scope=Scope.PROFILE_READ):
        return f"{_PERSON}{viewer.require_user().hex}"
    return f"anonymous:{asked}"


def new_id(owner: str, at: datetime) -> UUID:
    """An id that tells its owner and its instant, in milliseconds, to whoever has the board's secret."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    head = milliseconds << 16 | _VERSION << 12 | secrets.randbits(12)
    return UUID(int=head << 64 | _VARIANT << 62 | _mac(owner, head))


def is_of(owner: str, session_id: UUID) -> bool:
    """Whether the board's secret of today made the id for the owner."""
    return constant_time_compare(str(session_id.int & _SEED), str(_mac(owner, session_id.int >> 64)))


def instant_of(owner: str, session_id: UUID) -> datetime:
    """When a session of the owner was made. ValueError where it is not the owner's."""
    head = session_id.int >> 64
    if not is_of(owner, session_id):
        raise ValueError("This is no session of this feed.")
    return _EPOCH + timedelta(milliseconds=head >> 16)


def seed_of(session_id: UUID) -> int:
    """What decides where chance has a say in a session: the same whenever it is made again."""
    return session_id.int & _SEED


def _mac(owner: str, head: int) -> int:
    digest = salted_hmac("jobs.feed.session", f"{owner} {head}", algorithm="sha256").digest()
    return int.from_bytes(digest[:8]) & _SEED


# KEYS: the owner's list of sessions, the one that was read last first, which is the order in which they go by
# themselves. ARGV: what keys begin with, the id of one that begins, how many are kept, seconds.
_BOUND = """
redis.call('LREM', KEYS[1], 0, ARGV[2])
redis.call('LPUSH', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
while redis.call('LLEN', KEYS[1]) > tonumber(ARGV[3]) do
    local key = ARGV[1] .. redis.call('RPOP', KEYS[1])
    redis.call('DEL', key, key .. ':jobs')
end
"""


def begin(owner: str, session: FeedSession, matches: Sequence[Match], *, is_current: bool = True) -> None:
    """Keep a session, as the current one of its owner unless said otherwise. Raises `CacheAway`.

    Of a person's, the one that was read longest ago goes when there are more than `MOST_KEPT`: its next page is
    restored. Those of a place are everybody's who asks from there, and one at a time.
    """
    header, listed = _keys(owner, session.id)
    with reaching() as server:
        # All or nothing: a header whose matches are not there yet would be taken for a session that is lost.
        pipeline = server.pipeline(transaction=True)
        pipeline.delete(listed)
        if matches:
            pipeline.rpush(listed, *map(_written, matches))
            pipeline.expire(listed, KEPT_SECONDS)
        pipeline.set(header, orjson.dumps(asdict(session)), ex=KEPT_SECONDS)
        if is_current:
            pipeline.set(_current(owner), session.id.hex, ex=KEPT_SECONDS)
        if _is_person(owner):
            pipeline.eval(_BOUND, 1, _list(owner), _prefix(owner), session.id.hex, MOST_KEPT, KEPT_SECONDS)
        pipeline.execute()


def current(owner: str) -> FeedSession | None:
    """The owner's current session, if it is still kept; it is then kept as long again. Raises `CacheAway`."""
    kept = page(owner, None, 0, 0)
    return kept and kept[0]


def found(owner: str, session_id: UUID) -> FeedSession | None:
    """A session of the owner, if it is still kept; it is then kept as long again. Raises `CacheAway`."""
    kept = page(owner, session_id, 0, 0)
    return kept and kept[0]


# One way to the server and back. KEYS: the pointer, and a person's list of sessions; ARGV: what keys begin with, the
# id, from, to, seconds.
_PAGE = """
local id = ARGV[2]
if id == '' then
    id = redis.call('GET', KEYS[1])
    if not id then return false end
    redis.call('EXPIRE', KEYS[1], ARGV[5])
end
local key = ARGV[1] .. id
local header = redis.call('GET', key)
if not header then return false end
redis.call('EXPIRE', key, ARGV[5])
redis.call('EXPIRE', key .. ':jobs', ARGV[5])
if KEYS[2] then
    redis.call('LREM', KEYS[2], 0, id)
    redis.call('LPUSH', KEYS[2], id)
    redis.call('EXPIRE', KEYS[2], ARGV[5])
end
return {header, redis.call('LRANGE', key .. ':jobs', ARGV[3], ARGV[4])}
"""


def page(owner: str, session_id: UUID | None, start: int, count: int) -> tuple[FeedSession, Sequence[Match]] | None:
    """A session of the owner, the current one where none is named, with its matches from a place on; if it is kept.

    It is then kept as long again. Raises `SessionGone` where some of the matches are missing, and `CacheAway`.
    """
    wanted = session_id.hex if session_id else ""
    # From behind to before is nothing; to -1 would be all.
    first, last = (start, start + count - 1) if count else (1, 0)
    keys = [_current(owner), _list(owner)] if _is_person(owner) else [_current(owner)]
    with reaching() as server:
        kept: Any = server.eval(_PAGE, len(keys), *keys, _prefix(owner), wanted, first, last, KEPT_SECONDS)
    if not kept:
        return None
    try:
        header = _session(orjson.loads(kept[0]))
    except (ValueError, TypeError, KeyError, AttributeError):
        # As another release wrote it.
        return None
    return header, _matches(kept[1], max(0, min(count, header.size - start)))


def _session(kept: dict[str, Any]) -> FeedSession:
    constraints: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept["constraints"].items()
    }
    if not isinstance(constraints["remote_for"], tuple):
        raise TypeError("Written when it was one country.")
    if constraints["user_id"] is not None:
        constraints["user_id"] = UUID(constraints["user_id"])
    return FeedSession(
        **{
            **kept,
            "id": UUID(kept["id"]),
            "at": datetime.fromisoformat(kept["at"]),
            "constraints": Constraints(**constraints),
        }
    )


def matches(owner: str, session: FeedSession, start: int, count: int) -> Sequence[Match]:
    """The session's matches from a place on. Raises `SessionGone` where some are missing, and `CacheAway`."""
    _, listed = _keys(owner, session.id)
    expected = max(0, min(count, session.size - start))
    if not expected:
        return []
    with reaching() as server:
        kept: Any = server.lrange(listed, start, start + expected - 1)
    return _matches(kept, expected)


def _matches(kept: Sequence[bytes], expected: int) -> Sequence[Match]:
    if len(kept) < expected:
        raise SessionGone
    try:
        return [_match(orjson.loads(element)) for element in kept]
    except (ValueError, TypeError, KeyError) as error:
        raise SessionGone from error


def _written(match: Match) -> bytes:
    # Short, because there are hundreds of each session.
    return orjson.dumps(
        [
            match.job_id.hex,
            match.company_id.hex,
            match.score,
            {feature._value_: part for feature, part in match.parts.items()},
            [source._value_ for source in match.sources],
            [[reason.code._value_, reason.weight, reason.params] for reason in match.reasons],
            [[gap.code, gap.params] for gap in match.gaps],
            match.is_exploration,
            match.propensity,
        ]
    )


def _match(kept: Sequence[Any]) -> Match:
    job, company, score, parts, sources, reasons, gaps, is_exploration, propensity = kept
    return Match(
        UUID(job),
        UUID(company),
        score,
        {_FEATURES[name]: part for name, part in parts.items()},
        tuple(_SOURCES[name] for name in sources),
        tuple(Reason(_FEATURES[code], weight, params) for code, weight, params in reasons),
        tuple(Gap(code, params) for code, params in gaps),
        is_exploration,
        propensity,
    )


def _prefix(owner: str) -> str:
    return f"{settings.KEY_PREFIX}:feed:{owner}:"


def _keys(owner: str, session_id: UUID) -> tuple[str, str]:
    header = _prefix(owner) + session_id.hex
    return header, f"{header}:jobs"


def _current(owner: str) -> str:
    return f"{_prefix(owner)}current"


def _list(owner: str) -> str:
    return f"{_prefix(owner)}sessions"


def _is_person(owner: str) -> bool:
    return owner.startswith(_PERSON)
