"""Types of news, and of how people want to be told."""

from datetime import time

import graphene

from accounts.models import Cadence, Channel, Topic
from accounts.models import Notification as NotificationRow
from accounts.notifications import news
from accounts.selectors import notification as notifications
from jobs import notifications as _declares_news
from schema.core.connections import connection_of
from schema.core.costs import costs
from schema.core.loading import Computed, ListSize
from schema.core.scalars import DateTime
from schema.core.types import ModelType, enum_of
from schema.core.visibility import SHOWN

assert _declares_news
MOST_VALUES = 10

NotificationKind = graphene.Enum(
    "NotificationKind",
    [(kind.upper(), kind) for kind in sorted(news.declared)],
    description=lambda value: f"Told as: {news.declared[value.value].en}" if value else "What happened.",
)


class NotificationValue(graphene.ObjectType):
    """A word that the sentence names, for clients that have sentences of their own."""

    name = graphene.String(required=True, description="What it is, as `job` or `company`.")
    value = graphene.String(required=True, description="The word.")


def _values(row: NotificationRow) -> list[NotificationValue]:
    return [NotificationValue(name=name, value=str(value)) for name, value in sorted(row.values.items())]


class Notification(ModelType):
    """Something that the person who asks was told."""

    class Meta:
        model = NotificationRow
        columns = ("topic", "read_at")
        choices = {"topic": Topic}
        batch = notifications.by_id
        private_to = SHOWN

    kind = NotificationKind(required=True, description="What happened.")
    text = graphene.String(
        required=True,
        description="The news in one sentence, in English.",
        resolver=Computed(lambda row: news.sentence(row.kind, row.values)),
    )
    url = graphene.String(
        required=True,
        description="The page of the front end that it leads to.",
        resolver=Computed(lambda row: news.page(row.kind, row.values)),
    )
    values = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(NotificationValue)),
            required=True,
            description=f"What the sentence names, by name. At most {MOST_VALUES}.",
            resolver=Computed(_values),
        ),
        list_size=ListSize(MOST_VALUES),
    )
    told_at = DateTime(required=True, description="When.", resolver=Computed(lambda row: row.created_at))

    resolve_kind = Computed(lambda row: row.kind)


class NotificationPreference(graphene.ObjectType):
    """How soon the person is told of a topic by one way."""

    topic = enum_of(Topic)(required=True, description="What sort of news.")
    channel = enum_of(Channel)(required=True, description="By which way.")
    cadence = enum_of(Cadence)(required=True, description="How soon.")


class QuietHours(graphene.ObjectType):
    """When the person wants no mail, by the clock of the account's time zone."""

    begins_at = graphene.String(required=True, description="From when on, as 22:00.")
    ends_at = graphene.String(required=True, description="Until when, as 07:30; before the beginning: the next day.")

    resolve_begins_at = Computed(lambda row: _clock(row.begins_at))
    resolve_ends_at = Computed(lambda row: _clock(row.ends_at))


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


NotificationConnection = connection_of("Notification", Notification, "news")
