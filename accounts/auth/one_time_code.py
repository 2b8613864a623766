"""Codes that a person's app and the server work out from a shared secret and the time (RFC 6238, over RFC 4226)."""

import hmac
from base64 import b32decode, b32encode
from datetime import datetime
from secrets import choice, token_bytes
from urllib.parse import quote, urlencode

SECONDS = 30
DIGITS = 6
# Clocks differ, and typing takes time: the code before and the one after are taken as well.
WINDOW = 1
SECRET_BYTES = 20
"""RFC 4226, section 4: 160 bits."""

RECOVERY_CODES = 10
# 79 bits: nobody goes through all of them to find what a hash was made of. Without the letters that look like digits.
_RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_GROUPS, _RECOVERY_GROUP = 4, 4
RECOVERY_LENGTH = _RECOVERY_GROUPS * _RECOVERY_GROUP


def new_secret() -> str:
    """A secret as apps take it: 32 characters of Base32."""
    return b32encode(token_bytes(SECRET_BYTES)).decode()


def new_recovery_codes() -> list[str]:
    """Ten codes in four groups of four: `k7wp-93hd-mx2c-qf5t`."""
    return ["-".join(_letters(_RECOVERY_GROUP) for _ in range(_RECOVERY_GROUPS)) for _ in range(RECOVERY_CODES)]


def address(secret: str, *, account: str, issuer: str) -> str:
    """What an app reads from a square code: an `otpauth` address, with the defaults of all apps spelled out.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    query = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": SECONDS}
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(query, quote_via=quote)}"


def step_at(now: datetime) -> int:
    """The number of the 30 seconds that an instant lies in."""
    return int(now.timestamp()) // SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits of a step."""
    digest = hmac.digest(b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step that the code is of, if that is now or next to it. All are compared, in the same time for any code."""
    here, found = step_at(now), None
    for step in range(here - WINDOW, here + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            found = step
    return found


def as_typed(code: str) -> str:
    """The code without the blanks and dashes that people put between its groups, in lower case."""
    return "".join(code.split()).replace("-", "").lower()


def is_code(typed: str) -> bool:
    """Whether it has the form of an app's code."""
    return len(typed) == DIGITS and typed.isascii() and typed.isdigit()


def _letters(count: int) -> str:
    return "".join(choice(_RECOVERY_LETTERS) for _ in range(count))
