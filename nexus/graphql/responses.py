"""What is sent back: the JSON of an answer, its status in either media type, and the headers around it."""

from collections.abc import Sequence
from typing import Any

import orjson
import structlog
from django.conf import settings
from graphql import GraphQLError

from nexus import faults
from nexus.graphql.errors import MASKED, describe
from nexus.graphql.exchange import Exchange
from nexus.graphql.http import JSON, PREFLIGHT_HEADERS, HttpError, Request, Response
from nexus.graphql.rates import BucketEmpty
from schema.core.errors import ErrorCode

log = structlog.get_logger("nexus.graphql")

# The explorer's page has more of them; JSON opens nothing and leads nowhere.
SECURE_HEADERS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
ALLOWED_METHODS = "GET, POST, OPTIONS"
# The status of an answer that has no data because nothing was executed, or not to its end. A client that takes only
# `application/json` expects 200 whatever became of its operation, but for what a proxy or a client's retries act upon.
_STATUS = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.TIMEOUT: 504,
    ErrorCode.UNAVAILABLE: 503,
}
_IN_ANY_MEDIA_TYPE = (429, 503)
_ALLOWED_HEADERS = (
    *("authorization", "content-type", "if-none-match", "x-on-behalf-of", "x-request-id"),
    *PREFLIGHT_HEADERS,
)


def executed(data: bytes, errors: Sequence[GraphQLError], exchange: Exchange, media_type: str) -> Response:
    """The answer of an operation that was executed: the JSON of its data, with its errors before."""
    described = _describe(errors, exchange)
    before = b'"errors":%b,' % orjson.dumps(described) if described else b""
    body = b'{%b"data":%b,"extensions":%b}' % (before, data, orjson.dumps(_extensions(exchange)))
    return Response(200, body, _headers(media_type, exchange))


def refused(errors: Sequence[GraphQLError], exchange: Exchange, media_type: str) -> Response:
    """The answer to an operation that was not executed, or not to its end: errors and no data."""
    described = _describe(errors, exchange)
    first = described[0]["extensions"]
    status = _STATUS.get(first["code"], 400)
    headers = _headers(media_type, exchange)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retryAfter" in first:
        headers["Retry-After"] = str(first["retryAfter"])
    if isinstance(errors[0], BucketEmpty):
        headers |= errors[0].headers
    if media_type == JSON and status not in _IN_ANY_MEDIA_TYPE:
        status = 200
    return Response(status, orjson.dumps({"errors": described, "extensions": _extensions(exchange)}), headers)


def not_graphql(error: HttpError, exchange: Exchange) -> Response:
    """The answer to what is not GraphQL over HTTP: one error, under the status that says why."""
    code = ErrorCode.UNAVAILABLE if error.status == 503 else ErrorCode.BAD_REQUEST
    exchange.codes = (code,)
    content = {
        "errors": [{"message": str(error), "extensions": {"code": code}}],
        "extensions": {"requestId": exchange.request_id},
    }
    headers = {"Content-Type": f"{JSON}; charset=utf-8", "Cache-Control": "no-store", **error.headers}
    return Response(error.status, orjson.dumps(content), headers)


def failed(error: Exception, exchange: Exchange) -> Response:
    """The answer to what nobody foresaw: an id, under which the log has the rest."""
    log.error("graphql_request_failed", error_id=exchange.request_id, exc_info=error)
    faults.report(error, error_id=exchange.request_id)
    exchange.codes = (ErrorCode.INTERNAL,)
    described = {"message": MASKED, "extensions": {"code": ErrorCode.INTERNAL, "id": exchange.request_id}}
    content = {"errors": [described], "extensions": {"requestId": exchange.request_id}}
    return Response(500, orjson.dumps(content), {"Content-Type": f"{JSON}; charset=utf-8", "Cache-Control": "no-store"})


def cors(request: Request) -> dict[str, str]:
    """What a page of another, allowed origin needs to hear. Nothing at all for any other."""
    origin = request.header("origin")
    if origin not in settings.CORS_ALLOWED_ORIGINS:
        return {}
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID",
        "Vary": "Origin",
    }
    if settings.AUTH_COOKIES:
        headers["Access-Control-Allow-Credentials"] = "true"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
        headers["Access-Control-Allow-Headers"] = ", ".join(_ALLOWED_HEADERS)
        headers["Access-Control-Max-Age"] = "86400"
    return headers


def _describe(errors: Sequence[GraphQLError], exchange: Exchange) -> list[dict[str, Any]]:
    described = [describe(error, exchange.request_id) for error in errors]
    exchange.codes = tuple(str(error["extensions"]["code"]) for error in described)
    return described


def _extensions(exchange: Exchange) -> dict[str, Any]:
    extensions: dict[str, Any] = {"requestId": exchange.request_id}
    if exchange.requested_cost is not None:
        cost: dict[str, Any] = {"requested": exchange.requested_cost, "actual": exchange.actual_cost}
        if exchange.bucket is not None:
            cost |= {
                "limit": exchange.bucket.limit,
                "remaining": exchange.bucket.remaining,
                "resetAt": exchange.bucket.reset_at,
            }
        extensions["cost"] = cost
    return extensions


def _headers(media_type: str, exchange: Exchange) -> dict[str, str]:
    headers = {
        "Content-Type": f"{media_type}; charset=utf-8",
        "Cache-Control": "no-store",
        "Vary": "Accept, Authorization, Origin",
    }
    if exchange.bucket is not None:
        headers |= exchange.bucket.headers()
    return headers
