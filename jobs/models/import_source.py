"""Where postings are fetched from, and how often."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from jobs.models.taxonomy import Country

LEAST_INTERVAL = 5  # minutes
MOST_INTERVAL = 60 * 24 * 30


class ImportSource(models.Model):
    """An address on the web from which postings are imported, by a schedule or when somebody asks for it."""

    name = models.CharField(
        max_length=200, unique=True, help_text="By which imports know it: that of its runs and of what it lists."
    )
    title = models.CharField(max_length=100, blank=True, help_text="What readers see beside its postings: Remote OK.")
    homepage = models.URLField(
        max_length=500, blank=True, help_text="Where that leads them. Many sources ask for a link back."
    )
    # May hold a key, so it is shown to nobody: not in lists, messages, logs or the API.
    location = models.CharField(max_length=2000, help_text="The address of the document. It may hold a key.")
    format = models.CharField(max_length=30, help_text="How the document is to be read.")
    company = models.CharField(max_length=200, blank=True, help_text="The employer of postings that name none.")
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The country of postings that name none.",
    )
    renames = models.JSONField(
        default=dict, blank=True, help_text='Our names of fields with the source\'s own: {"title": "headline"}.'
    )
    live_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Postings that have ended are live from now, for so many days. Empty: they stay so.",
    )
    is_sync = models.BooleanField(default=False, help_text="Whether postings that it lists no longer are closed.")
    interval_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Minutes between two imports, 5 or more. Empty: only when somebody asks for it.",
    )
    is_active = models.BooleanField(default=True, help_text="Whether anything is imported from it at all.")

    next_run_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When it is imported next.")
    resync_requested_at = models.DateTimeField(
        null=True, editable=False, help_text="Since when the next import is to read everything, changed or not."
    )
    etag = models.CharField(
        max_length=500, blank=True, editable=False, help_text="By which the source tells whether it has changed."
    )
    last_modified = models.CharField(max_length=100, blank=True, editable=False, help_text="The same, as a date.")
    succeeded_at = models.DateTimeField(null=True, editable=False, help_text="When an import last went well.")
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="Imports that failed since then.")
    last_error = models.CharField(
        max_length=500, blank=True, editable=False, help_text="Why the last import failed, and what happens now."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="import_source_has_a_name"),
            models.CheckConstraint(condition=~Q(location="") & ~Q(format=""), name="import_source_can_be_read"),
            models.CheckConstraint(
                condition=Q(interval_minutes=None) | Q(interval_minutes__range=(LEAST_INTERVAL, MOST_INTERVAL)),
                name="import_source_interval_in_bounds",
                violation_error_message="The interval is from 5 minutes to 30 days.",
            ),
            models.CheckConstraint(
                condition=Q(live_days=None) | Q(live_days__range=(1, 3650)),
                name="import_source_live_days_in_bounds",
                violation_error_message="The days are from 1 to 3650.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def interval(self) -> timedelta | None:
        """Time between two imports; None where there is no schedule."""
        return None if self.interval_minutes is None else timedelta(minutes=self.interval_minutes)
