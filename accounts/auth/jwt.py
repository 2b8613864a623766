"""Access tokens: the handlers that django-graphql-jwt calls to make, read and resolve them.

A token is signed with one fixed algorithm and must carry `sub iat exp iss aud jti typ` (RFC 7519);
one that lacks any of them, or was made for another purpose, is refused.
"""

from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.utils import timezone
from graphql_jwt.exceptions import JSONWebTokenError

from accounts.models import User, UserStatus
from kernel.ids import uuid7

RULES: dict[str, Any] = settings.GRAPHQL_JWT
REQUIRED_CLAIMS = ["sub", "iat", "exp", "iss", "aud", "jti", "typ"]
ACCESS = "access"


def payload(user: User, context: object = None) -> dict[str, Any]:
    """The claims of a new access token for `user`."""
    now = timezone.now()
    return {
        "sub": str(user.pk),
        "iat": now,
        "exp": now + RULES["JWT_EXPIRATION_DELTA"],
        "iss": RULES["JWT_ISSUER"],
        "aud": RULES["JWT_AUDIENCE"],
        "jti": uuid7().hex,
        "typ": ACCESS,
    }


def decode(token: str, context: object = None) -> dict[str, Any]:
    """The claims of a valid access token. Raises `jwt.InvalidTokenError`."""
    claims = jwt.decode(
        token,
        settings.SECRET_KEY,
        algorithms=[RULES["JWT_ALGORITHM"]],
        issuer=RULES["JWT_ISSUER"],
        audience=RULES["JWT_AUDIENCE"],
        options={"require": REQUIRED_CLAIMS},
    )
    if claims["typ"] != ACCESS:
        raise jwt.InvalidTokenError("This is not an access token.")
    return claims


def subject(claims: dict[str, Any]) -> str:
    """The id of the person a token was made for."""
    return str(claims["sub"])


def user_by_subject(subject: str) -> User:
    """The active person with this id. Raises `JSONWebTokenError` where there is none any more."""
    try:
        return User.objects.get(pk=UUID(subject), status=UserStatus.ACTIVE)
    except (User.DoesNotExist, ValueError):
        raise JSONWebTokenError("Invalid token") from None
