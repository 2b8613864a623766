"""Mutations of accounts sent through the door, and the links in the mail that they send."""

import re
from dataclasses import replace
from typing import Any

import orjson
from django.core.mail import EmailMessage

from accounts.models import User
from nexus.graphql.view import answer
from tests.deliveries import deliver_all
from tests.door import request_for, send

SECRET = "a walrus sings at dawn"


def document(name: str, fields: str = "") -> str:
    """The mutation as a client writes it."""
    input_type = f"{name[0].upper()}{name[1:]}Input"
    return (
        f"mutation($input: {input_type}!) {{ {name}(input: $input) {{ {fields} "
        "userErrors { code field message isRetryable } } }"
    )


def act(name: str, input: dict[str, Any], fields: str = "", *, by: User | None = None, **headers: str) -> Any:
    """The payload of a mutation that has no top-level errors."""
    return send(document(name, fields), {"input": input}, by=by, **headers).data[name]


def act_from(address: str, name: str, input: dict[str, Any], fields: str = "") -> Any:
    """The same, by nobody, from an IP address."""
    request = replace(request_for(document(name, fields), {"input": input}), address=address)
    return orjson.loads(answer(request).body)["data"][name]


def refusals(payload: Any) -> list[tuple[str, str | None]]:
    """The codes of a payload's errors, with the input field at fault."""
    return [
        (error["code"], ".".join(error["field"][1:]) if error["field"] else None) for error in payload["userErrors"]
    ]


def delivered(mailbox: list[EmailMessage]) -> list[EmailMessage]:
    """The messages that are sent when everybody has heard what happened since the last time."""
    before = len(mailbox)
    deliver_all()
    return mailbox[before:]


def token_in(message: EmailMessage) -> str:
    """The token of the link in a message."""
    found = re.search(r"[?&]token=([\w-]{43})\b", str(message.body))
    assert found, message.body
    return found[1]


def subjects(messages: list[EmailMessage]) -> list[tuple[str, list[str]]]:
    """What was sent, and to whom."""
    return sorted((message.subject, message.to) for message in messages)
