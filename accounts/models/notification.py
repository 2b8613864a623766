"""What people are told, and how they want to be told."""

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from kernel.models import Entity


class Channel(models.TextChoices):
    """By which way somebody is told."""

    INBOX = "inbox", "In the app"
    EMAIL = "email", "By e-mail"


class Cadence(models.TextChoices):
    """How soon somebody is told."""

    NONE = "none", "Never"
    INSTANT = "instant", "At once, or when quiet hours are over"
    DAILY = "daily", "Once a day, together with the rest"
    WEEKLY = "weekly", "Once a week, together with the rest"


class Topic(models.TextChoices):
    """What sort of news somebody is told."""

    APPLICATIONS = "applications", "What becomes of the own applications"
    CANDIDATES = "candidates", "Who applies for the jobs that one works on"
    MENTIONS = "mentions", "Notes in which one is named"
    POSTINGS = "postings", "What becomes of the postings that one works on"
    EXPORTS = "exports", "Files that one asked for"
    MODERATION = "moderation", "Postings that people report: for moderators"


DEFAULTS: dict[Topic, dict[Channel, Cadence]] = {
    Topic.APPLICATIONS: {Channel.INBOX: Cadence.INSTANT, Channel.EMAIL: Cadence.INSTANT},
    Topic.CANDIDATES: {Channel.INBOX: Cadence.INSTANT, Channel.EMAIL: Cadence.DAILY},
    Topic.MENTIONS: {Channel.INBOX: Cadence.INSTANT, Channel.EMAIL: Cadence.INSTANT},
    Topic.POSTINGS: {Channel.INBOX: Cadence.INSTANT, Channel.EMAIL: Cadence.INSTANT},
    Topic.EXPORTS: {Channel.INBOX: Cadence.INSTANT, Channel.EMAIL: Cadence.INSTANT},
    Topic.MODERATION: {Channel.INBOX: Cadence.INSTANT, Channel.EMAIL: Cadence.NONE},
}
"""How soon people are told who said nothing of it."""


class Notification(Entity):
    """Something that one person is told, once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    # The event's id and what it is for that person: however often the event is told, there is one.
    event_id = models.UUIDField(help_text="The event that it tells of.")
    topic = models.CharField(
        max_length=32, choices=Topic, help_text="What sort of news it is: people switch topics on and off."
    )
    kind = models.CharField(max_length=48, help_text="What happened, as the event is called.")
    values = models.JSONField(default=dict, help_text="What its sentence names; no personal data of others.")
    target_type = models.CharField(max_length=32, blank=True, help_text="What it is about: `Job`, `Application`.")
    target_id = models.CharField(max_length=40, blank=True)
    read_at = models.DateTimeField(null=True, blank=True, help_text="When it was read; null until then.")
    is_in_inbox = models.BooleanField(default=True, help_text="The person wants the topic in the app.")
    email_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is to be mailed, alone or in a digest; null: it is not."
    )
    mail_id = models.UUIDField(null=True, blank=True, help_text="The mail that tells of it, alone or with others.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "event_id", "kind"], name="notification_is_unique"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(is_in_inbox=True), name="notification_inbox"),
            models.Index(
                fields=["user", "-id"],
                condition=Q(is_in_inbox=True, read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["email_due_at", "user"],
                condition=Q(email_due_at__isnull=False, mail_id__isnull=True),
                name="notification_mail_due",
            ),
            models.Index(fields=["mail_id"], condition=Q(mail_id__isnull=False), name="notification_of_mail"),
            models.Index(fields=["created_at"], name="notification_age"),
        ]


class NotificationPreference(models.Model):
    """What a person said of one topic by one way; what they did not say is as the topic has it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_preferences", db_index=False)
    topic = models.CharField(max_length=32, choices=Topic)
    channel = models.CharField(max_length=8, choices=Channel)
    cadence = models.CharField(max_length=8, choices=Cadence)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic", "channel"], name="notification_preference_is_unique"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="notification_preference_topic_is_known"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notification_preference_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(cadence__in=Cadence.values), name="notification_preference_cadence_is_known"
            ),
        ]


class QuietHours(models.Model):
    """When a person wants no mail, by the clock of their time zone."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="quiet_hours")
    begins_at = models.TimeField(help_text="From when on.")
    ends_at = models.TimeField(help_text="Until when; before the beginning: on the next day.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(begins_at=models.F("ends_at")), name="quiet_hours_are_some"),
        ]
