"""EMAIL_URL as Django's MAILERS has it: an SMTP server, a provider's API, standard output, or nothing at all.

smtp://user:password@host:25    smtp+tls://…:587 (STARTTLS)    smtp+ssl://…:465    consolemail://
anymail+postmark://SERVER-TOKEN@    anymail+mailgun://API-KEY@mg.example.com?region=eu
anymail+brevo://API-KEY@            anymail+resend://API-KEY@
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SECONDS = 10
"""How long a mail server may take to connect or answer."""

DEVELOPMENT = {"BACKEND": "nexus.dev_mailbox.EmailBackend"}
_PROVIDERS = {"brevo": "api_key", "mailgun": "api_key", "postmark": "server_token", "resend": "api_key"}
_MAILGUN = {"us": "https://api.mailgun.net/v3", "eu": "https://api.eu.mailgun.net/v3"}
_SMTP: dict[str, dict[str, Any]] = {"smtp": {}, "smtp+tls": {"use_tls": True}, "smtp+ssl": {"use_ssl": True}}
SCHEMES = (*_SMTP, *(f"anymail+{provider}" for provider in _PROVIDERS), "consolemail")


def provider_of(url: str) -> str:
    """The provider whose API sends the mail; empty where it is not a provider's."""
    kind, _, provider = urlsplit(url).scheme.partition("+")
    return provider if kind == "anymail" else ""


def mailer(url: str) -> dict[str, Any]:
    """The entry of MAILERS for an EMAIL_URL; without one, the mailbox of development.

    Raises `ValueError`, which never shows the URL, for one that lacks what its scheme needs.
    """
    if not url:
        return DEVELOPMENT
    parts = urlsplit(url)
    if parts.scheme == "consolemail":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme in _SMTP:
        if not parts.hostname:
            raise ValueError("names no host; write smtp://host.")
        options = _SMTP[parts.scheme] | {"host": parts.hostname, "timeout": SECONDS}
        options |= {"port": parts.port} if parts.port else {}
        options |= {"username": user, "password": password} if user else {}
        return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    provider = provider_of(url)
    if not user:
        raise ValueError(f"holds no key; write anymail+{provider}://KEY@.")
    options = {_PROVIDERS[provider]: user, "ignore_unsupported_features": False}
    if provider == "mailgun":
        region = parse_qs(parts.query).get("region", ["us"])[0]
        if not parts.hostname or region not in _MAILGUN:
            raise ValueError("is not anymail+mailgun://KEY@sending-domain, with ?region=eu where that is.")
        options |= {"sender_domain": parts.hostname, "api_url": _MAILGUN[region]}
    return {"BACKEND": f"anymail.backends.{provider}.EmailBackend", "OPTIONS": options}


def webhook_options(url: str, secret: str) -> dict[str, str]:
    """What Anymail needs to believe a provider's news: the secret, and for Mailgun the key that it signs with."""
    parts = urlsplit(url)
    options = {"WEBHOOK_SECRET": secret} if secret else {}
    if provider_of(url) == "mailgun":
        key = parse_qs(parts.query).get("signing_key", [unquote(parts.username or "")])[0]
        options["MAILGUN_WEBHOOK_SIGNING_KEY"] = key
    return options
