"""Finishing a sign-in that went by an identity provider."""

from typing import Any

import graphene

from accounts.errors import SecondFactorInvalid, SecondFactorRequired, SignInCodeInvalid, TooManyAttempts
from accounts.services import identity
from kernel.errors import Invalid
from kernel.viewer import Viewer
from schema.account.types import User
from schema.core.scalars import DateTime
from schema.session.mutations import TokenMutation, tokens_payload


class SignInComplete(TokenMutation):
    """Log in with the code that the browser brought back from an identity provider; see `signInProviders`."""

    errors = (SignInCodeInvalid, SecondFactorRequired, SecondFactorInvalid, TooManyAttempts, Invalid)
    cost = 100
    is_open = True

    class Input:
        code = graphene.String(required=True, description="The `code` of the address that the browser came back to.")
        verifier = graphene.String(
            required=True,
            description="The secret that the client kept when it set out, 43 to 128 characters, whose SHA-256 was the "
            "`challenge`.",
        )
        second_factor = graphene.String(description="A code of the person's app, or a recovery code, where one is on.")
        device = graphene.String(description="What the person calls this device in the list of sessions.")

    token = graphene.String(description="To be sent as `Authorization: Bearer <token>`; null when refused.")
    expires_at = DateTime(description="Until when the token is good; null when refused.")
    refresh_token = graphene.String(description="Good once, for `tokenRefresh`; null when refused.")
    refresh_expires_at = DateTime(description="Until when the refresh token is good; null when refused.")
    user = graphene.Field(User, description="Who logged in; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, **values: Any) -> dict[str, Any]:
        tokens = identity.complete(
            code=values["code"],
            verifier=values["verifier"],
            second_factor=values.get("second_factor"),
            device=values.get("device") or "",
            by=viewer,
        )
        return tokens_payload(tokens)
