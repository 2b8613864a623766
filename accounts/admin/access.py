"""Sessions and API keys: shown, and ended."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ApiKey, Session
from accounts.services import api_key, standing
from accounts.staff import acting
from accounts.staff.table import Shown


class EndedFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("0", "Good"), ("1", "Revoked"), ("2", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "1":
            return queryset.filter(revoked_at__isnull=False)
        if self.value() == "2":
            return queryset.filter(revoked_at__isnull=True, expires_at__lte=timezone.now())
        if self.value() == "0":
            return queryset.filter(revoked_at__isnull=True).exclude(expires_at__lte=timezone.now())
        return queryset


@admin.register(Session)
class SessionAdmin(Shown):
    """Where people are logged in."""

    read_as = "session.read"
    actions = ("end",)
    list_display = ("user", "device", "method", "address", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (EndedFilter, "method")
    search_fields = ("user__email", "=id")
    ordering = ("-id",)
    fields = (
        *("id", "user", "device", "method", "address", "authenticated_at"),
        *("created_at", "last_used_at", "expires_at", "revoked_at", "revoke_reason"),
    )

    @admin.action(description="End")
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        by = acting.viewer_of(request)
        self.each(request, queryset, "ended", lambda pk: standing.end_session(by=by, session_id=pk), is_audited=True)


@admin.register(ApiKey)
class ApiKeyAdmin(Shown):
    """The keys of people and of companies' service users. What a key is found by is not shown."""

    actions = ("revoke",)
    list_display = ("name", "prefix", "user", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (EndedFilter,)
    search_fields = ("=prefix", "user__email", "=company_id", "=id")
    ordering = ("-id",)
    fields = (
        *("id", "name", "prefix", "user", "company_id", "scopes"),
        *("created_at", "last_used_at", "expires_at", "revoked_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return super().get_queryset(request).defer("hash")

    @admin.action(description="Revoke (refused everywhere within a second)")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        by = acting.viewer_of(request)
        self.each(request, queryset, "revoked", lambda pk: api_key.revoke(by=by, key_id=pk), is_audited=True)
