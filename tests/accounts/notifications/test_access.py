"""Mail about second factors and API keys."""

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from accounts.auth import one_time_code
from accounts.errors import RefreshTokenReused
from accounts.services import api_key, identity, session, totp
from kernel.viewer import Viewer
from tests.deliveries import deliver_all
from tests.factories import UserFactory
from tests.smtp import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _within_one_step() -> Iterator[None]:
    """Half a minute does not end while a test asks for its code."""
    with time_machine.travel(timezone.now().replace(second=5), tick=True):
        yield


@pytest.mark.parametrize(
    ("locale", "subjects"),
    [
        ("en", ["Your second factor is on", "A recovery code was used", "Your second factor is off"]),
        (
            "de",
            [
                "Ihr zweiter Faktor ist eingeschaltet",
                "Ein Wiederherstellungscode wurde benutzt",
                "Ihr zweiter Faktor ist ausgeschaltet",
            ],
        ),
    ],
)
def test_a_person_hears_of_what_happens_to_the_second_factor(smtp_sink: Sink, locale: str, subjects: list[str]) -> None:
    user = UserFactory(locale=locale)
    by = Viewer(user_id=user.pk, authenticated_at=timezone.now())
    secret = totp.enable(by=by).secret
    deliver_all()
    assert smtp_sink.taken == [], "nothing is on yet"
    step = one_time_code.step_at(timezone.now())
    codes = totp.confirm(by=by, code=one_time_code.code_at(secret, step - 1))
    totp.require(user, codes[0])
    totp.disable(by=by, code=one_time_code.code_at(secret, step))
    deliver_all()
    assert [message["Subject"] for message in smtp_sink.taken] == subjects
    told = [message.get_body(("plain",)).get_content() for message in smtp_sink.taken]
    assert "9" in told[1]
    assert not any(secret in text or code in text for text in told for code in codes)


def test_whoever_makes_a_key_hears_of_it_without_the_key(smtp_sink: Sink) -> None:
    user = UserFactory()
    by = Viewer(user_id=user.pk, authenticated_at=timezone.now())
    made = api_key.create(by=by, name="Nightly import", scopes=["jobs:read"])
    deliver_all()
    message = smtp_sink.only()
    text = message.get_body(("plain",)).get_content()
    assert message["To"] == user.email
    assert "Nightly import" in text
    assert f"nxs_{made.key.prefix}" in text
    assert made.secret.split("_")[2] not in message.as_string()


def test_whoever_had_a_refresh_token_stolen_hears_of_it(smtp_sink: Sink) -> None:
    user = UserFactory()
    stolen = session.open(user, method="password", device="Ada's telephone").refresh
    session.refresh(stolen)
    with pytest.raises(RefreshTokenReused):
        session.refresh(stolen)
    deliver_all()
    message = smtp_sink.only()
    assert (message["To"], message["Subject"]) == (user.email, "We logged one of your devices out")
    text = message.get_body(("plain",)).get_content()
    assert "Ada's telephone" in text
    assert stolen not in text


def test_whoever_is_linked_to_a_provider_hears_of_it(smtp_sink: Sink) -> None:
    user = UserFactory()
    claim = identity.Claim(provider="acme", subject="1", email=user.email, is_email_verified=True)
    identity.sign_in(claim, challenge="c" * 43)
    deliver_all()
    message = smtp_sink.only()
    assert (message["To"], message["Subject"]) == (user.email, "You can now sign in with acme")
