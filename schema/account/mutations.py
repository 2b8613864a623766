"""Mutations of the own account."""

from typing import Any

import graphene

from accounts.errors import InvalidCredentials
from accounts.services import token as tokens
from kernel.viewer import Viewer
from schema.account.types import User
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime


class TokenCreate(Mutation):
    """Log in: exchange an e-mail address and a password for an access token."""

    errors = (InvalidCredentials,)
    # A password takes some 50 ms of a core to check.
    cost = 1_000
    is_open = True

    class Input:
        email = graphene.String(required=True, description="The address of the account, in any case.")
        password = graphene.String(required=True, description="The password; at most 1,024 characters.")

    token = graphene.String(description="To be sent as `Authorization: Bearer <token>`; null when refused.")
    expires_at = DateTime(description="Until when the token is good; null when refused.")
    user = graphene.Field(User, description="Who logged in; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, **values: Any) -> dict[str, Any]:
        access = tokens.create(**values)
        return {"token": access.token, "expires_at": access.expires_at, "user": access.user}
