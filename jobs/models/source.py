"""Where postings came from."""

from django.db import models

from jobs.models.job import Job


class ImportStatus(models.TextChoices):
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class ImportRun(models.Model):
    """One run of an importer: what it read and what became of it."""

    source = models.CharField(max_length=200, help_text="Name of the source; for a file, its name.")
    format = models.CharField(max_length=30)
    status = models.CharField(max_length=16, choices=ImportStatus, default=ImportStatus.RUNNING)
    is_dry_run = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_created = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_failed = models.PositiveIntegerField(default=0)
    report = models.JSONField(
        default=dict, help_text="What was recognised, unknown keys, and the first faults with position and reason."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ImportStatus.values), name="import_run_status_is_known"
            )
        ]
        indexes = [models.Index(fields=["source", "-started_at"], name="import_run_by_source")]


class SourcePosting(models.Model):
    """A posting as one source lists it. One job may be listed by several."""

    source = models.CharField(max_length=200, help_text="Name of the source.")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="sources")
    url = models.CharField(max_length=2000, blank=True, help_text="The posting's own address there.")
    first_seen_at = models.DateTimeField(help_text="When an import first met it.")
    last_seen_at = models.DateTimeField(help_text="When an import last met it.")
    last_run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "source"], name="source_posting_is_unique")]
