"""What providers tell of mail that came back."""

from base64 import b64encode
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import include, path

from accounts.models import EmailSuppression
from nexus import mail_news, mailers

SECRET = "board:a-secret-of-24-letters"
POSTMARK = "anymail+postmark://token@"
pytestmark = pytest.mark.django_db


def routes(url: str, secret: str) -> ModuleType:
    module = ModuleType("routes")
    module.urlpatterns = [path("mail/news/", include(mail_news.urls(url, secret)))]  # type: ignore[attr-defined]
    return module


@pytest.fixture
def provider() -> Iterator[None]:
    options = mailers.webhook_options(POSTMARK, SECRET)
    with override_settings(ROOT_URLCONF=routes(POSTMARK, SECRET), ANYMAIL=options):
        yield


def tell(secret: str = SECRET, **news: Any) -> int:
    """Sends one piece of news as Postmark does; the answer's status."""
    headers = {"authorization": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    told = {"RecordType": "Bounce", "Email": "Ada@Example.org", "MessageID": "m", **news}
    return Client().post("/mail/news/postmark", told, content_type="application/json", headers=headers).status_code


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("news", "reason"),
    [
        ({"Type": "HardBounce", "Details": "smtp;550 no such user"}, "bounce"),
        ({"Type": "BadEmailAddress"}, "bounce"),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complaint"),
    ],
)
def test_an_address_that_wants_no_mail_is_suppressed_once(news: dict[str, str], reason: str) -> None:
    assert [tell(**news), tell(**news)] == [200, 200]
    assert list(EmailSuppression.objects.values_list("email", "reason")) == [("ada@example.org", reason)]


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("kind", ["SoftBounce", "Transient", "DnsError", "AutoResponder", "ChallengeVerification"])
def test_what_may_pass_suppresses_nobody(kind: str) -> None:
    assert tell(Type=kind) == 200
    assert not EmailSuppression.objects.exists()


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("secret", ["", "board:wrong", "other:a-secret-of-24-letters"])
def test_news_without_the_secret_is_refused(secret: str) -> None:
    assert tell(secret, Type="HardBounce") == 400
    assert not EmailSuppression.objects.exists()


@pytest.mark.parametrize("url", ["anymail+postmark://t@", "anymail+brevo://k@", "anymail+resend://k@"])
def test_only_the_provider_that_sends_our_mail_is_listened_to_and_only_with_a_secret(url: str) -> None:
    assert [str(route.pattern) for route in mail_news.urls(url, SECRET)] == [mailers.provider_of(url)]
    assert mail_news.urls(url, "") == []
    assert mail_news.urls("smtp://mail.example.com", SECRET) == []


def test_mailgun_is_believed_by_its_signature() -> None:
    url = "anymail+mailgun://key@mg.example.com?signing_key=sign"
    with override_settings(ROOT_URLCONF=routes(url, SECRET), ANYMAIL=mailers.webhook_options(url, SECRET)):
        headers = {"authorization": "Basic " + b64encode(SECRET.encode()).decode()}
        forged = {"signature": {"token": "t", "timestamp": "1", "signature": "0" * 64}, "event-data": {}}
        client = Client()
        answer = client.post("/mail/news/mailgun", forged, content_type="application/json", headers=headers)
    assert answer.status_code == 400
