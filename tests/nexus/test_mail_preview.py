"""`/dev/mail` and `/dev/client`."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings
from django.urls import URLPattern
from graphql import parse, validate

from accounts.notifications import mail
from accounts.notifications.languages import LANGUAGES
from nexus import dev_mailbox, mail_preview, mailers

PAGES = [
    "/dev/mail",
    "/dev/mail/templates/verify_email/en",
    "/dev/client/verify-email?token=x",
    "/dev/mail/kept/{name}",
]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[str]:
    """The name of a mail that was sent in development."""
    with override_settings(DEBUG=True, MAIL_FOLDER=tmp_path, MAILERS={"default": mailers.DEVELOPMENT}):
        message = EmailMultiAlternatives("Hi <b>", "Go to https://jobs.example/x", "n@board.example", ["a@example.org"])
        message.attach_alternative('<html><head></head><body><script>x</script>"quoted"</body></html>', "text/html")
        message.send()
        yield dev_mailbox.kept()[0].name


@pytest.mark.parametrize("page", PAGES)
def test_there_is_no_such_page_in_production(page: str, kept: str) -> None:
    with override_settings(DEBUG=False):
        assert Client().get(page.format(name=kept)).status_code == 404
    assert Client().get(page.format(name=kept)).status_code == 200


def test_every_page_is_among_those() -> None:
    assert len(mail_preview.urlpatterns) == len(PAGES)
    assert all(isinstance(route, URLPattern) for route in mail_preview.urlpatterns)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_lets_nothing_in(page: str, kept: str) -> None:
    answer = Client().get(page.format(name=kept))
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert b"<script" not in answer.content
    assert Client().post(page.format(name=kept)).status_code == 405


def test_the_list_shows_what_was_sent_and_every_template_in_every_language(kept: str) -> None:
    content = Client().get("/dev/mail").content.decode()
    assert f'<a href="/dev/mail/kept/{kept}">Hi &lt;b&gt;</a>' in content
    for name in mail.declared:
        for language in LANGUAGES:
            assert f'href="/dev/mail/templates/{name}/{language}"' in content


def test_a_mail_is_shown_in_a_sandbox(kept: str) -> None:
    content = Client().get(f"/dev/mail/kept/{kept}").content.decode()
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;html&gt;' in content
    assert "&quot;quoted&quot;" in content
    assert '<a href="https://jobs.example/x"' in content


@pytest.mark.parametrize(
    "page", ["kept/no-such", "kept/..", "templates/no_such/en", "templates/verify_email/fr", "templates/x/../en"]
)
@pytest.mark.usefixtures("kept")
def test_what_is_not_there_is_not_found(page: str) -> None:
    assert Client().get(f"/dev/mail/{page}").status_code == 404


LINKS = {
    name: template.sample["link"]
    for name, template in mail.declared.items()
    if "token=" in template.sample.get("link", "")
}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("name", sorted(LINKS))
def test_the_page_in_place_of_a_front_end_has_a_mutation_for_every_link_with_a_token(name: str) -> None:
    from schema.root import schema

    page = Client().get("/dev/client" + LINKS[name].removeprefix(settings.CLIENT_URL)).content.decode()
    shown = re.search(r"<pre>(mutation .*?)</pre>", page, re.DOTALL)
    assert shown, page
    document = html.unescape(shown[1])
    assert 'token: "' in document
    assert validate(schema.graphql_schema, parse(document)) == []


@pytest.mark.usefixtures("kept")
def test_the_page_in_place_of_a_front_end_takes_any_address() -> None:
    content = Client().get("/dev/client/verify-email", {"token": 'a"b'}).content.decode()
    assert "token: &quot;a\\&quot;b&quot;" in content
    assert "mutation" not in Client().get("/dev/client/somewhere/else").content.decode()
