"""Addresses that are sent no mail."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin.user import kept_address
from accounts.models import EmailSuppression
from accounts.staff import acting
from accounts.staff.table import Table


class NewSuppressionForm(ModelForm):
    """Mail is looked up by addresses as they are kept."""

    class Meta:
        model = EmailSuppression
        fields = ("email", "detail")

    def clean_email(self) -> str:
        return kept_address(self.cleaned_data["email"])


@admin.register(EmailSuppression)
class EmailSuppressionAdmin(Table):
    """Looked up, put on the list and taken off it; what a server said is not rewritten."""

    form = NewSuppressionForm
    list_display = ("email", "reason", "at", "detail")
    list_filter = ("reason",)
    search_fields = ("=email",)
    ordering = ("-id",)
    fields = ("email", "detail")
    unaudited = ("email", "detail")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: EmailSuppression) -> None:
        acting.record(request, "delete", obj)
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[EmailSuppression]) -> None:
        for row in queryset:
            self.delete_model(request, row)
