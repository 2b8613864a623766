"""People, for those who run the platform."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.auth import principals
from accounts.models import ApiKey, RevokeReason, Session, User
from accounts.services import session, standing
from accounts.staff import acting
from accounts.staff.table import ShownInline, Table
from accounts.text import email_address
from kernel.errors import Invalid

# Permissions follow from `platform_role`; there are no groups. Of allauth only the protocols are used: its tables stay
# empty, and whoever filled them here would leave no trace.
admin.site.unregister([Group, EmailAddress, SocialAccount, SocialApp, SocialToken])


def kept_address(text: str) -> str:
    """An address as it is kept, for whatever way it was typed; a fault of the form where it is none."""
    try:
        return email_address(text)
    except Invalid as refusal:
        raise forms.ValidationError(str(refusal)) from None


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return kept_address(self.cleaned_data["email"])


class ChangedUserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return kept_address(self.cleaned_data["email"])


class SessionInline(ShownInline):
    model = Session
    fields = ("device", "method", "address", "authenticated_at", "last_used_at", "expires_at", "revoked_at")
    ordering = ("-pk",)


class ApiKeyInline(ShownInline):
    model = ApiKey
    fields = ("name", "prefix", "scopes", "expires_at", "last_used_at", "revoked_at")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("hash")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, Table):  # type: ignore[misc]  # its paginator is Table's
    """A password is set here, hashed, and never shown. Accounts are switched off and on by actions."""

    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    actions = ("suspend", "restore", "end_sessions", "drop_second_factor")
    list_display = ("email", "name", "platform_role", "status", "kind", "last_login", "created_at")
    list_filter = ("platform_role", "status", "kind")
    filter_horizontal = ()
    search_fields = ("email", "name", "=id")
    ordering = ("-id",)
    readonly_fields = (
        *("id", "status", "deactivated_at", "kind", "second_factor"),
        *("last_login", "email_verified_at", "created_at", "updated_at"),
    )
    fieldsets = (
        (None, {"fields": ("id", "email", "password", "name", "locale", "timezone")}),
        ("Platform", {"fields": ("platform_role", "status", "kind", "second_factor")}),
        ("Dates", {"fields": ("email_verified_at", "last_login", "deactivated_at", "created_at", "updated_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    inlines = (SessionInline, ApiKeyInline)
    read_as = "user.read"
    unaudited: ClassVar[tuple[str, ...]] = ("email", "name", "password", "password1", "password2", "usable_password")

    @admin.display(description="Second factor since")
    def second_factor(self, user: User) -> Any:
        totp = getattr(user, "totp", None)
        return totp.enabled_at if totp else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).select_related("totp").defer("totp__secret")

    def get_inlines(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # What a person may do on the platform is kept by every process.
        principals.changed(obj.pk)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Also where a password was set, on a page of its own: every session ends with the old one."""
        resolved = request.resolver_match
        if resolved and resolved.url_name == "auth_user_password_change":
            session.revoke_all(obj.pk, by=acting.viewer_of(request), reason=RevokeReason.PASSWORD_CHANGED)
            acting.record(request, "set_password", obj)
        return super().log_change(request, obj, message)

    @admin.action(description="Switch off (sessions and keys end at once)")
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = acting.viewer_of(request)
        self.each(request, queryset, "switched off", lambda pk: standing.suspend(by=by, user_id=pk), is_audited=True)

    @admin.action(description="Switch on again")
    def restore(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = acting.viewer_of(request)
        self.each(request, queryset, "switched on", lambda pk: standing.restore(by=by, user_id=pk), is_audited=True)

    @admin.action(description="End all sessions")
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = acting.viewer_of(request)
        self.each(
            request,
            queryset,
            "logged out",
            lambda pk: session.revoke_all(pk, by=by, reason=RevokeReason.BY_STAFF),
        )

    @admin.action(description="Drop the second factor (of who has lost app and recovery codes)")
    def drop_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        by = acting.viewer_of(request)
        drop = standing.drop_second_factor
        self.each(request, queryset, "dropped", lambda pk: drop(by=by, user_id=pk), is_audited=True)
