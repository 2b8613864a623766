"""From a user to a viewer."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from kernel.viewer import ANONYMOUS, Viewer


def viewer_of(user: User | AnonymousUser) -> Viewer:
    """Who is asking, as services and selectors want to know it."""
    if not isinstance(user, User):
        return ANONYMOUS
    return Viewer(user_id=user.pk, platform_role=user.platform_role)
