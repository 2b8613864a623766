"""From a request to the answer of a read that is no GraphQL: the same chain as that endpoint's, on the same threads.

Allowed host → authentication → rate limit → what is asked for. Django's middleware has no part in it: there are no
sessions and no cookies here, and the door keeps the time and the connections.
"""

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, get_resolver
from django.urls.resolvers import ResolverMatch

from kernel.errors import NotFound
from nexus.graphql import connections, rates
from nexus.graphql.context import context_of
from nexus.graphql.door import Desk
from nexus.graphql.exchange import Exchange
from nexus.graphql.http import HttpError, Request, Response
from nexus.graphql.timeouts import RequestDeadline
from nexus.graphql.view import finish, request_id_of, require_allowed_host
from nexus.rest import problems
from nexus.rest.asking import Asking
from schema.core.errors import Unavailable

log = structlog.get_logger("nexus.rest")

ALLOWED_METHODS = "GET, HEAD, OPTIONS"
# Below what the server takes of a request's head; the cursor of a search can be long.
MAX_QUERY_BYTES = 60_000

# What is asked for, found. It may raise anything.
type Find = Callable[[Asking], Response]


def desk(find: Find) -> Desk:
    """A desk for reads; what goes wrong is told as a problem."""
    return Desk(lambda request, deadline: answered(find, request, deadline), refusal)


def answered(find: Find, request: Request, deadline: RequestDeadline | None = None) -> Response:
    """The answer to a request. It never raises: what goes wrong is said in the answer, and logged."""
    exchange = Exchange(request_id_of(request), kind="rest")
    structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
    try:
        response = _answer_surely(find, request, exchange, deadline or RequestDeadline(settings.EXECUTION_TIMEOUT))
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, it is told of or masked
        response = problems.response_to(error, exchange)
    finally:
        structlog.contextvars.unbind_contextvars("request_id")
    return finish(request, exchange, response)


def refusal(error: HttpError) -> Response:
    """The answer to a request that nobody looks into: it never arrived whole, or there is no room for it."""
    request = Request("GET")
    exchange = Exchange(request_id_of(request), kind="rest")
    return finish(request, exchange, problems.response_to(error, exchange))


def _answer_surely(find: Find, request: Request, exchange: Exchange, deadline: RequestDeadline) -> Response:
    """The answer; asked for a second time where the database was away at the first."""
    for _ in range(2):
        try:
            return _answer(find, request, exchange, deadline)
        except Exception as error:
            if not connections.is_lost(error):
                raise
            log.warning("database_connection_lost", reason=repr(error.__cause__ or error)[:300])
            connections.renew()
    raise Unavailable("The database does not answer now. Try again in a moment.", retryAfter=1)


def _answer(find: Find, request: Request, exchange: Exchange, deadline: RequestDeadline) -> Response:
    require_allowed_host(request)
    if request.method == "OPTIONS":
        headers = {"Allow": ALLOWED_METHODS}
        if request.header("origin") in settings.CORS_ALLOWED_ORIGINS:
            headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
        return Response(204, headers=headers)
    if request.method not in ("GET", "HEAD"):
        raise HttpError(405, "There is nothing here but reads: GET.", Allow=ALLOWED_METHODS)
    if len(request.query_string) > MAX_QUERY_BYTES:
        raise HttpError(414, f"A query string has at most {MAX_QUERY_BYTES:,} bytes.")
    viewer = context_of(request, exchange.request_id).viewer
    exchange.viewer = str(viewer.user_id) if viewer.is_authenticated else None
    rates.require_points(viewer, request.address)
    deadline.begin_query()
    return find(Asking(viewer, request, exchange, deadline))


def mirrored(asking: Asking) -> Response:
    """What an endpoint of `nexus.rest.urls` answers."""
    match = _resolved(asking.request.path)
    asking.exchange.operation = match.url_name
    django_request = WSGIRequest(_environ(asking.request))
    django_request.asking = asking  # type: ignore[attr-defined]  # `Read` takes it
    response = match.func(django_request, *match.args, **match.kwargs)
    return Response(response.status_code, response.content, dict(response.headers))


DESK = desk(mirrored)


@cache
def _resolver() -> Any:
    return get_resolver("nexus.rest.urls")


def _resolved(path: str) -> ResolverMatch:
    try:
        match: ResolverMatch = _resolver().resolve(path)
    except Resolver404:
        raise NotFound("There is nothing at this address.") from None
    return match


def _environ(request: Request) -> dict[str, Any]:
    """As much of a WSGI environment as Django's request wants: what a view may know beside its `Asking`."""
    return {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "HTTP_ACCEPT": request.header("accept") or "*/*",
        "HTTP_HOST": request.header("host"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
