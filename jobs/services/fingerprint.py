"""What a posting is recognised by where it stands on the board a second time. Pure functions, the same on any machine.

Two postings are duplicates by one of these rules, and by no other (`is_duplicate`):

1. One of them has no description: company, title and places are the same.
2. Their titles say the same: the descriptions are nearly equal (`SAME_COMPANY`), whatever the town.
3. Their titles say the same, the companies differ: the descriptions are long and nearly equal (`OTHER_COMPANY`).
4. Their titles share half of their words: the descriptions are long and equal but for a word here and there
   (`OTHER_TITLE`), whatever the company.

Titles say the same if they are the same once the words that name the posting's own places are left out: "Nurse, Bonn"
in Bonn and "Nurse, Ulm" in Ulm. The order of the words counts: who manages customer success is no customer success
manager. How equal two descriptions are is the Jaccard index of their shingles: of the distinct
runs of three words in either, the share that is in both.

The figures were found on public postings. In excerpts of 500 characters that are the company's own praise, a quarter
of a million pairs of different jobs are 75 to 95 % equal, which is why the title must say the same. Where it does,
pairs above 75 % differ in a reference number or a sentence, those below in the work or in whom it is open to. Leaving
the towns out of the descriptions, too, brought 8 more of 473 pairs over the line, and was not worth its price.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from jobs.text import fold

SAME_COMPANY = 0.75
OTHER_COMPANY = 0.9
OTHER_TITLE = 0.95
LONG = 150  # words
TEXT_LENGTH = 10_000  # characters of a description that count

SHINGLE = 3  # words
MINIMA = 32
# Bands of 4 minima, by title: duplicates at 0.75 share one of eight with a chance of 95 %, at 0.8 with 98.5 %, at 0.9
# with all but certainty; what is 0.3 alike, with 6 % (1 - (1 - likeness⁴)⁸).
NARROW = tuple(range(0, 32, 4))
# Bands of 8 minima, for long descriptions under other titles: at 0.95, one of four with 98.7 %.
WIDE = tuple(range(0, 32, 8))
_BIN_SHIFT = 27  # a 32-bit hash's five highest bits say which of the 32 bins it falls into
_ROTATION = 0x9E3779B1

# Scripts that do not part words: every character counts as one.
_UNPARTED = "぀-ヿ㐀-鿿"
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_CHARACTER = re.compile(rf"[{_UNPARTED}]|[^\W_{_UNPARTED}]+")

type Shingle = tuple[str, ...]
type Shingles = Callable[[str], frozenset[Shingle]]


class Where(NamedTuple):
    """One of a posting's places: what tells it apart, and every name for it that a title may hold."""

    key: str
    names: str


@dataclass(frozen=True)
class Likeness:
    """What of a posting is compared. `text` is its description without mark-up."""

    job_id: UUID
    company_id: UUID
    title: str
    text: str
    where: tuple[Where, ...] = ()

    @cached_property
    def folded_title(self) -> str:
        return fold(self.title) or self.title

    @cached_property
    def same(self) -> str:
        """Company, title and places: all that tells a posting without a description from another."""
        return "|".join([str(self.company_id), self.folded_title, *sorted({place.key for place in self.where})])

    @cached_property
    def role(self) -> str:
        """The title without the words that name the posting's own places, unless nothing is left then."""
        named = {word for place in self.where for word in fold(place.names).split()}
        return " ".join(word for word in self.folded_title.split() if word not in named) or self.folded_title

    @cached_property
    def is_long(self) -> bool:
        return len(words(self.text)) >= LONG


def where(place_id: int | None, country: str | None, text: str, *names: str | None) -> Where:
    """A place by its id; one that was not recognised by its country and what the posting says."""
    key = str(place_id) if place_id is not None else f"{country or ''}:{fold(text)}"
    return Where(key, " ".join(name for name in (text, country, *names) if name))


def words(text: str) -> list[str]:
    """The words of the part of a text that counts, in lower case."""
    pattern = _WORD if text.isascii() else _WORD_OR_CHARACTER
    return pattern.findall(text[:TEXT_LENGTH].lower())


def shingles(text: str) -> frozenset[Shingle]:
    """The distinct runs of three words; of a text that has fewer, the text."""
    found = words(text)
    if len(found) < SHINGLE:
        return frozenset([tuple(found)] if found else [])
    return frozenset(zip(found, found[1:], found[2:], strict=False))


def jaccard(one: frozenset[Shingle], other: frozenset[Shingle]) -> float:
    """The share of what is in either that is in both; 1 for two empty ones."""
    shared = len(one & other)
    either = len(one) + len(other) - shared
    return shared / either if either else 1.0


def is_repeat(one: Likeness, other: Likeness, shingles: Shingles = shingles) -> bool:
    """Whether one posting is the other over again: company, title and places the same, the text nearly equal."""
    return one.same == other.same and _is_like(one, other, SAME_COMPANY, shingles)


def is_duplicate(one: Likeness, other: Likeness, shingles: Shingles = shingles) -> bool:
    """Whether two postings are duplicates by the rules above. `shingles` may remember what it has cut before."""
    if not (one.text and other.text):
        return one.same == other.same
    if one.role == other.role and one.company_id == other.company_id:
        return _is_like(one, other, SAME_COMPANY, shingles)
    if one.role == other.role:
        least = OTHER_COMPANY
    elif _share_half_of_their_words(one.role, other.role):
        least = OTHER_TITLE
    else:
        return False
    return one.is_long and other.is_long and _is_like(one, other, least, shingles)


def bands(posting: Likeness) -> list[int]:
    """Keys of 64 bits: what duplicates share at least one of, or nearly always, and others seldom."""
    keys = [_key(f"same {posting.same}")]
    found = words(posting.text)
    if not found:
        return keys
    lowest = minima(found)
    keys += _band_keys(f"role {posting.role}", lowest, NARROW, width=4)
    if len(found) >= LONG:
        keys += _band_keys("text", lowest, WIDE, width=8)
    return keys


def minima(found: list[str]) -> list[int]:
    """MinHash in one pass: of the shingles' hashes that fall into each of 32 bins, the lowest.

    One permutation hashing (Li, Owen, Zhang 2012). A bin without a shingle takes the next one's minimum, moved on by
    the distance (Shrivastava, Li 2014), so that short texts agree by their likeness, and not by what they lack.
    """
    # CRC-32 spreads evenly, which is all that is asked of it, and it is the fastest hash in the library.
    runs = zip(found, found[1:], found[2:], strict=False)
    hashes = {zlib.crc32(" ".join(run).encode()) for run in runs} or {zlib.crc32(" ".join(found).encode())}
    lowest = {number >> _BIN_SHIFT: number for number in sorted(hashes, reverse=True)}
    if len(lowest) < MINIMA:
        _borrow(lowest)
    return [lowest[place] for place in range(MINIMA)]


def _share_half_of_their_words(one: str, other: str) -> bool:
    mine, theirs = set(one.split()), set(other.split())
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs))


def _borrow(lowest: dict[int, int]) -> None:
    following = min(lowest) + MINIMA  # round the corner
    value = lowest[following - MINIMA]
    for place in reversed(range(MINIMA)):
        if place in lowest:
            following, value = place, lowest[place]
        else:
            lowest[place] = (value + (following - place) * _ROTATION) & 0xFFFFFFFF


def _is_like(one: Likeness, other: Likeness, least: float, cut: Shingles) -> bool:
    return one.text == other.text or jaccard(cut(one.text), cut(other.text)) >= least


def _key(text: str) -> int:
    return int.from_bytes(_hash(text).digest(), "little", signed=True)


def _hash(text: str) -> "hashlib.blake2b":
    return hashlib.blake2b(text.encode(), digest_size=8)


def _band_keys(scope: str, lowest: list[int], starts: Iterable[int], *, width: int) -> list[int]:
    scoped = _hash(scope)
    pack = struct.Struct(f"<{width + 1}I").pack
    keys = []
    for start in starts:
        band = scoped.copy()
        band.update(pack(start, *lowest[start : start + width]))
        keys.append(int.from_bytes(band.digest(), "little", signed=True))
    return keys
