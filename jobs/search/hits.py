"""Ranked hits as bytes: the database writes them, the cache keeps them, and who reads makes those that it looks at."""

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload
from uuid import UUID

from jobs.search.port import Hit

# Score, id, company, likeness. No score is below nought: as bytes they are in the order of their scores and ids.
_HIT = struct.Struct("!d16s16sq")
SIZE = _HIT.size
_ID = slice(8, 24)


class PackedHits(Sequence[Hit]):
    """The hits that some bytes stand for. ValueError if they stand for none."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        if len(data) % SIZE:
            raise ValueError("These are no hits.")
        self.data = data

    def __len__(self) -> int:
        return len(self.data) // SIZE

    @overload
    def __getitem__(self, place: int) -> Hit: ...

    @overload
    def __getitem__(self, place: slice) -> "PackedHits": ...

    def __getitem__(self, place: int | slice) -> "Hit | PackedHits":
        start, end, step = (place if isinstance(place, slice) else slice(place, None)).indices(len(self))
        if isinstance(place, slice):
            if step != 1:
                raise ValueError("Hits are cut into stretches.")
            return PackedHits(self.data[start * SIZE : end * SIZE])
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return _made(*_HIT.unpack_from(self.data, start * SIZE))

    def __iter__(self) -> Iterator[Hit]:
        return (_made(*values) for values in _HIT.iter_unpack(self.data))

    def by_id(self) -> Mapping[bytes, bytes]:
        """Each hit by its id."""
        hits = (self.data[start : start + SIZE] for start in range(0, len(self.data), SIZE))
        return {hit[_ID]: hit for hit in hits}

    def place_of(self, job_id: UUID) -> int | None:
        """Where a job's hit stands; None: nowhere."""
        found = self.data.find(job_id.bytes)
        while found >= 0 and found % SIZE != _ID.start:
            found = self.data.find(job_id.bytes, found + 1)
        return found // SIZE if found >= 0 else None

    @staticmethod
    def of(hits: Sequence[Hit]) -> "PackedHits":
        """The same hits."""
        if isinstance(hits, PackedHits):
            return hits
        pack = _HIT.pack
        return PackedHits(
            b"".join(pack(hit.value, hit.job_id.bytes, hit.company_id.bytes, hit.likeness) for hit in hits)
        )

    @staticmethod
    def best(hits: Iterable[bytes], most: int) -> "PackedHits":
        """The best of them, by score and then by id."""
        return PackedHits(b"".join(sorted(hits, reverse=True)[:most]))


def as_good(hits: Sequence[Hit], least: tuple[Any, UUID] | None) -> Sequence[Hit]:
    """Those of ranked hits that are as good as some score and id, or better."""
    if least is None:
        return hits
    return hits[: bisect_left(hits, True, key=lambda hit: (hit.value, hit.job_id) < least)]


def shown(hits: Sequence[Hit], last: tuple[Any, UUID]) -> int:
    """How many ranked hits were shown when one was the last: up to itself if it is still there, else all as good."""
    if isinstance(hits, PackedHits):
        place = hits.place_of(last[1])
    else:
        place = next((number for number, hit in enumerate(hits) if hit.job_id == last[1]), None)
    return len(as_good(hits, last)) if place is None else place + 1


def _made(score: float, job_id: bytes, company_id: bytes, likeness: int) -> Hit:
    return Hit(UUID(bytes=job_id), score, UUID(bytes=company_id), likeness)
