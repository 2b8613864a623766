"""The mailbox of development."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import override_settings

from nexus import dev_mailbox, mailers


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MAIL_FOLDER=tmp_path / "mail", MAILERS={"default": mailers.DEVELOPMENT}):
        yield tmp_path / "mail"


def send(subject: str) -> None:
    message = EmailMultiAlternatives(subject, "Grüße", "nexus@board.example", ["ada@example.org"])
    message.attach_alternative("<p>Grüße</p>", "text/html")
    message.send()


def test_mail_is_kept_newest_first(folder: Path) -> None:
    assert dev_mailbox.kept() == []
    for subject in ("One", "Two ✓", "Three"):
        send(subject)
    newest, *rest = dev_mailbox.kept()
    assert [mail.message["Subject"] for mail in (newest, *rest)] == ["Three", "Two ✓", "One"]
    assert (newest.part("plain").strip(), newest.part("html").strip()) == ("Grüße", "<p>Grüße</p>")
    found = dev_mailbox.kept_as(newest.name)
    assert found is not None
    assert found.message["Subject"] == "Three"
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["", "../../etc/passwd", "no-such"])
def test_no_other_file_is_read(name: str) -> None:
    send("One")
    assert dev_mailbox.kept_as(name) is None


def test_the_oldest_make_room(folder: Path) -> None:
    for number in range(dev_mailbox.MOST + 5):
        send(f"Mail {number}")
    kept = dev_mailbox.kept()
    assert [kept[0].message["Subject"], kept[-1].message["Subject"]] == [f"Mail {dev_mailbox.MOST + 4}", "Mail 5"]
    assert len(list(folder.iterdir())) == dev_mailbox.MOST


@pytest.mark.usefixtures("folder")
def test_several_writers_lose_nothing() -> None:
    writers = [Thread(target=send, args=(f"Mail {number}",)) for number in range(20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert {mail.message["Subject"] for mail in dev_mailbox.kept()} == {f"Mail {number}" for number in range(20)}


@pytest.mark.usefixtures("folder")
def test_the_log_has_the_text(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        send("Hello")
    assert any("Hello" in record.getMessage() and "Grüße" in record.getMessage() for record in caplog.records)
