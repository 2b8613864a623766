"""The guides to files and to exports are followed to the letter: every example runs and does what it says."""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from jobs.models import File, MembershipRole
from jobs.services import company_export, file_store
from nexus.graphql.multipart import parameters_of
from schema.core import ids
from tests import files
from tests.deliveries import deliver_all
from tests.door import send
from tests.factories import MembershipFactory, UserFactory
from tests.files import own_store

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```graphql by=(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"(?:mutation|query) (\w+)")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]


def examples(guide: str) -> dict[str, str]:
    """The guide's examples by their names, in their order."""
    found = BLOCK.findall((DOCS / guide).read_text(encoding="utf-8"))
    return {NAME.findall(example)[0]: example for _, example in found}


def ask(example: str, by: User, **known: str) -> Any:
    (payload,) = send(re.sub(r"\$(\w+)", lambda found: known[found[1]], example), by=by).data.values()
    assert payload.get("userErrors", []) == []
    return payload


def test_the_guide_to_files_works() -> None:
    bring, complete, resumes = examples("files.md").values()
    ada = UserFactory()
    made = ask(bring, ada)
    assert made["file"]["state"] == "AWAITED"
    assert made["upload"]["method"] == "PUT"
    content = files.pdf()
    File.objects.update(size=len(content))
    file_store.put(File.objects.get(), ContentFile(content))
    assert ask(complete, ada, file=made["file"]["id"])["file"] == {"state": "WAITING", "mime": "application/pdf"}
    deliver_all()
    (resume,) = ask(resumes, ada)["resumes"]
    assert (resume["isDefault"], resume["file"]["state"]) == (True, "READY")
    answer = Client().get(urlsplit(resume["file"]["link"]).path)
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]


def test_the_multipart_request_of_the_guide_is_one() -> None:
    text = (DOCS / "files.md").read_text(encoding="utf-8")
    operations, places = re.findall(r"-F '(?:operations|map)=(.*?)'", text)
    body = b""
    parts = (("operations", operations, ""), ("map", places, ""), ("0", "Ada", '; filename="cv.txt"'))
    for name, value, called in parts:
        body += f'--x\r\nContent-Disposition: form-data; name="{name}"{called}\r\n\r\n{value}\r\n'.encode()
    parameters, file = parameters_of("multipart/form-data; boundary=x", io.BytesIO(body + b"--x--\r\n"))
    try:
        payload = send(parameters["query"], {"f": None}, by=UserFactory()).data["uploadCreate"]
        # Without its file it lacks a name.
        assert payload["file"] is None
        assert parameters["variables"] == {"f": file}
    finally:
        file.content.close()


def test_the_guide_to_exports_works() -> None:
    export, events = examples("exports.md").values()
    olive = MembershipFactory(role=MembershipRole.OWNER)
    company = ids.encode("Company", olive.company_id)
    made = ask(export, olive.user, company=company)["export"]
    assert made["status"] == "WAITING"
    assert len(company_export.due()) == 1
    (event,) = ask(events, olive.user, company=company)["events"]["nodes"]
    assert event["kind"] == "ExportRequested"
    assert event["actor"] == {"name": olive.user.name}
