"""What Django's own paths answer while the database is away: that, and when to come again. The door says it itself."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from nexus.graphql.connections import is_lost

log = structlog.get_logger("nexus.outage")

AWAY = "The database does not answer now. Try again in a moment."
HEADERS = {"Retry-After": "1", "Cache-Control": "no-store"}


class DatabaseAwayMiddleware:
    """503 in place of a fault of ours, where a view met no connection or lost it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this with whatever a view raises; None: it is none of ours."""
        if not is_lost(error):
            return None
        # While the database is away every request says so: a line each is enough.
        log.warning("database_connection_lost", reason=repr(error)[:300])
        response = HttpResponse(f"{AWAY}\n", status=503, content_type="text/plain; charset=utf-8", headers=HEADERS)
        # Django would log it anew with its path, and a path may open something.
        response._has_been_logged = True  # type: ignore[attr-defined]  # `django.utils.log` looks for it
        return response
