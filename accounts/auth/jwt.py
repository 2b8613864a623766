"""Access tokens: the handlers that django-graphql-jwt calls to make, read and resolve them.

A token is signed by the first key of JWT_KEYS with one fixed algorithm, names that key in its header, and must carry
`iss aud sub sid iat exp auth_time jti typ` (RFC 7519; `sid` and `auth_time` as OpenID Connect has them). One that lacks
any of these, or was made for another purpose, is refused. It is worth nothing once its session has ended.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.utils import timezone
from graphql_jwt.exceptions import JSONWebTokenError

from accounts.auth import principals
from accounts.models import Session, User, UserStatus
from kernel.ids import uuid7

RULES: dict[str, Any] = settings.GRAPHQL_JWT
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp", "auth_time", "jti", "typ"]
ACCESS = "access"
# An access token has some 400 characters; nobody has to hash a megabyte of somebody's.
LONGEST = 2_000
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID
    authenticated_at: datetime
    expires_at: float
    """Unix time."""


def payload(user: User, session: object = None) -> dict[str, Any]:
    """The claims of a new access token of `session`: where the library has a request, we give it the session."""
    if not isinstance(session, Session):
        raise JSONWebTokenError("An access token belongs to a session: see accounts.services.session.")
    now = timezone.now()
    return {
        "iss": RULES["JWT_ISSUER"],
        "aud": RULES["JWT_AUDIENCE"],
        "sub": str(user.pk),
        "sid": str(session.pk),
        "iat": now,
        "exp": min(now + RULES["JWT_EXPIRATION_DELTA"], session.expires_at),
        "auth_time": int(session.authenticated_at.timestamp()),
        "jti": uuid7().hex,
        "typ": ACCESS,
    }


def encode(claims: dict[str, Any], context: object = None) -> str:
    """The token with these claims, signed by the first key."""
    name, key = settings.JWT_KEYS[0]
    return jwt.encode(claims, key, RULES["JWT_ALGORITHM"], headers={"kid": name})


def decode(token: str, context: object = None) -> dict[str, Any]:
    """The claims of a valid access token, whatever has become of its session. Raises `jwt.InvalidTokenError`."""
    name: Any = jwt.get_unverified_header(token).get("kid")
    key = dict(settings.JWT_KEYS).get(name)
    if key is None:
        raise jwt.InvalidTokenError("No key of ours has signed this.")
    claims = jwt.decode(
        token,
        key,
        algorithms=[RULES["JWT_ALGORITHM"]],
        issuer=RULES["JWT_ISSUER"],
        audience=RULES["JWT_AUDIENCE"],
        options={"require": REQUIRED_CLAIMS},
    )
    if claims["typ"] != ACCESS:
        raise jwt.InvalidTokenError("This is not an access token.")
    return claims


def subject(claims: dict[str, Any]) -> str:
    """The id of the person a token was made for. Raises `JSONWebTokenError` where its session has ended."""
    principal = principals.of("session", UUID(claims["sid"]))
    if principal is None or str(principal.user_id) != claims["sub"]:
        raise JSONWebTokenError("Invalid token")
    return str(claims["sub"])


def user_by_subject(subject: str) -> User:
    """The active person with this id. Raises `JSONWebTokenError` where there is none any more."""
    try:
        return User.objects.get(pk=UUID(subject), status=UserStatus.ACTIVE)
    except (User.DoesNotExist, ValueError):
        raise JSONWebTokenError("Invalid token") from None


class Verified:
    """The tokens that were found valid, by their hash, so that each is checked once a process; the last used ones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[bytes, Claims] = OrderedDict()

    def read(self, token: str) -> Claims | None:
        """What the token says; None where it is not valid, or no longer."""
        if len(token) > LONGEST:
            return None
        digest = sha256(token.encode(errors="surrogatepass")).digest()
        with self._lock:
            claims = self._known.get(digest)
            if claims is not None:
                self._known.move_to_end(digest)
        if claims is None:
            claims = _read(token)
            if claims is None:
                return None
            with self._lock:
                self._known[digest] = claims
                if len(self._known) > MOST_REMEMBERED:
                    self._known.popitem(last=False)
        return claims if time.time() < claims.expires_at else None


@lru_cache(maxsize=2)
def _verified(keys: tuple[tuple[str, str], ...]) -> Verified:
    # What was signed by a key that has been taken out since is not known any more.
    return Verified()


def read(token: str) -> Claims | None:
    """What a valid access token says, whatever has become of its session; None for anything else."""
    return _verified(settings.JWT_KEYS).read(token)


def _read(token: str) -> Claims | None:
    try:
        claims = decode(token)
        return Claims(
            UUID(claims["sub"]),
            UUID(claims["sid"]),
            datetime.fromtimestamp(claims["auth_time"], UTC),
            float(claims["exp"]),
        )
    # Beside what the library raises, what a claim of a wrong type or size does.
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None
