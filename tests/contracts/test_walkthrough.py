"""docs/walkthrough.md is true: each document, sent to a server as it is printed, is answered as it is printed.

A step is a line that says who asks ("As Ada"), a document, and its answer. A printed text that ends with `…` stands for
any that begins so (of an id only what every id of its type begins with: the rest of a UUIDv7 goes by the clock), an
instant for any instant, and words in capitals for what an earlier answer or mail has given.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import pytest

from nexus.environment import BASE_DIR
from tests.deliveries import deliver_all
from tests.over_http import over_http
from tests.smtp import Sink, text_of

GUIDE = (BASE_DIR / "docs" / "walkthrough.md").read_text(encoding="utf-8")
STEP = re.compile(r"\bAs (nobody|Ada|Ben)\b[^.:]*:\n\n```graphql\n(.*?)```\n\n```json\n(.*?)```\n", re.DOTALL)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass
class Walk:
    """What somebody who follows the page has seen so far."""

    sink: Sink
    # The access token of each, as it stands in the headers of their tab.
    headers: dict[str, dict[str, str]] = field(default_factory=lambda: {"nobody": {}})
    answers: dict[str, Any] = field(default_factory=dict)

    def link_token(self, subject: str) -> str:
        """The token of the link in the newest mail with this subject."""
        mail = next(mail for mail in reversed(self.sink.taken) if mail["subject"] == subject)
        found = re.search(r"token=([\w-]+)", text_of(mail))
        assert found
        return found[1]

    def filled_in(self, document: str) -> str:
        """The document with what its words in capitals stand for."""
        given: dict[str, Callable[[], str]] = {
            "TOKEN FROM THE MAIL": lambda: self.link_token("Confirm your e-mail address"),
            "TOKEN OF THE INVITATION": lambda: self.link_token("Join Analytical Engines at Nexus"),
            "REFRESH TOKEN": lambda: self.answers["refreshToken"],
            "ID OF THE COMPANY": lambda: self.answers["companyCreate"]["company"]["id"],
            "ID OF THE MEMBERSHIP": lambda: self.answers["invitationAccept"]["membership"]["id"],
            "ID OF ADA'S MEMBERSHIP": lambda: self.answers["viewer"]["memberships"][0]["id"],
        }
        return re.sub(r'(?<=")[A-Z\' ]+(?=")', lambda words: given[words[0]](), document)

    def remember(self, who: str, answer: dict[str, Any]) -> None:
        """Keep what later steps need of an answer; a token that nobody's tab was given is the one to log in with."""
        data = answer.get("data") or {}
        self.answers.update(data)
        payload = data.get("tokenCreate") or data.get("tokenRefresh") or {}
        if payload.get("token"):
            owner = "Ben" if "Ada" in self.headers and "tokenCreate" in data else "Ada"
            self.headers[owner] = {"authorization": f"Bearer {payload['token']}"}
            if owner == "Ada":
                self.answers["refreshToken"] = payload["refreshToken"]


def is_like(printed: Any, real: Any) -> bool:
    """Whether a real answer is the printed one."""
    if isinstance(printed, dict):
        has_same_names = isinstance(real, dict) and printed.keys() == real.keys()
        return has_same_names and all(is_like(value, real[name]) for name, value in printed.items())
    if isinstance(printed, list):
        return isinstance(real, list) and len(printed) == len(real) and all(map(is_like, printed, real))
    if isinstance(printed, str) and isinstance(real, str):
        if INSTANT.match(printed):
            return datetime.fromisoformat(real).tzinfo is not None
        if printed.endswith("…"):
            return real.startswith(printed[:-1]) and len(real) > len(printed)
    return bool(printed == real)


def test_somebody_who_follows_the_page_sees_what_it_says(live_url: str, smtp_sink: Sink) -> None:
    steps = STEP.findall(GUIDE)
    assert len(steps) == GUIDE.count("```graphql") == 20
    walk = Walk(smtp_sink)
    for who, document, printed in steps:
        _, answer, _ = over_http(live_url, {"query": walk.filled_in(document)}, **walk.headers[who])
        answer.pop("extensions", None)
        expected = orjson.loads(printed)
        assert is_like(expected, answer), f"{document}\n{answer}"
        walk.remember(who, answer)
        deliver_all()
    assert walk.headers.keys() == {"nobody", "Ada", "Ben"}
    assert [mail["to"] for mail in smtp_sink.taken] == ["ada@example.org", "ben@example.org", "ben@example.org"]


@pytest.mark.parametrize(
    ("printed", "real"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ([1], [1, 2]),
        ("eyJ…", "other"),
        ("eyJ…", "eyJ"),
        ("eyJ…", None),
        ("2026-11-21T09:30:00+00:00", None),
        (None, "2026-11-21T09:30:00+00:00"),
        (1, "1"),
    ],
)
def test_another_answer_than_the_printed_one_is_seen(printed: Any, real: Any) -> None:
    assert not is_like(printed, real)
