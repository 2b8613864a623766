"""Passwords: which ones are taken, how one is set, reset and changed.

The rule is NIST SP 800-63B (revision 4, 3.1.1.2): a long one, none that everybody tries, and no demands on what
characters it is made of.
"""

import unicodedata
from dataclasses import replace

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.auth import throttles
from accounts.errors import LinkInvalid, PasswordTooWeak, WrongPassword
from accounts.events import PasswordChanged, PasswordResetRequested
from accounts.models import EmailTokenPurpose, RevokeReason, User, UserKind, UserStatus
from accounts.services import admission, audit, session
from accounts.services import email as emails
from accounts.text import email_address, refuse_unreadable
from kernel.errors import Invalid
from kernel.events import emit
from kernel.viewer import Viewer

LONGEST = 1024


def check(password: str, user: User, *, field: str) -> None:
    """Raises `Invalid` or `PasswordTooWeak` for what cannot become this person's password.

    It has 10 to 1,024 characters (Unicode code points), is none of the 20,000 most common ones, of which Django has a
    list, and is not like the person's e-mail address or name.
    """
    if len(password) > LONGEST:
        raise Invalid(f"A password has at most {LONGEST:,} characters.", field=field)
    refuse_unreadable(password, field=field)
    try:
        validate_password(unicodedata.normalize("NFKC", password), user)
    except ValidationError as error:
        raise PasswordTooWeak(" ".join(error.messages), field=field) from None


def set_password(user: User, password: str, *, field: str) -> None:
    """Give the person a password, hashed; the row is not saved. Raises `Invalid` and `PasswordTooWeak`."""
    check(password, user, field=field)
    user.set_password(password)


def request_reset(*, by: Viewer, email: str) -> str:
    """Mail a link to set a new password, good for 30 minutes, and give the address as it is kept.

    Where the address has no account no mail is sent; nothing else differs. Raises `Invalid` and `TooManyAttempts`.
    """
    address = email_address(email)
    throttles.hit("password_reset", account=address, address=by.address)
    with transaction.atomic():
        token = emails.issue(EmailTokenPurpose.RESET, address)
        audit.record("account.password_reset_request", by=by, target=("EmailToken", token.pk))
        emit(PasswordResetRequested(token_id=token.pk), by=by)
    return address


def confirm_reset(*, by: Viewer, token: str, password: str) -> User:
    """Set a new password by the token of a mailed link, and end all of the person's sessions and all other links.

    Whoever follows the link reads the mail: the address is verified by it, and an account that its person switched off
    is on again. Raises `LinkInvalid`, `Invalid`, `PasswordTooWeak` and `TooManyAttempts`; a link that was refused
    stays good.
    """
    throttles.hit("link", address=by.address)
    with transaction.atomic():
        now = timezone.now()
        email = emails.use(token, EmailTokenPurpose.RESET).email
        user = User.objects.select_for_update().filter(email=email, kind=UserKind.PERSON).first()
        if user is None or user.status == UserStatus.DELETED:
            raise LinkInvalid(field="token")
        set_password(user, password, field="password")
        user.email_verified_at = user.email_verified_at or now
        user.save(update_fields=["password", "email_verified_at", "updated_at"])
        by = replace(by, user_id=user.pk)
        session.revoke_all(user.pk, by=by, reason=RevokeReason.PASSWORD_CHANGED)
        admission.reactivate(user, by=by)
        audit.record("account.password_reset", by=by, target=("User", user.pk))
        emit(PasswordChanged(user_id=user.pk), by=by)
    return user


def change(*, by: Viewer, password: str, present: str | None) -> None:
    """Give the person another password; all sessions but the one that asks end, and all mailed links.

    `present` is the password that the person has. Somebody without one, who signs in elsewhere, shows a recent login
    in its place; nobody does it in another's name. Raises `WrongPassword`, `RecentLoginRequired`, `Invalid`,
    `PasswordTooWeak` and `TooManyAttempts`.
    """
    throttles.hit("password_change", account=str(by.user_id), address=by.address)
    with transaction.atomic():
        emails.end_with_password(User.objects.get(pk=by.require_user()))
        user = User.objects.select_for_update().get(pk=by.require_user())
        if not user.has_usable_password() or by.impersonator_id is not None:
            by.require_recent_login()
        elif present is None or len(present) > LONGEST or not user.check_password(present):
            raise WrongPassword(field="present_password")
        set_password(user, password, field="password")
        user.save(update_fields=["password", "updated_at"])
        session.revoke_all(user.pk, by=by, reason=RevokeReason.PASSWORD_CHANGED, keep=by.session_id)
        audit.record("account.password_change", by=by, target=("User", user.pk))
        emit(PasswordChanged(user_id=user.pk), by=by)
