"""What is the caller's fault: told at the top level, with a stable code."""

from enum import StrEnum

from graphql import GraphQLError


class ErrorCode(StrEnum):
    """Every `extensions.code` that a top-level error can carry."""

    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    DOCUMENT_TOO_COMPLEX = "DOCUMENT_TOO_COMPLEX"
    COST_EXCEEDED = "COST_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


# The same request may succeed a little later.
RETRYABLE = frozenset({ErrorCode.RATE_LIMITED, ErrorCode.TIMEOUT, ErrorCode.UNAVAILABLE})


class RequestError(GraphQLError):
    """A request that cannot be answered as it stands. `argument` is the path of the argument at fault."""

    code = ErrorCode.BAD_REQUEST

    def __init__(self, message: str, *, argument: str | None = None, **more: object) -> None:
        extensions: dict[str, object] = {"code": str(self.code), **more}
        if argument:
            extensions["argument"] = argument
        super().__init__(message, extensions=extensions)


class BadRequest(RequestError):
    """A value in the request is not acceptable."""


class Unauthenticated(RequestError):
    """The request says who it comes from, and that is not so, or must say it and does not."""

    code = ErrorCode.UNAUTHENTICATED


class DocumentTooComplex(RequestError):
    """The document exceeds one of the limits on its form; `limit` names it, `most` and `found` give the numbers."""

    code = ErrorCode.DOCUMENT_TOO_COMPLEX


class NotAllowed(RequestError):
    """The caller may know of what it asks for, but not read or do it."""

    code = ErrorCode.FORBIDDEN


class KeyForbidden(NotAllowed):
    """The API key was not made for this; the message names the scope that it lacks."""


class IntrospectionOff(RequestError):
    """The document asks for the schema, and this server does not tell it."""

    code = ErrorCode.FORBIDDEN


class CostExceeded(RequestError):
    """The operation could cost more than one request may; `cost` and `most` give the points."""

    code = ErrorCode.COST_EXCEEDED


class RateLimited(RequestError):
    """The caller has spent its points for now; `retryAfter` gives the seconds until there are enough again."""

    code = ErrorCode.RATE_LIMITED


class DocumentNotTrusted(RequestError):
    """The server runs only documents that were published to it."""

    code = ErrorCode.DOCUMENT_NOT_TRUSTED


class PersistedQueryNotFound(RequestError):
    """No document is known by this hash; the client sends it again with the document beside it."""

    code = ErrorCode.PERSISTED_QUERY_NOT_FOUND


class PersistedQueryNotSupported(RequestError):
    """The server keeps no documents by their hash; the client sends them in full from then on."""

    code = ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED


class TimedOut(RequestError):
    """The operation took longer than one request may."""

    code = ErrorCode.TIMEOUT


class Unavailable(RequestError):
    """Something that the answer needs does not answer now; trying again in a moment may help."""

    code = ErrorCode.UNAVAILABLE
