"""What people search for, without who."""

from django.db import models
from django.db.models import Q


class SearchYield(models.TextChoices):
    """How much a search found."""

    NONE = "none", "Nothing"
    FEW = "few", "Less than ten jobs"
    MANY = "many", "Ten jobs or more"


class SearchUse(models.Model):
    """How often something was searched for on a day. Nothing in it says by whom, from where, or when on that day."""

    on_date = models.DateField(help_text="The day, in UTC.")
    text = models.CharField(
        max_length=100,
        blank=True,
        help_text="What was written, folded and cut, without e-mail addresses, telephone numbers and long numbers.",
    )
    filters = models.CharField(max_length=200, blank=True, help_text="Names of the filters that were set, not values.")
    found = models.CharField(max_length=8, choices=SearchYield, help_text="How much it found.")
    searches = models.PositiveIntegerField(help_text="How often it was searched for.")
    corrected = models.PositiveIntegerField(help_text="How often mistakes of spelling were corrected.")
    broadened = models.PositiveIntegerField(help_text="How often few jobs fitted, and others followed that fit less.")
    milliseconds = models.PositiveBigIntegerField(help_text="How long all of them took.")
    slowest = models.PositiveIntegerField(help_text="How many milliseconds the slowest took.")

    class Meta:
        db_table = "search_use"
        verbose_name = "search"
        verbose_name_plural = "searches"
        constraints = [
            models.UniqueConstraint(fields=["on_date", "text", "filters", "found"], name="search_use_is_unique"),
            models.CheckConstraint(
                condition=Q(found__in=[choice.value for choice in SearchYield]), name="search_use_found_is_known"
            ),
            models.CheckConstraint(condition=Q(searches__gt=0), name="search_use_has_searches"),
        ]

    def __str__(self) -> str:
        return f"{self.text!r} on {self.on_date}"
