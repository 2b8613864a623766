"""Mail through a provider's API: a server of the test's own answers as Postmark does."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError
from django.test import override_settings

from accounts.models import EmailSuppression
from accounts.notifications.mail import send
from accounts.notifications.templates import VERIFY_EMAIL
from nexus import mailers
from tests.accounts.notifications.tellings import telling

pytestmark = pytest.mark.django_db
TAKEN = {
    "To": "ada@example.org",
    "SubmittedAt": "2027-01-01T00:00:00Z",
    "MessageID": "m-1",
    "ErrorCode": 0,
    "Message": "OK",
}
# https://postmarkapp.com/developer/api/overview#error-codes
INACTIVE = {
    "ErrorCode": 406,
    "Message": "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: "
    "ada@example.org. Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual "
    "suppression.",
}


@dataclass
class Provider:
    """What it was asked, and what it answers."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: TAKEN)


@pytest.fixture
def provider() -> Iterator[Provider]:
    given = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["X-Postmark-Server-Token"] == "TOKEN"
            given.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(given.answer).encode()
            self.send_response(given.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    mailer = mailers.mailer("anymail+postmark://TOKEN@")
    mailer["OPTIONS"] |= {"api_url": f"http://127.0.0.1:{server.server_port}/"}
    try:
        with override_settings(MAILERS={"default": mailer}):
            yield given
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def verify() -> str:
    told = telling()
    send(VERIFY_EMAIL, to="ada@example.org", context=VERIFY_EMAIL.sample, locale="en", telling=told)
    return str(told.id)


def test_a_provider_gets_text_html_and_headers(provider: Provider) -> None:
    told = verify()
    (asked,) = provider.asked
    assert (asked["To"], asked["From"]) == ("ada@example.org", "Nexus <nexus@board.example>")
    assert asked["Subject"] == "Confirm your e-mail address"
    assert VERIFY_EMAIL.sample["link"] in asked["TextBody"]
    assert "<h1" in asked["HtmlBody"]
    headers = {header["Name"]: header["Value"] for header in asked["Headers"]}
    assert headers["Message-ID"] == f"<{told}@board.example>"
    assert headers["Auto-Submitted"] == "auto-generated"


def test_an_address_that_the_provider_gave_up_is_suppressed(provider: Provider) -> None:
    provider.status, provider.answer = 422, INACTIVE
    verify()
    verify()
    assert len(provider.asked) == 1
    assert EmailSuppression.objects.get().email == "ada@example.org"


@pytest.mark.parametrize("status", [401, 422, 429, 500])
def test_any_other_refusal_makes_the_outbox_try_again(provider: Provider, status: int) -> None:
    provider.status, provider.answer = status, {"ErrorCode": 10, "Message": "Not now"}
    with pytest.raises(AnymailAPIError):
        verify()
    assert not EmailSuppression.objects.exists()
