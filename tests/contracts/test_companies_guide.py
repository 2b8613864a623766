"""The guide to companies is followed to the letter: every example runs in its order and does what it says."""

import re
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from tests.deliveries import deliver_all
from tests.door import send
from tests.factories import UserFactory
from tests.smtp import Sink, text_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "companies.md"
BLOCK = re.compile(r"^```graphql by=(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"(?:mutation|query) (\w+)")

pytestmark = pytest.mark.django_db


def test_the_guide_to_companies_works(smtp_sink: Sink) -> None:
    people: dict[str, User] = {
        "olive": UserFactory(name="Olive", email="olive@example.org"),
        "robin": UserFactory(name="Robin", email="robin@example.org"),
    }
    known: dict[str, str] = {}
    told: dict[str, Any] = {}
    for person, example in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        name = NAME.findall(example)[0]
        document = re.sub(r"\$(\w+)", lambda found: known[found[1]], example)
        (payload,) = send(document, by=people[person]).data.values()
        assert payload.get("userErrors", []) == [], name
        told[name] = payload
        if name == "Open":
            known["company"] = payload["company"]["id"]
        if name == "Invite":
            deliver_all()
            found = re.search(r"token=([\w-]{43})", text_of(smtp_sink.only()))
            assert found
            known["token"] = found[1]
        if name == "Accept":
            known["membership"] = payload["membership"]["id"]
    assert told["Describe"]["company"]["version"] == 2
    assert told["Ask"]["domain"]["record"]["name"] == "_nexus.larkfield.example"
    assert told["Invitations"]["invitations"] == [
        {"role": "RECRUITER", "status": "OPEN", "company": {"name": "Larkfield Systems"}}
    ]
    assert told["Team"]["members"]["totalCount"] == 2
    assert told["Promote"]["membership"] == {"role": "ADMIN"}
    roles = [node["role"] for node in told["HandOver"]["company"]["members"]["nodes"]]
    assert roles == ["ADMIN", "OWNER"]
    assert told["Followed"]["followedCompanies"] == {"totalCount": 1, "nodes": [{"name": "Larkfield Systems"}]}
    assert len(told) == 11
