"""Files that companies ask for of their own data."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.models.company import Company
from kernel.models import Entity


class ExportKind(models.TextChoices):
    """What is exported."""

    JOBS = "jobs", "The company's postings"
    APPLICATIONS = "applications", "The applications for its postings"


class ExportFormat(models.TextChoices):
    """How it is written."""

    JSONL = "jsonl", "A JSON object a line"
    CSV = "csv", "Comma-separated values (RFC 4180)"


class ExportStatus(models.TextChoices):
    """How far an export has got."""

    WAITING = "waiting", "It has not begun"
    RUNNING = "running", "It is being written"
    READY = "ready", "It can be downloaded until it expires"
    FAILED = "failed", "It could not be made; ask again"
    EXPIRED = "expired", "The file is gone"


class CompanyExport(Entity):
    """A file of a company's data that somebody asked for."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="exports", db_index=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=ExportKind, help_text="What is exported.")
    format = models.CharField(max_length=8, choices=ExportFormat, help_text="How it is written.")
    status = models.CharField(
        max_length=16, choices=ExportStatus, default=ExportStatus.WAITING.value, help_text="How far it has got."
    )
    done = models.PositiveIntegerField(default=0, help_text="Rows written so far.")
    total = models.PositiveIntegerField(null=True, blank=True, help_text="Rows in all, once they have been counted.")
    stored_as = models.CharField(max_length=200, blank=True, editable=False, help_text="Its name in the store.")
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text="Bytes of the file.")
    expires_at = models.DateTimeField(help_text="When the file, or what came to nothing, is forgotten.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ExportKind.values), name="company_export_kind_is_known"),
            models.CheckConstraint(condition=Q(format__in=ExportFormat.values), name="company_export_format_is_known"),
            models.CheckConstraint(condition=Q(status__in=ExportStatus.values), name="company_export_status_is_known"),
            models.CheckConstraint(
                condition=(Q(status="ready", size__isnull=False) & ~Q(stored_as="")) | ~Q(status="ready"),
                name="company_export_ready_has_a_file",
            ),
            models.UniqueConstraint(
                fields=["company", "kind"],
                condition=Q(status__in=["waiting", "running"]),
                name="company_export_one_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="company_export_of_company"),
            models.Index(fields=["expires_at"], condition=~Q(status="expired"), name="company_export_expiry"),
        ]
