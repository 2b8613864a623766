"""What clients tell of what people do with postings: taken at once, and written down some seconds later.

A call appends to a stream of the cache server and is done: the signals outlive the process that took them. The worker
takes them from there in batches, each written in one transaction and only then let go of. So what is cut off is written
again, and an id that was written is not written again: nothing is lost and nothing counts twice. While the cache server
is away signals are written straight away. `docs/signals.md` has the whole.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import TextChoices
from django.utils import timezone

from jobs import policies
from jobs.errors import TooManySignals
from jobs.models import InteractionKind, JobModeration, Surface
from jobs.services import heat
from kernel.caching import CacheAway, reaching
from kernel.errors import Forbidden, Invalid
from kernel.viewer import Viewer

log = structlog.get_logger("nexus.signals")

MOST_SIGNALS = 100
OLDEST, AHEAD = timedelta(days=7), timedelta(minutes=5)
# Some 60 MB in the cache server, and two minutes' worth of two thousand a second.
MOST_WAITING = 200_000
BATCH = 2_000
_NOBODY = UUID(int=0)
_HIDDEN = [JobModeration.FROZEN.value, JobModeration.REMOVED.value]
_MOST_SHORT, _MOST_WHOLE = 2**15 - 1, 2**31 - 1


class SignalKind(TextChoices):
    """What a client may say that its user did. What else is done is put down by what does it."""

    IMPRESSION = InteractionKind.IMPRESSION.value, "Was shown it in a list"
    VIEW = InteractionKind.VIEW.value, "Opened it"
    APPLY_CLICK = InteractionKind.APPLY_CLICK.value, "Went on to apply"


class SignalRefusal(TextChoices):
    """Why a signal was not taken."""

    NOT_CLAIMABLE = "not_claimable", "Only the board itself puts down that somebody did this"
    TOO_OLD = "too_old", "It is said to have happened more than seven days ago"
    IN_FUTURE = "in_future", "It is said to happen more than five minutes from now"
    OUT_OF_RANGE = "out_of_range", "A value of it cannot be"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that a person did with a job, under an id that the client made up for it."""

    id: UUID
    job_id: UUID
    kind: str
    occurred_at: datetime
    surface: str = ""
    session: UUID | None = None
    position: int | None = None
    model_version: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class RefusedSignal:
    """A signal that was not taken: its place among those given, why, and the field at fault."""

    index: int
    id: UUID
    code: SignalRefusal
    field: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many signals were taken, and which were not. What was told before is taken as well, and counts once."""

    accepted: int
    refused: Sequence[RefusedSignal] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many signals wait to be written, and since when the first of them does."""

    count: int
    since: datetime | None


def record(*, by: Viewer, signals: Sequence[Signal]) -> Recorded:
    """Take up to a hundred signals of the viewer's own; each is refused for itself.

    Whether there is such a job is told to nobody: a signal about none, or about one that was never published or that
    moderators hide, is dropped when it is written. Raises `TooManySignals` where more wait than there is room for;
    those are not taken.
    """
    if by.user_id is None or by.impersonator_id is not None or not policies.may_look_for_work(by):
        raise Forbidden
    if len(signals) > MOST_SIGNALS:
        raise Invalid(f"Give at most {MOST_SIGNALS} signals at a time.", field="signals")
    now = timezone.now()
    taken, refused = [], []
    for index, signal in enumerate(signals):
        fault = _fault(signal, now)
        if fault is None:
            taken.append(_entry(by.user_id, signal))
        else:
            refused.append(RefusedSignal(index, signal.id, *fault))
    if taken:
        try:
            _append(taken)
        except CacheAway:
            _write_alone(by.user_id, taken, now)
    return Recorded(len(taken), tuple(refused))


def record_click(job_id: UUID, *, key: UUID, at: datetime, surface: str) -> None:
    """Take a click of somebody unknown to where one applies; while there is no room, or no server, it is lost."""
    click = Signal(key, job_id, InteractionKind.APPLY_CLICK.value, at, surface)
    with suppress(CacheAway, TooManySignals):
        _append([_entry(None, click)])


def drain(most: int | None = None) -> int:
    """Write what waits, in the order in which it came, at most `most` signals or thereabouts; how many were taken.

    Several may do so at once: one works at a time. While the cache server is away there is nothing to do.
    """
    taken = 0
    with suppress(CacheAway):
        while most is None or taken < most:
            count = _drain_batch()
            taken += count
            if count < BATCH:
                break
    return taken


def waiting() -> Waiting:
    """What waits to be written. Raises `CacheAway`."""
    with reaching() as server:
        count: Any = server.xlen(_stream())
        first: Any = server.xrange(_stream(), count=1)
    if not first:
        return Waiting(count, None)
    since = int(first[0][0].split(b"-")[0]) / 1000
    return Waiting(count, datetime.fromtimestamp(since, tz=timezone.get_default_timezone()))


def _fault(signal: Signal, now: datetime) -> tuple[SignalRefusal, str] | None:
    """Why a signal cannot be taken, and the field at fault."""
    if signal.kind not in SignalKind.values:
        return SignalRefusal.NOT_CLAIMABLE, "kind"
    if timezone.is_naive(signal.occurred_at):
        return SignalRefusal.OUT_OF_RANGE, "occurred_at"
    if signal.occurred_at < now - OLDEST:
        return SignalRefusal.TOO_OLD, "occurred_at"
    if signal.occurred_at > now + AHEAD:
        return SignalRefusal.IN_FUTURE, "occurred_at"
    if signal.surface and signal.surface not in Surface.values:
        return SignalRefusal.OUT_OF_RANGE, "surface"
    for field, most in (("position", _MOST_SHORT), ("model_version", _MOST_WHOLE), ("seconds", _MOST_SHORT)):
        value = getattr(signal, field)
        if value is not None and not 0 <= value <= most:
            return SignalRefusal.OUT_OF_RANGE, field
    return None


def _entry(user_id: UUID | None, signal: Signal) -> bytes:
    """A signal as it waits: an object that `_WRITE` reads. One client cannot use up another's ids."""
    return orjson.dumps(
        {
            "i": uuid5(user_id or _NOBODY, signal.id.hex),
            "u": user_id,
            "j": signal.job_id,
            "k": signal.kind,
            "t": signal.occurred_at,
            "s": signal.surface,
            "f": signal.session,
            "p": signal.position,
            "m": signal.model_version,
            "d": signal.seconds,
        }
    )


_APPEND = """
    if redis.call('XLEN', KEYS[1]) + #ARGV - 1 > tonumber(ARGV[1]) then
        return 0
    end
    for place = 2, #ARGV do
        redis.call('XADD', KEYS[1], '*', 's', ARGV[place])
    end
    return 1
"""


def _append(entries: Sequence[bytes]) -> None:
    with reaching() as server:
        is_taken = server.eval(_APPEND, 1, _stream(), MOST_WAITING, *entries)
    if not is_taken:
        raise TooManySignals


def _stream() -> str:
    return f"{settings.KEY_PREFIX}:signals"


def _drain_batch() -> int:
    """Write the next signals that wait, and then let go of them. Whoever is killed in between leaves them there."""
    with transaction.atomic():
        heat.hold_off_writers()
        with reaching() as server:
            found: Any = server.xrange(_stream(), count=BATCH)
        if not found:
            return 0
        _write([fields[b"s"] for _, fields in found], timezone.now())
    with reaching() as server:
        # All up to there has been written, whoever else took it as well.
        server.xtrim(_stream(), minid=_behind(found[-1][0]), approximate=False)
    return len(found)


def _behind(entry_id: bytes) -> str:
    instant, number = entry_id.decode().split("-")
    return f"{instant}-{int(number) + 1}"


def _write_alone(user_id: UUID, entries: Sequence[bytes], now: datetime) -> None:
    with transaction.atomic():
        heat.write_beside_others(user_id)
        _write(entries, now)


# Who is forgotten meanwhile leaves no signals, and a job that is deleted, or may not be seen, has none: the rows are
# locked, so that nobody is forgotten and nothing deleted until this is written. A client that corrects its clock and
# tells something again tells nothing new: ids are looked for among all the instants that a client may name. All is
# looked up one by one: of rows made up on the way the planner knows nothing, and would compare each with each, or read
# whole months.
_WRITE = f"""
    WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (i) * FROM json_to_recordset(%(entries)s::json) AS entry (
            i uuid, u uuid, j uuid, k text, t timestamptz, s text, f uuid, p int, m int, d int
        ) ORDER BY i, t
    ), people AS MATERIALIZED (
        SELECT id FROM accounts_user WHERE id = ANY(ARRAY(SELECT DISTINCT u FROM given)) AND status <> 'deleted'
        ORDER BY id FOR SHARE
    ), postings AS MATERIALIZED (
        SELECT id FROM jobs_job WHERE id = ANY(ARRAY(SELECT DISTINCT j FROM given))
            AND first_published_at IS NOT NULL AND moderation <> ALL(%(hidden)s::text[])
        ORDER BY id FOR KEY SHARE
    ), written AS (
        INSERT INTO jobs_interactionevent (
            id, user_id, job_id, kind, occurred_at, surface, session, position, model_version, seconds
        )
        SELECT i, u, j, k, t, s, f, p, m, d FROM given
        WHERE (u IS NULL OR u IN (SELECT id FROM people)) IS TRUE AND (j IN (SELECT id FROM postings)) IS TRUE AND (
            SELECT true FROM jobs_interactionevent AS known
            WHERE known.id = i AND known.occurred_at BETWEEN %(since)s AND %(until)s LIMIT 1
        ) IS NULL
        ON CONFLICT DO NOTHING
        RETURNING user_id, job_id, kind, occurred_at
    ), {heat.ADD_WRITTEN}"""  # noqa: S608 - our own text


def _write(entries: Sequence[bytes], now: datetime) -> None:
    """Write signals and what they add to their jobs' heat; one that the database refuses harms no other."""
    document = b"[" + b",".join(entries) + b"]"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            instants = {"at": now, "since": now - 3 * OLDEST, "until": now + 2 * AHEAD}
            cursor.execute(_WRITE, {"entries": document.decode(), "hidden": _HIDDEN, **instants})
    except (DataError, IntegrityError) as error:
        if len(entries) == 1:
            log.warning("signal_dropped", error=type(error).__name__)
            return
        half = len(entries) // 2
        _write(entries[:half], now)
        _write(entries[half:], now)
