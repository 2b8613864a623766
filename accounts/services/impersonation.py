"""Staff who act in somebody's name, to see what that person sees and to mend what is theirs."""

from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from accounts.auth import principals
from accounts.errors import ActingRefused
from accounts.services import audit
from kernel.viewer import RECENT, Viewer

MAY_ACT = frozenset({"admin", "support"})


def on_behalf_of(user_id: UUID, *, by: Viewer) -> Viewer:
    """The viewer that `by` becomes: that person, with `impersonator_id` saying who it is. Each time is audited.

    For platform admins and support whose log-in is recent, and for people who are not staff themselves. Raises
    `ActingRefused`. What `require_recent_login` guards stays refused: nobody is somebody else that far.
    """
    is_recent = by.authenticated_at is not None and timezone.now() - by.authenticated_at <= RECENT
    if by.key_id is not None or by.platform_role not in MAY_ACT or not is_recent:
        raise ActingRefused
    person = principals.of("user", user_id)
    if person is None or person.platform_role != "user":
        raise ActingRefused("There is nobody with this id in whose name staff may act.")
    viewer = replace(
        by, user_id=person.user_id, platform_role=person.platform_role, session_id=None, impersonator_id=by.user_id
    )
    audit.record_read("user.impersonate", by=viewer, target=("User", user_id))
    return viewer
