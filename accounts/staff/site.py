"""The way into the admin: an e-mail address, a password and, in production, a second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite
from unfold.widgets import BASE_INPUT_CLASSES

from accounts.auth import throttles
from accounts.models import User
from accounts.services import audit, totp
from accounts.staff.acting import AUTHENTICATED_AT, address_of, request_id, viewer_of
from kernel.errors import DomainError
from kernel.viewer import Viewer

SECOND_FACTOR = "second_factor"


class LogInForm(AuthenticationForm):
    """Tries are counted as those of `tokenCreate` are, by the same throttles."""

    code = forms.CharField(
        required=False,
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "class": " ".join(BASE_INPUT_CLASSES),
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "spellcheck": "false",
            }
        ),
        label="Code of your app, or a recovery code",
    )

    def clean(self) -> dict[str, Any]:
        address = address_of(self.request)
        account = str(self.cleaned_data.get("username", ""))
        _raised_as_fault(lambda: throttles.hit("login", account=account, address=address))
        cleaned: dict[str, Any] = super().clean()
        throttles.passed("login", account=account, address=address)
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if settings.ADMIN_TOTP and not totp.is_on(user.pk):
            raise ValidationError(
                format_html(
                    "This account has no second factor, and nobody enters without. "
                    '<a class="underline" href="{}">How to switch it on.</a>',
                    reverse("admin:second_factor"),
                ),
                code="no_second_factor",
            )
        by = Viewer(address=address_of(self.request), request_id=request_id())
        _raised_as_fault(lambda: totp.require(user, self.cleaned_data.get("code"), by=by))


class Site(UnfoldAdminSite):
    """The admin. A session counts only if it began with a second factor, where ADMIN_TOTP asks for one."""

    login_form = LogInForm
    login_template = "accounts/admin/login.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and bool(request.session.get(SECOND_FACTOR) or not settings.ADMIN_TOTP)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Lists are filtered by whatever the address says, and the database takes no NUL.
            if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
                raise BadRequest("An address has no NUL characters.")
            return inner(request, *args, **kwargs)

        return checked

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        with transaction.atomic():
            response = super().login(request, extra_context)
            if request.method == "POST" and isinstance(response, HttpResponseRedirect):
                self._begin(request)
        return response

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [path("second-factor/", self.second_factor, name="second_factor"), *super().get_urls()]

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """How to switch the second factor on; open to everybody, and the same for all."""
        context = {**self.each_context(request), "title": "Second factor"}
        return TemplateResponse(request, "accounts/admin/second_factor.html", context)

    def _begin(self, request: HttpRequest) -> None:
        user = request.user
        assert isinstance(user, User)
        request.session[AUTHENTICATED_AT] = timezone.now().isoformat()
        request.session[SECOND_FACTOR] = totp.is_on(user.pk)
        audit.record("admin.login", by=viewer_of(request), target=("User", user.pk))


def _raised_as_fault(act: Any) -> None:
    try:
        act()
    except DomainError as refusal:
        raise ValidationError(str(refusal), code=refusal.code.lower()) from None
