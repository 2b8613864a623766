"""Where postings came from, and what became of every row."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jobs.models.job import Job


class ImportStatus(models.TextChoices):
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class RowFate(models.TextChoices):
    """What became of one row of a source."""

    CREATED = "created", "A new job"
    REVISED = "revised", "Says something else than before"
    TOUCHED = "touched", "Says the same; its dates moved, or it is listed again"
    UNCHANGED = "unchanged", "Nothing new"
    CLOSED = "closed", "No longer listed"
    SKIPPED = "skipped", "No posting"
    FAILED = "failed", "Refused, for the stated reason"


class ImportRun(models.Model):
    """One run of an importer: what it read and what became of it."""

    source = models.CharField(max_length=200, help_text="Name of the source; for a file, its name.")
    format = models.CharField(max_length=30)
    status = models.CharField(max_length=16, choices=ImportStatus, default=ImportStatus.RUNNING)
    is_sync = models.BooleanField(
        default=False, db_default=False, help_text="Whether postings that are no longer listed were closed."
    )
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_created = models.PositiveIntegerField(default=0)
    rows_revised = models.PositiveIntegerField(default=0, db_default=0)
    rows_touched = models.PositiveIntegerField(default=0, db_default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_closed = models.PositiveIntegerField(default=0, db_default=0)
    rows_skipped = models.PositiveIntegerField(default=0, db_default=0)
    rows_failed = models.PositiveIntegerField(default=0)
    report = models.JSONField(
        default=dict, help_text="What was recognised, unknown keys, and the first faults with position and reason."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ImportStatus.values), name="import_run_status_is_known")
        ]
        indexes = [models.Index(fields=["source", "-started_at"], name="import_run_by_source")]

    def __str__(self) -> str:
        return f"{self.source}, {self.started_at:%Y-%m-%d %H:%M}"


class ImportRow(models.Model):
    """What became of one row in one run. Kept for the last runs of each source."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    document = models.CharField(max_length=200, blank=True, help_text="Which file, where the source is a folder.")
    position = models.PositiveIntegerField(
        null=True, help_text="Its line, or its number in a list, from 1; none for a posting that is no longer listed."
    )
    fate = models.CharField(max_length=16, choices=RowFate)
    reference = models.CharField(max_length=200, blank=True, help_text="The source's own id of the posting.")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, null=True, related_name="+")
    changed = ArrayField(models.CharField(max_length=40), default=list, help_text="Fields that differ from before.")
    field = models.CharField(max_length=60, blank=True, help_text="The field that was refused.")
    reason = models.CharField(max_length=500, blank=True, help_text="Why.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(fate__in=RowFate.values), name="import_row_fate_is_known")]
        indexes = [models.Index(fields=["run", "fate", "position"], name="import_row_by_fate")]


class SourcePosting(models.Model):
    """A posting as one source lists it. One job may be listed by several."""

    source = models.CharField(max_length=200, help_text="Name of the source.")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="sources")
    url = models.CharField(max_length=2000, blank=True, help_text="The posting's own address there.")
    said = models.JSONField(
        default=dict, db_default={}, help_text="The source's own words for what was interpreted, by field."
    )
    first_seen_at = models.DateTimeField(help_text="When an import first met it.")
    last_seen_at = models.DateTimeField(help_text="When an import last met it.")
    vanished_at = models.DateTimeField(null=True, help_text="Since when the source lists it no longer.")
    # Not indexed: it changes with every run, and a row whose indexed columns stand is rewritten at half the cost.
    last_run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "source"], name="source_posting_is_unique")]
        indexes = [
            models.Index(fields=["source"], condition=Q(vanished_at=None), name="source_posting_listed"),
        ]
