"""What is the caller's fault: told at the top level, with a stable code."""

from enum import StrEnum

from graphql import GraphQLError


class ErrorCode(StrEnum):
    """Every `extensions.code` that a top-level error can carry."""

    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    INTERNAL = "INTERNAL"


class RequestError(GraphQLError):
    """A request that cannot be answered as it stands. `argument` is the path of the argument at fault."""

    code = ErrorCode.BAD_REQUEST

    def __init__(self, message: str, *, argument: str | None = None) -> None:
        extensions = {"code": str(self.code)}
        if argument:
            extensions["argument"] = argument
        super().__init__(message, extensions=extensions)


class BadRequest(RequestError):
    """A value in the request is not acceptable."""


class Unauthenticated(RequestError):
    """The request says who it comes from, and that is not so, or must say it and does not."""

    code = ErrorCode.UNAUTHENTICATED
