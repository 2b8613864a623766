"""What every table of a thing that people address has in common, and the two tables of the floor itself."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform

from kernel.ids import uuid7


class Entity(models.Model):
    """A row that people address: a UUIDv7 key made in Python, and when it was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction in which it did, to be told to whom it concerns."""

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=64, help_text="The event's class: `CompanyCreated`.")
    aggregate = models.CharField(max_length=100, help_text="What it happened to: `company:<id>`. Order is kept in it.")
    payload = models.JSONField(help_text="The event's fields.")
    actor_id = models.UUIDField(null=True, help_text="The user who did it; none where nobody signed in did.")
    request_id = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField(auto_now_add=True)
    relayed_at = models.DateTimeField(null=True, help_text="When its deliveries were made.")

    class Meta:
        indexes = [
            models.Index(fields=["seq"], condition=models.Q(relayed_at__isnull=True), name="outbox_event_waiting"),
            # What happened in one company, for those of its people who may read that.
            models.Index(
                KeyTextTransform("company_id", "payload"),
                models.F("seq").desc(),
                name="outbox_event_of_company",
            ),
        ]


class DeliveryState(models.TextChoices):
    """Where the telling of an event to one subscriber stands."""

    WAITING = "waiting", "To be sent to the queue when it is due and all that came before it has ended"
    SENT = "sent", "In the queue, or at a worker"
    DONE = "done", "The subscriber has done its work, in the same transaction"
    DEAD = "dead", "Failed too often; a replay sends it again"


class Delivery(models.Model):
    """An event on its way to one subscriber. Its id is that of every outside effect, a second time as well."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=100, help_text="The task's name.")
    aggregate = models.CharField(max_length=100)
    state = models.CharField(max_length=16, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Counted as they begin.")
    due_at = models.DateTimeField(help_text="Not to be sent before.")
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True, help_text="When the attempt began that has not ended yet.")
    ended_at = models.DateTimeField(null=True, help_text="When it was done, or given up.")
    error = models.TextField(blank=True, help_text="What the last attempt failed with; no message that quotes values.")

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            # What stands before a delivery.
            models.Index(
                fields=["subscriber", "aggregate", "event"],
                condition=models.Q(state__in=["waiting", "sent"]),
                name="delivery_open",
            ),
            models.Index(fields=["subscriber", "due_at"], condition=models.Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["subscriber", "sent_at"], condition=models.Q(state="sent"), name="delivery_sent"),
            models.Index(fields=["ended_at"], condition=models.Q(state="done"), name="delivery_done"),
            models.Index(fields=["ended_at"], condition=models.Q(state="dead"), name="delivery_dead"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_is_unique"),
            models.CheckConstraint(condition=models.Q(state__in=DeliveryState.values), name="delivery_state_is_known"),
        ]


class IdempotencyRecord(models.Model):
    """What came of an act, kept for a day for whoever asks for the same act again under the same key."""

    actor = models.CharField(max_length=64, help_text="The viewer: a user's or a key's id, or `anonymous`.")
    operation = models.CharField(max_length=64, help_text="The mutation.")
    key_hash = models.CharField(max_length=64, help_text="SHA-256 of the key, in hexadecimal digits.")
    input_hash = models.CharField(max_length=64, help_text="SHA-256 of the input, in hexadecimal digits.")
    outcome = models.TextField(help_text="The payload, encrypted under the key: nobody else reads what it holds.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "operation", "key_hash"], name="idempotency_key_is_unique"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_record_age")]
