"""Telling people what happened: once each, in the app and by mail as they want it, and not at night.

Whoever tells is a subscriber of an event. The row is what the app shows; a mail is made later, of all rows of a person
that are due at one time, so that quiet hours and digests end in one message.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.events import NotificationsDue
from accounts.models import (
    DEFAULTS,
    Cadence,
    Channel,
    Notification,
    NotificationPreference,
    QuietHours,
    Topic,
    User,
    UserKind,
    UserStatus,
)
from kernel.errors import Forbidden, Invalid
from kernel.events import emit
from kernel.ids import uuid7
from kernel.outbox import Telling
from kernel.viewer import Viewer

KEPT_FOR = timedelta(days=180)
# By the clock of whoever is told.
MORNING = time(8)
MOST_READ = 100
# People who are mailed in one transaction.
BATCH = 200
_SALT = "nexus.unsubscribe"

type Target = tuple[str, object]


def tell(
    people: Collection[UUID],
    topic: Topic,
    kind: str,
    telling: Telling,
    *,
    values: Mapping[str, Any],
    about: Target | None = None,
    is_mailed: bool = True,
) -> int:
    """Tell people something, in the caller's transaction; how many rows came of it. Nobody is told twice of a telling.

    `kind` is that of a `News` (`accounts.notifications.news`), which has the words.
    `is_mailed`: also by mail, where that is wanted. Those who wanted neither way, who are gone or switched off, and a
    company's programs are told nothing. At most three statements, whatever the number of people.
    """
    now = timezone.now()
    active = User.objects.filter(pk__in=set(people), status=UserStatus.ACTIVE, kind=UserKind.PERSON)
    found = list(active.select_related("quiet_hours"))
    if not found:
        return 0
    said = NotificationPreference.objects.filter(user__in=found, topic=topic)
    wanted = {(row.user_id, row.channel): row.cadence for row in said}
    rows = []
    for user in found:
        inbox, email = (
            wanted.get((user.pk, channel), DEFAULTS[topic][channel]) for channel in (Channel.INBOX, Channel.EMAIL)
        )
        if not is_mailed:
            email = Cadence.NONE
        if inbox == Cadence.NONE and email == Cadence.NONE:
            continue
        rows.append(
            Notification(
                user=user,
                event_id=telling.id,
                topic=topic,
                kind=kind,
                values=dict(values),
                target_type=about[0] if about else "",
                target_id=str(about[1]) if about else "",
                is_in_inbox=inbox != Cadence.NONE,
                email_due_at=due_at(now, email, user.timezone, getattr(user, "quiet_hours", None)),
            )
        )
    return len(Notification.objects.bulk_create(rows, ignore_conflicts=True))


def due_at(now: datetime, cadence: str, zone_name: str, quiet: QuietHours | None) -> datetime | None:
    """When a mail that comes up now is sent: at once, on the next morning at eight, or on Monday's; None: never.

    By the person's clock, and not in their quiet hours: what falls into these waits until they end.
    """
    if cadence == Cadence.NONE:
        return None
    zone = _zone(zone_name)
    local = now.astimezone(zone)
    if cadence != Cadence.INSTANT:
        day = local.date() + timedelta(days=1 if local.time() >= MORNING else 0)
        if cadence == Cadence.WEEKLY:
            day += timedelta(days=-day.weekday() % 7)
        local = datetime.combine(day, MORNING, zone)
    if quiet is not None:
        local = _after_quiet(local, quiet, zone)
    return local.astimezone(UTC)


@transaction.atomic
def read(*, by: Viewer, ids: Sequence[UUID] | None = None) -> int:
    """Say that the viewer has read some of the own news, or with None all there are; how many were unread.

    What was read is not mailed any more. Ids of others' news, and of none, are passed over: the two look the same.
    Raises `Forbidden` for keys and for staff in the person's name, and `Invalid`.
    """
    if ids is not None and len(ids) > MOST_READ:
        raise Invalid(f"At most {MOST_READ} at a time.", field="ids")
    own = Notification.objects.filter(user=_person(by), read_at__isnull=True)
    unread = own if ids is None else own.filter(pk__in=ids)
    now = timezone.now()
    unread.filter(mail_id__isnull=True).update(email_due_at=None)
    return unread.update(read_at=now, updated_at=now)


@transaction.atomic
def prefer(
    *,
    by: Viewer,
    cadences: Sequence[tuple[Topic, Channel, Cadence]] = (),
    quiet: tuple[time, time] | None = None,
    is_quiet_changed: bool = False,
) -> User:
    """Say how soon one wants to be told of what, and when no mail may come; what is not named stays.

    With `is_quiet_changed`, `quiet` are the quiet hours from now on, None for none. The inbox takes `NONE` and
    `INSTANT`. Raises `Invalid`, naming the field.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=_person(by))
    for place, (_, channel, cadence) in enumerate(cadences):
        if channel == Channel.INBOX and cadence not in (Cadence.NONE, Cadence.INSTANT):
            raise Invalid("The inbox is told at once, or never.", field=f"preferences.{place}.cadence")
    named = [(topic, channel) for topic, channel, _ in cadences]
    for place, one in enumerate(named):
        if one in named[:place]:
            raise Invalid("This topic is named twice for this channel.", field=f"preferences.{place}")
    NotificationPreference.objects.bulk_create(
        [NotificationPreference(user=user, topic=t, channel=c, cadence=cadence) for t, c, cadence in cadences],
        update_conflicts=True,
        unique_fields=["user", "topic", "channel"],
        update_fields=["cadence"],
    )
    if is_quiet_changed:
        _set_quiet(user, quiet)
    _drop_unwanted(user, cadences)
    return user


def unsubscribe_link(user_id: UUID, topics: Collection[str]) -> str:
    """The address to which one POST ends the mail of some topics for a person. It does not grow old: mail is kept."""
    token = signing.dumps([str(user_id), sorted(topics)], salt=_SALT)
    return f"{settings.PUBLIC_URL}/unsubscribe/{token}"


def topics_of(token: str) -> list[Topic] | None:
    """What a link would end; None for a token that this board did not make."""
    found = _opened(token)
    return found[1] if found else None


@transaction.atomic
def unsubscribe(token: str) -> list[Topic] | None:
    """End the mail of the link's topics, and say of which; None for a token that this board did not make."""
    found = _opened(token)
    if found is None:
        return None
    user_id, topics = found
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is not None:
        NotificationPreference.objects.bulk_create(
            [NotificationPreference(user=user, topic=t, channel=Channel.EMAIL, cadence=Cadence.NONE) for t in topics],
            update_conflicts=True,
            unique_fields=["user", "topic", "channel"],
            update_fields=["cadence"],
        )
        _drop_unwanted(user, [(topic, Channel.EMAIL, Cadence.NONE) for topic in topics])
    return topics


@transaction.atomic
def release(now: datetime | None = None) -> int:
    """Give what is due to be mailed, one message a person; how many people it was, at most `BATCH`.

    Any number of processes may release at once: each row goes into one message.
    """
    now = now or timezone.now()
    due = Notification.objects.filter(email_due_at__lte=now, mail_id__isnull=True)
    people = list(due.order_by("email_due_at", "user_id").values_list("user_id", flat=True)[: BATCH * 5])
    people = list(dict.fromkeys(people))[:BATCH]
    taken: dict[UUID, list[UUID]] = {}
    for key, user_id in due.filter(user_id__in=people).select_for_update(skip_locked=True).values_list("pk", "user_id"):
        taken.setdefault(user_id, []).append(key)
    # In the order of their ids, as `emit` asks of whoever tells of several.
    for user_id in sorted(taken):
        mail_id = uuid7()
        Notification.objects.filter(pk__in=taken[user_id]).update(mail_id=mail_id, updated_at=now)
        emit(NotificationsDue(user_id=user_id, mail_id=mail_id))
    return len(taken)


def forget_old(batch: int = 1_000) -> int:
    """Forget what people were told long ago; how many rows that were."""
    old = Notification.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    forgotten = 0
    while keys := list(old.order_by("created_at").values_list("pk", flat=True)[:batch]):
        forgotten += Notification.objects.filter(pk__in=keys).delete()[0]
    return forgotten


def _person(by: Viewer) -> UUID:
    if by.key_id is not None or by.impersonator_id is not None:
        raise Forbidden
    return by.require_user()


def _set_quiet(user: User, quiet: tuple[time, time] | None) -> None:
    if quiet is None:
        QuietHours.objects.filter(user=user).delete()
    elif quiet[0] == quiet[1]:
        raise Invalid("They end when they begin.", field="quiet_hours.ends_at")
    else:
        QuietHours.objects.update_or_create(user=user, defaults={"begins_at": quiet[0], "ends_at": quiet[1]})
    hours = QuietHours(begins_at=quiet[0], ends_at=quiet[1]) if quiet else None
    if hours is None:
        return
    # What waits already waits for the end of them, too.
    waiting = Notification.objects.filter(user=user, email_due_at__isnull=False, mail_id__isnull=True)
    zone = _zone(user.timezone)
    for row in waiting.order_by("pk")[:MOST_READ]:
        moved = _after_quiet(row.email_due_at.astimezone(zone), hours, zone).astimezone(UTC)  # type: ignore[union-attr]
        if moved != row.email_due_at:
            Notification.objects.filter(pk=row.pk).update(email_due_at=moved)


def _drop_unwanted(user: User, cadences: Sequence[tuple[Topic, Channel, Cadence]]) -> None:
    """What waits to be mailed and is not wanted any more is not mailed."""
    ended = [topic for topic, channel, cadence in cadences if channel == Channel.EMAIL and cadence == Cadence.NONE]
    if ended:
        waiting = Notification.objects.filter(user=user, topic__in=ended, mail_id__isnull=True)
        waiting.update(email_due_at=None)


def _after_quiet(local: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    at, begins, ends = local.time(), quiet.begins_at, quiet.ends_at
    is_overnight = begins > ends
    is_quiet = (at >= begins or at < ends) if is_overnight else begins <= at < ends
    if not is_quiet:
        return local
    day = local.date() + timedelta(days=1 if is_overnight and at >= begins else 0)
    return datetime.combine(day, ends, zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _opened(token: str) -> tuple[UUID, list[Topic]] | None:
    try:
        user_id, topics = signing.loads(token, salt=_SALT)
        return UUID(user_id), [Topic(topic) for topic in topics]
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
