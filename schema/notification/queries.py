"""What `viewer` has of news."""

from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from accounts.selectors import notification as notifications
from kernel.viewer import Viewer
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.loading import Relation, many, one
from schema.notification.types import NotificationConnection, NotificationPreference, QuietHours

_INBOX = CursorCodec("viewer.notifications", value=UUID, key=UUID)


def _inbox(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    is_unread = arguments.get("is_unread") is True
    page = notifications.page(viewer, slice_of(_INBOX, arguments), is_unread=is_unread)
    return PageOfList(page, lambda: _INBOX, lambda _info: notifications.count(viewer, is_unread=is_unread))


inbox = connection_field(
    NotificationConnection,
    description="What the person was told in the app, the newest first, for half a year; none for API keys. "
    "`totalCount` counts up to a thousand.",
    resolver=_inbox,
    is_unread=graphene.Argument(graphene.Boolean, description="Only what was not read yet."),
)
unread_count = graphene.Int(
    required=True,
    description="How much of it was not read yet, counted up to a thousand.",
    resolver=Relation(notifications.unread_counts, "user_id", then=lambda found: found or 0),
)
preferences = many(
    NotificationPreference,
    key="user_id",
    batch=notifications.preferences,
    at_most=20,
    description="How soon the person is told of each topic, by each way.",
)
quiet_hours = one(
    QuietHours,
    key="user_id",
    batch=notifications.quiet_hours,
    description="When the person wants no mail; null for never.",
)
