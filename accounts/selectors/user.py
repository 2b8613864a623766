"""Reads of people."""

from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q

from accounts import policies
from accounts.models import User
from accounts.selectors import audit
from kernel.reading import Reading
from kernel.viewer import Viewer

# The hash stays where it is; whether there is one may be told.
_HAS_PASSWORD = ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
_BY_ID: Reading[User] = Reading(lambda: User.objects.defer("password").annotate(has_password=_HAS_PASSWORD))


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, User]:
    """People by id: the viewer alone; anybody for those who help people, which is written into the audit log."""
    mine = [key for key in keys if key == viewer.user_id]
    others = [key for key in keys if key != viewer.user_id] if policies.may_help(viewer) else []
    found = _BY_ID.one([*mine, *others])
    _note_reads(viewer, found)
    return found


def named(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, User]:
    """The people whom rows name that the viewer has been shown. Of them others see the name, and no more.

    Whoever helps people may see all of their accounts here too, and so it is written into the audit log.
    """
    found = _BY_ID.one(keys)
    if policies.may_help(viewer):
        _note_reads(viewer, found)
    return found


def _note_reads(viewer: Viewer, found: Collection[UUID]) -> None:
    audit.note_reads("user.read", by=viewer, targets=[("User", key) for key in found if key != viewer.user_id])


def has_password(user: User) -> bool:
    """Whether the account has a password, as a row that was read here or as a whole one."""
    return user.has_usable_password() if isinstance(user, User) else bool(user.has_password)
