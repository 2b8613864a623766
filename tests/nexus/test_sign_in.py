"""Signing in with a real OpenID Connect issuer, which runs beside the tests."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from django.test import Client

from accounts.models import AuditEntry, Identity, Session, SignInCode, User, UserStatus
from nexus.identity_providers import identity_providers
from tests.door import Answer, send
from tests.factories import PASSWORD, UserFactory
from tests.oidc_issuer import Issuer, issuer, parameters

CALLBACK = "http://testserver/sign-in/acme/callback"
RETURN_TO = "https://jobs.example/signed-in"
PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"email": "Ann@Acme.example", "email_verified": True, "name": "Ann Acme"},
    "bob": {"email": "bob@acme.example", "email_verified": False, "name": "Bob"},
    "eve": {"name": "Eve"},
}
COMPLETE = """
mutation Complete($input: SignInCompleteInput!) {
  signInComplete(input: $input) {
    token expiresAt refreshToken refreshExpiresAt user { email name }
    userErrors { code field }
  }
}
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def acme() -> Iterator[Issuer]:
    with issuer(PEOPLE, redirect_uri=CALLBACK) as running:
        yield running


@pytest.fixture(autouse=True)
def _configured(settings: Any, acme: Issuer, empty_cache: None) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    configure(settings, acme.setting())


def configure(settings: Any, acme: dict[str, Any], **others: dict[str, Any]) -> None:
    faults: list[str] = []
    settings.SIGN_IN = identity_providers(json.dumps({"acme": acme, **others}), faults)
    settings.SIGN_IN_RETURN_URLS = [RETURN_TO, "com.example.app:/signed-in"]
    assert faults == []


class Traveller:
    """A client that keeps a secret, and its browser."""

    def __init__(self, acme: Issuer) -> None:
        self.acme = acme
        self.verifier = secrets.token_urlsafe(48)
        self.browser = Client()

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def set_out(self, return_to: str = RETURN_TO, **changes: str) -> Any:
        given = {"returnTo": return_to, "challenge": self.challenge, **changes}
        return self.browser.get("/sign-in/acme", given)

    def visit(self, person: str) -> str:
        """Where the issuer sends the browser after the person logged in there."""
        return self.acme.authorize(self.set_out()["Location"], person)

    def come_back(self, address: str) -> Any:
        parts = urlsplit(address)
        return self.browser.get(f"{parts.path}?{parts.query}")

    def code(self, person: str) -> str:
        back = self.come_back(self.visit(person))
        assert back.status_code == 302, back.content
        assert back["Location"].startswith(f"{RETURN_TO}?")
        return parameters(back["Location"])["code"]

    def complete(self, code: str, **changes: Any) -> Answer:
        return send(COMPLETE, {"input": {"code": code, "verifier": self.verifier, **changes}})


@pytest.fixture
def traveller(acme: Issuer) -> Traveller:
    return Traveller(acme)


def outcome(answer: Answer) -> dict[str, Any]:
    payload: dict[str, Any] = answer.data["signInComplete"]
    return payload


def codes_of(answer: Answer) -> list[str]:
    return [error["code"] for error in outcome(answer)["userErrors"]]


def test_somebody_new_gets_an_account_and_tokens_that_work(traveller: Traveller) -> None:
    payload = outcome(traveller.complete(traveller.code("ann")))
    assert payload["userErrors"] == []
    assert payload["user"] == {"email": "ann@acme.example", "name": "Ann Acme"}
    user = User.objects.get(email="ann@acme.example")
    assert user.email_verified_at
    assert not user.has_usable_password()
    assert Identity.objects.get(user=user).provider == "acme"
    assert Session.objects.get(user=user).method == "acme"
    seen = send("{ viewer { user { email } } }", authorization=f"Bearer {payload['token']}")
    assert seen.data["viewer"]["user"]["email"] == "ann@acme.example"


def test_who_comes_again_is_the_same_person(traveller: Traveller, acme: Issuer) -> None:
    traveller.complete(traveller.code("ann"))
    again = Traveller(acme)
    assert outcome(again.complete(again.code("ann")))["userErrors"] == []
    assert Identity.objects.count() == User.objects.filter(email="ann@acme.example").count() == 1


def test_an_account_that_proved_the_address_is_linked_and_keeps_its_password(traveller: Traveller) -> None:
    user = UserFactory(email="ann@acme.example", password=PASSWORD)
    assert outcome(traveller.complete(traveller.code("ann")))["user"]["email"] == user.email
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    entry = AuditEntry.objects.get(act="identity.link")
    assert (entry.target_id, entry.after) == (str(user.pk), {"provider": "acme"})


def test_an_account_that_never_proved_the_address_loses_its_password(traveller: Traveller) -> None:
    user = UserFactory(email="ann@acme.example", password=PASSWORD, email_verified_at=None)
    traveller.complete(traveller.code("ann"))
    user.refresh_from_db()
    assert user.email_verified_at
    assert not user.has_usable_password()


@pytest.mark.parametrize("person", ["bob", "eve"])
def test_an_address_that_nobody_vouches_for_makes_no_account(traveller: Traveller, person: str) -> None:
    UserFactory(email="bob@acme.example")
    back = traveller.come_back(traveller.visit(person))
    assert parameters(back["Location"]) == {"error": "email_not_verified"}
    assert not Identity.objects.exists()


def test_an_issuer_that_is_not_believed_about_addresses_makes_no_account(
    traveller: Traveller, acme: Issuer, settings: Any
) -> None:
    configure(settings, acme.setting(trusts_email=False))
    back = traveller.come_back(traveller.visit("ann"))
    assert parameters(back["Location"]) == {"error": "email_not_verified"}
    assert not User.objects.filter(email="ann@acme.example").exists()


def test_an_account_that_is_not_active_stays_out(traveller: Traveller, acme: Issuer) -> None:
    code = traveller.code("ann")
    User.objects.filter(email="ann@acme.example").update(status=UserStatus.DEACTIVATED)
    assert codes_of(traveller.complete(code)) == ["SIGN_IN_CODE_INVALID"]
    again = Traveller(acme)
    back = again.come_back(again.visit("ann"))
    assert parameters(back["Location"]) == {"error": "account_inactive"}


def test_a_code_is_good_once(traveller: Traveller) -> None:
    code = traveller.code("ann")
    assert codes_of(traveller.complete(code)) == []
    assert codes_of(traveller.complete(code)) == ["SIGN_IN_CODE_INVALID"]
    assert Session.objects.count() == 1


def test_a_code_is_good_for_the_client_that_set_out_and_no_other(traveller: Traveller, acme: Issuer) -> None:
    code = traveller.code("ann")
    assert codes_of(Traveller(acme).complete(code)) == ["SIGN_IN_CODE_INVALID"]
    assert codes_of(traveller.complete(code, verifier="")) == ["SIGN_IN_CODE_INVALID"]
    assert codes_of(traveller.complete(code)) == []


def test_a_code_that_is_too_old_is_refused_and_nothing_readable_is_kept(traveller: Traveller) -> None:
    code = traveller.code("ann")
    kept = SignInCode.objects.get()
    assert code not in (kept.code_hash, kept.challenge)
    SignInCode.objects.update(expires_at=kept.created_at)
    assert codes_of(traveller.complete(code)) == ["SIGN_IN_CODE_INVALID"]


@pytest.mark.parametrize("code", ["", "no such code", "\x00", "x" * 100_000])
def test_what_is_no_code_is_refused(traveller: Traveller, code: str) -> None:
    assert codes_of(traveller.complete(code)) == ["SIGN_IN_CODE_INVALID"]


@pytest.mark.parametrize(
    "return_to",
    [
        "",
        "https://evil.example/signed-in",
        "https://jobs.example.evil.example/signed-in",
        "https://jobs.example@evil.example/signed-in",
        "http://jobs.example/signed-in",
        "https://jobs.example:444/signed-in",
        "https://jobs.example/signed-in-elsewhere",
        "https://jobs.example/signed-in/../evil",
        "https://jobs.example\\@evil.example/signed-in",
        "javascript:alert(1)",
        "//evil.example",
        "https://[",
        "https://jobs.example/signed-in/%2e%2e/evil",
        "https://jobs.example/signed-in\r\nSet-Cookie: a=b",
        "https://jobs.example/signed\n-in",
        "https://jobs.example/signed-in/\u2028",
        " https://jobs.example/signed-in",
    ],
)
def test_a_code_goes_to_no_address_but_the_clients(traveller: Traveller, return_to: str) -> None:
    answer = traveller.set_out(return_to)
    assert answer.status_code == 400
    assert b"SIGN_IN_RETURN_URLS" in answer.content


@pytest.mark.parametrize("return_to", [RETURN_TO, f"{RETURN_TO}/?from=mail", "com.example.app:/signed-in"])
def test_the_clients_own_addresses_are_taken(traveller: Traveller, return_to: str) -> None:
    assert traveller.set_out(return_to).status_code == 302


@pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "é" * 43])
def test_a_client_that_keeps_no_secret_is_refused(traveller: Traveller, challenge: str) -> None:
    assert traveller.set_out(challenge=challenge).status_code == 400


def test_the_issuer_is_asked_with_a_proof_key_and_a_state(traveller: Traveller) -> None:
    asked = parameters(traveller.set_out()["Location"])
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == CALLBACK
    assert len(asked["state"]) >= 16
    assert traveller.challenge not in asked.values()


def test_another_browser_cannot_finish_what_one_began(traveller: Traveller, acme: Issuer) -> None:
    address = traveller.visit("ann")
    assert Traveller(acme).come_back(address).status_code == 400
    assert not Identity.objects.exists()


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=forged", "?error=access_denied&state=forged"])
def test_a_forged_callback_is_refused(traveller: Traveller, query: str) -> None:
    assert traveller.browser.get(f"/sign-in/acme/callback{query}").status_code == 400


def test_a_code_that_the_issuer_does_not_know_brings_the_browser_back_with_an_error(traveller: Traveller) -> None:
    state = parameters(traveller.set_out()["Location"])["state"]
    back = traveller.browser.get("/sign-in/acme/callback", {"code": "made up", "state": state})
    assert parameters(back["Location"]) == {"error": "provider_failed"}


def test_a_person_who_changes_their_mind_comes_back(traveller: Traveller) -> None:
    state = parameters(traveller.set_out()["Location"])["state"]
    back = traveller.browser.get("/sign-in/acme/callback", {"error": "access_denied", "state": state})
    assert parameters(back["Location"]) == {"error": "cancelled"}


def test_an_issuer_that_is_away_brings_the_browser_back(traveller: Traveller, acme: Issuer, settings: Any) -> None:
    configure(settings, {**acme.setting(), "issuer": "http://127.0.0.1:1"})
    assert parameters(traveller.set_out()["Location"]) == {"error": "provider_failed"}


def test_a_provider_that_is_not_configured_is_not_there(traveller: Traveller) -> None:
    assert traveller.browser.get("/sign-in/other").status_code == 404
    assert traveller.browser.get("/sign-in/github/callback").status_code == 404
    assert traveller.browser.post("/sign-in/acme/callback").status_code == 404
    assert traveller.browser.post("/sign-in/acme").status_code == 405


def test_the_providers_are_listed() -> None:
    listed = send("{ signInProviders { name slug path } }").data["signInProviders"]
    assert listed == [{"name": "Acme", "slug": "acme", "path": "/sign-in/acme"}]


def test_nothing_of_allauths_own_is_served() -> None:
    browser = Client()
    for path in ("/accounts/login/", "/accounts/signup/", "/_allauth/app/v1/auth/login", "/3rdparty/"):
        assert browser.get(path).status_code == 404


class GitHub(http.server.BaseHTTPRequestHandler):
    """As much of github.com as a sign-in asks for, with the shapes that its documentation shows."""

    ANSWERS = {
        "/login/oauth/access_token": {"access_token": "gho_x", "token_type": "bearer", "scope": "user:email"},
        "/user": {"id": 583231, "login": "octocat", "name": "The Octocat", "email": None},
        "/user/emails": [
            {"email": "spare@example.org", "primary": False, "verified": True},
            {"email": "octocat@example.org", "primary": True, "verified": True},
        ],
    }

    def do_GET(self) -> None:
        body = json.dumps(self.ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHub) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        for name, path in {"access_token_url": "/login/oauth/access_token", "profile_url": "/user"}.items():
            monkeypatch.setattr(GitHubOAuth2Adapter, name, url + path)
        monkeypatch.setattr(GitHubOAuth2Adapter, "emails_url", f"{url}/user/emails")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("github")
def test_github_vouches_for_the_primary_address(traveller: Traveller, acme: Issuer, settings: Any) -> None:
    configure(settings, acme.setting(), github={"client_id": "x", "secret": "y"})
    given = {"returnTo": RETURN_TO, "challenge": traveller.challenge}
    asked = traveller.browser.get("/sign-in/github", given)["Location"]
    assert asked.startswith("https://github.com/login/oauth/authorize?")
    assert parameters(asked)["scope"] == "user:email"
    state = parameters(asked)["state"]
    back = traveller.browser.get("/sign-in/github/callback", {"code": "c", "state": state})
    payload = outcome(traveller.complete(parameters(back["Location"])["code"]))
    assert payload["user"] == {"email": "octocat@example.org", "name": "The Octocat"}
    assert Identity.objects.get().subject == "583231"
