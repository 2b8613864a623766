"""Secrets that must be read again, encrypted under SECRET_KEY: a stolen copy of the database does not have them.

After SECRET_KEY was changed, what was sealed before opens as long as the former key is among SECRET_KEY_FALLBACKS.
"""

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """Sealed under a key that this server does not have, or changed since."""


def seal(secret: str) -> str:
    """The secret, encrypted and signed."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret. Raises `Unsealable`."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable from None


def resealed(sealed: str) -> str:
    """The same secret, sealed under the SECRET_KEY of today. Raises `Unsealable`."""
    try:
        return _box().rotate(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable from None


def _box() -> MultiFernet:
    return _box_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    # A key of its own for this purpose: what else is made with SECRET_KEY tells nothing about it.
    return MultiFernet(
        [Fernet(urlsafe_b64encode(hmac.digest(key.encode(), b"nexus sealing", "sha256"))) for key in keys]
    )
