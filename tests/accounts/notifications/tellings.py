"""A delivery as its subscriber sees it."""

from datetime import UTC, datetime

from kernel.ids import uuid7
from kernel.subscribers import Telling


def telling() -> Telling:
    """The first attempt at a delivery of its own."""
    return Telling(id=uuid7(), attempt=1, occurred_at=datetime.now(UTC), actor_id=None, request_id="")
