"""Mail, through a real SMTP server."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from accounts.models import EmailSuppression
from accounts.notifications import mail
from accounts.notifications.languages import ENGLISH, GERMAN, language_of, shown
from accounts.notifications.mail import Template, client_link, declared, masked, send
from accounts.notifications.templates import VERIFY_EMAIL
from accounts.services import suppression
from kernel.subscribers import Telling
from nexus import mailers
from tests.accounts.notifications.tellings import telling
from tests.smtp import Sink, text_of

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


def verify(to: str = ADA, *, told: Telling | None = None, **options: Any) -> None:
    send(VERIFY_EMAIL, to=to, context=VERIFY_EMAIL.sample, telling=told or telling(), **{"locale": "en", **options})


@contextmanager
def template(folder: Path, subject: str, text: str, html: str, **sample: Any) -> Iterator[Template]:
    """A template whose words are in a folder of the test's."""
    words = folder / "mail" / "of_a_test"
    words.mkdir(parents=True, exist_ok=True)
    for part, content in zip(mail.PARTS, (subject, text, html), strict=True):
        (words / part).write_text(content, encoding="utf-8")
    made = Template("of_a_test", sample=sample)
    try:
        with override_settings(MAIL_TEMPLATES=str(folder), DEBUG=True):
            yield made
    finally:
        del declared["of_a_test"]


def test_a_mail_arrives_as_text_and_as_html(smtp_sink: Sink) -> None:
    verify()
    message = smtp_sink.only()
    link = VERIFY_EMAIL.sample["link"]
    assert smtp_sink.recipients == [ADA]
    assert (message["To"], message["From"]) == (ADA, "Nexus <nexus@board.example>")
    assert message["Subject"] == "Confirm your e-mail address"
    assert message.get_content_type() == "multipart/alternative"
    assert link in text_of(message)
    assert f'href="{link}"' in text_of(message, "html")


def test_a_mail_says_that_a_machine_wrote_it(smtp_sink: Sink) -> None:
    verify()
    assert smtp_sink.only()["Auto-Submitted"] == "auto-generated"
    # Mail about the account itself cannot be switched off.
    assert smtp_sink.only()["List-Unsubscribe"] is None


def test_two_attempts_at_one_telling_have_one_message_id(smtp_sink: Sink) -> None:
    told, another = telling(), telling()
    for one in (told, Telling(told.id, 2, told.occurred_at, None, ""), another):
        verify(told=one)
    ids = [message["Message-ID"] for message in smtp_sink.taken]
    assert ids == [f"<{told.id}@board.example>"] * 2 + [f"<{another.id}@board.example>"]


@pytest.mark.parametrize(
    ("locale", "language", "subject", "moment"),
    [
        ("en", "en", "Confirm your e-mail address", "14 March 2027, 16:09 (CET)"),
        ("de", "de", "Bestätigen Sie Ihre E-Mail-Adresse", "14. März 2027, 16:09 Uhr (CET)"),
        ("de-AT", "de", "Bestätigen Sie Ihre E-Mail-Adresse", "14. März 2027, 16:09 Uhr (CET)"),
        ("fr", "en", "Confirm your e-mail address", "14 March 2027, 16:09 (CET)"),
        ("../../secret", "en", "Confirm your e-mail address", "14 March 2027, 16:09 (CET)"),
    ],
)
def test_the_persons_locale_and_time_zone_choose_the_words(
    smtp_sink: Sink, locale: str, language: str, subject: str, moment: str
) -> None:
    verify(locale=locale, timezone="Europe/Berlin")
    message = smtp_sink.only()
    assert (message["Content-Language"], message["Subject"]) == (language, subject)
    assert moment in text_of(message)
    assert moment in text_of(message, "html")
    assert f'<html lang="{language}">' in text_of(message, "html")


@pytest.mark.parametrize("timezone", ["", "Mars/Olympus", "../../etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_utc(timezone: str) -> None:
    assert shown(datetime(2027, 7, 1, 12, tzinfo=UTC), ENGLISH, timezone) == "1 July 2027, 12:00 (UTC)"


def test_a_language_that_is_half_translated_is_not_mixed_with_english(tmp_path: Path) -> None:
    with template(tmp_path, "Hello", "Hello", "Hello") as made:
        folder = tmp_path / "mail" / "of_a_test" / "de"
        folder.mkdir()
        (folder / "subject.txt").write_text("Hallo")
        assert mail.render(made, {}, locale="de").subject == "Hello"
        (folder / "body.txt").write_text("Hallo")
        (folder / "body.html").write_text("Hallo")
        assert mail.render(made, {}, locale="de").subject == "Hallo"


def test_every_language_names_twelve_months() -> None:
    assert [len(set(language.months)) for language in (ENGLISH, GERMAN)] == [12, 12]
    assert language_of("DE_de") is GERMAN


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@example.org", "Eve\nBcc: all@example.org", "Eve\u2028X\x00\x0bY"])
def test_no_name_ends_the_subject(smtp_sink: Sink, tmp_path: Path, name: str) -> None:
    with template(tmp_path, "{{ name }} asks you\nto a team", "{{ name }}", "{{ name }}", name="") as made:
        send(made, to=ADA, context={"name": name}, locale="en", telling=telling())
    message = smtp_sink.only()
    assert smtp_sink.recipients == [ADA]
    assert message["Bcc"] is None
    assert message["Subject"] == " ".join(name.replace("\x00", " ").split()) + " asks you to a team"


@pytest.mark.parametrize(
    "name", ["Acme\n\nYour account is closed.", "Acme\u2029Your account is closed.", "Acme \u202eYour"]
)
def test_no_name_begins_a_paragraph_or_turns_the_text_round(tmp_path: Path, name: str) -> None:
    with template(tmp_path, "Join", "{{ name }} invites you.", "<p>{{ name }}</p>", name="") as made:
        rendered = mail.render(made, {"name": name}, locale="en")
    assert rendered.text.count("\n") == 1
    assert rendered.text.startswith("Acme Your")
    assert rendered.html.startswith("<p>Acme Your")


def test_a_name_keeps_the_joiners_of_its_script(tmp_path: Path) -> None:
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    with template(tmp_path, "{{ name }}", "{{ name }}", "{{ name }}", name="") as made:
        rendered = mail.render(made, {"name": name}, locale="en")
    assert {rendered.subject, rendered.text.strip(), rendered.html} == {name}


def test_a_long_subject_is_cut(tmp_path: Path) -> None:
    with template(tmp_path, "{{ name }}", "", "", name="") as made:
        assert len(mail.render(made, {"name": "x" * 5_000}, locale="en").subject) == mail.LONGEST_SUBJECT


def test_an_address_with_a_line_break_is_never_sent_to(smtp_sink: Sink) -> None:
    with pytest.raises(ValueError, match=r"newline|Invalid|header"):
        verify("ada@example.org\r\nBcc: all@example.org")
    assert smtp_sink.taken == []


def test_html_is_escaped_and_text_is_not(smtp_sink: Sink, tmp_path: Path) -> None:
    with template(tmp_path, "{{ name }}", "{{ name }}", "{{ name }}", name="") as made:
        send(made, to=ADA, context={"name": "Tom & <b>Eve</b>"}, locale="en", telling=telling())
    assert smtp_sink.only()["Subject"] == "Tom & <b>Eve</b>"
    assert text_of(smtp_sink.only()).strip() == "Tom & <b>Eve</b>"
    assert text_of(smtp_sink.only(), "html").strip() == "Tom &amp; &lt;b&gt;Eve&lt;/b&gt;"


def test_a_folder_of_ones_own_stands_before_our_words(tmp_path: Path) -> None:
    words = tmp_path / "mail" / "verify_email"
    words.mkdir(parents=True)
    (words / "subject.txt").write_text("Welcome to Acme")
    with override_settings(MAIL_TEMPLATES=str(tmp_path), DEBUG=True):
        rendered = mail.render(VERIFY_EMAIL, VERIFY_EMAIL.sample, locale="en")
    assert rendered.subject == "Welcome to Acme"
    assert VERIFY_EMAIL.sample["link"] in rendered.text


def test_a_context_that_lacks_a_variable_is_refused() -> None:
    with pytest.raises(TypeError, match="verify_email needs expires_at"):
        mail.render(VERIFY_EMAIL, {"link": "x"}, locale="en")


def test_two_templates_of_one_name_are_refused() -> None:
    with pytest.raises(RuntimeError, match="verify_email"):
        Template("verify_email", sample={})
    assert declared["verify_email"] is VERIFY_EMAIL


def test_a_link_leads_into_the_front_end() -> None:
    with override_settings(CLIENT_URL="https://jobs.example/app"):
        assert client_link("/reset", token="a&b") == "https://jobs.example/app/reset?token=a%26b"
        assert client_link("settings") == "https://jobs.example/app/settings"


def test_a_server_that_is_busy_makes_the_outbox_try_again(smtp_sink: Sink) -> None:
    smtp_sink.to_recipients = ["450 4.2.1 Come back later"]
    told = telling()
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        verify(told=told)
    verify(told=told)
    assert smtp_sink.only()["Message-ID"] == f"<{told.id}@board.example>"
    assert not suppression.is_suppressed(ADA)


@pytest.mark.parametrize(
    "answer", ["550 5.1.1 No such user here", "550 No such user", "553 Mailbox name not allowed", "550 5.2.1 Disabled"]
)
def test_an_address_that_its_server_refuses_for_good_is_suppressed(smtp_sink: Sink, answer: str) -> None:
    smtp_sink.to_recipients = [answer]
    verify("Ada@Example.org")
    verify("ada@example.ORG")
    assert smtp_sink.taken == []
    row = EmailSuppression.objects.get()
    assert (row.email, row.reason, row.detail) == ("ada@example.org", "bounce", answer)


@pytest.mark.parametrize(
    "answer",
    ["550 5.7.1 Relaying denied", "550 relay not permitted", "552 5.2.2 Mailbox full", "554 5.7.1 Listed as spam"],
)
def test_a_refusal_that_is_about_us_suppresses_nobody(smtp_sink: Sink, answer: str) -> None:
    smtp_sink.to_recipients = [answer]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        verify()
    assert not EmailSuppression.objects.exists()


def test_a_refused_text_suppresses_nobody(smtp_sink: Sink) -> None:
    smtp_sink.to_messages = ["554 5.6.0 Not like this"]
    with pytest.raises(smtplib.SMTPDataError):
        verify()
    assert not EmailSuppression.objects.exists()


def test_a_server_that_is_away_makes_the_outbox_try_again() -> None:
    with (
        override_settings(MAILERS={"default": mailers.mailer("smtp://127.0.0.1:1")}),
        pytest.raises(ConnectionRefusedError),
    ):
        verify()


def test_the_log_has_the_code_of_a_server_that_took_nothing(smtp_sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    smtp_sink.to_recipients = ["452 4.3.1 <ada@example.org> No space"]
    smtp_sink.to_messages = ["554 5.6.0 Not like this"]
    for refused in (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        with pytest.raises(refused):
            verify()
    events = [record.getMessage() for record in caplog.records if record.name == mail.__name__]
    assert ["mail_not_taken" in event and "example.org" not in event for event in events] == [True, True]
    assert "'code': 452" in events[0]
    assert "'code': 554" in events[1]


def test_the_log_names_no_address(smtp_sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    smtp_sink.to_recipients = ["550 5.1.1 <ada@example.org> is not here"]
    with caplog.at_level("INFO"):
        verify()
        verify()
        verify("grace@example.org")
    events = [record.getMessage() for record in caplog.records if record.name == mail.__name__]
    assert [next(word for word in ("mail_refused", "mail_suppressed", "mail_sent") if word in e) for e in events] == [
        "mail_refused",
        "mail_suppressed",
        "mail_sent",
    ]
    assert all("example.org" not in event for event in events)
    assert masked(ADA) in events[0]
    assert masked(" ADA@example.org") == masked(ADA) != masked("grace@example.org")


def test_a_suppression_that_is_there_keeps_its_first_reason() -> None:
    suppression.suppress("Eve@example.org", reason=suppression.Reason.COMPLAINT, detail="abuse")
    suppression.suppress("eve@EXAMPLE.org ", reason=suppression.Reason.BOUNCE, detail="x" * 9_000)
    assert list(EmailSuppression.objects.values_list("email", "reason")) == [("eve@example.org", "complaint")]
