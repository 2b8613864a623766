"""Accounts, from the registration to the end.

Nothing here tells a stranger whether an address has an account: to register writes the same rows in the same
statements, whoever has the address, and what differs is in the mail. There is no `User` before somebody has followed
the link in it. Each registration keeps its own password until then, so that registering somebody else's address, before
or after they do, gives nobody a way into what becomes their account.
"""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from accounts.auth import principals, throttles
from accounts.errors import EmailTaken
from accounts.events import AccountDeactivated, AccountRegistered, RegistrationRequested
from accounts.models import EmailToken, EmailTokenPurpose, RevokeReason, User, UserKind, UserStatus
from accounts.services import audit, erasure, session
from accounts.services import email as emails
from accounts.services import password as passwords
from accounts.text import email_address, locale_tag, person_name, timezone_name
from kernel.events import emit
from kernel.viewer import Viewer

_FIELDS = {"name": (person_name, ""), "locale": (locale_tag, "en"), "timezone": (timezone_name, "UTC")}


def register(
    *, by: Viewer, email: str, password: str, name: str = "", locale: str = "en", timezone: str = "UTC"
) -> str:
    """Ask for an account, and give the address as it is kept.

    A link that makes the account is mailed to it, good for 24 hours; to register again sends another. An address that
    has an account gets a mail which says so. Raises `Invalid`, `PasswordTooWeak` and `TooManyAttempts`.
    """
    address = email_address(email)
    wanted = User(email=address, name=person_name(name), locale=locale_tag(locale), timezone=timezone_name(timezone))
    passwords.check(password, wanted, field="password")
    throttles.hit("register", account=address, address=by.address)
    wanted.set_password(password)
    with transaction.atomic():
        token = emails.issue(
            EmailTokenPurpose.REGISTER,
            address,
            password=wanted.password,
            name=wanted.name,
            locale=wanted.locale,
            timezone=wanted.timezone,
        )
        audit.record("account.register", by=by, target=("EmailToken", token.pk))
        emit(RegistrationRequested(token_id=token.pk), by=by)
    return address


def verify(*, by: Viewer, token: str) -> User:
    """Do what a mailed link stands for: make the account that was registered, or give an account its new address.

    Raises `LinkInvalid`, `EmailTaken` and `TooManyAttempts`; a link that was refused stays as it was.
    """
    throttles.hit("link", address=by.address)
    with transaction.atomic():
        found = emails.use(token, EmailTokenPurpose.REGISTER, EmailTokenPurpose.CHANGE)
        if found.purpose == EmailTokenPurpose.CHANGE:
            return emails.finish_change(found, by=by)
        return _make(found, by=by)


def _make(registration: EmailToken, *, by: Viewer) -> User:
    """The account of a registration whose link was followed. Of two at once, the database lets one make it."""
    now = timezone.now()
    fresh = User(
        email=registration.email,
        password=registration.password,
        name=registration.name,
        locale=registration.locale,
        timezone=registration.timezone,
        email_verified_at=now,
    )
    User.objects.bulk_create([fresh], ignore_conflicts=True)
    user = User.objects.select_for_update().filter(email=registration.email).first()
    if user is None:
        raise EmailTaken(field="token")
    if user.pk != fresh.pk:
        # One that staff made for the person, and that nobody has used yet.
        is_unused = user.email_verified_at is None and user.is_active and user.kind == UserKind.PERSON
        if not is_unused:
            raise EmailTaken(field="token")
        user.password, user.email_verified_at = registration.password, now
        user.save(update_fields=["password", "email_verified_at", "updated_at"])
    by = replace(by, user_id=user.pk)
    audit.record("account.verify", by=by, target=("User", user.pk))
    emit(AccountRegistered(user_id=user.pk), by=by)
    return user


@transaction.atomic
def update(*, by: Viewer, changes: Mapping[str, str | None]) -> User:
    """Change what the person says of themselves: `name`, `locale`, `timezone`. None clears. Raises `Invalid`."""
    user = User.objects.select_for_update().get(pk=by.require_user())
    for field, value in changes.items():
        read, empty = _FIELDS[field]
        setattr(user, field, empty if value is None else read(value, field=f"changes.{field}"))
    user.save(update_fields=[*changes, "updated_at"])
    audit.record("account.update", by=by, target=("User", user.pk), after={"fields": sorted(changes)})
    return user


@transaction.atomic
def deactivate(*, by: Viewer) -> None:
    """Switch the own account off, and end all of its sessions.

    Raises `RecentLoginRequired`, and `AccountStillNeeded` where nobody could do meanwhile what the person answers for.
    """
    by.require_recent_login()
    user_id, now = by.require_user(), timezone.now()
    erasure.refuse_needed(User.objects.select_for_update().get(pk=user_id))
    own = User.objects.filter(pk=user_id, status=UserStatus.ACTIVE)
    if own.update(status=UserStatus.DEACTIVATED, deactivated_at=now, updated_at=now):
        session.revoke_all(user_id, by=by, reason=RevokeReason.ACCOUNT_CLOSED)
        # For the API keys.
        principals.changed(user_id)
        audit.record("account.deactivate", by=by, target=("User", user_id))
        emit(AccountDeactivated(user_id=user_id), by=by)


@transaction.atomic
def delete(*, by: Viewer) -> None:
    """Forget the person for good. Raises `RecentLoginRequired` and `AccountStillNeeded`."""
    by.require_recent_login()
    emails.lock_all(User.objects.get(pk=by.require_user()))
    user = User.objects.select_for_update().get(pk=by.require_user())
    erasure.erase(user, by=by)
