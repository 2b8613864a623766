"""Mail, from the act to the server, by way of the outbox."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import EmailSuppression
from kernel import outbox, subscribers
from kernel.models import Delivery
from nexus.environment import BASE_DIR
from tests.deliveries import deliver_all
from tests.door import send
from tests.smtp import Sink

pytestmark = pytest.mark.django_db
REGISTER = """
mutation ($input: AccountRegisterInput!) {
  accountRegister(input: $input) { email userErrors { code } }
}
"""
# A worker's process that makes one attempt, and is killed as soon as the server has taken the mail.
DIES = """
import os, signal, sys, uuid
import django
django.setup()
from django.core.mail import EmailMessage
from kernel import subscribers
from nexus import relay
relay.load()
send = EmailMessage.send
def send_and_die(message, *given, **named):
    send(message, *given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
EmailMessage.send = send_and_die
subscribers.attempt(uuid.UUID(sys.argv[1]))
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


@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_worker_is_killed_before_the_commit_comes_again_under_the_same_id(smtp_sink: Sink) -> None:
    register()
    while outbox.fan_out():
        pass
    [((delivery_id,), _)] = outbox.take()
    told = {"EMAIL_URL": smtp_sink.url, "DEFAULT_FROM_EMAIL": "nexus@board.example"}
    settings = {"DJANGO_SETTINGS_MODULE": "nexus.settings"}
    worker = [sys.executable, "-c", DIES, str(delivery_id)]
    died = subprocess.run(worker, env=os.environ | told | settings, cwd=BASE_DIR, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL
    assert smtp_sink.only()["Message-ID"] == f"<{delivery_id}@board.example>"
    assert delivery().state == "sent"
    # The next worker finds the start of an attempt without its end.
    subscribers.attempt(delivery_id)
    assert delivery().state == "waiting"
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        deliver_all()
    assert delivery().state == "done"
    assert [message["Message-ID"] for message in smtp_sink.taken] == [f"<{delivery_id}@board.example>"] * 2


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
