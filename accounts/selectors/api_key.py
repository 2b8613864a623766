"""Reads of API keys. What a key is found by is never read."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import ApiKey
from kernel.reading import Reading
from kernel.viewer import Scope, Viewer

_OF_USER = Reading(
    lambda: ApiKey.objects.filter(revoked_at__isnull=True).order_by("user_id", "-pk").defer("hash"), by="user_id"
)
_BY_ID = Reading(lambda: ApiKey.objects.defer("hash"))


def of_users(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[ApiKey]]:
    """The viewer's own keys that were not revoked, the newest first; nobody else's."""
    if viewer.user_id is None or viewer.user_id not in keys or not viewer.allows(Scope.ACCOUNT_READ):
        return {}
    return _OF_USER.many([viewer.user_id])


def asking(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, ApiKey]:
    """The key by which the viewer asks, whatever it may do."""
    return _BY_ID.one([key for key in keys if key == viewer.key_id])
