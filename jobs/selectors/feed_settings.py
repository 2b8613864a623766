"""Reads of how people want their feed made. Nobody is shown another person's."""

from collections.abc import Collection
from uuid import UUID

from jobs import policies
from jobs.models import FeedSettings
from kernel.reading import Reading
from kernel.viewer import Scope, Viewer

_OWN = Reading(FeedSettings.objects.all, by="user_id")


def own(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, FeedSettings]:
    """The viewer's own settings, by the user: as usual where nothing was said. Nobody else's, and none of staff."""
    user_id = viewer.user_id
    if user_id is None or user_id not in keys or not policies.may_look_for_work(viewer, scope=Scope.PROFILE_READ):
        return {}
    return _OWN.one([user_id]) or {user_id: FeedSettings(user_id=user_id)}
