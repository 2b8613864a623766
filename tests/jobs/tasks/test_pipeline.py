"""The mail that tells people that they were declined, through a real SMTP server."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import QuietHours
from jobs.models import Application, Candidate, EmailTemplate, RejectionMail
from jobs.services import pipeline, pipeline_bulk, rejection_mail
from jobs.services.rejection_mail import MailWords
from jobs.tasks import release_rejection_mails
from kernel.models import Delivery, DeliveryState, OutboxEvent
from tests.deliveries import deliver_all
from tests.factories import CompanyFactory, JobFactory, UserFactory
from tests.hiring_board import application, viewer_at
from tests.smtp import Sink, text_of

pytestmark = pytest.mark.django_db


def declined(words: MailWords | None, **person: Any) -> Application:
    job = JobFactory(title="Gardener", company=CompanyFactory(name="Larkfield & Sons"))
    row = application(job, UserFactory(**{"name": "Ada", "email": "ada@acme.example", **person}))
    return pipeline.reject(by=viewer_at(job), application_id=row.pk, version=1, reason="experience", mail=words)


def days_later(days: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        release_rejection_mails()
        deliver_all()


def test_it_goes_when_its_time_has_come_and_once(smtp_sink: Sink) -> None:
    row = declined(MailWords(send_after_hours=48))
    days_later(1)
    assert smtp_sink.taken == []
    assert RejectionMail.objects.get().released_at is None
    days_later(3)
    message = smtp_sink.only()
    assert smtp_sink.recipients == ["ada@acme.example"]
    assert str(message["Subject"]) == "Your application as Gardener"
    assert "Dear Ada," in text_of(message)
    assert "Larkfield & Sons" in text_of(message)
    assert "Larkfield &amp; Sons" in text_of(message, "html")
    assert "experience" not in str(message).lower(), "the reason is the company's"
    assert RejectionMail.objects.get(application=row).released_at is not None
    days_later(4)
    assert len(smtp_sink.taken) == 1


def test_in_the_person_s_language(smtp_sink: Sink) -> None:
    declined(MailWords(), locale="de")
    days_later(2)
    assert str(smtp_sink.only()["Subject"]) == "Ihre Bewerbung als Gardener"
    assert "Guten Tag, Ada," in text_of(smtp_sink.only())


def test_the_company_s_words_have_their_places_filled_in_and_nothing_is_run(smtp_sink: Sink) -> None:
    words = "Dear {name},\n\n{{ mail.board }} {% now 'Y' %} {company} & {job} <b>{other}</b> {0.__class__}"
    declined(MailWords(message=words), name="{company}")
    days_later(2)
    text, html = text_of(smtp_sink.only()), text_of(smtp_sink.only(), "html")
    assert "Dear {company}," in text
    assert "{{ mail.board }} {% now 'Y' %} Larkfield & Sons & Gardener <b>{other}</b> {0.__class__}" in text
    assert "&lt;b&gt;{other}&lt;/b&gt;" in html
    assert str(smtp_sink.only()["Subject"]) == "Gardener, Larkfield & Sons"


def test_a_template_s_words_are_those_of_the_moment_it_is_sent(smtp_sink: Sink) -> None:
    row = declined(None)
    template = EmailTemplate.objects.create(
        company=row.job.company, name="No", subject="About {job}\r\nBcc: all@acme.example", body="Old"
    )
    RejectionMail.objects.create(application=row, template=template, due_at=timezone.now())
    EmailTemplate.objects.update(body="Sorry, {name}.")
    days_later(1)
    message = smtp_sink.only()
    assert str(message["Subject"]) == "About Gardener Bcc: all@acme.example"
    assert message["Bcc"] is None
    assert smtp_sink.recipients == ["ada@acme.example"]
    assert "Sorry, Ada." in text_of(message)


def test_where_the_template_is_gone_the_board_s_words_are_sent(smtp_sink: Sink) -> None:
    row = declined(None)
    template = EmailTemplate.objects.create(company=row.job.company, name="No", subject="No", body="No")
    RejectionMail.objects.create(application=row, template=template, due_at=timezone.now())
    template.delete()
    days_later(1)
    assert "Dear Ada," in text_of(smtp_sink.only())


def test_what_was_taken_back_is_never_sent(smtp_sink: Sink) -> None:
    row = declined(MailWords())
    pipeline.unreject(by=viewer_at(row.job), application_id=row.pk, version=2)
    days_later(2)
    assert smtp_sink.taken == []


def test_what_was_taken_back_after_its_release_and_before_its_sending_is_not_sent(smtp_sink: Sink) -> None:
    row = declined(MailWords(send_after_hours=0))
    assert rejection_mail.release_due() == 1
    back = pipeline.unreject(by=viewer_at(row.job), application_id=row.pk, version=2)
    deliver_all()
    assert smtp_sink.taken == []
    later = MailWords(message="This time for good.", send_after_hours=0)
    pipeline.reject(by=viewer_at(row.job), application_id=row.pk, version=back.version, reason="pay", mail=later)
    days_later(1)
    assert "This time for good." in text_of(smtp_sink.only())


def test_of_two_that_were_released_the_later_one_tells(smtp_sink: Sink) -> None:
    row = declined(MailWords(message="First.", send_after_hours=0))
    rejection_mail.release_due()
    back = pipeline.unreject(by=viewer_at(row.job), application_id=row.pk, version=2)
    second = MailWords(message="Second.", send_after_hours=0)
    pipeline.reject(by=viewer_at(row.job), application_id=row.pk, version=back.version, reason="pay", mail=second)
    days_later(1)
    assert "Second." in text_of(smtp_sink.only())


def test_nobody_is_told_who_is_nobody_any_more(smtp_sink: Sink) -> None:
    row = declined(MailWords())
    Candidate.objects.filter(pk=row.candidate_id).update(user=None, name="", email="", anonymised_at=timezone.now())
    days_later(2)
    assert smtp_sink.taken == []


def test_a_mail_that_was_not_taken_is_tried_again_under_its_id(smtp_sink: Sink) -> None:
    declined(MailWords(send_after_hours=0))
    smtp_sink.to_messages.append("451 4.3.0 Later")
    release_rejection_mails()
    deliver_all(failures_allowed=True)
    assert smtp_sink.taken == []
    waiting = Delivery.objects.get(subscriber="jobs.tasks.pipeline.mail_rejection")
    assert waiting.state == DeliveryState.WAITING
    Delivery.objects.filter(pk=waiting.pk).update(due_at=timezone.now())
    deliver_all()
    assert str(smtp_sink.only()["Message-ID"]).startswith(f"<{waiting.pk}@")


def test_many_are_released_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejection_mail, "BATCH", 2)
    for _ in range(5):
        declined(MailWords(send_after_hours=0), email=f"{Application.objects.count()}@acme.example")
    release_rejection_mails()
    assert OutboxEvent.objects.filter(kind="RejectionMailDue").count() == 5
    assert not RejectionMail.objects.filter(released_at=None).exists()


def test_it_keeps_to_the_person_s_quiet_hours(smtp_sink: Sink) -> None:
    user = UserFactory(timezone="UTC")
    begins = timezone.now() - timedelta(hours=1)
    # Until three hours from now.
    ends = timezone.now().replace(microsecond=0) + timedelta(hours=3)
    QuietHours.objects.create(user=user, begins_at=begins.time(), ends_at=ends.time())
    job = JobFactory()
    rows = [application(job, user), application(job, UserFactory())]
    versions = {row.pk: 1 for row in rows}
    pipeline_bulk.reject(by=viewer_at(job), versions=versions, reason="filled", mail=MailWords(send_after_hours=0))
    due = {mail.application_id: mail.due_at for mail in RejectionMail.objects.all()}
    assert due[rows[0].pk] == ends
    assert due[rows[1].pk] <= timezone.now()
    assert rejection_mail.release_due() == 1
