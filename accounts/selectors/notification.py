"""Reads of what people were told, and of how they want to be told. Nobody is shown another person's."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import DEFAULTS, Cadence, Channel, Notification, NotificationPreference, QuietHours, Topic
from kernel.reading import Given, Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Viewer

NEWEST = Order("pk", is_descending=True)
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Preference:
    """How soon a person is told of a topic by one way."""

    topic: Topic
    channel: Channel
    cadence: Cadence


def _inbox() -> QuerySet[Notification]:
    return Notification.objects.filter(user=Given("viewer_id"), is_in_inbox=True)


def _unread() -> QuerySet[Notification]:
    return _inbox().filter(read_at__isnull=True)


_BY_ID = Reading(_inbox)
_PREFERENCES = Reading(lambda: NotificationPreference.objects.order_by("pk"), by="user_id")
_QUIET = Reading(QuietHours.objects.all, by="user_id")


def page(viewer: Viewer, wanted: Slice, *, is_unread: bool = False) -> Page[Notification]:
    """One page of the viewer's inbox, the newest first; empty for keys."""
    if not _is_person(viewer):
        return Page()
    return Listing(_unread if is_unread else _inbox, (), NEWEST).page(wanted, viewer_id=viewer.user_id)


def count(viewer: Viewer, *, is_unread: bool = False) -> int:
    """How much is in the viewer's inbox, counted up to a thousand."""
    if not _is_person(viewer):
        return 0
    own = Notification.objects.filter(user=viewer.user_id, is_in_inbox=True)
    rows = own.filter(read_at__isnull=True) if is_unread else own
    return rows.order_by("-pk")[:MOST_COUNTED].count()


def unread_counts(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, int]:
    """How much the viewer has not read, counted up to a thousand."""
    if viewer.user_id is None or viewer.user_id not in keys:
        return {}
    return {viewer.user_id: count(viewer, is_unread=True)}


def by_id(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, Notification]:
    """The viewer's own news by id."""
    return _BY_ID.one(keys, viewer_id=viewer.user_id) if _is_person(viewer) else {}


def preferences(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Preference]]:
    """How soon the viewer is told of each topic by each way, whether they said so or not."""
    if viewer.user_id is None or viewer.user_id not in keys or not _is_person(viewer):
        return {}
    said = {
        (row.topic, row.channel): row.cadence for row in _PREFERENCES.many([viewer.user_id]).get(viewer.user_id, [])
    }
    found = [
        Preference(topic, channel, Cadence(said.get((topic.value, channel.value), cadence)))
        for topic, ways in DEFAULTS.items()
        for channel, cadence in ways.items()
    ]
    return {viewer.user_id: found}


def quiet_hours(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, QuietHours]:
    """When the viewer wants no mail, if ever."""
    if viewer.user_id is None or viewer.user_id not in keys or not _is_person(viewer):
        return {}
    return _QUIET.one([viewer.user_id])


def _is_person(viewer: Viewer) -> bool:
    return viewer.is_authenticated and viewer.key_id is None
