"""The audit log, for those who run the platform. Nobody writes it here, and the database refuses to change it."""

import json
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AuditEntry
from accounts.staff.table import Shown

# Unfold gives links no colour of their own.
LINK = "text-primary-600 dark:text-primary-500"


@admin.register(AuditEntry)
class AuditEntryAdmin(Shown):
    """Search by an id (of who did it, of what it was done to, of the company or the request), or by an act."""

    list_display = ("at", "act", "actor", "target", "company", "address")
    list_filter = ("kind", "target_type")
    search_fields = ("act",)
    search_help_text = "An id of a person, a company, a key or what it was done to; a request's id; or an act: `totp.`"
    ordering = ("-id",)
    fields = (
        *("id", "at", "kind", "act", "actor", "acted_as", "key", "target", "company"),
        *("changed_before", "changed_after", "address", "request_id"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """An id is looked up in the indexes; anything else is the beginning of an act."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            found = UUID(term)
        except ValueError:
            return queryset.filter(Q(act__startswith=term) | Q(target_id=term) | Q(request_id=term)), False
        by_id = Q(actor_id=found) | Q(company_id=found) | Q(key_id=found) | Q(target_id=str(found))
        return queryset.filter(by_id | Q(acted_as_id=found) | Q(request_id=term)), False

    @admin.display(description="who")
    def actor(self, entry: AuditEntry) -> SafeString | str:
        return _link("accounts_user", entry.actor_id)

    @admin.display(description="as whom")
    def acted_as(self, entry: AuditEntry) -> SafeString | str:
        return _link("accounts_user", entry.acted_as_id)

    @admin.display(description="API key")
    def key(self, entry: AuditEntry) -> SafeString | str:
        return _link("accounts_apikey", entry.key_id)

    @admin.display(description="to what")
    def target(self, entry: AuditEntry) -> SafeString | str:
        name = entry.target_type.lower()
        for app in ("accounts", "jobs"):
            if linked := _link(f"{app}_{name}", entry.target_id, f"{entry.target_type} {entry.target_id}", default=""):
                return linked
        return f"{entry.target_type} {entry.target_id}"

    @admin.display(description="company")
    def company(self, entry: AuditEntry) -> SafeString | str:
        return _link("jobs_company", entry.company_id)

    @admin.display(description="before")
    def changed_before(self, entry: AuditEntry) -> SafeString:
        return _shown(entry.before)

    @admin.display(description="after")
    def changed_after(self, entry: AuditEntry) -> SafeString:
        return _shown(entry.after)


def _link(model: str, pk: object, text: str = "", *, default: str = "–") -> SafeString | str:
    """A link to the page of a row, which may be gone."""
    if not pk:
        return default
    try:
        address = reverse(f"admin:{model}_change", args=[pk])
    except NoReverseMatch:
        return default
    return format_html('<a class="{}" href="{}">{}</a>', LINK, address, text or str(pk))


def _shown(values: object) -> SafeString:
    return format_html("<pre>{}</pre>", "–" if values is None else json.dumps(values, indent=2, ensure_ascii=False))
