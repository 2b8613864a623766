"""A real SMTP server on this machine that keeps what it is given, and refuses as a test tells it to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from nexus import mailers


@dataclass
class Sink:
    """What came, oldest first, and the answers that the next recipients and messages get in place of `250`.

    `once_taken` is called when the next message is kept, before whoever sent it hears so.
    """

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    to_recipients: list[str] = field(default_factory=list)
    to_messages: list[str] = field(default_factory=list)
    once_taken: list[Callable[[], object]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipients:
            return self.to_recipients.pop(0)
        self.recipients.append(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_messages:
            return self.to_messages.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content, _class=EmailMessage, policy=policy))
        if self.once_taken:
            self.once_taken.pop(0)()
        return "250 Taken"

    def only(self) -> EmailMessage:
        """The one message that came."""
        assert len(self.taken) == 1, [message["subject"] for message in self.taken]
        return self.taken[0]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """The body of a message, as `plain` or `html`."""
    body = message.get_body((kind,))
    assert body is not None, f"no {kind} body"
    return str(body.get_content())


class _OnAnyPort(Controller):
    """aiosmtpd's controller asks its server for a greeting at the port it was told; ours is told none."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def sink(**options: Any) -> Iterator[Sink]:
    """The server, on a port that the system chose. In a thread of its own."""
    given = Sink()
    controller = _OnAnyPort(given, hostname="127.0.0.1", port=0, **options)
    controller.start()
    given.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield given
    finally:
        controller.stop()


@pytest.fixture
def smtp_sink() -> Iterator[Sink]:
    """The board's mail goes to this server, over SMTP."""
    # Once the settings are there.
    from django.test import override_settings

    with sink() as given, override_settings(MAILERS={"default": mailers.mailer(given.url)}):
        yield given
