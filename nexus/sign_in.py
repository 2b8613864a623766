"""Signing in with an identity provider: the two addresses that a browser visits on the way.

    GET /sign-in/<provider>?returnTo=<url>&challenge=<S256>   → the provider
    GET /sign-in/<provider>/callback                          → returnTo?code=<code>, or returnTo?error=<word>

django-allauth speaks the providers' protocols and keeps the state in between; who somebody is here is said by
`accounts.services.identity`. allauth's own log-in, sign-up and sessions are not used.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.github import views as github
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.auth import throttles
from accounts.errors import SignInRefused, TooManyAttempts
from accounts.services import identity
from accounts.services.identity import Claim

log = structlog.get_logger("nexus.sign_in")

# What a provider's answer can break with when it is not what the protocol says.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


class Adapter(DefaultSocialAccountAdapter):
    """Where allauth asks us: which providers there are, what to do with whom they name, and what went wrong."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The providers of the setting `SIGN_IN`; none from the database."""
        return [
            SocialApp(**app)
            for app in settings.SIGN_IN
            if provider in (None, app["provider_id"]) and client_id in (None, app["client_id"])
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Ends allauth's part, always: the browser goes back to the client with a code, or with an error."""
        state = sociallogin.state
        try:
            code = identity.sign_in(
                claim_of(sociallogin), challenge=state["data"]["challenge"], address=request.META.get("REMOTE_ADDR", "")
            )
        except SignInRefused as refusal:
            raise ImmediateHttpResponse(_back(request, state["next"], error=refusal.reason)) from None
        raise ImmediateHttpResponse(_back(request, state["next"], code=code))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Ends what went wrong on the way: cancelled there, refused there, not known here."""
        state = (extra_context or {}).get("state")
        log.info("sign_in_failed", provider=provider.sub_id, error=error, reason=repr(exception)[:300])
        if not state:
            raise ImmediateHttpResponse(_page("This sign-in is not known here, or took too long. Start again.", 400))
        word = "cancelled" if error == "cancelled" else "provider_failed"
        raise ImmediateHttpResponse(_back(request, state["next"], error=word))


def claim_of(login: SocialLogin) -> Claim:
    """What the provider says of the person. Of several addresses the one that it calls primary counts."""
    believed = login.provider.app.settings.get("trusts_email", True)
    address = next((one for one in login.email_addresses if one.primary), None)
    common = login.account.extra_data.get("userinfo") or login.account.extra_data.get("id_token") or {}
    name = common.get("name") or login.account.extra_data.get("name") or ""
    return Claim(
        provider=login.account.provider,
        subject=login.account.uid,
        email=address.email if address else "",
        is_email_verified=bool(address and believed and address.verified in (True, "true")),
        name=name if isinstance(name, str) else "",
    )


@require_GET
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sends the browser to the provider. 404 for one that is not configured, 400 for parameters that will not do."""
    return_to, challenge = request.GET.get("returnTo", ""), request.GET.get("challenge", "")
    apps = Adapter(request).list_apps(request, provider_id)
    if not apps:
        raise Http404
    if not _is_client(return_to):
        return _page("returnTo: is not an address of this board's client; see SIGN_IN_RETURN_URLS.", 400)
    if not identity.is_challenge(challenge):
        return _page("challenge: the SHA-256 of a secret that you keep, in base64url without padding (RFC 7636).", 400)
    try:
        throttles.hit("sign_in", address=request.META.get("REMOTE_ADDR", ""))
        provider = apps[0].get_provider(request)
        answer: HttpResponse = provider.redirect(request, "login", next_url=return_to, data={"challenge": challenge})
    except TooManyAttempts as refusal:
        return _page(str(refusal), 429)
    except (requests.RequestException, OAuth2Error, *_MALFORMED) as error:
        log.warning("sign_in_provider_failed", provider=provider_id, reason=repr(error)[:300])
        return _back(request, return_to, error="provider_failed")
    return answer


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends the browser back to."""
    apps = Adapter(request).list_apps(request, provider_id)
    if not apps or request.method != "GET":
        raise Http404
    view: Callable[..., HttpResponse] = github.oauth2_callback
    arguments: dict[str, str] = {}
    if apps[0].provider == "openid_connect":
        view, arguments = openid_connect.callback, {"provider_id": provider_id}
    try:
        return view(request, **arguments)
    except (requests.RequestException, OAuth2Error, *_MALFORMED) as error:
        log.warning("sign_in_provider_failed", provider=provider_id, reason=repr(error)[:300])
        return _page("The identity provider's answer cannot be used. Start again, or use another way.", 502)


def _is_client(address: str) -> bool:
    """Whether it lies under one of the addresses that may get codes, compared part by part."""
    try:
        asked = urlsplit(address)
        # `urlsplit` leaves out what cannot stand in a header, and browsers read an escaped dot as a dot.
        is_plain = address.isascii() and address.isprintable() and not {" ", "\\"} & set(address)
        if not is_plain or asked.username or asked.fragment or ".." in unquote(asked.path):
            return False
        for allowed in map(urlsplit, settings.SIGN_IN_RETURN_URLS):
            is_same_place = (asked.scheme, asked.netloc) == (allowed.scheme, allowed.netloc)
            if is_same_place and f"{asked.path}/".startswith(f"{allowed.path.rstrip('/')}/"):
                return True
    except ValueError:
        pass
    return False


def _back(request: HttpRequest, address: str, **parameters: str) -> HttpResponse:
    request.session.flush()
    separator = "&" if urlsplit(address).query else "?"
    answer = HttpResponse(status=302, headers={"Location": f"{address}{separator}{urlencode(parameters)}"})
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _page(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
