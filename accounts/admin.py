"""People, for those who run the platform."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import User

# Permissions follow from `platform_role`; there are no groups.
admin.site.unregister(Group)


class BoundedPaginator(Paginator):
    """Counts no further than `MOST` rows: a list of millions opens as fast as a short one. Search finds the rest."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]  # the admin pages querysets only
        return rows.order_by()[: self.MOST].count()


class Table(ModelAdmin):
    """A list that stays fast however long it is: no exact count, no counts beside filters, pages of 50."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated and business rows archived, not deleted."""
        return False

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        # Unfold's own lacks the last parameter, of which Django 6.1 warns.
        choices = default_choices or [("", "Select an action")]
        return admin.ModelAdmin.get_action_choices(self, request, choices, action_location)


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ChangedUserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


@admin.register(User)
class UserAdmin(DjangoUserAdmin, Table):  # type: ignore[misc]  # its paginator is Table's
    """A password is set here, hashed, and never shown."""

    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "platform_role", "status", "last_login", "created_at")
    list_filter = ("platform_role", "status")
    filter_horizontal = ()
    search_fields = ("email", "name")
    ordering = ("-id",)
    readonly_fields = ("id", "last_login", "email_verified_at", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("id", "email", "password", "name", "locale", "timezone")}),
        ("Platform", {"fields": ("platform_role", "status")}),
        ("Dates", {"fields": ("email_verified_at", "last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
