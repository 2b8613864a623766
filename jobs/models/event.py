"""What people did with postings: the raw material of counters, feeds and their measures."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.models.job import Job
from kernel.ids import uuid7


class InteractionKind(models.TextChoices):
    """What somebody did with a posting."""

    IMPRESSION = "impression", "Was shown it in a list"
    VIEW = "view", "Opened it"
    SAVE = "save", "Kept it for later"
    APPLY_CLICK = "apply_click", "Went on to apply"
    APPLY = "apply", "Applied"
    HIDE = "hide", "Does not want to see it again"


class Surface(models.TextChoices):
    """On what somebody was shown a posting."""

    FEED = "feed", "The feed"
    SEARCH = "search", "A search"
    SIMILAR = "similar", "Jobs like another"
    JOB = "job", "Its own page"
    OTHER = "other", "Something else"


def _hashed(function: str, field: str, seed: int) -> Any:
    return models.Func(models.F(field), models.Value(seed), function=function, output_field=models.BigIntegerField())


class InteractionEvent(models.Model):
    """Something that a person, or somebody unknown, did with a posting. Append-only.

    The table is partitioned by month of `occurred_at` (UTC): `jobs.services.interaction` makes the partitions, and
    what fits none of them goes into a default one.
    """

    pk = models.CompositePrimaryKey("id", "occurred_at")
    id = models.UUIDField(default=uuid7, editable=False)
    # Forgetting a person keeps what was counted.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=InteractionKind, help_text="What was done.")
    occurred_at = models.DateTimeField(default=timezone.now, help_text="When.")
    # Of those that a client recorded: what it had been shown the posting by.
    surface = models.CharField(
        max_length=8, choices=Surface, blank=True, default="", db_default="", help_text="On what it was shown."
    )
    session = models.UUIDField(null=True, blank=True, help_text="The feed session.")
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The place in it, from 0.")
    model_version = models.PositiveIntegerField(null=True, blank=True, help_text="The weights that put it there.")
    seconds = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How long it was looked at.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=InteractionKind.values), name="interaction_event_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(surface__in=["", *Surface.values]), name="interaction_event_surface_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-occurred_at"], condition=Q(user__isnull=False), name="interaction_event_of_user"
            ),
            # Whether somebody did the very same before. Who did what is one number, so that the planner does not take
            # the index of the person's events for it.
            models.Index(
                "job",
                _hashed("uuid_hash_extended", "user_id", 0).bitxor(_hashed("hashtextextended", "kind", 1)),
                "occurred_at",
                name="interaction_event_again",
            ),
            # Most events are impressions: what people did beside that is found without walking past them.
            models.Index(
                fields=["user", "kind", "-occurred_at"],
                condition=Q(user__isnull=False) & ~Q(kind=InteractionKind.IMPRESSION),
                name="interaction_event_acts",
            ),
            models.Index(
                fields=["job", "kind", "occurred_at"],
                condition=~Q(kind=InteractionKind.IMPRESSION),
                name="interaction_event_of_job",
            ),
        ]
