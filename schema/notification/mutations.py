"""Mutations of news."""

import re
from datetime import time
from typing import Any

import graphene

from accounts.models import Cadence, Channel, Topic
from accounts.selectors import notification as notifications
from accounts.services import notification
from kernel.errors import Forbidden, Invalid
from kernel.viewer import Viewer
from schema.core import ids as global_ids
from schema.core.costs import costs
from schema.core.inputs import plain_value
from schema.core.loading import ListSize
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.notification.types import NotificationPreference, QuietHours

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class NotificationRead(Mutation):
    """Say that one has read some of the own news, or all. What was read is not mailed any more."""

    errors = (Forbidden, Invalid)

    class Input:
        ids = graphene.List(
            graphene.NonNull(graphene.ID),
            description=f"Which, at most {notification.MOST_READ}; left out or null: all that there is now. Others' "
            "are passed over.",
        )

    read_count = graphene.Int(description="How many had not been read; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, ids: list[str] | None = None) -> dict[str, Any]:
        keys = None
        if ids is not None:
            keys = [
                global_ids.decode_as("Notification", key, argument=f"input.ids.{place}")
                for place, key in enumerate(ids)
            ]
        return {"read_count": notification.read(by=viewer, ids=keys)}


class NotificationPreferenceInput(graphene.InputObjectType):
    """How soon one wants to be told of a topic by one way."""

    topic = enum_of(Topic)(required=True, description="What sort of news.")
    channel = enum_of(Channel)(required=True, description="By which way.")
    cadence = enum_of(Cadence)(required=True, description="How soon; in the app NONE or INSTANT.")


class QuietHoursInput(graphene.InputObjectType):
    """When one wants no mail, by the clock of the account's time zone."""

    begins_at = graphene.String(required=True, description="From when on, as 22:00.")
    ends_at = graphene.String(required=True, description="Until when, as 07:30; before the beginning: the next day.")


class NotificationPreferenceUpdate(Mutation):
    """Say how soon one wants to be told of what, and when no mail may come. What is left out stays as it is."""

    errors = (Forbidden, Invalid)

    class Input:
        preferences = graphene.List(
            graphene.NonNull(NotificationPreferenceInput), description="By topic and channel, each at most once."
        )
        quiet_hours = graphene.InputField(QuietHoursInput, description="No mail then; null: at any hour.")

    preferences = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(NotificationPreference)),
            description="All of them as they are now; null when refused. At most 20.",
        ),
        list_size=ListSize(20),
    )
    quiet_hours = graphene.Field(QuietHours, description="As they are now; null for none, and when refused.")

    @classmethod
    def run(cls, viewer: Viewer, **input: Any) -> dict[str, Any]:
        notification.prefer(
            by=viewer,
            cadences=[_cadence(one) for one in input.get("preferences") or ()],
            quiet=_quiet(input.get("quiet_hours")),
            is_quiet_changed="quiet_hours" in input,
        )
        own = [viewer.require_user()]
        return {
            "preferences": notifications.preferences(viewer, own)[own[0]],
            "quiet_hours": notifications.quiet_hours(viewer, own).get(own[0]),
        }


def _cadence(one: dict[str, Any]) -> tuple[Topic, Channel, Cadence]:
    topic, channel, cadence = (plain_value(one[name]) for name in ("topic", "channel", "cadence"))
    return Topic(topic), Channel(channel), Cadence(cadence)


def _quiet(hours: dict[str, str] | None) -> tuple[time, time] | None:
    return None if hours is None else (_time(hours, "begins_at"), _time(hours, "ends_at"))


def _time(hours: dict[str, str], name: str) -> time:
    found = _CLOCK.fullmatch(hours[name])
    if found is None:
        raise Invalid("A time of day as 22:00, from 00:00 to 23:59.", field=f"quiet_hours.{name}")
    return time(int(found[1]), int(found[2]))
