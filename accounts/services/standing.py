"""What those who run the board do to accounts: they switch them off and on again, and end sessions."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.auth import principals
from accounts.errors import SecondFactorOff
from accounts.events import SecondFactorSwitched
from accounts.models import PlatformRole, RevokeReason, Session, Totp, User, UserStatus
from accounts.services import audit, session
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import Viewer


@transaction.atomic
def suspend(*, by: Viewer, user_id: UUID) -> None:
    """Switch an account off: its sessions and keys are worth nothing within a second, and nobody logs in.

    Raises `Forbidden` for the own account, and for all but platform administrators.
    """
    user = _found(by, user_id)
    if user.pk == by.user_id:
        raise Forbidden("Nobody switches off their own account here.")
    if user.status != UserStatus.ACTIVE:
        raise Invalid("This account is not active.")
    user.status, user.deactivated_at = UserStatus.DEACTIVATED, None
    user.save(update_fields=["status", "deactivated_at", "updated_at"])
    session.revoke_all(user.pk, by=by, reason=RevokeReason.BY_STAFF)
    _say(user, by, "user.suspend")


@transaction.atomic
def restore(*, by: Viewer, user_id: UUID) -> None:
    """Switch an account on again, whoever switched it off. Raises `Forbidden` and `Invalid`."""
    user = _found(by, user_id)
    if user.status != UserStatus.DEACTIVATED:
        raise Invalid("This account is not switched off.")
    user.status, user.deactivated_at = UserStatus.ACTIVE, None
    user.save(update_fields=["status", "deactivated_at", "updated_at"])
    _say(user, by, "user.restore")


@transaction.atomic
def drop_second_factor(*, by: Viewer, user_id: UUID) -> None:
    """Let somebody log in with the password alone who has lost their app and all codes; they are told by mail.

    Whoever does it has made sure of the person. Raises `Forbidden` for the own account, `SecondFactorOff`.
    """
    user = _found(by, user_id)
    if user.pk == by.user_id:
        raise Forbidden("Nobody drops their own second factor here.")
    if not Totp.objects.filter(user=user, enabled_at__isnull=False).delete()[0]:
        raise SecondFactorOff
    audit.record("user.drop_second_factor", by=by, target=("User", user.pk))
    emit(SecondFactorSwitched(user.pk, is_on=False), by=by)


@transaction.atomic
def end_session(*, by: Viewer, session_id: UUID) -> None:
    """End a session of anybody's; nothing where it has ended. Raises `Forbidden`, `NotFound`."""
    _refuse_others(by)
    row = Session.objects.select_for_update().filter(pk=session_id).first()
    if row is None:
        raise NotFound(field="session_id")
    if row.revoked_at is None:
        row.revoked_at, row.revoke_reason = timezone.now(), RevokeReason.BY_STAFF
        row.save(update_fields=["revoked_at", "revoke_reason", "updated_at"])
        audit.record("session.revoke", by=by, target=("Session", row.pk), after={"reason": row.revoke_reason})
        principals.changed(row.pk)


def _refuse_others(by: Viewer) -> None:
    if not (by.is_staff and by.platform_role == PlatformRole.ADMIN):
        raise Forbidden


def _found(by: Viewer, user_id: UUID) -> User:
    _refuse_others(by)
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound(field="user_id")
    return user


def _say(user: User, by: Viewer, act: str) -> None:
    audit.record(act, by=by, target=("User", user.pk), after={"status": user.status})
    principals.changed(user.pk)
