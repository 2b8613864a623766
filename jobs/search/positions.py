"""Where a page of found jobs ended: plain values, which the doors write into cursors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from math import isfinite
from typing import Any, Self
from uuid import UUID

from jobs.search.broadening import BroadeningKind
from jobs.search.port import MOST_RANKED

type Place = tuple[Any, UUID]
"""What a job is ordered by, and its id."""


class Stage(IntEnum):
    """What a result consists of, one after the other; each job is found in the first that has it."""

    RANKED = 0
    """The best, by their score."""
    REST = 1
    """All others in the order that was asked for; by relevance, the newest first."""
    BROADER = 2
    """What only the broadened question finds."""


@dataclass(frozen=True, slots=True)
class SearchPosition:
    """A place in the result of one search as of `at`. It says all that the next page needs but the search itself.

    Of ranked jobs all that are as good as `place`, or better, have been shown, but for those `put_off` for diversity.
    """

    at: datetime
    stage: Stage
    rank: int = 0
    """How many jobs of the stage come before what follows."""
    place: Place | None = None
    """None: before the stage's first job."""
    put_off: tuple[UUID, ...] = ()
    bounds: tuple[str, ...] | None = None
    """What the ranking was made from, for the engine; None where there was none yet."""
    least: Place | None = None
    """The last of a ranking that did not hold everything."""
    is_corrected: bool = False
    how: BroadeningKind | None = None

    def written(self) -> list[Any]:
        """As numbers, texts, booleans, nulls and lists of them; `read` takes it back."""
        return [
            _microseconds(self.at),
            int(self.stage),
            self.rank,
            _place_written(self.place),
            [key.hex for key in self.put_off],
            None if self.bounds is None else list(self.bounds),
            _place_written(self.least),
            self.is_corrected,
            None if self.how is None else str(self.how),
        ]

    @classmethod
    def read(cls, values: Sequence[Any]) -> Self:
        """A position from what `written` gave. ValueError for what it never gives."""
        try:
            at, stage, rank, place, put_off, bounds, least, is_corrected, how = values
            is_typed = (
                type(at) is type(stage) is type(rank) is int
                and type(is_corrected) is bool
                and type(put_off) is list
                and (bounds is None or (type(bounds) is list and all(type(bound) is str for bound in bounds)))
            )
            if not is_typed or rank < 0 or len(put_off) > MOST_RANKED or len(bounds or ()) > MOST_BOUNDS:
                raise ValueError
            return cls(
                at=_instant(at),
                stage=Stage(stage),
                rank=rank,
                place=_place_read(place),
                put_off=tuple(UUID(hex=key) for key in put_off),
                bounds=None if bounds is None else tuple(bounds),
                least=_place_read(least),
                is_corrected=is_corrected,
                how=None if how is None else BroadeningKind(how),
            )
        except (TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
            raise ValueError("No position in a search.") from error


MOST_BOUNDS = 4
# Of each kind of value, what it is written as.
_NULL, _NUMBER, _INSTANT = 0, 1, 2


def _place_written(place: Place | None) -> list[Any] | None:
    if place is None:
        return None
    value, key = place
    if value is None:
        return [_NULL, 0, key.hex]
    if isinstance(value, datetime):
        return [_INSTANT, _microseconds(value), key.hex]
    return [_NUMBER, value, key.hex]


def _place_read(written: Any) -> Place | None:
    if written is None:
        return None
    kind, value, key = written
    if type(value) not in (int, float) or not isfinite(value) or abs(value) >= 2**63:
        raise ValueError
    values = {_NULL: lambda: None, _NUMBER: lambda: value, _INSTANT: lambda: _instant(value)}
    return values[kind](), UUID(hex=key)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
