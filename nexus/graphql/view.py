"""From a request to an answer, synchronously: tests call `answer` on their own thread, inside their own transaction.

The chain: allowed host → explorer page → GraphQL over HTTP → authentication → document → plan and price → rate limit →
cache → execution → JSON.
"""

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import orjson
import structlog
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from graphql import GraphQLError, OperationType

from engine import Deadline, ExecutionStopped, ExecutionTimedOut, RequestInvalid, Result
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS
from nexus import observability
from nexus.graphql import cache, connections, documents, limits, multipart, rates, responses
from nexus.graphql.context import ON_BEHALF_OF, context_of
from nexus.graphql.exchange import Exchange
from nexus.graphql.execution import Call, Run, on_engine
from nexus.graphql.explorer import page
from nexus.graphql.http import (
    PREFLIGHT_HEADERS,
    HttpError,
    Operation,
    Request,
    Response,
    media_type_of,
    operation_in,
    operation_of,
    wants_page,
)
from nexus.graphql.http_caching import http_caching
from nexus.graphql.planning import engine
from schema.core.errors import RateLimited, RequestError, TimedOut, Unavailable

log = structlog.get_logger("nexus.graphql")

EXPLORER_OFF = "This server has no explorer: it is switched off."
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
# What an answer from the cache costs, whatever its operation could cost.
CACHED_COST = 1
# What is remembered of a request holds its document: with `cache.MAX_REMEMBERED` of them, 40 MB at most. Others are
# answered by a thread.
MAX_REMEMBERED_BYTES = 8_000
# All of a request that its understanding depends on, beside its method, query string and body.
_TELLING_HEADERS = ("host", "accept", "content-type", "content-encoding", *PREFLIGHT_HEADERS)


class Understood(NamedTuple):
    """What is kept of a request whose answer may be in the cache, so that its like need not be read again."""

    operation: Operation
    name: str | None
    cost: int
    media_type: str


def answer(request: Request, run: Run = on_engine, deadline: Deadline | None = None) -> Response:
    """The answer to a request. It never raises: what goes wrong is said in the answer, and logged.

    `run` executes the operation; `deadline` ends it, after `EXECUTION_TIMEOUT` seconds unless one is given.
    """
    exchange = Exchange(request_id_of(request))
    structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
    try:
        with suppress(RateLimited):
            # Whoever has no points left is told so by the whole chain.
            found = _from_cache(request, cache.find, rates.charge)
            if found is not None:
                return found
        response = _answer_surely(request, exchange, run, deadline or Deadline(settings.EXECUTION_TIMEOUT))
    except HttpError as error:
        response = responses.not_graphql(error, exchange)
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is logged and masked
        response = responses.failed(error, exchange)
    finally:
        structlog.contextvars.unbind_contextvars("request_id")
    return finish(request, exchange, response)


def answer_at_hand(request: Request) -> Response | None:
    """The answer, where it is in this process; it waits for nothing, so that it may be asked for on the event loop."""
    return _from_cache(request, cache.peek, rates.charge_from_lease)


def _from_cache(
    request: Request, look: Callable[[cache.Key], cache.Stored | None], charge: Callable[..., rates.Charge | None]
) -> Response | None:
    """The answer to a request whose like was understood before, where `look` finds it and its caller can be charged."""
    if not settings.RESPONSE_CACHE or request.header("authorization") or request.header(ON_BEHALF_OF):
        return None
    recalled = cache.recall(_fingerprint(request))
    if recalled is None:
        return None
    key, understood = recalled
    if documents.source_at_hand(understood.operation) is None:
        return None
    exchange = Exchange(request_id_of(request), kind="query", operation=understood.name)
    stored = look(key)
    charged = charge(ANONYMOUS, request.address, CACHED_COST) if stored else None
    if stored is None or charged is None:
        return None
    cache.count_given(stored.source)
    documents.count_use(understood.operation)
    exchange.cached = stored.source
    exchange.requested_cost, exchange.actual_cost, exchange.bucket = understood.cost, CACHED_COST, charged.bucket
    response = _executed(stored.data, (), request, exchange, understood.media_type, int(stored.max_age))
    return finish(request, exchange, response)


def refusal(error: HttpError) -> Response:
    """The answer to a request that nobody looks into: it never arrived whole, or there is no room for it."""
    exchange = Exchange(uuid7().hex)
    return finish(Request(""), exchange, responses.not_graphql(error, exchange))


def finish(request: Request, exchange: Exchange, response: Response) -> Response:
    """The answer with the headers that every answer has; log and metrics are told of it."""
    exchange.status = response.status
    exchange.seconds = time.perf_counter() - exchange.started
    observability.observe(exchange)
    headers = {**responses.SECURE_HEADERS, **responses.cors(request), **response.headers}
    headers["X-Request-ID"] = exchange.request_id
    return Response(response.status, response.body, headers)


def _answer_surely(request: Request, exchange: Exchange, run: Run, deadline: Deadline) -> Response:
    """The answer; asked for a second time where the database was away at the first, and nothing was done yet."""
    for _ in range(2):
        try:
            return _answer(request, exchange, run, deadline)
        except Exception as error:
            if not connections.is_lost(error):
                raise
            # While the database is away every request says so: a line each is enough.
            log.warning("database_connection_lost", reason=repr(error.__cause__ or error)[:300])
            connections.renew()
    away = Unavailable("The database does not answer now. Try again in a moment.", retryAfter=1)
    return responses.refused([away], exchange, media_type_of(request))


def _answer(request: Request, exchange: Exchange, run: Run, deadline: Deadline) -> Response:
    require_allowed_host(request)
    if request.method == "OPTIONS":
        return Response(204, headers={"Allow": responses.ALLOWED_METHODS})
    if wants_page(request):
        if not settings.EXPLORER:
            raise HttpError(404, EXPLORER_OFF)
        if settings.TRUSTED_DOCUMENTS == "required":
            raise HttpError(404, documents.EXPLORER_OFF)
        body, headers = page()
        return Response(200, body, headers)
    media_type = media_type_of(request)
    operation = _operation_of(request)
    try:
        call = _call(request, operation, exchange, deadline)
        return _execute(call, request, exchange, media_type, run)
    except RequestInvalid as invalid:
        return responses.refused(invalid.errors, exchange, media_type)
    except RequestError as error:
        return responses.refused([error], exchange, media_type)
    except ExecutionTimedOut as stopped:
        return responses.refused([TimedOut(str(stopped))], exchange, media_type)
    except ExecutionStopped as stopped:
        return responses.refused([Unavailable(str(stopped))], exchange, media_type)
    finally:
        if operation.upload is not None:
            operation.upload.content.close()


def _operation_of(request: Request) -> Operation:
    """What the request asks for, with the file that it may bring."""
    if request.spool is None:
        return operation_of(request)
    return operation_in(*multipart.parameters_of(request.header("content-type"), request.spool))


def _call(request: Request, operation: Operation, exchange: Exchange, deadline: Deadline) -> Call:
    """Who asks for what. Raises before anything is executed: `RequestError`, `RequestInvalid`, `HttpError`."""
    context = context_of(request, exchange.request_id)
    exchange.viewer = str(context.viewer.user_id) if context.viewer.is_authenticated else None
    rates.require_points(context.viewer, request.address)
    source = documents.source_of(operation)
    plan = engine().held_plan(source, operation.name)
    if plan is None:
        # Not given back: who sends a new document with every request has the server read them all.
        rates.charge(context.viewer, request.address, limits.reading_cost(source))
        plan = engine().plan(source, operation.name)
    documents.remember(operation)
    exchange.operation = plan.operation.name.value if plan.operation.name else None
    exchange.kind = plan.operation_type.value
    if plan.operation_type is not OperationType.QUERY and request.method == "GET":
        raise HttpError(405, "A GET runs queries only; send a mutation by POST.", Allow="POST")
    if operation.upload is not None and plan.operation_type is not OperationType.MUTATION:
        raise HttpError(400, "Only a mutation takes a file.")
    return Call(source, plan, operation, context, deadline)


def _execute(call: Call, request: Request, exchange: Exchange, media_type: str, run: Run) -> Response:
    """The answer: from the cache where it may be shared and is there, else from an execution."""
    plan, operation, viewer = call.plan, call.operation, call.context.viewer
    try:
        exchange.requested_cost = limits.price(plan, operation.variables)
    except (RequestError, RequestInvalid):
        rates.charge(viewer, request.address, limits.refusal_cost(operation.variables))
        raise
    charge = rates.charge(viewer, request.address, exchange.requested_cost)
    call.context.rate_limit = charge.bucket
    results: list[Result] = []

    def produce() -> cache.Produced:
        result = run(call)
        results.append(result)
        return cache.Produced(orjson.dumps(result.data), is_storable=not result.errors)

    max_age = None
    # What is stopped half-way costs its price.
    exchange.actual_cost = exchange.requested_cost
    try:
        key = cache.key_of(plan, call.source, operation.variables, viewer)
        if key is None:
            data = produce().data
        else:
            if len(request.body) + len(request.query_string) <= MAX_REMEMBERED_BYTES:
                # The key knows the variables.
                told = replace(operation, variables={})
                understood = Understood(told, exchange.operation, exchange.requested_cost, media_type)
                cache.remember(_fingerprint(request), key, understood)
            stored = cache.serve(key, produce)
            data, max_age = stored.data, int(stored.max_age)
            exchange.cached = stored.source
        exchange.actual_cost = results[0].cost if results else CACHED_COST
    except connections.ConnectionLost:
        # It is asked once more.
        exchange.actual_cost = 0
        raise
    finally:
        charge.settle(exchange.actual_cost)
        exchange.bucket = charge.bucket
    errors = results[0].errors or () if results else ()
    response = _executed(data, errors, request, exchange, media_type, max_age)
    return replace(response, headers={**response.headers, **call.context.headers})


def _executed(
    data: bytes,
    errors: Sequence[GraphQLError],
    request: Request,
    exchange: Exchange,
    media_type: str,
    max_age: int | None,
) -> Response:
    if request.method == "GET" and max_age:
        # Shared caches hand this answer to others, whom one caller's points do not concern.
        exchange.bucket = None
    response = responses.executed(data, errors, exchange, media_type)
    return http_caching(response, data, request, max_age=max_age)


def _fingerprint(request: Request) -> cache.Fingerprint:
    """All of a request that the understanding of it depends on, while it is anonymous."""
    headers = request.headers
    return request.method, request.query_string, request.body, *[headers.get(name) for name in _TELLING_HEADERS]


def require_allowed_host(request: Request) -> None:
    """Raises `HttpError` 400 for a host name that is not this server's."""
    if not _is_allowed_host(request.header("host"), tuple(settings.ALLOWED_HOSTS)):
        raise HttpError(400, "This server does not answer to that host name.")


@lru_cache(maxsize=100)
def _is_allowed_host(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def request_id_of(request: Request) -> str:
    """The caller's own id where it is a sane one, so that a request can be followed across systems; else a new one."""
    given = request.header("x-request-id")
    return given if _REQUEST_ID.fullmatch(given) else uuid7().hex
