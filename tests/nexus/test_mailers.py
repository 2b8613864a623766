"""EMAIL_URL."""

from typing import Any

import pytest
from django.core.mail import mailers as django_mailers
from django.test import override_settings

from nexus import mailers


@pytest.mark.parametrize(
    ("url", "backend", "options"),
    [
        ("smtp://mail.example.com", "smtp", {"host": "mail.example.com", "port": 25, "use_tls": False}),
        (
            "smtp+tls://nexus%40example.com:p%2Fw@mail.example.com",
            "smtp",
            {"port": 587, "use_tls": True, "username": "nexus@example.com", "password": "p/w"},
        ),
        ("smtp+ssl://mail.example.com", "smtp", {"port": 465, "use_ssl": True, "timeout": mailers.SECONDS}),
        ("smtp+ssl://mail.example.com:2465", "smtp", {"port": 2465}),
        ("consolemail://", "console", {}),
        ("anymail+postmark://TOKEN@", "postmark", {"server_token": "TOKEN"}),
        ("anymail+brevo://KEY@", "brevo", {"api_key": "KEY"}),
        ("anymail+resend://KEY@", "resend", {"api_key": "KEY"}),
        (
            "anymail+mailgun://KEY@mg.example.com?region=eu",
            "mailgun",
            {"api_key": "KEY", "sender_domain": "mg.example.com", "api_url": "https://api.eu.mailgun.net/v3/"},
        ),
        ("", "dev_mailbox", {}),
    ],
)
def test_a_url_makes_the_backend_that_it_names(url: str, backend: str, options: dict[str, Any]) -> None:
    with override_settings(MAILERS={"default": mailers.mailer(url)}):
        made = django_mailers["default"]
    assert type(made).__module__.rpartition(".")[2] == backend
    assert {name: getattr(made, name) for name in options} == options


@pytest.mark.parametrize(
    "url",
    [
        *("smtp://", "anymail+postmark://", "anymail+brevo://secret-host", "anymail+mailgun://secret-key@"),
        "anymail+mailgun://secret-key@mg.example.com?region=mars",
    ],
)
def test_a_url_that_lacks_something_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r"names no host|holds no key|is not anymail") as refusal:
        mailers.mailer(url)
    assert "secret" not in str(refusal.value)


def test_every_scheme_is_understood() -> None:
    for scheme in mailers.SCHEMES:
        assert mailers.mailer(f"{scheme}://key@example.com")["BACKEND"]
