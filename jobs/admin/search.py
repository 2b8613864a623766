"""What people search for. Nothing of it says who."""

from django.contrib import admin

from accounts.staff.table import Shown
from jobs.models import SearchUse


@admin.register(SearchUse)
class SearchUseAdmin(Shown):
    """Counted by day, query and filters; kept for 90 days."""

    list_display = ("on_date", "text", "filters", "found", "searches", "corrected", "broadened", "slowest")
    list_filter = ("found",)
    search_fields = ("text",)
    ordering = ("-on_date", "-searches", "id")
    date_hierarchy = None
