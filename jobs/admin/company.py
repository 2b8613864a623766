"""Employers, and who acts for them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff.acting import viewer_of
from accounts.staff.table import ShownInline, Table
from jobs.admin.description import refuse_unrenderable
from jobs.models import Company, DescriptionFormat, Membership
from jobs.services import company_standing, description
from jobs.services import membership as memberships


class CompanyForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_unrenderable(self, DescriptionFormat.MARKDOWN)
        return cleaned


class MemberInline(ShownInline):
    model = Membership
    fields = ("user", "role", "suspended_at", "created_at")
    ordering = ("pk",)
    joined = ("user",)


@admin.register(Company)
class CompanyAdmin(Table):
    """Employers. Suspending one takes its jobs off the board at once."""

    form = CompanyForm
    actions = ("suspend", "restore")
    inlines = (MemberInline,)
    list_display = ("name", "slug", "kind", "status", "verified_at", "created_at")
    list_filter = ("status", "kind", "size_band")
    search_fields = ("name", "=slug", "=id")
    ordering = ("-id",)
    autocomplete_fields = ("industry", "headquarters")
    prepopulated_fields: ClassVar[dict[str, tuple[str, ...]]] = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "status", "verified_at")}),
        ("About", {"fields": ("description_source", "website", "size_band", "industry", "headquarters")}),
        ("Lists, separated by commas", {"fields": ("aliases", "benefits")}),
        ("Keys", {"fields": ("id", "created_at", "updated_at")}),
    )
    readonly_fields = ("id", "status", "created_at", "updated_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Company | None = None) -> tuple[str, ...]:
        """The slug stays: addresses hold it."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Company | None = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        rendered = description.render(obj.description_source, DescriptionFormat.MARKDOWN)
        obj.description_html, obj.description_text = rendered.html, rendered.text
        if change:
            # Who has the company open in the API hears of it.
            obj.version += 1
        super().save_model(request, obj, form, change)

    def get_inlines(self, request: HttpRequest, obj: Company | None = None) -> Any:
        return self.inlines if obj else ()

    @admin.action(description="Suspend (its jobs leave the board at once)")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Company]) -> None:
        by = viewer_of(request)
        suspend = company_standing.suspend
        self.each(request, queryset, "suspended", lambda pk: suspend(by=by, company_id=pk), is_audited=True)

    @admin.action(description="Put back on the board")
    def restore(self, request: HttpRequest, queryset: QuerySet[Company]) -> None:
        by = viewer_of(request)
        restore = company_standing.restore
        self.each(request, queryset, "restored", lambda pk: restore(by=by, company_id=pk), is_audited=True)


@admin.register(Membership)
class MembershipAdmin(Table):
    """Who acts for which company. A company that has an owner keeps one."""

    list_display = ("user", "company", "role", "suspended_at", "created_at")
    list_select_related = ("user", "company")
    list_filter = ("role",)
    search_fields = ("user__email", "company__name")
    ordering = ("-id",)
    autocomplete_fields = ("user", "company")
    fields = ("user", "company", "role", "suspended_at", "created_at")
    readonly_fields = ("suspended_at", "created_at")
    actions = ("suspend", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """Whose it is, and where, stays: for another there is another."""
        return (*self.readonly_fields, "user", "company") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        """Members are removed one by one: each may be the last who answers for a company."""
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if change:
            memberships.change(by=viewer_of(request), membership_id=obj.pk, role=form.cleaned_data["role"])
        else:
            memberships.lock(obj.company_id)
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        memberships.remove(by=viewer_of(request), membership_id=obj.pk)

    @admin.action(description="Suspend (may do nothing for the company)")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._turn(request, queryset, "suspended", is_suspended=True)

    @admin.action(description="Restore")
    def restore(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._turn(request, queryset, "restored", is_suspended=False)

    def _turn(self, request: HttpRequest, queryset: QuerySet[Membership], done: str, *, is_suspended: bool) -> None:
        by = viewer_of(request)

        def act(pk: int) -> None:
            memberships.change(by=by, membership_id=pk, is_suspended=is_suspended)

        self.each(request, queryset, done, act, is_audited=True)
