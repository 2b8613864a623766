"""What the board tells of itself: a line in the log for each request, and metrics.

`/metrics` is in Prometheus' format. Counts tell things, so only who has `METRICS_TOKEN` may read it; without a token
nobody may, except under `DEBUG`. No label comes from a client: operation names are for the log alone. Several web
processes of one machine add up their metrics in a folder, `PROMETHEUS_MULTIPROC_DIR`, which whoever starts them makes.
"""

import hmac
import logging
import math
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import orjson
import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Counter, Gauge, Histogram

from schema.core.errors import ErrorCode

if TYPE_CHECKING:
    from nexus.graphql.exchange import Exchange

log = structlog.get_logger("nexus.graphql")
_level = logging.getLogger("nexus.graphql")

# How often a process in use brings the counts that others keep into the metrics.
COLLECT_SECONDS = 5.0
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter(
    "nexus_graphql_requests",
    "Requests to /graphql and /api by kind of operation, HTTP status and outcome: ok, errors (data or not), failed (our"
    " fault).",
    ("kind", "status", "outcome"),
)
DURATION = Histogram("nexus_graphql_request_seconds", "Seconds from receipt to answer.", ("kind",), buckets=BUCKETS)
ERRORS = Counter("nexus_graphql_errors", "Answers that hold an error of a code.", ("code",))
POINTS = Counter("nexus_graphql_points", "Cost in points: requested, what it could be; actual, what it was.", ("cost",))
TAKES = Counter("nexus_rate_limit_portions", "Portions of points leased, by who granted them.", ("granted_by",))
ANSWERS = Counter("nexus_response_cache", "Answers to queries by where the response cache had them.", ("result",))
FIELDS = Counter("nexus_field_cache", "Values of cached fields, by result.", ("result",))
ENTITIES = Counter("nexus_entity_cache", "Reference rows in the process, by model and result.", ("model", "result"))
OPERATIONS = Counter("nexus_engine_operations", "Operations by what executed them, or why it did not.", ("by",))
REFUSED = Counter("nexus_engine_refused_values", "Values that the engine refused, by reason.", ("reason",))
SHADOW = Counter("nexus_shadow_samples", "Answers compared with graphql-core's, by what came of it.", ("result",))
OUTBOX_LAG = Gauge(
    "nexus_outbox_lag_seconds",
    "How long the oldest event or delivery has been due that is neither done nor dead.",
    multiprocess_mode="mostrecent",
)
DELIVERIES = Gauge(
    "nexus_outbox_deliveries",
    "Deliveries that are waiting, sent to the queue, or dead.",
    ("state",),
    multiprocess_mode="mostrecent",
)
JOBS = Gauge(
    "nexus_graphql_jobs", "Requests that a thread answers, or that wait.", ("state",), multiprocess_mode="livesum"
)

_requests: dict[tuple[str, int, str], Counter] = {}
_durations = {kind: DURATION.labels(kind) for kind in ("query", "mutation", "subscription", "rest", "none")}
_requested, _actual = POINTS.labels("requested"), POINTS.labels("actual")
_codes = {str(code): ERRORS.labels(str(code)) for code in ErrorCode}
_collect_at = 0.0


def observe(exchange: "Exchange") -> None:
    """Count an answer that is ready to be sent, and write its line."""
    _count(exchange)
    if _level.isEnabledFor(logging.INFO):
        _write(exchange)


def _count(exchange: "Exchange") -> None:
    global _collect_at  # noqa: PLW0603 - the process has one set of metrics
    kind = exchange.kind or "none"
    codes = exchange.codes
    outcome = "failed" if "INTERNAL" in codes else "errors" if codes else "ok"
    key = kind, exchange.status, outcome
    requests = _requests.get(key)
    if requests is None:
        requests = _requests[key] = REQUESTS.labels(*key)
    requests.inc()
    _durations[kind].observe(exchange.seconds)
    if exchange.requested_cost is not None:
        _requested.inc(exchange.requested_cost)
        _actual.inc(exchange.actual_cost or 0)
    for code in set(codes) & _codes.keys():
        _codes[code].inc()
    if monotonic() >= _collect_at:
        _collect_at = monotonic() + COLLECT_SECONDS
        collect()


def _write(exchange: "Exchange") -> None:
    """The line of a request: as JSON straight to stderr, because the way through the logging library costs many times
    as much as the line; under DEBUG through the library, which makes it readable.
    """
    event, logger = ("rest_request", "nexus.rest") if exchange.kind == "rest" else ("graphql_request", "nexus.graphql")
    said = {
        "request_id": exchange.request_id,
        "status": exchange.status,
        "milliseconds": round(exchange.seconds * 1000, 2),
        "operation": exchange.operation,
        "kind": exchange.kind,
        "viewer": exchange.viewer,
        "cost": exchange.actual_cost,
        "cached": exchange.cached,
        "codes": exchange.codes,
    }
    stream = getattr(sys.stderr, "buffer", None)
    if settings.DEBUG or stream is None:
        log.info(event, **said)
        return
    said |= {"event": event, "logger": logger, "level": "info", "timestamp": datetime.now(UTC)}
    try:
        stream.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
        stream.flush()
    except (OSError, ValueError):
        # Nobody reads the log any more; requests are answered all the same.
        return


def collect() -> None:
    """Bring the counts that other modules keep into the metrics."""
    from kernel.caching import entity_counts
    from nexus.graphql import cache as responses
    from nexus.graphql import door, leases, shadow
    from nexus.graphql.planning import engine
    from schema.core import cached

    stats = engine().stats
    _raise(TAKES, leases.takes)
    _raise(ANSWERS, responses.counts())
    _raise(FIELDS, cached.counts)
    for model, counts in entity_counts().items():
        _raise(ENTITIES, counts, model)
    _raise(OPERATIONS, {"engine": stats.executed, **stats.fallback})
    _raise(REFUSED, stats.refused)
    _raise(SHADOW, shadow.counts())
    for state, jobs in door.jobs().items():
        JOBS.labels(state).set(jobs)


_raised: dict[tuple[Counter, tuple[str, ...]], float] = {}


def _raise(counter: Counter, counts: Mapping[str, int], *labels: str) -> None:
    """Raise the counter by what the counts have grown since they were last seen; one that began anew, by all of it."""
    for name, count in dict(counts).items():
        key = counter, (*labels, name)
        known = _raised.get(key, 0)
        counter.labels(*labels, name).inc(count - known if count >= known else count)
        _raised[key] = count


def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics`; 404 for whoever may not read it."""
    token = settings.METRICS_TOKEN
    sent = request.headers.get("Authorization", "").encode()
    may_read = hmac.compare_digest(sent, f"Bearer {token}".encode()) if token else settings.DEBUG
    if not may_read:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    if settings.ENGINE:
        collect()
    _collect_outbox()
    if settings.PROMETHEUS_MULTIPROC_DIR:
        _forget_the_dead()
    return ExportToDjangoView(request)


def _collect_outbox() -> None:
    """Ask the database how deliveries stand; not a number where it does not answer."""
    from nexus import deliveries

    try:
        standings = deliveries.standings()
    except DatabaseError:
        lag = waiting = sent = dead = math.nan
    else:
        lag = standings.lag_seconds
        waiting, sent, dead = (standings.total(name) for name in ("waiting", "sent", "dead"))
    OUTBOX_LAG.set(lag)
    for state, count in (("waiting", waiting), ("sent", sent), ("dead", dead)):
        DELIVERIES.labels(state).set(count)


def _forget_the_dead() -> None:
    """Leave out the gauges of processes that have ended, however they did: nobody is busy there any more."""
    for file in Path(settings.PROMETHEUS_MULTIPROC_DIR).glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except PermissionError:
            continue
