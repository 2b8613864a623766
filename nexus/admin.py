"""The documents that clients may name, for those who run the platform: which ones are used, and which are dead."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff import acting
from accounts.staff.table import Shown
from nexus import trusted_documents
from nexus.models import TrustedDocument


class RunningFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", "Runs"), ("0", "Withdrawn")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TrustedDocument]) -> QuerySet[TrustedDocument]:
        return queryset.filter(withdrawn_at__isnull=self.value() == "1") if self.value() else queryset


@admin.register(TrustedDocument)
class TrustedDocumentAdmin(Shown):
    """Published by `manage.py documents_publish`; withdrawn here too. Uses are counted once a minute."""

    actions = ("withdraw",)
    list_display = ("name", "kind", "apps", "version", "published_at", "uses", "last_used_at", "withdrawn_at")
    list_filter = (RunningFilter, "kind")
    search_fields = ("name", "=id", "=sha256")
    ordering = ("name", "id")
    fields = (
        *("id", "name", "kind", "apps", "version", "text"),
        *("published_at", "withdrawn_at", "uses", "last_used_at"),
    )

    @admin.action(description="Withdraw (refused everywhere within seconds)")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[TrustedDocument]) -> None:
        with transaction.atomic():
            documents = list(queryset.filter(withdrawn_at__isnull=True).only("id"))
            withdrawn = trusted_documents.withdraw([document.id for document in documents])
            for document in documents:
                acting.record(request, "withdraw", document)
        self.message_user(request, f"{withdrawn} withdrawn.", messages.SUCCESS)
