"""From a request to an answer, synchronously: tests call `answer` on their own thread, inside their own transaction.

The chain: allowed host → explorer page → GraphQL over HTTP → authentication → plan → execution → JSON.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port, validate_host
from graphene_django.settings import graphene_settings
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql_jwt.middleware import JSONWebTokenMiddleware

from engine import Engine, RequestInvalid
from kernel.ids import uuid7
from nexus.graphql.context import Context, authenticate_once
from nexus.graphql.errors import MASKED, describe
from nexus.graphql.explorer import page
from nexus.graphql.http import (
    GRAPHQL,
    JSON,
    HttpError,
    Operation,
    Request,
    Response,
    media_type_of,
    operation_of,
    wants_page,
)
from schema.core.errors import ErrorCode, Unauthenticated

log = structlog.get_logger("nexus.graphql")

SECURE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Far beyond any document that somebody writes: the explorer's own introspection has under 300.
MAX_TOKENS = 5_000
ALLOWED_METHODS = "GET, POST, OPTIONS"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


@cache
def engine() -> Engine:
    """The engine over the schema that `GRAPHENE["SCHEMA"]` names."""
    if any(middleware is not JSONWebTokenMiddleware for middleware in graphene_settings.MIDDLEWARE):
        raise ImproperlyConfigured(
            "The engine runs no field middleware but JSONWebTokenMiddleware, once a request. Take the others out of "
            'GRAPHENE["MIDDLEWARE"], or set ENGINE=off.'
        )
    return Engine(graphene_settings.SCHEMA.graphql_schema, max_tokens=MAX_TOKENS)


@dataclass(slots=True)
class Trace:
    """What the log says of a request in the end."""

    request_id: str
    started: float
    operation: str | None = None
    kind: str | None = None
    viewer: str | None = None


# Executes an operation: `(request, operation, context, trace)`. Raises `RequestInvalid` or `HttpError` before it does.
type Run = Callable[[Request, Operation, Context, Trace], ExecutionResult]


def answer(request: Request, run: Run | None = None) -> Response:
    """The answer to a request. It never raises: what goes wrong is said in the answer, and logged.

    `run` executes the operation in the engine's stead.
    """
    trace = Trace(_request_id(request), time.perf_counter())
    structlog.contextvars.bind_contextvars(request_id=trace.request_id)
    try:
        response = _answer(request, trace, run or _on_engine)
    except HttpError as error:
        response = _refuse(error, trace)
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is logged and masked
        response = _fail(error, trace)
    finally:
        structlog.contextvars.unbind_contextvars("request_id")
    log.info(
        "graphql_request",
        request_id=trace.request_id,
        status=response.status,
        milliseconds=round((time.perf_counter() - trace.started) * 1000, 2),
        operation=trace.operation,
        kind=trace.kind,
        viewer=trace.viewer,
    )
    headers = {**SECURE_HEADERS, **_cors(request), **response.headers, "X-Request-ID": trace.request_id}
    return replace(response, headers=headers)


def _answer(request: Request, trace: Trace, run: Run) -> Response:
    domain, _ = split_domain_port(request.header("host"))
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise HttpError(400, "This server does not answer to that host name.")
    if request.method == "OPTIONS":
        return Response(204, headers={"Allow": ALLOWED_METHODS})
    if wants_page(request):
        body, headers = page()
        return Response(200, body, headers)
    media_type = media_type_of(request)
    operation = operation_of(request)
    context = Context(request.header("authorization"))
    try:
        authenticate_once(context)
        trace.viewer = str(context.viewer.user_id) if context.viewer.is_authenticated else None
        result = run(request, operation, context, trace)
    except RequestInvalid as invalid:
        return _respond(ExecutionResult(None, invalid.errors), trace, media_type, status=400)
    except Unauthenticated as error:
        return _respond(ExecutionResult(None, [error]), trace, media_type, status=401)
    return _respond(result, trace, media_type)


def _on_engine(request: Request, operation: Operation, context: Context, trace: Trace) -> ExecutionResult:
    """What the operation gives. Raises before it is executed: `RequestInvalid`, `HttpError`."""
    plan = engine().plan(operation.query, operation.name)
    trace.operation = plan.operation.name.value if plan.operation.name else None
    trace.kind = plan.operation_type.value
    if plan.operation_type is not OperationType.QUERY and request.method == "GET":
        raise HttpError(405, "A GET runs queries only; send a mutation by POST.", Allow="POST")
    return engine().execute(plan, variables=operation.variables, context=context)


def _respond(result: ExecutionResult, trace: Trace, media_type: str, *, status: int = 200) -> Response:
    """The result as JSON. `application/json` says 200 whatever became of it, as its clients expect."""
    content: dict[str, Any] = {}
    if result.errors:
        content["errors"] = [describe(error, trace.request_id) for error in result.errors]
    if status == 200:
        content["data"] = result.data
    content["extensions"] = {"requestId": trace.request_id}
    headers = {
        "Content-Type": f"{media_type}; charset=utf-8",
        "Cache-Control": "no-store",
        "Vary": "Accept, Authorization, Origin",
    }
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(status if media_type == GRAPHQL else 200, orjson.dumps(content), headers)


def refusal(status: int, message: str) -> Response:
    """The answer to a request that never arrived whole."""
    trace = Trace(uuid7().hex, time.perf_counter())
    log.info("graphql_request", request_id=trace.request_id, status=status)
    response = _refuse(HttpError(status, message, Connection="close"), trace)
    return replace(response, headers={**SECURE_HEADERS, **response.headers, "X-Request-ID": trace.request_id})


def _refuse(error: HttpError, trace: Trace) -> Response:
    """The answer to what is not GraphQL over HTTP: one error, under the status that says why."""
    described = GraphQLError(str(error), extensions={"code": ErrorCode.BAD_REQUEST}).formatted
    content = {"errors": [described], "extensions": {"requestId": trace.request_id}}
    headers = {"Content-Type": f"{JSON}; charset=utf-8", "Cache-Control": "no-store", **error.headers}
    return Response(error.status, orjson.dumps(content), headers)


def _fail(error: Exception, trace: Trace) -> Response:
    """The answer to what nobody foresaw: an id, under which the log has the rest."""
    log.error("graphql_request_failed", error_id=trace.request_id, exc_info=error)
    described = {"message": MASKED, "extensions": {"code": ErrorCode.INTERNAL, "id": trace.request_id}}
    content = {"errors": [described], "extensions": {"requestId": trace.request_id}}
    return Response(500, orjson.dumps(content), {"Content-Type": f"{JSON}; charset=utf-8", "Cache-Control": "no-store"})


def _request_id(request: Request) -> str:
    """The caller's own id where it is a sane one, so that a request can be followed across systems; else a new one."""
    given = request.header("x-request-id")
    return given if _REQUEST_ID.fullmatch(given) else uuid7().hex


def _cors(request: Request) -> dict[str, str]:
    """What a page of another, allowed origin needs to hear. Nothing at all for any other."""
    origin = request.header("origin")
    if origin not in settings.CORS_ALLOWED_ORIGINS:
        return {}
    headers = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "X-Request-ID", "Vary": "Origin"}
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
        headers["Access-Control-Allow-Headers"] = "authorization, content-type, x-request-id"
        headers["Access-Control-Max-Age"] = "86400"
    return headers
