"""What resolvers may rely on, and who sends a request."""

import time
from collections.abc import Hashable
from datetime import datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from promise import Promise

from accounts.auth.authentication import authenticate
from accounts.errors import ActingRefused, AuthenticationUnavailable, NotAuthenticated
from accounts.services import impersonation
from engine import BatchSelector, Loaders
from kernel.viewer import ANONYMOUS, Viewer
from nexus.graphql import limits, rates
from nexus.graphql.http import Request
from nexus.graphql.planning import engine
from nexus.graphql.rates import Bucket
from schema.core import ids
from schema.core.errors import BadRequest, NotAllowed, Unauthenticated, Unavailable

ON_BEHALF_OF = "x-on-behalf-of"
# A browser takes a cookie of this prefix over TLS only, for this host alone and for all of its paths (RFC 6265bis).
REFRESH_COOKIE = "__Host-nexus-refresh"


class Context:
    """`info.context`: the viewer, and loads that are batched for the whole request.

    It is also as much of a Django request as django-graphql-jwt's middleware reads, and has nothing left for it to do:
    the request was authenticated before it was read, and there are no cookies, whatever the browser sent.
    """

    def __init__(self, viewer: Viewer = ANONYMOUS, refresh_cookie: str | None = None) -> None:
        self.META: dict[str, str] = {}
        self.COOKIES: dict[str, str] = {}
        self.viewer = viewer
        """Who asks."""
        self.refresh_cookie = refresh_cookie
        """The refresh token that a browser brings by itself; None but where AUTH_COOKIES is on, and the page that asks
        is one of ours."""
        self.headers: dict[str, str] = {}
        """What the answer's headers are to have besides."""
        self.rate_limit: Bucket | None = None
        """The caller's points, once the operation was charged; None where no limit applies."""

    @property
    def user(self) -> SimpleNamespace:
        """What libraries that know a request's user ask of it, without reading it from the database."""
        is_known = self.viewer.is_authenticated
        return SimpleNamespace(pk=self.viewer.user_id, is_authenticated=is_known, is_anonymous=not is_known)

    def set_refresh_cookie(self, token: str, expires_at: datetime | None) -> None:
        """Have the browser keep the refresh token until then, and bring it by itself; None: have it forget the one."""
        seconds = 0 if expires_at is None else max(0, int(expires_at.timestamp() - time.time()))
        attributes = f"Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax"
        self.headers["Set-Cookie"] = f"{REFRESH_COOKIE}={token}; {attributes}"

    @cached_property
    def loaders(self) -> Loaders:
        """This request's loaders, and all that they have loaded."""
        return Loaders(self.viewer)

    def load(self, batch: BatchSelector, key: Hashable, /, **arguments: Hashable) -> Promise[Any]:
        """What `batch` finds for `key`, loaded together with all else that the level asks of it."""
        return self.loaders.load(batch, key, **arguments)

    def price_of(self, document: str, operation_name: str | None, variables: dict[str, Any]) -> limits.OperationPrice:
        """What another operation would cost, for as much as reading it costs.

        Raises a `RequestError` that says what is wrong with it, or that the caller has not so many points.
        """
        rates.charge(self.viewer, self.viewer.address, limits.reading_cost(document))
        return limits.price_of(engine(), document, operation_name, variables)


def context_of(request: Request, request_id: str) -> Context:
    """The context of a request, once it is known who sends it.

    Raises `Unauthenticated` where it claims to come from somebody and does not prove it, `Unavailable` where that
    cannot be told now, and `NotAllowed` where somebody may not act in another's name.
    """
    try:
        viewer = authenticate(request.header("authorization"), address=request.address, request_id=request_id)
        if whom := request.header(ON_BEHALF_OF):
            viewer = impersonation.on_behalf_of(_user_id(whom), by=viewer)
    except NotAuthenticated as refusal:
        raise Unauthenticated(str(refusal)) from None
    except AuthenticationUnavailable as refusal:
        raise Unavailable(str(refusal), retryAfter=1) from None
    except ActingRefused as refusal:
        raise NotAllowed(str(refusal)) from None
    return Context(viewer, _refresh_cookie(request) if settings.AUTH_COOKIES else None)


def _user_id(text: str) -> UUID:
    """The id in an `X-On-Behalf-Of`: global, or the UUID itself."""
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        found: UUID = ids.decode_as("User", text)
    except BadRequest as refusal:
        raise BadRequest(f"X-On-Behalf-Of: {refusal.message}") from None
    return found


def _refresh_cookie(request: Request) -> str | None:
    """The refresh token in a cookie, where the page that sends it is this host's own or of an allowed origin.

    A browser says by `Origin`, which no page can change, whose page it is; who says nothing is not believed. It says so
    with every POST, and need not with a GET, which runs nothing that a cookie is for.
    """
    if request.method != "POST":
        return None
    cookies = (part.strip().partition("=") for part in request.header("cookie").split(";"))
    token = next((value for name, _, value in cookies if name == REFRESH_COOKIE), None)
    if not token:
        return None
    origin = request.header("origin")
    if origin in settings.CORS_ALLOWED_ORIGINS or _is_own(origin, request.header("host")):
        return token
    raise NotAllowed("A cookie counts only in a request of a page of ours, which its `Origin` header shows.")


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # Only a browser's own machine gets a cookie of ours without TLS.
    schemes = ("https", "http") if settings.DEBUG else ("https",)
    return bool(host) and parts.scheme in schemes and parts.netloc.lower() == host.lower()
