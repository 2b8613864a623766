"""Reads of the second factor. A person sees the own one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import Totp
from kernel.viewer import Scope, Viewer


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """How a person's second factor stands."""

    is_enabled: bool = False
    enabled_at: datetime | None = None
    recovery_codes_left: int = 0


def of_users(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, SecondFactor]:
    """How the second factor of the viewer stands; nothing of anybody else's."""
    if viewer.user_id is None or viewer.user_id not in keys or not viewer.allows(Scope.ACCOUNT_READ):
        return {}
    left = Count("recovery_codes", filter=Q(recovery_codes__used_at=None))
    totp = Totp.objects.filter(pk=viewer.user_id, enabled_at__isnull=False).annotate(left=left).first()
    return {viewer.user_id: SecondFactor(True, totp.enabled_at, totp.left) if totp else SecondFactor()}
