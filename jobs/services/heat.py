"""How much is being done with each job of late, as numbers that fade by themselves: nothing has to be written for that.

People are counted, not what they send: what somebody does with a job counts again only after eight days without it,
and not at all where the job is of a company that they act for. The worth of a signal halves every three days. A sum of
such signals keeps its order among other sums whatever the day, so it is kept as of a fixed instant, `EPOCH`, where it
would be huge: as its logarithm. Made from the events, and never the truth: `rebuild` makes it anew.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil, exp, log
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from jobs.models import InteractionEvent, InteractionKind, Job, Membership

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
HALF_LIFE = timedelta(days=3)
EXPOSURE_HALF_LIFE = timedelta(days=7)
WEIGHTS: Mapping[str, int] = {
    InteractionKind.VIEW: 1,
    InteractionKind.SAVE: 3,
    InteractionKind.APPLY_CLICK: 3,
    InteractionKind.APPLY: 7,
}
# What is older is worth a millionth of what it was.
REBUILT_FROM = 20 * HALF_LIFE
# Longer than back a client may say that something was done, so that no dates make more of it.
PAUSE = timedelta(days=8)
# The most that one person can make of a job, in views of now: all that there is to do, again after each pause.
OF_ONE = ceil(sum(WEIGHTS.values()) / (1 - 0.5 ** (PAUSE / HALF_LIFE)))

_FADES = log(2) / HALF_LIFE.total_seconds()
_EXPOSURE_FADES = log(2) / EXPOSURE_HALF_LIFE.total_seconds()
_WORTH = "CASE kind " + " ".join(f"WHEN '{kind}' THEN {weight}" for kind, weight in WEIGHTS.items()) + " END"
# How much later than the given instant something was, in seconds.
_LATER = "extract(epoch FROM occurred_at - %(at)s::timestamptz)::float8"
_SINCE_EPOCH = f"extract(epoch FROM %(at)s::timestamptz - timestamptz '{EPOCH.isoformat()}')::float8"

_EVENTS, _JOBS, _MEMBERSHIPS = (model._meta.db_table for model in (InteractionEvent, Job, Membership))
_PAUSE = f"interval '{PAUSE.total_seconds()} seconds'"
_TEAM = f"""FROM {_MEMBERSHIPS} own WHERE own.user_id = done.user_id AND (
            SELECT company_id = own.company_id FROM {_JOBS} WHERE id = done.job_id
        )"""  # noqa: S608 - our own text
# In the words of the index `interaction_event_again`.
_ACT = "uuid_hash_extended({0}.user_id, 0) # hashtextextended({0}.kind, 1)"
_BEFORE = f"""FROM {_EVENTS} known
        WHERE known.job_id = done.job_id AND ({_ACT.format("known")}) = ({_ACT.format("done")})
            AND known.occurred_at > done.occurred_at - {_PAUSE} AND known.occurred_at < done.occurred_at + {_PAUSE}"""

# Of `signals (job_id, kind, occurred_at)` one row a job, in one order: two writers never wait for one another.
# Where a job has only been shown to people its heat is the logarithm of nothing.
_SUMS = f"""
    SELECT job_id,
        coalesce(
            ln(sum({_WORTH} * exp({_FADES!r} * {_LATER}))) + {_FADES!r} * {_SINCE_EPOCH}, '-Infinity'
        ) AS heat,
        coalesce(
            sum(exp({_EXPOSURE_FADES!r} * {_LATER})) FILTER (WHERE kind = '{InteractionKind.IMPRESSION}'), 0
        ) AS exposure,
        %(at)s::timestamptz AS exposed_at,
        count({_WORTH}) AS signals
    FROM signals WHERE kind <> '{InteractionKind.HIDE}' GROUP BY job_id ORDER BY job_id"""  # noqa: S608 - our own text


def of(worth: float, at: datetime) -> float:
    """The heat of a job with which so much is done at an instant, as `job_heat` has it."""
    return log(worth) + _FADES * (at - EPOCH).total_seconds()


def _faded(one: str, other: str) -> str:
    """How much is left of one exposure when the other was written, if that was later."""
    later = f"greatest(0, extract(epoch FROM {other}.exposed_at - {one}.exposed_at)::float8)"
    return f"exp(-least({_EXPOSURE_FADES!r} * {later}, 500))"


# PostgreSQL refuses an exponential that is too small for a number; what 500 stands for is nothing beside 1.
_ADD = f"""
    INSERT INTO job_heat (job_id, heat, exposure, exposed_at, signals) {_SUMS}
    ON CONFLICT (job_id) DO UPDATE SET
        heat = greatest(job_heat.heat, excluded.heat)
            + ln(1 + exp(-least(abs(job_heat.heat - excluded.heat), 500))),
        exposure = job_heat.exposure * {_faded("job_heat", "excluded")}
            + excluded.exposure * {_faded("excluded", "job_heat")},
        exposed_at = greatest(job_heat.exposed_at, excluded.exposed_at),
        signals = job_heat.signals + excluded.signals"""
# The end of a statement that writes events, and returns them as `written (user_id, job_id, kind, occurred_at)`: they
# are added to their jobs' heat. The last thing in a transaction, since others may wait for those rows.
# Of what somebody did with a job the first is looked up, by itself: how many rows were made on the way the planner does
# not know. Of somebody unknown no posting gets warmer.
ADD_WRITTEN = f"""signals AS (
    SELECT job_id, kind, occurred_at FROM (
        SELECT DISTINCT ON (user_id, job_id, kind) * FROM written WHERE user_id IS NOT NULL
        ORDER BY user_id, job_id, kind, occurred_at
    ) done WHERE (SELECT true {_BEFORE} LIMIT 1) IS NULL AND (SELECT true {_TEAM} LIMIT 1) IS NULL
) {_ADD}"""  # noqa: S608
_REBUILD = f"""
    WITH done AS (
        SELECT *, lag(occurred_at) OVER (PARTITION BY user_id, job_id, kind ORDER BY occurred_at) AS before
        FROM {_EVENTS} WHERE user_id IS NOT NULL AND kind <> '{InteractionKind.HIDE}'
            AND occurred_at > %(since)s AND occurred_at <= %(at)s
    ), signals AS (
        SELECT job_id, kind, occurred_at FROM done
        WHERE (before IS NULL OR before <= occurred_at - {_PAUSE}) AND NOT EXISTS (SELECT {_TEAM})
    ), cold AS (
        UPDATE job_heat SET heat = '-Infinity', exposure = 0, exposed_at = %(at)s
        WHERE (heat > '-Infinity' OR exposure > 0)
            AND NOT EXISTS (SELECT FROM signals WHERE signals.job_id = job_heat.job_id)
    )
    INSERT INTO job_heat (job_id, heat, exposure, exposed_at, signals) {_SUMS}
    ON CONFLICT (job_id) DO UPDATE SET
        heat = excluded.heat, exposure = excluded.exposure, exposed_at = excluded.exposed_at,
        signals = greatest(job_heat.signals, excluded.signals)"""  # noqa: S608


def heat_at(heat: float, at: datetime) -> float:
    """What the signals behind a job's heat are worth at an instant: a view of that instant is worth 1."""
    return exp(min(heat - _FADES * (at - EPOCH).total_seconds(), 500))


def exposure_at(exposure: float, exposed_at: datetime, at: datetime) -> float:
    """How many impressions of late a job has had, as of an instant."""
    return float(exposure * 2 ** (-(at - exposed_at) / EXPOSURE_HALF_LIFE))


@transaction.atomic
def rebuild(at: datetime) -> int:
    """Make the heat of every job from the events of late, up to an instant; how many jobs had any.

    How many signals a job ever had stays, where it is more than these. Signals that are written meanwhile wait; what is
    saved or applied to meanwhile may be missed.
    """
    hold_off_writers()
    return _execute(_REBUILD, {"at": at, "since": at - REBUILT_FROM})


def hold_off_writers() -> None:
    """Let nobody else write signals until the transaction ends, after those who are at it."""
    _execute("SELECT pg_advisory_xact_lock(hashtext('signals'), 0)")


def write_beside_others(user_id: UUID) -> None:
    """Let nobody else write signals of this person until the transaction ends, nor anybody who holds off writers."""
    _execute(
        "SELECT pg_advisory_xact_lock_shared(hashtext('signals'), 0),"
        " pg_advisory_xact_lock(hashtext('signals of'), hashtext(%(user_id)s::text))",
        {"user_id": user_id},
    )


def _execute(statement: str, given: Mapping[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(given or {}))
        return int(cursor.rowcount)
