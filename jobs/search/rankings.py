"""Ranked lists, kept for those who read on. Without them, each page is ranked anew as of the first one's instant."""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from django.conf import settings

from jobs.search.hits import SIZE, PackedHits
from jobs.search.port import Engine, Query, Ranked
from kernel.caching import CacheAway, reaching

KEPT_SECONDS = 60


def ranked(engine: Engine, query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
    """The ranking of a query; with the bounds of one that was made before, that one, made again if it is not kept."""
    if bounds is None:
        return engine.ranked(query)
    found = _found(query, bounds)
    if found is None:
        found = engine.ranked(query, bounds)
        keep(query, found)
    return found


def keep(query: Query, ranking: Ranked) -> None:
    """Keep a ranking for a while, for who has its bounds. While the cache server is away it is not kept.

    Nor is one without what somebody dealt with: what they dismiss meanwhile is not on their next page.
    """
    if query.hidden is not None:
        return
    packed = PackedHits.of(ranking.hits).data
    with suppress(CacheAway), reaching() as server:
        server.set(_key(query, ranking.bounds), bytes([_flags(ranking)]) + packed, ex=KEPT_SECONDS)


def _found(query: Query, bounds: Sequence[Any]) -> Ranked | None:
    kept: Any = None
    with suppress(CacheAway), reaching() as server:
        kept = server.get(_key(query, bounds))
    # Nothing that is read from the cache server is run, or more than numbers.
    if not kept or len(kept) % SIZE != 1:
        return None
    return Ranked(PackedHits(kept[1:]), is_all=bool(kept[0] & 1), is_many=bool(kept[0] & 2), bounds=tuple(bounds))


def _flags(ranking: Ranked) -> int:
    return ranking.is_all | ranking.is_many << 1


def _key(query: Query, bounds: Sequence[Any]) -> str:
    # All parts of a query are plain, frozen values, which their representation tells apart.
    digest = blake2b(repr((query, tuple(bounds))).encode(), digest_size=16).hexdigest()
    return f"{settings.KEY_PREFIX}:ranked:{digest}"
