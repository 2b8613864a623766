"""Where postings come from, and what became of them."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.staff import acting
from accounts.staff.acting import viewer_of
from accounts.staff.table import Shown, Table
from jobs.importers import addresses
from jobs.importers.files import Unreadable
from jobs.importers.formats import FORMATS
from jobs.importers.posting import KEYS
from jobs.models import ImportRow, ImportRun, ImportSource, RowFate
from jobs.services import import_source as sources
from kernel.errors import DomainError


class ImportSourceForm(forms.ModelForm):
    """Its location may hold a key: it is taken and never shown again."""

    format = forms.ChoiceField(
        choices=[(name, name) for name in sorted(FORMATS)],
        widget=UnfoldAdminSelectWidget,
        help_text=ImportSource._meta.get_field("format").help_text,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            location = self.fields["location"]
            location.required = False
            location.help_text = f"Leave it empty to keep {addresses.shown(self.instance.location)}"
            self.initial["location"] = ""

    def clean_location(self) -> str:
        location = self.cleaned_data["location"]
        if not location:
            return self.instance.location
        try:
            addresses.parsed(location)
        except Unreadable as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return location

    def clean_renames(self) -> dict[str, str]:
        renames = self.cleaned_data["renames"] or {}
        if not isinstance(renames, dict) or not all(isinstance(name, str) and name for name in renames.values()):
            raise forms.ValidationError('Write an object of names: {"title": "headline"}.')
        if unknown := renames.keys() - KEYS:
            raise forms.ValidationError(f"{min(unknown)} is no name of ours. They are: {', '.join(sorted(KEYS))}.")
        return renames


@admin.register(ImportSource)
class ImportSourceAdmin(Table):
    """Addresses that postings are fetched from, on a schedule or when asked."""

    form = ImportSourceForm
    unaudited = ("location",)  # which may hold a key
    actions = ("import_now", "resync")
    list_display = (
        "name",
        "title",
        "format",
        "interval_minutes",
        "is_active",
        "succeeded_at",
        "failures",
        "next_run_at",
    )
    list_filter = ("is_active",)
    search_fields = ("name", "title")
    ordering = ("name",)
    autocomplete_fields = ("country",)
    fieldsets = (
        (None, {"fields": ("name", "location", "format", "is_active")}),
        ("Schedule", {"fields": ("interval_minutes", "is_sync")}),
        ("Beside its postings", {"fields": ("title", "homepage")}),
        ("Reading", {"fields": ("company", "country", "renames", "live_days")}),
        (
            "Standing",
            {"fields": ("runs", "next_run_at", "resync_requested_at", "succeeded_at", "failures", "last_error")},
        ),
    )
    readonly_fields = ("runs", "next_run_at", "resync_requested_at", "succeeded_at", "failures", "last_error")

    def get_readonly_fields(self, request: HttpRequest, obj: ImportSource | None = None) -> tuple[str, ...]:
        """The name stays: runs and listings hold it."""
        return (*self.readonly_fields, "name") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: ImportSource, form: Any, change: bool) -> None:
        sources.save(obj, form.changed_data, by=viewer_of(request))

    @admin.display(description="Runs")
    def runs(self, source: ImportSource) -> str:
        return _link("admin:jobs_importrun_changelist", "What became of each import", source__exact=source.name)

    @admin.action(description="Import now")
    def import_now(self, request: HttpRequest, queryset: QuerySet[ImportSource]) -> None:
        self._ask(request, queryset, sources.request_import)

    @admin.action(description="Import everything anew (resync)")
    def resync(self, request: HttpRequest, queryset: QuerySet[ImportSource]) -> None:
        self._ask(request, queryset, sources.request_resync)

    def _ask(self, request: HttpRequest, queryset: QuerySet[ImportSource], ask: Any) -> None:
        for source in queryset.order_by("name"):
            try:
                with transaction.atomic():
                    ask(by=viewer_of(request), source_id=source.pk)
                    acting.record(request, ask.__name__, source)
            except DomainError:
                self.message_user(request, f"{source.name} is not active.", messages.ERROR)
            else:
                self.message_user(request, f"{source.name} will be imported within a minute.", messages.SUCCESS)


@admin.register(ImportRun)
class ImportRunAdmin(Shown):
    """What importers read, and what became of it."""

    list_display = (
        *("source", "format", "status", "started_at", "finished_at"),
        *("rows_read", "rows_created", "rows_revised", "rows_closed", "rows_failed"),
    )
    list_filter = ("status",)
    search_fields = ("source",)
    ordering = ("-id",)
    fields = ("source", "format", "status", "is_sync", "started_at", "finished_at", "rows_read", "rows", "report")
    readonly_fields = ("rows",)

    @admin.display(description="Rows")
    def rows(self, run: ImportRun) -> SafeString:
        """The counts that the run keeps, each with the way to its rows."""
        counts = ((fate, getattr(run, f"rows_{fate.value}")) for fate in RowFate)
        links = (
            (
                _link(
                    "admin:jobs_importrow_changelist", f"{count:,} {fate.value}", run__id__exact=run.pk, fate=fate.value
                ),
            )
            for fate, count in counts
            if count
        )
        return format_html_join(", ", "{}", links)


@admin.register(ImportRow)
class ImportRowAdmin(Shown):
    """What became of each row of a run; one comes here from the run. Kept for the last runs of each source."""

    list_display = ("document", "position", "fate", "reference", "job", "changed", "field", "reason")
    list_filter = ("fate",)
    search_fields = ("=reference",)
    # In the order of the index, within a run.
    ordering = ("-run_id", "fate", "position")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRow]:
        descriptions = ("job__description_source", "job__description_html", "job__description_text")
        return super().get_queryset(request).select_related("run", "job").defer(*descriptions, "run__report")


def _link(view: str, text: str, **query: object) -> SafeString:
    # Unfold gives links no colour of their own.
    look = "text-primary-600 dark:text-primary-500"
    return format_html('<a class="{}" href="{}?{}">{}</a>', look, reverse(view), urlencode(query), text)
