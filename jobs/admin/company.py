"""Employers, and who acts for them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import Table
from jobs.admin.description import refuse_unrenderable
from jobs.models import Company, DescriptionFormat, Membership
from jobs.services import description


class CompanyForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_unrenderable(self, DescriptionFormat.MARKDOWN)
        return cleaned


@admin.register(Company)
class CompanyAdmin(Table):
    """Employers. Suspending one takes its jobs off the board at once."""

    form = CompanyForm
    list_display = ("name", "slug", "kind", "status", "verified_at", "created_at")
    list_filter = ("status", "kind", "size_band")
    search_fields = ("name", "=slug")
    ordering = ("-id",)
    autocomplete_fields = ("industry", "headquarters")
    prepopulated_fields: ClassVar[dict[str, tuple[str, ...]]] = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "status", "verified_at")}),
        ("About", {"fields": ("description_source", "website", "size_band", "industry", "headquarters")}),
        ("Lists, separated by commas", {"fields": ("aliases", "benefits")}),
        ("Keys", {"fields": ("id", "created_at", "updated_at")}),
    )
    readonly_fields = ("id", "created_at", "updated_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Company | None = None) -> tuple[str, ...]:
        """The slug stays: addresses hold it."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Company | None = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        rendered = description.render(obj.description_source, DescriptionFormat.MARKDOWN)
        obj.description_html, obj.description_text = rendered.html, rendered.text
        super().save_model(request, obj, form, change)


@admin.register(Membership)
class MembershipAdmin(Table):
    """Who acts for which company."""

    list_display = ("user", "company", "role", "created_at")
    list_select_related = ("user", "company")
    list_filter = ("role",)
    search_fields = ("user__email", "company__name")
    ordering = ("-id",)
    autocomplete_fields = ("user", "company")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
