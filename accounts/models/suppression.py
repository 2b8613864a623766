"""Addresses that are sent no mail."""

from django.db import models
from django.db.models.functions import Lower

from kernel.ids import uuid7


class SuppressionReason(models.TextChoices):
    """Why an address gets no mail."""

    BOUNCE = "bounce", "Its server refused it for good"
    COMPLAINT = "complaint", "Whoever reads it called our mail spam"
    MANUAL = "manual", "Somebody who runs the board put it here"


class EmailSuppression(models.Model):
    """An address that is sent no mail, until somebody who runs the board takes it off the list."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True, help_text="In lower case.")
    reason = models.CharField(max_length=16, choices=SuppressionReason, default=SuppressionReason.MANUAL)
    at = models.DateTimeField(auto_now_add=True)
    detail = models.CharField(max_length=500, blank=True, help_text="What the server or the provider said.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="suppression_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(reason__in=SuppressionReason.values), name="suppression_reason_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.email
