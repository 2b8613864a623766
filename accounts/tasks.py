"""What accounts do when something has happened: they send mail, make files, and tell every process."""

import contextlib
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage

from accounts.auth import api_key
from accounts.auth.principals import principals
from accounts.events import (
    ApiKeyCreated,
    DataExportReady,
    DataExportRequested,
    EmailChangeRequested,
    IdentityLinked,
    NotificationsDue,
    PasswordChanged,
    PasswordResetRequested,
    PrincipalChanged,
    RecoveryCodeUsed,
    RefreshTokenWasReused,
    RegistrationRequested,
    SecondFactorSwitched,
    StoredFileDropped,
)
from accounts.models import (
    ApiKey,
    Cadence,
    Channel,
    DataRequest,
    EmailToken,
    Identity,
    Notification,
    NotificationPreference,
    Session,
    User,
    UserKind,
    UserStatus,
)
from accounts.notifications import news, templates
from accounts.notifications.mail import Template, client_link, send
from accounts.services import email as emails
from accounts.services import export, identity, notification, session
from kernel.subscribers import Telling, subscriber

# Of one message, which says how many more there are.
MOST_LINES = 50


@subscriber(RegistrationRequested)
def mail_registration(event: RegistrationRequested, telling: Telling) -> None:
    """The link that makes the account; where the address has one, a word that it does."""
    token = EmailToken.objects.filter(pk=event.token_id).first()
    if token is None:
        return
    owner = User.objects.filter(email=token.email, email_verified_at__isnull=False).first()
    if owner is not None:
        _send(templates.ACCOUNT_EXISTS, owner, telling, link=client_link("forgot-password"))
        return
    context = {"link": client_link("verify-email", token=emails.token_of(token)), "expires_at": token.expires_at}
    send(
        templates.VERIFY_EMAIL,
        to=token.email,
        context=context,
        locale=token.locale,
        timezone=token.timezone,
        telling=telling,
    )


@subscriber(PasswordResetRequested)
def mail_password_reset(event: PasswordResetRequested, telling: Telling) -> None:
    """The link that lets the person set a new password; nothing where the address has no account."""
    token = EmailToken.objects.filter(pk=event.token_id).first()
    owners = User.objects.filter(kind=UserKind.PERSON).exclude(status=UserStatus.DELETED)
    owner = owners.filter(email=token.email).first() if token else None
    if token is None or owner is None:
        return
    link = client_link("reset-password", token=emails.token_of(token))
    _send(templates.RESET_PASSWORD, owner, telling, link=link, expires_at=token.expires_at)


@subscriber(IdentityLinked)
def mail_identity_linked(event: IdentityLinked, telling: Telling) -> None:
    """Word to the person that an identity provider opens the account from now on."""
    user, linked = _person(event.user_id), Identity.objects.filter(pk=event.identity_id).first()
    if user is not None and linked is not None:
        name = identity.provider_name(linked.provider)
        _send(templates.IDENTITY_LINKED, user, telling, provider=name, linked_at=telling.occurred_at)


@subscriber(RefreshTokenWasReused)
def mail_token_reused(event: RefreshTokenWasReused, telling: Telling) -> None:
    """Word to the person that a log-in was ended which two have used: one of them may be a thief."""
    user, ended = _person(event.user_id), Session.objects.filter(pk=event.session_id).first()
    if user is not None:
        device = ended.device if ended else ""
        _send(templates.TOKEN_REUSED, user, telling, device=device, ended_at=telling.occurred_at)


@subscriber(PasswordChanged)
def mail_password_changed(event: PasswordChanged, telling: Telling) -> None:
    """Word to the person, for it may not have been them."""
    user = _person(event.user_id)
    if user is not None:
        link = client_link("forgot-password")
        _send(templates.PASSWORD_CHANGED, user, telling, link=link, changed_at=telling.occurred_at)


@subscriber(EmailChangeRequested)
def mail_email_change(event: EmailChangeRequested, telling: Telling) -> None:
    """The link, to the new address."""
    token = EmailToken.objects.filter(pk=event.token_id).first()
    user = _person(event.user_id)
    if token is not None and user is not None:
        link = client_link("verify-email", token=emails.token_of(token))
        _send(templates.CHANGE_EMAIL, user, telling, to=token.email, link=link, expires_at=token.expires_at)


@subscriber(EmailChangeRequested)
def mail_email_change_notice(event: EmailChangeRequested, telling: Telling) -> None:
    """Word to the address that is to be replaced, for it may not have been the person who asked."""
    token = EmailToken.objects.filter(pk=event.token_id).first()
    user = _person(event.user_id)
    if token is not None and user is not None:
        context: dict[str, Any] = {"link": client_link("forgot-password"), "requested_at": telling.occurred_at}
        _send(templates.EMAIL_CHANGE_REQUESTED, user, telling, to=token.from_email, **context)


@subscriber(DataExportRequested, most_attempts=5, seconds=240)
def make_data_export(event: DataExportRequested, telling: Telling) -> None:
    """The file with a person's own data."""
    export.make(event.request_id)


@subscriber(DataExportReady)
def mail_data_export(event: DataExportReady, telling: Telling) -> None:
    """Word that the file is there. The link to it is in the account, and not in the mail."""
    request = DataRequest.objects.select_related("user").filter(pk=event.request_id).first()
    if request is not None:
        link = client_link("my-data")
        _send(templates.DATA_EXPORT_READY, request.user, telling, link=link, expires_at=request.expires_at)


@subscriber(SecondFactorSwitched)
def mail_second_factor(event: SecondFactorSwitched, telling: Telling) -> None:
    """Word that log-ins take a code from now on, or no longer."""
    user = _person(event.user_id)
    if user is not None:
        template = templates.SECOND_FACTOR_ON if event.is_on else templates.SECOND_FACTOR_OFF
        _send(template, user, telling, link=client_link("forgot-password"), changed_at=telling.occurred_at)


@subscriber(RecoveryCodeUsed)
def mail_recovery_code(event: RecoveryCodeUsed, telling: Telling) -> None:
    """Word that one was used, and how many are left."""
    user = _person(event.user_id)
    if user is not None:
        link = client_link("forgot-password")
        used: dict[str, Any] = {"used_at": telling.occurred_at, "codes_left": event.codes_left}
        _send(templates.RECOVERY_CODE_USED, user, telling, link=link, **used)


@subscriber(ApiKeyCreated)
def mail_api_key(event: ApiKeyCreated, telling: Telling) -> None:
    """Word to whoever made it: a service user reads no mail."""
    key = ApiKey.objects.defer("hash").filter(pk=event.key_id).first()
    user = _person(telling.actor_id)
    if key is not None and user is not None:
        prefix = f"{api_key.START}{key.prefix}"
        made: dict[str, Any] = {"name": key.name, "prefix": prefix, "created_at": key.created_at}
        _send(templates.API_KEY_CREATED, user, telling, link=client_link("forgot-password"), **made)


@subscriber(NotificationsDue)
def mail_news(event: NotificationsDue, telling: Telling) -> None:
    """What the person was told, in one message; what they have read or switched off meanwhile is left out."""
    user = User.objects.filter(pk=event.user_id, status=UserStatus.ACTIVE).first()
    ended = NotificationPreference.objects.filter(user=event.user_id, channel=Channel.EMAIL, cadence=Cadence.NONE)
    told = Notification.objects.filter(mail_id=event.mail_id, read_at=None).exclude(topic__in=ended.values("topic"))
    rows = list(told.order_by("pk")[:MOST_LINES])
    if user is None or not rows:
        return
    number = len(rows) if len(rows) < MOST_LINES else told.count()
    lines = [
        {"text": news.sentence(row.kind, row.values, locale=user.locale), "link": news.page(row.kind, row.values)}
        for row in rows
    ]
    unsubscribe = notification.unsubscribe_link(user.pk, {row.topic for row in rows})
    send(
        templates.NEWS,
        to=user.email,
        context={
            "first": lines[0]["text"],
            "others": number - 1,
            "lines": lines,
            "left_out": number - len(lines),
            "link": client_link("notification-settings"),
            "unsubscribe": unsubscribe,
        },
        locale=user.locale,
        timezone=user.timezone,
        telling=telling,
        unsubscribe=unsubscribe,
    )


@shared_task(soft_time_limit=55, time_limit=60)
def release_notifications() -> None:
    """Give what is due to be mailed. What is not reached in time is for the next look."""
    with contextlib.suppress(SoftTimeLimitExceeded):
        while notification.release() == notification.BATCH:
            pass


@subscriber(PrincipalChanged)
def tell_every_process(event: PrincipalChanged, telling: Telling) -> None:
    """Has been told by the process that made the change, unless it died or could not reach the cache server."""
    principals.publish([event.principal_id])


@subscriber(StoredFileDropped)
def delete_stored_file(event: StoredFileDropped, telling: Telling) -> None:
    """Nothing lies there any more."""
    default_storage.delete(event.name)


@shared_task
def forget_sessions() -> None:
    """Delete the sessions and refresh tokens that ended long ago."""
    session.forget_old()


@shared_task
def forget_expired() -> None:
    """Delete the files, links and codes whose time is over."""
    export.forget_expired()
    emails.forget_expired()
    identity.forget_codes()
    notification.forget_old()


def _person(user_id: UUID | None) -> User | None:
    """Whoever is still there to be written to."""
    people = User.objects.exclude(status=UserStatus.DELETED)
    return people.filter(pk=user_id).first() if user_id else None


def _send(template: Template, user: User, telling: Telling, *, to: str = "", **context: Any) -> None:
    send(template, to=to or user.email, context=context, locale=user.locale, timezone=user.timezone, telling=telling)
