"""The orders of feeds that the cache server keeps for this worker's tests."""

from django.conf import settings

from kernel.caching import reaching


def forget_feeds() -> None:
    """Have the next first page of every feed decided anew: what a test took back may still stand in an order."""
    with reaching() as server:
        for key in server.scan_iter(f"{settings.KEY_PREFIX}:feed:*"):
            server.delete(key)
