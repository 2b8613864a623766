"""A person's own data as one JSON file, which waits for a day behind a signed link.

    @export.section("profile")
    def profile_of(user: User) -> dict[str, Any]: ...

Apps that stand on this one register theirs as they are loaded (`apps.py`, `ready`). A section gives plain values;
dates, UUIDs and decimals are written as text. The right is that of GDPR articles 15 and 20.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.auth import throttles
from accounts.events import DataExportReady, DataExportRequested
from accounts.models import (
    AuditEntry,
    DataRequest,
    DataRequestStatus,
    EmailSuppression,
    Notification,
    NotificationPreference,
    QuietHours,
    Totp,
    User,
)
from accounts.services import audit
from kernel.errors import Forbidden
from kernel.events import emit
from kernel.viewer import Viewer

type Section = Callable[[User], Any]

FORMAT = "nexus-data-export/1"
KEPT_FOR = timedelta(hours=24)
# A file that could not be made for so long will not be; it may be asked for again.
GIVEN_UP_AFTER = timedelta(days=7)
MOST_ACTS = 10_000
_SALT = "nexus.data-export"

sections: dict[str, Section] = {}


def section(name: str) -> Callable[[Section], Section]:
    """Have the function give the part of every person's file that is called `name`."""

    def register(read: Section) -> Section:
        sections[name] = read
        return read

    return register


def request(*, by: Viewer) -> DataRequest:
    """Ask for the file; who has asked already, and has it still or is waiting for it, gets that request.

    Of several at once, the database lets one make it. Raises `TooManyAttempts`, and `Forbidden` for a key or for staff
    in the person's name: it is all that there is about somebody.
    """
    if by.key_id is not None or by.impersonator_id is not None:
        raise Forbidden
    throttles.hit("data_export", account=str(by.user_id))
    user_id, now = by.require_user(), timezone.now()
    with transaction.atomic():
        own = DataRequest.objects.filter(user_id=user_id).exclude(status=DataRequestStatus.EXPIRED)
        for old in own.filter(expires_at__lte=now).select_for_update():
            _expire(old)
        try:
            with transaction.atomic():
                made = DataRequest.objects.create(user_id=user_id, expires_at=now + GIVEN_UP_AFTER)
        except IntegrityError:
            return own.get()
        audit.record("account.export_request", by=by, target=("DataRequest", made.pk))
        emit(DataExportRequested(request_id=made.pk), by=by)
        return made


def make(request_id: UUID) -> None:
    """Write the file, in the caller's transaction; nothing where that was done or is not wanted any more."""
    waiting = DataRequest.objects.select_for_update(of=("self",)).select_related("user")
    row = waiting.filter(pk=request_id, status=DataRequestStatus.WAITING).first()
    if row is None:
        return
    now = timezone.now()
    content = orjson.dumps(
        {"format": FORMAT, "made_at": now, **{name: read(row.user) for name, read in sections.items()}},
        default=str,
        option=orjson.OPT_INDENT_2,
    )
    # An attempt that was interrupted may have left one.
    name = f"exports/{row.pk}.json"
    default_storage.delete(name)
    row.file = default_storage.save(name, ContentFile(content))
    row.size = len(content)
    row.status = DataRequestStatus.READY
    row.ready_at, row.expires_at = now, now + KEPT_FOR
    row.save(update_fields=["file", "size", "status", "ready_at", "expires_at", "updated_at"])
    emit(DataExportReady(request_id=row.pk))


def link(row: DataRequest) -> str | None:
    """Where the file can be had: by whoever has the link, until it expires; None while there is no file."""
    if row.status != DataRequestStatus.READY or row.expires_at <= timezone.now():
        return None
    return f"{settings.PUBLIC_URL}/exports/{signing.dumps(str(row.pk), salt=_SALT)}"


def opened(token: str, *, by: Viewer) -> DataRequest | None:
    """The request whose file the link's token leads to, and a note that it was downloaded; None for any other token."""
    try:
        key = UUID(signing.loads(token, salt=_SALT, max_age=KEPT_FOR))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    row = DataRequest.objects.filter(pk=key, status=DataRequestStatus.READY, expires_at__gt=timezone.now()).first()
    if row is not None:
        audit.record_read("account.export_download", by=by, target=("DataRequest", row.pk))
    return row


def forget_expired() -> int:
    """Delete the files whose time is over; how many requests that were."""
    ended = 0
    late = Q(expires_at__lte=timezone.now()) & ~Q(status=DataRequestStatus.EXPIRED)
    for key in DataRequest.objects.filter(late).values_list("pk", flat=True):
        with transaction.atomic():
            row = DataRequest.objects.select_for_update(skip_locked=True).filter(late, pk=key).first()
            if row is not None:
                _expire(row)
                ended += 1
    return ended


def _expire(row: DataRequest) -> None:
    """In a transaction. The file goes first: what is interrupted then is done again, and leaves none behind."""
    if row.file:
        row.file.delete(save=False)
    row.status, row.file, row.size = DataRequestStatus.EXPIRED, "", None
    row.save(update_fields=["status", "file", "size", "updated_at"])


@section("account")
def _account(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "email_verified_at": user.email_verified_at,
        "name": user.name,
        "locale": user.locale,
        "timezone": user.timezone,
        "platform_role": user.platform_role,
        "registered_at": user.created_at,
        "second_factor_since": Totp.objects.filter(user=user).values_list("enabled_at", flat=True).first(),
    }


@section("mail_suppressions")
def _mail_suppressions(user: User) -> Sequence[Mapping[str, Any]]:
    """Why the address is sent no mail, if it is not."""
    return list(EmailSuppression.objects.filter(email=user.email).values("reason", "at"))


@section("sessions")
def _sessions(user: User) -> Sequence[Mapping[str, Any]]:
    columns = ("method", "device", "address", "created_at", "last_used_at", "revoked_at")
    return list(user.sessions.order_by("pk").values(*columns))


@section("identities")
def _identities(user: User) -> Sequence[Mapping[str, Any]]:
    return list(user.identities.order_by("pk").values("provider", "subject", "created_at", "last_used_at"))


@section("notifications")
def _notifications(user: User) -> Sequence[Mapping[str, Any]]:
    """What the person was told, the newest first."""
    columns = ("topic", "kind", "values", "created_at", "read_at")
    return list(Notification.objects.filter(user=user).order_by("-pk").values(*columns)[:MOST_ACTS])


@section("notification_preferences")
def _notification_preferences(user: User) -> dict[str, Any]:
    """How soon the person wants to be told of what, and when not."""
    said = NotificationPreference.objects.filter(user=user).order_by("pk").values("topic", "channel", "cadence")
    quiet = QuietHours.objects.filter(user=user).values("begins_at", "ends_at").first()
    return {"cadences": list(said), "quiet_hours": quiet}


@section("api_keys")
def _api_keys(user: User) -> Sequence[Mapping[str, Any]]:
    columns = ("name", "prefix", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    return list(user.api_keys.order_by("pk").values(*columns))


@section("acts")
def _acts(user: User) -> Sequence[Mapping[str, Any]]:
    """What the log has of the person's own acts, the newest first."""
    own = AuditEntry.objects.filter(actor_id=user.pk).order_by("-id")
    return list(own.values("at", "act", "target_type", "target_id", "address", "before", "after")[:MOST_ACTS])


@section("acts_of_others")
def _acts_of_others(user: User) -> Sequence[Mapping[str, Any]]:
    """What others did to the account or read of it, the newest first. Who they are is theirs."""
    return acts_of_others(user, ("User", user.pk))


def acts_of_others(user: User, target: tuple[str, object]) -> list[Any]:
    """What the log has of others than the person who did something to a target, a type and an id, or read it."""
    upon = AuditEntry.objects.filter(target_type=target[0], target_id=str(target[1])).order_by("-id")
    others = upon.exclude(actor_id=user.pk) | upon.filter(actor_id=None)
    return list(others.values("at", "act", "kind")[:MOST_ACTS])
