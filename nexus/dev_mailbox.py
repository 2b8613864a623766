"""Where mail goes in development, when EMAIL_URL names no server: a folder and the log. `/dev/mail` shows it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage as ParsedMessage
from email.policy import default as policy
from pathlib import Path

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from kernel.ids import uuid7

MOST = 100
"""Mails that are kept; the oldest make room."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail of the folder."""

    name: str
    message: ParsedMessage

    @property
    def kept_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, UTC)

    def part(self, kind: str) -> str:
        """The body as `plain` or `html`; empty where there is none."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""


class EmailBackend(BaseEmailBackend):
    """Keeps mail in the folder, one file each, and says in the log what it says."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        # The links in there let people in.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            # Renamed into place: whoever lists the folder sees whole files only.
            name = f"{time.time_ns():020}-{uuid7().hex[-12:]}"
            part = folder / f"{name}.part"
            part.write_bytes(message.message().as_bytes())
            part.rename(folder / f"{name}.eml")
            log.info("mail_kept_for_development", to=message.to, subject=message.subject, text=message.body)
        for oldest in sorted(folder.glob("*.eml"), reverse=True)[MOST:]:
            oldest.unlink(missing_ok=True)
        return len(email_messages)


def kept() -> list[Kept]:
    """The mails of the folder, newest first."""
    found = [_read(path) for path in sorted(_folder().glob("*.eml"), reverse=True)]
    return [mail for mail in found if mail is not None]


def kept_as(name: str) -> Kept | None:
    """One mail by the name of its file."""
    return next((mail for mail in kept() if mail.name == name), None)


def _read(path: Path) -> Kept | None:
    try:
        message = message_from_bytes(path.read_bytes(), _class=ParsedMessage, policy=policy)
    except FileNotFoundError:
        # It has just made room.
        return None
    return Kept(path.stem, message)


def _folder() -> Path:
    return Path(settings.MAIL_FOLDER)
