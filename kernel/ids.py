"""Keys: what identifies a row, and what stands for it in an address."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

# Base 58: no 0 O I l, so that an id survives being read aloud or typed. It holds no hyphen,
# which is what lets a slug end in one.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PUBLIC_ID_LENGTH = 11  # 64 bits: two of a billion rows collide with a chance of 3 %, and the column is unique


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562): unique, and ordered by the millisecond it was made in."""
    return _uuid7()


def public_id() -> str:
    """A short random id for addresses. It tells nothing of how many rows there are or when one was made."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))
