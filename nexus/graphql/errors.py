"""The three kinds of error, told apart.

A refusal is data (`userErrors`) and never comes here. The caller's fault keeps its words and gets a stable code.
Our fault is masked: the caller gets an id, and the log has the rest under the same id.
"""

from typing import Any

import structlog
from django.db import DataError
from graphql import GraphQLError
from graphql_jwt.exceptions import JSONWebTokenError

from engine import ExecutionTimedOut, LimitExceeded
from kernel.errors import DomainError
from nexus import faults
from nexus.graphql import connections
from schema.core.errors import RETRYABLE, ErrorCode, RequestError

log = structlog.get_logger("nexus.graphql")

# The message may quote what the caller sent, at any length.
MAX_MESSAGE = 500
MASKED = "Something went wrong on our side. The id finds it in our log."


def describe(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """The error as clients see it: `message`, `locations`, `path`, `extensions.code`, and `retryable` where it is."""
    message, extensions = _explain(error, request_id)
    described: dict[str, Any] = {"message": message}
    if error.locations:
        described["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        described["path"] = error.path
    if extensions["code"] in RETRYABLE:
        extensions["retryable"] = True
    described["extensions"] = extensions
    return described


def told(cause: BaseException) -> tuple[str, dict[str, Any]] | None:
    """What the caller may know of an exception by itself: the message, and the extensions with the code.

    None where it is no fault of the caller's, no refusal and no time limit.
    """
    if isinstance(cause, RequestError):
        return cause.message, dict(cause.extensions or {})
    if isinstance(cause, LimitExceeded):
        numbers = {"limit": cause.limit, "most": cause.most, "found": cause.found}
        return cause.message, {"code": ErrorCode.DOCUMENT_TOO_COMPLEX, **numbers}
    if isinstance(cause, DomainError):
        code = cause.code if cause.code in set(ErrorCode) else ErrorCode.BAD_REQUEST
        return str(cause), {"code": code, "argument": cause.field} if cause.field else {"code": code}
    if isinstance(cause, JSONWebTokenError):
        return "The token is not valid, or no longer.", {"code": ErrorCode.UNAUTHENTICATED}
    if isinstance(cause, DataError):
        # The database could not read a value: too large, or a character that no text can hold.
        return "A value in the request cannot be compared with anything stored.", {"code": ErrorCode.BAD_REQUEST}
    if isinstance(cause, ExecutionTimedOut) or connections.is_cancelled(cause):
        return "This took longer than one operation may.", {"code": ErrorCode.TIMEOUT}
    return None


def _explain(error: GraphQLError, request_id: str) -> tuple[str, dict[str, Any]]:
    cause = _cause(error)
    if (known := told(cause)) is not None:
        return known
    if connections.is_lost(cause):
        log.warning("graphql_database_lost", path=error.path, exc_info=cause)
        return "The database went away. Whether this was done is not known.", {"code": ErrorCode.UNAVAILABLE}
    # What graphql-core finds wrong with a document or its variables has no path: nothing was executed yet. What it
    # finds wrong with an argument points into the document; what a scalar or enum says of our own values does not.
    if error.path is None and (error.nodes or isinstance(cause, GraphQLError)):
        return error.message[:MAX_MESSAGE], {"code": ErrorCode.BAD_REQUEST}
    if isinstance(cause, GraphQLError) and cause.nodes:
        return cause.message[:MAX_MESSAGE], {"code": ErrorCode.BAD_REQUEST}
    log.error("graphql_internal_error", error_id=request_id, path=error.path, exc_info=cause)
    faults.report(cause, error_id=request_id)
    return MASKED, {"code": ErrorCode.INTERNAL, "id": request_id}


def _cause(error: GraphQLError) -> Exception:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and not isinstance(cause, RequestError) and cause.original_error is not None:
        cause = cause.original_error
    return cause
