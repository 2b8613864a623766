"""What an API key looks like, `nxs_<8 characters>_<49 characters>`, and who acts by it.

The first part is shown wherever the key is listed. Of the second, 43 characters are 256 random bits, and the last six
a checksum over all before: a scanner that looks for leaked secrets, and the server, tell a key from a mistyped one
without asking the database.
"""

import re
from hashlib import sha256
from math import inf
from secrets import choice
from typing import NamedTuple
from zlib import crc32

from accounts.auth import principals
from accounts.auth.key_uses import uses
from accounts.auth.principals import Principal
from accounts.models import ApiKey, UserStatus
from accounts.models.api_key import PREFIX_LENGTH
from kernel.viewer import Scope

START = "nxs_"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# 62 ** 43 is the first power of 62 beyond 2 ** 256.
_SECRET_LENGTH, _CHECKSUM_LENGTH = 43, 6
LENGTH = len(START) + PREFIX_LENGTH + 1 + _SECRET_LENGTH + _CHECKSUM_LENGTH
_FORM = re.compile(rf"{START}[0-9A-Za-z]{{{PREFIX_LENGTH}}}_[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}")


class NewKey(NamedTuple):
    """A key that was just made. `text` is to be shown once, and kept nowhere."""

    text: str
    prefix: str
    hash: str


def new_key() -> NewKey:
    """A key that nobody has seen yet."""
    prefix = _letters(PREFIX_LENGTH)
    body = f"{START}{prefix}_{_letters(_SECRET_LENGTH)}"
    text = body + _checksum(body)
    return NewKey(text, prefix, hash_of(text))


def is_key(text: str) -> bool:
    """Whether this may be a key of ours: it has the form, and its checksum is right."""
    return bool(_FORM.fullmatch(text)) and text[-_CHECKSUM_LENGTH:] == _checksum(text[:-_CHECKSUM_LENGTH])


def hash_of(text: str) -> str:
    """What is kept of a key, and what it is found by. Nobody goes through 256 bits: no slow hash is needed."""
    return sha256(text.encode()).hexdigest()


def principal_of(text: str) -> Principal | None:
    """Who acts by a key; None where it is none, was revoked, has expired, or its owner may not act any more.

    No statement where the process knows the key. Raises `AuthenticationUnavailable`, as `principals.of` does.
    """
    if not is_key(text):
        return None
    principal = principals.of("key", hash_of(text))
    if principal is not None and principal.key_id is not None:
        uses.note(principal.key_id, True)
    return principal


@principals.loader("key")
def _principal(hash_: str) -> Principal | None:
    """The platform role of its owner is not the key's: none has powers on the board as a whole."""
    key = (
        ApiKey.objects.filter(hash=hash_, revoked_at__isnull=True, user__status=UserStatus.ACTIVE)
        .only("user_id", "scopes", "expires_at")
        .first()
    )
    if key is None:
        return None
    ends_at = key.expires_at.timestamp() if key.expires_at else inf
    return Principal(key.user_id, key_id=key.pk, scopes=granted(key.scopes), ends_at=ends_at)


def granted(scopes: list[str]) -> frozenset[Scope]:
    """What a key with these scopes may do: to write something is to read it as well."""
    named = [Scope(scope) for scope in scopes]
    return frozenset(named) | {Scope(scope.replace(":write", ":read")) for scope in named}


def _checksum(body: str) -> str:
    """CRC-32 in six characters to the base of 62."""
    number, written = crc32(body.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        written = _LETTERS[place] + written
    return written


def _letters(count: int) -> str:
    return "".join(choice(_LETTERS) for _ in range(count))
