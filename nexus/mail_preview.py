"""`/dev/mail`, for whoever develops: what was sent here, and every template in every language. 404 without DEBUG.

`/dev/client` stands for the front end to which the links in mail lead, while CLIENT_URL names none.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

import jobs.notifications  # noqa: F401  # for the templates that it declares
from accounts.notifications import mail, templates  # noqa: F401  # for those of accounts
from accounts.notifications.languages import LANGUAGES
from nexus import dev_mailbox, mailers

# No script, no image, nothing from anywhere; the frame of the mail inherits it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

ACTS: dict[str, tuple[str, dict[str, str]]] = {
    "invitation": ("invitationAccept", {}),
    "reset-password": ("passwordResetConfirm", {"password": "a new one"}),
    "verify-domain": ("companyVerifyDomain", {"companyId": "the company's id"}),
    "verify-email": ("accountVerify", {}),
}
"""The mutation that a front end sends when somebody opens a link, by the link's path. Its input is the link's query and
what only the front end knows."""


def _in_development(view: Callable[..., tuple[str, dict[str, Any]]]) -> Callable[..., HttpResponse]:
    """A page, from a template's name and its context, that is there under DEBUG alone."""

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, **names: str) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        template, context = view(request, **names)
        response = render(request, template, context)
        for header, value in HEADERS.items():
            response[header] = value
        return response

    return page


@_in_development
def overview(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    return "dev/mail.html", {
        "is_kept": settings.MAILERS["default"] == mailers.DEVELOPMENT,
        "kept": dev_mailbox.kept(),
        "templates": sorted(mail.declared.values(), key=lambda template: template.name),
        "languages": LANGUAGES.values(),
    }


@_in_development
def kept(request: HttpRequest, name: str) -> tuple[str, dict[str, Any]]:
    found = dev_mailbox.kept_as(name)
    if found is None:
        raise Http404
    headers = [(header, found.message[header]) for header in ("From", "To", "Date", "Message-ID", "Auto-Submitted")]
    html = found.part("html")
    return "dev/message.html", _message(found.message["Subject"], found.part("plain"), html, headers)


@_in_development
def template(request: HttpRequest, name: str, locale: str) -> tuple[str, dict[str, Any]]:
    declared = mail.declared.get(name)
    if declared is None or locale not in LANGUAGES:
        raise Http404
    rendered = mail.render(declared, declared.sample, locale=locale)
    headers = [("Template", name), ("Category", declared.category), ("Language", rendered.language.name)]
    return "dev/message.html", _message(rendered.subject, rendered.text, rendered.html, headers)


@_in_development
def client(request: HttpRequest, path: str) -> tuple[str, dict[str, Any]]:
    query = request.GET.dict()
    mutation = ""
    if path in ACTS:
        name, more = ACTS[path]
        # JSON's strings are GraphQL's, too.
        values = "".join(f"\n    {field}: {json.dumps(value)}" for field, value in {**query, **more}.items())
        mutation = f"mutation {{\n  {name}(input: {{{values}\n  }}) {{\n    userErrors {{ code message }}\n  }}\n}}"
    return "dev/client.html", {"path": path, "query": query.items(), "mutation": mutation}


def _message(subject: str, text: str, html: str, headers: list[tuple[str, Any]]) -> dict[str, Any]:
    # The frame may open windows, and nothing else: its links need to be told so.
    framed = html.replace("<head>", '<head><base target="_blank">', 1)
    return {"subject": subject, "text": text, "html": framed, "headers": headers}


urlpatterns = [
    path("mail", overview),
    path("mail/kept/<str:name>", kept),
    path("mail/templates/<str:name>/<str:locale>", template),
    path("client/<path:path>", client),
]
