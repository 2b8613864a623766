"""Mailed links, and another address for an account.

A link is good once: of several who follow it at the same time, the lock on its row lets one through.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.auth import links, throttles
from accounts.errors import EmailTaken, LinkInvalid
from accounts.events import EmailChanged, EmailChangeRequested
from accounts.models import EmailToken, EmailTokenPurpose, User, UserStatus
from accounts.services import audit
from accounts.text import email_address
from kernel.errors import Invalid
from kernel.events import emit
from kernel.ids import uuid7
from kernel.viewer import Viewer

LIFETIMES = {
    EmailTokenPurpose.REGISTER: timedelta(hours=24),
    EmailTokenPurpose.CHANGE: timedelta(hours=24),
    EmailTokenPurpose.RESET: timedelta(minutes=30),
}
# For whoever asks what became of a link that they followed too late.
KEPT_AFTER_EXPIRY = timedelta(days=1)


def issue(purpose: EmailTokenPurpose, email: str, **details: Any) -> EmailToken:
    """The row of a new link to an address. One statement, whatever is known of the address."""
    pk = uuid7()
    return EmailToken.objects.create(
        pk=pk,
        purpose=purpose,
        email=email,
        token_hash=links.hash_of(links.link_token(purpose, pk)),
        expires_at=timezone.now() + LIFETIMES[purpose],
        **details,
    )


def token_of(row: EmailToken) -> str:
    """What stands in the link: made anew by whoever mails it."""
    return links.link_token(row.purpose, row.pk)


def use(token: str, *purposes: EmailTokenPurpose) -> EmailToken:
    """Use a link up, in the caller's transaction, and give its row. Raises `LinkInvalid`.

    With it all others end that were sent to the address for the same; a change is one person's, and ends alone. A reset
    ends what `end_with_password` ends.
    """
    now = timezone.now()
    hashed = links.hash_of(token)
    found = EmailToken.objects.filter(token_hash=hashed, purpose__in=purposes).first()
    if found is None:
        raise LinkInvalid(field="token")
    if found.purpose == EmailTokenPurpose.RESET:
        owner_id = User.objects.filter(email=found.email).values_list("pk", flat=True).first()
        siblings = _ending_with_password(owner_id, found.email)
    else:
        siblings = EmailToken.objects.filter(email=found.email, purpose=found.purpose, used_at=None)
    # All who follow links to the address wait here for the first of them, and then no longer see what it used.
    is_open = {row.pk for row in siblings.select_for_update().order_by("pk") if row.expires_at > now}
    if found.pk not in is_open:
        raise LinkInvalid(field="token")
    used = siblings.filter(pk=found.pk) if found.purpose == EmailTokenPurpose.CHANGE else siblings
    used.update(used_at=now, updated_at=now)
    return found


def end_with_password(user: User) -> None:
    """End the links that outlive no password of the person's: resets, and changes to another address.

    Whoever had got in may have asked for such a change, and would take the account by it afterwards. In the caller's
    transaction, before the person is locked.
    """
    ending = _ending_with_password(user.pk, user.email)
    if list(ending.select_for_update().order_by("pk").values_list("pk", flat=True)):
        now = timezone.now()
        ending.update(used_at=now, updated_at=now)


def _ending_with_password(user_id: UUID | None, email: str) -> QuerySet[EmailToken]:
    resets = Q(email=email, purpose=EmailTokenPurpose.RESET)
    changes = Q(user_id=user_id, purpose=EmailTokenPurpose.CHANGE)
    return EmailToken.objects.filter(resets | changes, used_at=None)


def lock_all(user: User) -> None:
    """Lock all links that concern the person, in the order in which everybody does: links before people."""
    concerned = EmailToken.objects.filter(Q(user=user) | Q(email=user.email))
    list(concerned.select_for_update().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def request_change(*, by: Viewer, email: str) -> str:
    """Mail a link to the address that the person wants, and a notice to the present one; give it as it is kept.

    Nothing changes until the link is followed. That the address has an account already is told only then, and so only
    to somebody who reads its mail. Raises `RecentLoginRequired`, `Invalid` and `TooManyAttempts`.
    """
    by.require_recent_login()
    address = email_address(email)
    throttles.hit("email_change", account=str(by.user_id), address=by.address)
    user = User.objects.get(pk=by.require_user())
    if address == user.email:
        raise Invalid("This is your address already.", field="email")
    token = issue(EmailTokenPurpose.CHANGE, address, user=user, from_email=user.email)
    audit.record("account.email_change_request", by=by, target=("User", user.pk))
    emit(EmailChangeRequested(user_id=user.pk, token_id=token.pk), by=by)
    return address


def finish_change(token: EmailToken, *, by: Viewer) -> User:
    """Give the person the address whose link was followed, in the caller's transaction.

    Raises `LinkInvalid` where the person has another address by now than the one that was to be replaced, and
    `EmailTaken`.
    """
    people = User.objects.select_for_update()
    user = people.filter(pk=token.user_id, email=token.from_email).first() if token.user_id else None
    if user is None or user.status == UserStatus.DELETED:
        raise LinkInvalid(field="token")
    user.email = token.email
    user.email_verified_at = timezone.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified_at", "updated_at"])
    except IntegrityError:
        raise EmailTaken(field="token") from None
    audit.record("account.email_change", by=by, target=("User", user.pk))
    emit(EmailChanged(user_id=user.pk), by=by)
    return user


def forget_expired() -> int:
    """Delete the rows of links that nobody can follow any more; how many there were."""
    return EmailToken.objects.filter(expires_at__lt=timezone.now() - KEPT_AFTER_EXPIRY).delete()[0]
