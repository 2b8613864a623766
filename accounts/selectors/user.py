"""Reads of people. For now a person sees only themselves."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from kernel.reading import Reading
from kernel.viewer import Viewer

_BY_ID = Reading(lambda: User.objects.defer("password"))


def by_id(viewer: Viewer, keys: Sequence[UUID]) -> dict[UUID, User]:
    """People by id: the viewer alone, or anybody for platform staff."""
    visible = [key for key in keys if viewer.is_staff or key == viewer.user_id]
    return _BY_ID.one(visible)
