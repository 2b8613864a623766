"""What goes wrong, as `application/problem+json` (RFC 9457), under the error codes of the GraphQL endpoint."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.core.exceptions import TooManyFieldsSent
from rest_framework import exceptions

from nexus import faults
from nexus.graphql.errors import MASKED, MAX_MESSAGE, told
from nexus.graphql.exchange import Exchange
from nexus.graphql.http import HttpError, Response
from nexus.graphql.rates import BucketEmpty
from schema.core.errors import RETRYABLE, ErrorCode

log = structlog.get_logger("nexus.rest")

MEDIA_TYPE = "application/problem+json"
_STATUS = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.TIMEOUT: 504,
}
_CODES = {status: code for code, status in _STATUS.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a client is told: the status, one of the schema's codes, and which parameters are at fault, and why."""

    status: int
    code: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def problem_of(error: Exception, request_id: str) -> Problem:
    """What to tell of an exception. A fault of ours is masked, and logged under the request's id."""
    if isinstance(error, exceptions.ValidationError):
        errors = tuple(_field_errors(error.detail))
        return Problem(400, ErrorCode.BAD_REQUEST, "A parameter is not acceptable.", errors)
    if isinstance(error, exceptions.APIException):
        return Problem(error.status_code, _code_of(error.status_code), str(error.detail)[:MAX_MESSAGE])
    if isinstance(error, TooManyFieldsSent):
        return Problem(400, ErrorCode.BAD_REQUEST, "There are too many parameters.")
    if isinstance(error, HttpError):
        return Problem(error.status, _code_of(error.status), str(error), headers=error.headers)
    known = told(error)
    if known is None:
        log.error("rest_request_failed", error_id=request_id, exc_info=error)
        faults.report(error, error_id=request_id)
        return Problem(500, ErrorCode.INTERNAL, MASKED, more={"id": request_id})
    message, extensions = known
    code, argument = extensions.pop("code"), extensions.pop("argument", None)
    headers = dict(error.headers) if isinstance(error, BucketEmpty) else {}
    if code == ErrorCode.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    if "retryAfter" in extensions:
        headers["Retry-After"] = str(extensions["retryAfter"])
    errors = ((parameter_of(argument), message[:MAX_MESSAGE]),) if argument else ()
    return Problem(_STATUS.get(code, 400), code, message[:MAX_MESSAGE], errors, extensions, headers)


def response_to(error: Exception, exchange: Exchange) -> Response:
    """The answer that tells of an exception."""
    problem = problem_of(error, exchange.request_id)
    exchange.codes = (str(problem.code),)
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": str(problem.code),
        "requestId": exchange.request_id,
        **problem.more,
    }
    if problem.errors:
        content["errors"] = [{"field": name, "detail": detail} for name, detail in problem.errors]
    if problem.code in RETRYABLE:
        content["retryable"] = True
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", "Vary": "Accept, Authorization, Origin"}
    if exchange.bucket is not None:
        headers |= exchange.bucket.headers()
    return Response(problem.status, orjson.dumps(content), {**headers, **problem.headers})


# Of the paths of GraphQL's arguments, those that a flat parameter calls otherwise.
_PARAMETERS = {
    "where.skills.allOf": "skills",
    "where.skills.anyOf": "anySkills",
    "where.skills.necessity": "skillNecessity",
    "orderBy.currency": "currency",
    "orderBy.field": "orderBy",
    "orderBy.direction": "direction",
    "where.hours.timezone": "timezone",
    "where.hours.overlapHours": "overlapHours",
}


def parameter_of(argument: str) -> str:
    """The flat parameter that stands for an argument: `where.pay.atLeast` is `payAtLeast`."""
    if argument in _PARAMETERS:
        return _PARAMETERS[argument]
    parts = [part for part in argument.removeprefix("where.").split(".") if not part.isdigit()]
    if parts[0] in ("near", "or"):
        return "near"
    return parts[0] + "".join(part[0].upper() + part[1:] for part in parts[1:])


def _code_of(status: int) -> str:
    return _CODES.get(status, ErrorCode.BAD_REQUEST)


def _field_errors(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each message with the parameter that it is about. Messages about one value of a list name the list."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _field_errors(inner, name or str(key))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _field_errors(inner, name)
    else:
        yield name, str(detail)[:MAX_MESSAGE]
