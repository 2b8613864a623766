"""Keys: what identifies a row, and what stands for it in an address."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

# Base 58: no 0 O I l, so that an id survives being read aloud or typed. It holds no hyphen,
# which is what lets a slug end in one.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PUBLIC_ID_LENGTH = 11  # 64 bits: two of a billion rows collide with a chance of 3 %, and the column is unique
PUBLIC_ID_BITS = 128


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562): unique, and ordered by the millisecond it was made in."""
    return _uuid7()


def public_id() -> str:
    """A short random id for addresses. It tells nothing of how many rows there are or when one was made."""
    # One draw for all characters; with so many bits to spare, none is likelier than another by more than 2^-50.
    number = secrets.randbits(PUBLIC_ID_BITS)
    characters = []
    for _ in range(PUBLIC_ID_LENGTH):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)
