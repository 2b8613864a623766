"""What people ask for of their own data."""

from django.db import models

from accounts.models.user import User
from kernel.models import Entity


class DataRequestStatus(models.TextChoices):
    """How far a person's request for their data has got."""

    WAITING = "waiting", "The file is being made"
    READY = "ready", "The file can be downloaded until it expires"
    EXPIRED = "expired", "The file is gone; a new one can be asked for"


class DataRequest(Entity):
    """A person's request for all of their data as one file, and the file once it is made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_requests")
    status = models.CharField(
        max_length=16,
        choices=DataRequestStatus,
        default=DataRequestStatus.WAITING.value,
        help_text="How far it has got.",
    )
    file = models.FileField(max_length=200, blank=True, help_text="Private: it is given out by a signed link only.")
    size = models.PositiveBigIntegerField(null=True, help_text="Bytes of the file; null until it is made.")
    ready_at = models.DateTimeField(null=True, help_text="When the file was made; null until it is.")
    expires_at = models.DateTimeField(help_text="When the file, or a request that came to nothing, is forgotten.")

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="data_request_of_user"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status__in=["waiting", "ready"]),
                name="data_request_expiry",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=DataRequestStatus.values), name="data_request_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status="ready", ready_at__isnull=False, size__isnull=False) & ~models.Q(file="")
                | models.Q(~models.Q(status="ready"), file=""),
                name="data_request_ready_has_a_file",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(status__in=["waiting", "ready"]),
                name="data_request_one_open",
            ),
        ]
