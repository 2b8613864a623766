"""Who did what, and who read what of others."""

from django.db import models

from kernel.ids import uuid7


class AuditKind(models.TextChoices):
    """What sort of act an entry tells of."""

    WRITE = "write", "Something was changed"
    READ = "read", "Somebody's data were read by somebody else"


class AuditEntry(models.Model):
    """An act, written down in its own transaction. Append-only: the database refuses to change or delete one.

    It points at nothing, so that what it tells of may go: ids are plain values, and names or addresses of people are
    not put into `before` and `after`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(auto_now_add=True, help_text="When.")
    kind = models.CharField(max_length=8, choices=AuditKind, default=AuditKind.WRITE, help_text="What sort of act.")
    act = models.CharField(max_length=64, help_text="What was done: `company.update`.")
    actor_id = models.UUIDField(null=True, help_text="The user who did it; none for the board itself.")
    acted_as_id = models.UUIDField(null=True, help_text="In whose name a member of staff did it.")
    key_id = models.UUIDField(null=True, help_text="With which API key.")
    target_type = models.CharField(max_length=32, help_text="What sort of thing it was done to: `Company`.")
    target_id = models.CharField(max_length=64, help_text="Which one.")
    company_id = models.UUIDField(null=True, help_text="The company that it concerns.")
    before = models.JSONField(null=True, help_text="What was changed, as it was.")
    after = models.JSONField(null=True, help_text="What was changed, as it became.")
    address = models.GenericIPAddressField(null=True, help_text="Where the request came from.")
    request_id = models.CharField(max_length=64, blank=True, help_text="The request.")

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(
                fields=["company_id", "-id"], condition=models.Q(company_id__isnull=False), name="audit_company"
            ),
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_target"),
            models.Index(fields=["actor_id", "-id"], condition=models.Q(actor_id__isnull=False), name="audit_actor"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AuditKind.values), name="audit_entry_kind_is_known"),
        ]
