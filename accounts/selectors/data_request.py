"""Reads of what people asked for of their own data."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import DataRequest
from kernel.reading import Reading
from kernel.viewer import Viewer

MOST_SHOWN = 20

_BY_ID = Reading(lambda: DataRequest.objects.defer("file"))
_OF_USER = Reading(lambda: DataRequest.objects.order_by("user_id", "-pk").defer("file"), by="user_id")


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, DataRequest]:
    """The viewer's own requests by id; nobody else's."""
    if not _is_personal(viewer):
        return {}
    return {key: row for key, row in _BY_ID.one(keys).items() if row.user_id == viewer.user_id}


def of_users(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[DataRequest]]:
    """The viewer's own requests, the newest first; nobody else's."""
    if not _is_personal(viewer) or viewer.user_id not in keys:
        return {}
    return {key: rows[:MOST_SHOWN] for key, rows in _OF_USER.many([viewer.user_id]).items()}


def _is_personal(viewer: Viewer) -> bool:
    """Whether it is the person: all of somebody's data is for no key, and for no member of staff in their name."""
    return viewer.is_authenticated and viewer.key_id is None and viewer.impersonator_id is None
