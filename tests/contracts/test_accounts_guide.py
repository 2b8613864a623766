"""docs/accounts.md is true: its documents run in their order, and its table of refusals is the code's."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage

from kernel.errors import Invalid, KeyReused
from nexus.environment import BASE_DIR
from schema.account import mutations as account_mutations
from schema.core.mutations import Mutation
from schema.session.mutations import TokenCreate
from tests.deliveries import deliver_all
from tests.door import send
from tests.schema.account.acts import token_in

pytestmark = pytest.mark.django_db

GUIDE = (BASE_DIR / "docs" / "accounts.md").read_text(encoding="utf-8")
STEPS = re.findall(r"```graphql\n(.*?)```\n(?:\n```json\n(.*?)```\n)?", GUIDE, re.DOTALL)
OURS = {
    f"{name[0].lower()}{name[1:]}": mutation
    for name, mutation in vars(account_mutations).items()
    if isinstance(mutation, type) and issubclass(mutation, Mutation) and mutation is not Mutation
}


def test_the_documents_run_in_their_order(
    mailoutbox: list[EmailMessage], settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    assert len(STEPS) == 9
    headers: dict[str, str] = {}
    seen: dict[str, Any] = {}
    for document, given in STEPS:
        token = token_in(mailoutbox[-1]) if "TOKEN FROM THE MAIL" in given else ""
        variables = orjson.loads(given.replace("TOKEN FROM THE MAIL", token)) if given else None
        data = send(document, variables, **headers).data
        [(name, payload)] = data.items()
        assert payload.get("userErrors", []) == [], name
        seen[name] = payload
        if name == "passwordResetConfirm":
            # Its sessions have ended.
            again = {"input": {"email": "grace@example.org", "password": "eight otters in a row"}}
            payload = send(STEPS[2][0], again).data["tokenCreate"]
        if payload.get("token"):
            headers["authorization"] = f"Bearer {payload['token']}"
        deliver_all()
    assert seen["tokenCreate"]["user"] == {
        "name": "Grace",
        "email": "grace@example.org",
        "isEmailVerified": True,
        "hasPassword": True,
    }
    assert seen["accountUpdate"]["user"]["locale"] == "en-US"
    assert [row["status"] for row in seen["viewer"]["dataExports"]] == ["READY"]


def test_the_table_of_refusals_is_the_codes() -> None:
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", GUIDE, re.MULTILINE))
    declared: dict[str, set[str]] = {}
    for name, mutation in OURS.items():
        for error in mutation.expected:
            declared.setdefault(error.code, set()).add(name)
    session = {error.code for error in TokenCreate.expected}
    # What is told of the second factor stands in its own guide.
    assert declared.keys() <= table.keys() <= declared.keys() | session
    for code, words in table.items():
        named = set(re.findall(r"`(\w+)`", words)) - {"idempotencyKey"}
        if code not in (Invalid.code, KeyReused.code, "TOO_MANY_ATTEMPTS"):
            assert named - {"tokenCreate"} == declared.get(code, set()), code
