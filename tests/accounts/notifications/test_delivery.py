"""Mail, from the act to the server, by way of the outbox."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import EmailSuppression
from kernel.models import Delivery
from tests.deliveries import deliver_all
from tests.door import send
from tests.smtp import Sink

pytestmark = pytest.mark.django_db
REGISTER = """
mutation ($input: AccountRegisterInput!) {
  accountRegister(input: $input) { email userErrors { code } }
}
"""
ADA = {"email": "ada@example.org", "password": "a long enough pass phrase 42", "name": "Ada", "locale": "de"}


def register(**input: str) -> None:
    answer = send(REGISTER, {"input": ADA | input})
    assert answer.data["accountRegister"] == {"email": "ada@example.org", "userErrors": []}


def delivery() -> Delivery:
    return Delivery.objects.get(subscriber="accounts.tasks.mail_registration")


def test_a_mail_is_sent_once_under_the_id_of_its_delivery(smtp_sink: Sink) -> None:
    register()
    assert smtp_sink.taken == []
    for _ in range(3):
        deliver_all()
    message = smtp_sink.only()
    assert message["Message-ID"] == f"<{delivery().pk}@board.example>"
    assert message["Subject"] == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert delivery().state == "done"


def test_an_act_that_is_repeated_under_its_key_sends_one_mail(smtp_sink: Sink) -> None:
    for _ in range(3):
        register(idempotencyKey="k-1")
    deliver_all()
    assert smtp_sink.only()["To"] == "ada@example.org"


def test_a_server_that_is_busy_is_asked_again_and_nobody_is_named_in_the_error(smtp_sink: Sink) -> None:
    smtp_sink.to_recipients = ["450 4.2.1 <ada@example.org> is busy"]
    register()
    deliver_all(failures_allowed=True)
    assert smtp_sink.taken == []
    assert delivery().state == "waiting"
    assert "SMTPRecipientsRefused" in delivery().error
    assert "ada@example.org" not in delivery().error
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        deliver_all()
    assert smtp_sink.only()["Message-ID"] == f"<{delivery().pk}@board.example>"
    assert (delivery().state, delivery().attempts) == ("done", 2)


def test_an_address_that_is_refused_for_good_is_done_with(smtp_sink: Sink) -> None:
    smtp_sink.to_recipients = ["550 5.1.1 No such user"]
    register()
    deliver_all()
    assert delivery().state == "done"
    assert EmailSuppression.objects.get().email == "ada@example.org"
    assert smtp_sink.taken == []
