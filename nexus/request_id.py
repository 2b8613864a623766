"""`X-Request-ID` on the answers of Django's own paths: the id under which the log has the request."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

type GetResponse = Callable[[HttpRequest], HttpResponse]


def request_id_middleware(get_response: GetResponse) -> GetResponse:
    """Stands right below django-structlog's middleware, which binds the id."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        return response

    return answer
