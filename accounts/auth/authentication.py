"""How a request proves who it comes from: the one way for HTTP, REST and WebSocket."""

from datetime import datetime
from typing import Any

from graphql_jwt.backends import JSONWebTokenBackend

from accounts.auth import api_key, jwt, principals
from accounts.auth.principals import Principal
from accounts.errors import NotAuthenticated
from accounts.models import User, UserStatus
from kernel.viewer import ANONYMOUS, Viewer


def authenticate(authorization: str, *, address: str = "", request_id: str = "") -> Viewer:
    """Who sends an `Authorization` header of this value: nobody, where it is empty.

    Raises `NotAuthenticated` for anything but `Bearer` and a token or key that is good now, and
    `AuthenticationUnavailable` where that cannot be told. A cookie is never looked at.
    """
    if not authorization:
        return Viewer(address=address, request_id=request_id) if address or request_id else ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated
    principal, authenticated_at = _proved(token.strip())
    return Viewer(
        user_id=principal.user_id,
        platform_role=principal.platform_role,
        session_id=principal.session_id,
        key_id=principal.key_id,
        scopes=principal.scopes,
        authenticated_at=authenticated_at,
        address=address,
        request_id=request_id,
    )


def _proved(token: str) -> tuple[Principal, datetime | None]:
    """The principal of a key or token, and when its person logged in; for a key None."""
    # No access token begins so.
    if token.startswith(api_key.START):
        principal = api_key.principal_of(token)
        if principal is None:
            raise NotAuthenticated
        return principal, None
    claims = jwt.read(token)
    principal = principals.of("session", claims.session_id) if claims else None
    if claims is None or principal is None or principal.user_id != claims.user_id:
        raise NotAuthenticated
    return principal, claims.authenticated_at


class TokenBackend(JSONWebTokenBackend):
    """django-graphql-jwt's backend, which believes the header alone: its own takes a cookie as well, unasked."""

    def authenticate(self, request: Any = None, **credentials: Any) -> User | None:
        """The person behind the request's token; None without one, or with one that is not good."""
        authorization = getattr(request, "META", {}).get("HTTP_AUTHORIZATION", "")
        if not authorization or getattr(request, "_jwt_token_auth", False):
            return None
        try:
            viewer = authenticate(authorization)
        except NotAuthenticated:
            return None
        assert viewer.user_id is not None
        return User.objects.filter(pk=viewer.user_id, status=UserStatus.ACTIVE).first()
