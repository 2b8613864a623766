"""What the log says of requests to Django's own paths, and `X-Request-ID`, the id under which it has them."""

from collections.abc import Callable
from contextlib import suppress

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

type GetResponse = Callable[[HttpRequest], HttpResponse]

# What follows in the path opens something.
_SECRET_PATHS = ("/exports/", "/company-exports/", "/files/", "/unsubscribe/")


class RequestLog(RequestMiddleware):
    """django-structlog's middleware, without what would let a reader of the log in, or a caller write into it."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path. Queries hold the codes of sign-ins, and addresses that somebody searched the admin for."""
        path = next((f"{secret}…" for secret in _SECRET_PATHS if request.path.startswith(secret)), request.path)
        return f"{request.method} {path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Who has logged in to the admin; nobody while the database cannot say so."""
        with suppress(DatabaseError):
            RequestMiddleware.bind_user_id(request)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """The client's address as `TRUSTED_PROXIES` lets it be told, whatever headers say."""
        structlog.contextvars.bind_contextvars(ip=request.META.get("REMOTE_ADDR", ""))


def request_id_middleware(get_response: GetResponse) -> GetResponse:
    """Stands right below `RequestLog`, which binds the id."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        return response

    return answer
