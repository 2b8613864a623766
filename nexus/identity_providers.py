"""The setting `SIGN_IN`: the identity providers that people may sign in with.

A JSON object of providers by the word that stands in addresses:

    {"google": {"client_id": "…", "secret": "…"},
     "acme":   {"name": "Acme staff", "issuer": "https://login.acme.example", "client_id": "…", "secret": "…"}}

`google`, `linkedin` and `github` are known; any other one is an OpenID Connect issuer. `"trusts_email": false` keeps an
issuer that lets people write any address from being believed about addresses.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import orjson

from nexus.environment import is_local

ISSUERS = {"google": "https://accounts.google.com", "linkedin": "https://www.linkedin.com/oauth"}
NAMES = {"google": "Google", "linkedin": "LinkedIn", "github": "GitHub"}
MOST_PROVIDERS = 20
_WORD = re.compile(r"[a-z][a-z0-9-]{0,63}")
_TEXTS = ("client_id", "secret", "name", "issuer")


def identity_providers(text: str, faults: list[str]) -> list[dict[str, Any]]:
    """The providers as django-allauth's apps; what is wrong with the text goes to `faults`, without a secret in it."""
    if not text:
        return []
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        faults.append('SIGN_IN: is no JSON object of providers: {"google": {"client_id": "…", "secret": "…"}}.')
        return []
    apps = []
    for word, given in told.items():
        fault = _fault(word, given)
        if fault:
            faults.append(f"SIGN_IN: {word}: {fault}")
        else:
            apps.append(_app(word, given))
    if len(apps) > MOST_PROVIDERS:
        faults.append(f"SIGN_IN: has more than {MOST_PROVIDERS} providers.")
    return apps


def _fault(word: str, given: object) -> str:
    if not _WORD.fullmatch(word):
        return "is no word of small letters, digits and hyphens."
    if not isinstance(given, dict):
        return "is no object."
    if unknown := sorted(given.keys() - {*_TEXTS, "trusts_email"}):
        return f"has {', '.join(unknown)}, which nothing reads."
    if not all(isinstance(given.get(name, ""), str) for name in _TEXTS):
        return f"{', '.join(_TEXTS)} are texts."
    if not isinstance(given.get("trusts_email", True), bool):
        return "trusts_email is true or false."
    if not given.get("client_id"):
        return "has no client_id."
    if word in NAMES:
        return "is known, and needs no issuer." if "issuer" in given else ""
    issuer = urlsplit(given.get("issuer", ""))
    if issuer.scheme != "https" and not (issuer.scheme == "http" and is_local(issuer.hostname or "")):
        return "has no issuer, the address under which /.well-known/openid-configuration lies: https://…"
    return ""


def _app(word: str, given: dict[str, Any]) -> dict[str, Any]:
    settings = {"trusts_email": given.get("trusts_email", True)}
    if word != "github":
        settings["server_url"] = given.get("issuer") or ISSUERS[word]
        settings["oauth_pkce_enabled"] = True
    return {
        "provider": "github" if word == "github" else "openid_connect",
        "provider_id": word,
        "name": given.get("name") or NAMES.get(word, word),
        "client_id": given["client_id"],
        "secret": given.get("secret", ""),
        "settings": settings,
    }
