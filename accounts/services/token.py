"""Tokens: how a person logs in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth import authenticate
from graphql_jwt.shortcuts import get_token

from accounts.auth import jwt
from accounts.errors import InvalidCredentials
from accounts.models import User


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token for the `Authorization: Bearer` header, good until `expires_at`."""

    token: str
    expires_at: datetime
    user: User


def create(*, email: str, password: str) -> AccessToken:
    """Log in. Raises `InvalidCredentials`, after the same work, whether the address is known or not."""
    # A person's own password is never longer; hashing an endless one is work for an attacker.
    if len(password) > 1024 or "\x00" in email + password:
        raise InvalidCredentials
    user = authenticate(None, username=email, password=password)
    if not isinstance(user, User):
        raise InvalidCredentials
    token = get_token(user)
    return AccessToken(token, datetime.fromtimestamp(jwt.decode(token)["exp"], UTC), user)
