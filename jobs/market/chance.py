"""Where chance comes from: every row draws from a source of its own, made from the seed and the row's number.

So any row can be made without those before it, by any process, and comes out the same.
"""

from enum import IntEnum
from random import Random

from kernel.ids import ALPHABET, PUBLIC_ID_LENGTH

MAX_SEED = 2**32 - 1


class Draw(IntEnum):
    """What is drawn for. No two of them share a source."""

    COMPANY = 1
    POSTING = 2
    CONTENT = 3
    PERSON = 4
    NAMES = 5
    TASTE = 6
    MOOD = 7


class Chance:
    """The sources of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed << 48

    def of(self, draw: Draw, number: int) -> Random:
        """The source of one row; equal arguments, equal numbers."""
        return Random(self._seed | draw << 40 | number)  # noqa: S311  # an invented market is no secret


def key(chance: Random, milliseconds: int) -> str:
    """A UUIDv7 in 32 hexadecimal digits (RFC 9562, 5.7) made at that Unix time, its 74 random bits drawn."""
    drawn = chance.getrandbits(74)
    return f"{milliseconds:012x}7{drawn >> 62:03x}{1 << 63 | drawn & (1 << 62) - 1:016x}"


def public_id(chance: Random) -> str:
    """As `kernel.ids.public_id`, drawn."""
    return "".join(chance.choices(ALPHABET, k=PUBLIC_ID_LENGTH))
