"""Rows that the admin shows and does not change."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin import Table


class Shown(Table):
    """Rows that a program writes: reference data comes from files, runs from importers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShownInline(TabularInline):
    """Rows of a job, to be read. In pages: nothing says how many there are."""

    extra = 0
    can_delete = False
    show_change_link = False
    per_page = 20

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.fields or ())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.joined) if self.joined else queryset

    joined: ClassVar[tuple[str, ...]] = ()
