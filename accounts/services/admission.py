"""Who may log in: what is asked of somebody who has shown a password, or an identity provider's word.

A log-in goes: password → here, `refuse_login` where it is nobody's → second factor → here, `admit` → session.
"""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, verify_password
from django.db import transaction
from django.utils import timezone

from accounts.auth import principals
from accounts.errors import EmailNotVerified, InvalidCredentials
from accounts.events import AccountReactivated
from accounts.models import EmailToken, EmailTokenPurpose, User, UserKind, UserStatus
from accounts.services import audit
from accounts.text import email_address
from kernel.errors import Invalid
from kernel.events import emit
from kernel.viewer import Viewer

# Who has switched the account off comes back by logging in for so long; later by resetting the password, since the
# address may have got another owner.
COMING_BACK = timedelta(days=30)


def refuse_login(*, email: str, password: str) -> NoReturn:
    """Say no to an address and password that are nobody's.

    `EmailNotVerified` where they are those of a registration whose link waits to be followed, whether or not the
    address has an account beside; else `InvalidCredentials`. Hashes once, whatever it finds.
    """
    try:
        address = email_address(email)
        typed = unicodedata.normalize("NFKC", password)
    except Invalid:
        address, typed = "", password
    waiting = EmailToken.objects.filter(
        email=address, purpose=EmailTokenPurpose.REGISTER, used_at=None, expires_at__gt=timezone.now()
    )
    encoded = waiting.order_by("-id").values_list("password", flat=True).first()
    # Django hashes something else where there is nothing to compare with.
    is_right, _ = verify_password(typed, encoded or UNUSABLE_PASSWORD_PREFIX)
    raise EmailNotVerified if is_right else InvalidCredentials


@transaction.atomic
def admit(user: User, *, by: Viewer) -> None:
    """Let somebody in who has proved who they are, right before their session is opened.

    Who switched the account off within the last 30 days has it back. Raises `EmailNotVerified`, and
    `InvalidCredentials` for an account that may not log in.
    """
    came_back_at = user.deactivated_at
    if came_back_at is not None and timezone.now() - came_back_at <= COMING_BACK:
        reactivate(user, by=by)
    if not user.is_active or user.kind != UserKind.PERSON:
        raise InvalidCredentials
    if user.email_verified_at is None:
        raise EmailNotVerified


def reactivate(user: User, *, by: Viewer) -> None:
    """Switch an account on again that its person switched off, in the caller's transaction; nothing for any other."""
    theirs = User.objects.filter(pk=user.pk, status=UserStatus.DEACTIVATED, deactivated_at__isnull=False)
    if not theirs.update(status=UserStatus.ACTIVE, deactivated_at=None, updated_at=timezone.now()):
        return
    user.status, user.deactivated_at = UserStatus.ACTIVE, None
    principals.changed(user.pk)
    by = replace(by, user_id=user.pk)
    audit.record("account.reactivate", by=by, target=("User", user.pk))
    emit(AccountReactivated(user_id=user.pk), by=by)
