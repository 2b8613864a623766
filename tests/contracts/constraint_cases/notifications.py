"""Cases of what people are told."""

from collections.abc import Callable
from datetime import time

from django.db import models

from accounts.models import Notification, NotificationPreference, QuietHours
from kernel.ids import uuid7
from tests.contracts.constraint_cases import change, share
from tests.factories import UserFactory


def news() -> Notification:
    return Notification.objects.create(user=UserFactory(), event_id=uuid7(), topic="mentions", kind="mentioned")


def preference() -> NotificationPreference:
    return NotificationPreference.objects.create(user=UserFactory(), topic="mentions", channel="email", cadence="daily")


def quiet() -> QuietHours:
    return QuietHours.objects.create(user=UserFactory(), begins_at=time(22), ends_at=time(7))


VIOLATIONS: dict[str, Callable[[], object]] = {
    "notification_is_unique": lambda: share(news(), news(), "user_id", "event_id"),
    "notification_preference_is_unique": lambda: share(preference(), preference(), "user_id"),
    "notification_preference_topic_is_known": lambda: change(preference(), topic="weather"),
    "notification_preference_channel_is_known": lambda: change(preference(), channel="pigeon"),
    "notification_preference_cadence_is_known": lambda: change(preference(), cadence="yearly"),
    "quiet_hours_are_some": lambda: change(quiet(), ends_at=time(22)),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (QuietHours, "user"): lambda: share(quiet(), quiet(), "user_id"),
}
