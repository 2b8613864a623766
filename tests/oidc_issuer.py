"""A real OpenID Connect issuer in a process of its own: django-oauth-toolkit, with people of a test's choosing.

with issuer(people, redirect_uri="http://testserver/sign-in/acme/callback") as acme:
    acme.url, acme.client_id, acme.secret
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.waiting import until

CLIENT_ID, SECRET = "nexus-board", "hush, nobody knows"


@dataclass(frozen=True)
class Issuer:
    """Where it is, and what a board that is registered with it is told."""

    url: str
    client_id: str = CLIENT_ID
    secret: str = SECRET

    def setting(self, **more: Any) -> dict[str, Any]:
        """What stands in `SIGN_IN`."""
        return {"name": "Acme", "issuer": self.url, "client_id": self.client_id, "secret": self.secret, **more}

    def authorize(self, address: str, person: str) -> str:
        """Goes to the issuer as a browser does, logs in there as the person, and gives back where it is sent then."""
        with requests.Session() as browser:
            asked = browser.get(address, allow_redirects=False, timeout=10)
            login = asked.headers["Location"]
            assert urlsplit(login).path == "/login", login
            back = browser.post(f"{self.url}{login}", data={"person": person}, allow_redirects=False, timeout=10)
            granted = browser.get(f"{self.url}{back.headers['Location']}", allow_redirects=False, timeout=10)
            assert granted.status_code == 302, granted.text
            return granted.headers["Location"]


def parameters(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))


@contextmanager
def issuer(people: dict[str, dict[str, Any]], *, redirect_uri: str) -> Iterator[Issuer]:
    """An issuer that knows these people: their claims by name."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="nexus-issuer-") as folder:
        told = json.dumps({"people": people, "redirect_uri": redirect_uri, "port": port})
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
        command = [sys.executable, "-m", "tests.oidc_issuer", told]
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        try:
            until(lambda: process.poll() is not None or _listens(port))
            assert process.poll() is None, "the issuer did not start"
            yield Issuer(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _serve(told: dict[str, Any]) -> None:
    """Runs in the process of its own, with a Django of its own."""
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="the issuer's own",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path.cwd() / "issuer.sqlite"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        LOGIN_URL="/login",
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
            "SCOPES": {"openid": "", "profile": "", "email": ""},
        },
    )
    django.setup()
    _prepare(told)


def _prepare(told: dict[str, Any]) -> None:
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    from django.contrib.auth import get_user_model, login
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command
    from django.http import HttpRequest, HttpResponseRedirect
    from django.urls import include, path
    from oauth2_provider.models import get_application_model
    from oauth2_provider.oauth2_validators import OAuth2Validator

    people = told["people"]

    class Validator(OAuth2Validator):
        oidc_claim_scope = None

        def get_additional_claims(self, request: Any) -> dict[str, Any]:
            return people[request.user.username]

    def log_in(request: HttpRequest) -> HttpResponseRedirect:
        login(request, get_user_model().objects.get(username=request.POST["person"]))
        return HttpResponseRedirect(request.GET["next"])

    this = sys.modules[__name__]
    this.Validator = Validator
    this.urlpatterns = [
        path("login", log_in),
        path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
    ]
    call_command("migrate", verbosity=0)
    for name in people:
        get_user_model().objects.create_user(name)
    get_application_model().objects.create(
        client_id=CLIENT_ID,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=told["redirect_uri"],
        skip_authorization=True,
        algorithm="RS256",
    )

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    make_server("127.0.0.1", told["port"], WSGIHandler(), handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
