"""Mutations of tokens and sessions: logging in, staying so, and logging out."""

from typing import Any

import graphene
from django.conf import settings
from graphql import GraphQLResolveInfo

from accounts.errors import (
    EmailNotVerified,
    InvalidCredentials,
    RefreshTokenReused,
    SecondFactorInvalid,
    SecondFactorRequired,
    TokenInvalid,
    TooManyAttempts,
)
from accounts.services import session as sessions
from accounts.services import token as tokens
from accounts.services.session import Tokens
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer
from schema.account.types import User, just_proved
from schema.core import ids
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime
from schema.session.types import Session

LAST_GIVEN = "The refresh token that was given last. In cookie mode the browser brings it by itself."


class TokenMutation(Mutation):
    """A mutation that gives tokens, or takes the refresh token: where AUTH_COOKIES is on, by the browser's cookie."""

    class Meta:
        abstract = True

    @classmethod
    def resolve(cls, root: object, info: GraphQLResolveInfo, input: dict[str, Any]) -> Mutation:
        cookie = info.context.refresh_cookie
        takes_one = "refresh_token" in cls.input_type._meta.fields
        brought = {"refresh_token": cookie} if takes_one and cookie and not input.get("refresh_token") else {}
        payload: Any = super().resolve(root, info, {**input, **brought})
        if settings.AUTH_COOKIES:
            _keep_in_cookie(payload, info.context)
        return payload


def _keep_in_cookie(payload: Any, context: Any) -> None:
    """Move the refresh token from the payload into a cookie, which no script can read; take it away at a log-out."""
    if getattr(payload, "refresh_token", None):
        context.set_refresh_cookie(payload.refresh_token, payload.refresh_expires_at)
        payload.refresh_token = None
    elif isinstance(payload, TokenRevoke) and not payload.user_errors:
        context.set_refresh_cookie("", None)


class TokenCreate(TokenMutation):
    """Log in: exchange an e-mail address and a password for tokens.

    With the access token of a session of the same person, that session goes on, and its person has just logged in:
    this is how to do what asks for a recent login.
    """

    errors = (
        InvalidCredentials,
        EmailNotVerified,
        SecondFactorRequired,
        SecondFactorInvalid,
        TooManyAttempts,
        Invalid,
    )
    # A password takes some 50 ms of a core to check.
    cost = 1_000
    is_open = True

    class Input:
        email = graphene.String(required=True, description="The address of the account, in any case.")
        password = graphene.String(required=True, description="The password; at most 1,024 characters.")
        code = graphene.String(description="A code of the app or a recovery code, where the second factor is on.")
        device = graphene.String(description="What the client calls itself, for the list of sessions.")

    token = graphene.String(description="To be sent as `Authorization: Bearer <token>`; null when refused.")
    expires_at = DateTime(description="Until when the token is good, five minutes; null when refused.")
    refresh_token = graphene.String(description="For `tokenRefresh`, once; null when refused, and in cookie mode.")
    refresh_expires_at = DateTime(description="Until when the refresh token is good; null when refused.")
    user = graphene.Field(User, description="Who logged in; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, **values: Any) -> dict[str, Any]:
        # What is optional may be sent as null.
        given = {name: value for name, value in values.items() if value is not None}
        return tokens_payload(tokens.create(by=viewer, **given))


class TokenRefresh(TokenMutation):
    """Exchange a refresh token for new tokens. It is good once: sent a second time, it ends the session."""

    errors = (TokenInvalid, RefreshTokenReused, TooManyAttempts)
    is_open = True

    class Input:
        refresh_token = graphene.String(description=LAST_GIVEN)

    token = graphene.String(description="The new access token; null when refused.")
    expires_at = DateTime(description="Until when it is good; null when refused.")
    refresh_token = graphene.String(description="For the next time, once; null when refused, and in cookie mode.")
    refresh_expires_at = DateTime(description="Until when the refresh token is good; null when refused.")
    user = graphene.Field(User, description="Whose session it is; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, refresh_token: str | None = None) -> dict[str, Any]:
        return tokens_payload(sessions.refresh(refresh_token or "", by=viewer))


class TokenVerify(Mutation):
    """Ask whose an access token is, and until when it is good."""

    errors = (TokenInvalid,)
    is_open = True

    class Input:
        token = graphene.String(required=True, description="An access token.")

    expires_at = DateTime(description="Until when it is good; null when refused.")
    user = graphene.Field(User, description="Whose it is; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, token: str) -> dict[str, Any]:
        user, expires_at = sessions.verify(token)
        return {"user": just_proved(user), "expires_at": expires_at}


class TokenRevoke(TokenMutation):
    """Log out: end the session of the request, or of a refresh token. Its access tokens end with it, at once."""

    errors = (TokenInvalid, Forbidden, NotFound)
    is_open = True

    class Input:
        refresh_token = graphene.String(description=f"{LAST_GIVEN} Unless given, the session is the request's own.")

    ended_at = DateTime(description="When the session ended; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, refresh_token: str | None = None) -> dict[str, Any]:
        return {"ended_at": sessions.log_out(refresh_token, by=viewer).revoked_at}


class SessionRevoke(Mutation):
    """End a session of one's own: log a lost device out, for example. Its access tokens end with it, at once."""

    errors = (NotFound,)

    class Input:
        id = graphene.ID(required=True, description="The session.")

    session = graphene.Field(Session, description="The session, which has ended; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str) -> dict[str, Any]:
        key = ids.decode_as("Session", id, argument="input.id")
        return {"session": sessions.revoke(key, by=viewer)}


class SessionRevokeAll(Mutation):
    """Log out everywhere."""

    errors = (Forbidden,)

    class Input:
        keep_current = graphene.Boolean(default_value=False, description="Stay logged in here.")

    count = graphene.Int(description="How many sessions ended; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, keep_current: bool = False) -> dict[str, Any]:
        assert viewer.user_id is not None
        if keep_current and viewer.session_id is None:
            raise Forbidden("There is no session of the person's own here to keep.")
        keep = viewer.session_id if keep_current else None
        return {"count": sessions.revoke_all(viewer.user_id, by=viewer, keep=keep)}


def tokens_payload(given: Tokens) -> dict[str, Any]:
    return {
        "token": given.access,
        "expires_at": given.expires_at,
        "refresh_token": given.refresh,
        "refresh_expires_at": given.refresh_expires_at,
        "user": just_proved(given.session.user),
    }
