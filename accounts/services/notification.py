"""Telling people what happened: once each, in the app and by mail as they want it, and not at night.

Whoever tells is a subscriber of an event. The row is what the app shows; a mail is made later, of all rows of a person
that are due at one time, so that quiet hours and digests end in one message.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from psycopg.types.json import Jsonb

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
from kernel.reading import Reading
from kernel.subscribers import Telling
from kernel.viewer import Viewer

KEPT_FOR = timedelta(days=180)
# By the clock of whoever is told.
MORNING = time(8)
MOST_READ = 100
# People who are mailed in one transaction.
BATCH = 200
_SALT = "nexus.unsubscribe"

type Target = tuple[str, object]

_COLUMNS = 'id, user_id, event_id, topic, kind, "values", target_type, target_id, is_in_inbox, email_due_at'
_INSERT = f"""
    INSERT INTO {Notification._meta.db_table} (created_at, updated_at, {_COLUMNS})
    SELECT %(now)s, %(now)s, {_COLUMNS}
    FROM unnest(%(ids)s::uuid[], %(people)s::uuid[], %(events)s::uuid[], %(topics)s::text[], %(kinds)s::text[],
        %(values)s::jsonb[], %(target_types)s::text[], %(target_ids)s::text[], %(in_inbox)s::bool[],
        %(due)s::timestamptz[]) AS told ({_COLUMNS})
    ON CONFLICT DO NOTHING"""  # noqa: S608 - our own text
_GIVEN = ("ids", "people", "events", "topics", "kinds", "values", "target_types", "target_ids", "in_inbox", "due")


@dataclass(frozen=True, slots=True)
class Notice:
    """What some people are to be told. `kind` is that of a `News` (`accounts.notifications.news`), which has the words.

    `is_mailed`: also by mail, where that is wanted.
    """

    people: Collection[UUID]
    topic: Topic
    kind: str
    telling: Telling
    values: Mapping[str, Any]
    about: Target | None = None
    is_mailed: bool = True


class _Reader(NamedTuple):
    """Somebody who may be told something, by their clock and quiet hours."""

    id: UUID
    timezone: str
    quiet: QuietHours | None
    wanted: dict[tuple[str, str], str]

    def cadence(self, topic: Topic, channel: Channel) -> str:
        return self.wanted.get((topic, channel), DEFAULTS[topic][channel])


def tell_all(notices: Collection[Notice]) -> int:
    """Tell people things, in the caller's transaction; how many rows came of it. Nobody is told twice of a telling.

    Those who wanted neither way, who are gone or switched off, and a company's programs are told nothing. At most three
    statements, whatever the number of people and notices.
    """
    now = timezone.now()
    readers = _readers({key for notice in notices for key in notice.people})
    rows: list[tuple[Any, ...]] = []
    for notice in notices:
        for key in sorted(set(notice.people) & readers.keys()):
            reader = readers[key]
            inbox, email = (reader.cadence(notice.topic, channel) for channel in (Channel.INBOX, Channel.EMAIL))
            due = due_at(now, email, reader.timezone, reader.quiet) if notice.is_mailed else None
            if inbox == Cadence.NONE and due is None:
                continue
            kind, target = notice.about or ("", "")
            told = (notice.telling.id, notice.topic.value, notice.kind, Jsonb(dict(notice.values)))
            rows.append((uuid7(), key, *told, kind, str(target), inbox != Cadence.NONE, due))
    if not rows:
        return 0
    columns = dict(zip(_GIVEN, map(list, zip(*rows, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**columns, "now": now})
        return int(cursor.rowcount)


def _people() -> QuerySet[User]:
    rows = User.objects.filter(status=UserStatus.ACTIVE, kind=UserKind.PERSON).only("timezone")
    return rows.annotate(begins_at=F("quiet_hours__begins_at"), ends_at=F("quiet_hours__ends_at"))


_PEOPLE = Reading(_people)
_SAID = Reading(NotificationPreference.objects.all, by="user_id")


def _readers(people: Collection[UUID]) -> dict[UUID, _Reader]:
    """Those of the people who may be told, and how soon they want to be told of what."""
    found: dict[UUID, _Reader] = {}
    rows: Collection[Any] = _PEOPLE.rows(people)
    for row in rows:
        quiet = None if row.begins_at is None else QuietHours(begins_at=row.begins_at, ends_at=row.ends_at)
        found[row.pk] = _Reader(row.pk, row.timezone, quiet, {})
    for said in _SAID.rows(list(found)):
        found[said.user_id].wanted[said.topic, said.channel] = said.cadence
    return found


def after_quiet_hours(people: Collection[UUID | None], at: datetime) -> dict[UUID | None, datetime]:
    """When a mail for an instant may come to each of the people; those who keep no quiet hours are left out."""
    rows = QuietHours.objects.filter(user__in=[key for key in people if key]).select_related("user")
    zones = {row.user_id: (row, _zone(row.user.timezone)) for row in rows}
    return {key: _after_quiet(at.astimezone(zone), row, zone).astimezone(UTC) for key, (row, zone) in zones.items()}


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
    """Say that the viewer has read some of the own inbox, or with None all of it; how many were unread.

    What was read is not mailed any more; what is only mailed has not been read. Ids of others' news, and of none, are
    passed over: the two look the same.
    Raises `Forbidden` for keys and for staff in the person's name, and `Invalid`.
    """
    if ids is not None and len(ids) > MOST_READ:
        raise Invalid(f"At most {MOST_READ} at a time.", field="ids")
    own = Notification.objects.filter(user=_person(by), is_in_inbox=True, read_at__isnull=True)
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

    Any number of processes may release at once: each takes people whom nobody else is at.
    """
    now = now or timezone.now()
    due = Notification.objects.filter(email_due_at__lte=now, mail_id__isnull=True)
    people = list(due.order_by("email_due_at", "user_id").values_list("user_id", flat=True)[: BATCH * 5])
    some = User.objects.filter(pk__in=list(dict.fromkeys(people))[:BATCH])
    held = list(some.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    taken: dict[UUID, list[UUID]] = {}
    for key, user_id in due.filter(user_id__in=held).select_for_update().values_list("pk", "user_id"):
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
    if quiet is None:
        return
    # What waits already waits for the end of them, too; what is being released at this moment was due before.
    waiting = Notification.objects.filter(user=user, email_due_at__isnull=False, mail_id__isnull=True)
    hours, zone = QuietHours(begins_at=quiet[0], ends_at=quiet[1]), _zone(user.timezone)
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True, no_key=True))
    for row in rows:
        row.email_due_at = _after_quiet(row.email_due_at.astimezone(zone), hours, zone)  # type: ignore[union-attr]
    Notification.objects.bulk_update(rows, ["email_due_at"], batch_size=BATCH)


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
