"""Files in GraphQL requests: https://github.com/jaydenseric/graphql-multipart-request-spec."""

import io
import json
from hashlib import sha256
from typing import Any

import orjson
import pytest

from accounts.models import User
from jobs.models import File, FileState
from nexus.graphql import multipart
from nexus.graphql.http import GRAPHQL, Request, brings_file
from nexus.graphql.oracle import on_graphql_core
from nexus.graphql.view import answer
from tests import files
from tests.door import token_for
from tests.factories import UserFactory
from tests.files import own_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]

CREATE = """
    mutation ($content: Upload, $purpose: FilePurpose = RESUME, $key: String) {
        uploadCreate(input: {purpose: $purpose, content: $content, idempotencyKey: $key}) {
            file { name state size link } upload { url } userErrors { code field message }
        }
    }
"""
OPERATIONS = {"query": CREATE, "variables": {"content": None}}
MAP = {"0": ["variables.content"]}
BOUNDARY = "boundary"
HEADERS = {
    "host": "localhost",
    "accept": GRAPHQL,
    "content-type": f"multipart/form-data; boundary={BOUNDARY}",
    "graphql-require-preflight": "1",
}


@pytest.fixture
def person() -> User:
    return UserFactory()


def form(*parts: tuple[str, bytes | str, str | None]) -> bytes:
    """A body of parts: a name, a content, and what the file is called if it is one."""
    out = b""
    for name, content, called in parts:
        filename = f'; filename="{called}"' if called is not None else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n'
        kind = "Content-Type: text/html\r\n" if called is not None else ""
        body = content if isinstance(content, bytes) else content.encode()
        out += f"{head}{kind}\r\n".encode() + body + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode()


def usual(content: bytes, operations: Any = OPERATIONS, places: Any = MAP, name: str = "cv.pdf") -> bytes:
    return form(("operations", json.dumps(operations), None), ("map", json.dumps(places), None), ("0", content, name))


def send(by: User | None, body: bytes, run: Any = None, **headers: str) -> tuple[int, Any]:
    sent = HEADERS | {name.replace("_", "-"): text for name, text in headers.items()}
    if by is not None:
        sent["authorization"] = f"Bearer {token_for(by)}"
    request = Request("POST", sent, spool=io.BytesIO(body))
    response = answer(request, run) if run else answer(request)
    return response.status, orjson.loads(response.body)


@pytest.mark.parametrize("run", [None, on_graphql_core], ids=["engine", "oracle"])
def test_a_file_comes_with_its_mutation(person: User, run: Any) -> None:
    status, content = send(person, usual(files.pdf()), run)
    assert status == 200
    assert content["data"]["uploadCreate"] == {
        "file": {"name": "cv.pdf", "state": "WAITING", "size": len(files.pdf()), "link": None},
        "upload": None,
        "userErrors": [],
    }
    row = File.objects.get()
    assert (row.state, row.sha256) == (FileState.WAITING, sha256(files.pdf()).hexdigest())


def test_a_large_file_comes_too(person: User) -> None:
    _, content = send(person, usual(b"word " * 1_900_000, name="cv.txt"))
    assert content["data"]["uploadCreate"]["file"]["size"] == 9_500_000


def test_a_refusal_is_told_as_ever(person: User) -> None:
    _, content = send(person, usual(b"MZ\x90"))
    (error,) = content["data"]["uploadCreate"]["userErrors"]
    assert error["code"] == "FILE_REFUSED"
    assert not File.objects.exists()


def test_the_same_key_with_the_same_file_is_one_act_and_with_another_none(person: User) -> None:
    operations = {"query": CREATE, "variables": {"content": None, "key": "k"}}
    first = send(person, usual(b"Ada", operations))[1]
    assert send(person, usual(b"Ada", operations))[1]["data"] == first["data"]
    _, content = send(person, usual(b"Eve", operations))
    assert content["data"]["uploadCreate"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert File.objects.count() == 1


PATHS = ["variables", "query", "variables.", "variables.nothing", "variables.content.x", "variables.__class__.x", ""]


@pytest.mark.parametrize(
    "body",
    [
        form(("operations", json.dumps(OPERATIONS), None), ("map", json.dumps(MAP), None)),
        form(("operations", json.dumps(OPERATIONS), None), ("0", b"Ada", "cv.txt")),
        form(("map", json.dumps(MAP), None), ("0", b"Ada", "cv.txt")),
        usual(b"Ada", operations=[OPERATIONS]),
        usual(b"Ada", operations="no"),
        usual(b"Ada", operations={"query": CREATE, "variables": {"content": "taken"}}),
        usual(b"Ada", operations={"query": CREATE, "variables": []}),
        usual(b"Ada", places=[]),
        usual(b"Ada", places={"1": ["variables.content"]}),
        usual(b"Ada", places={"0": ["variables.content", "variables.content"]}),
        usual(b"Ada", places={"0": "variables.content"}),
        usual(b"Ada", places={"0": [7]}),
        *[usual(b"Ada", places={"0": [path]}) for path in PATHS],
        usual(b"Ada") + form(("1", b"Eve", "cv.txt")),
        form(
            ("operations", json.dumps(OPERATIONS), None),
            ("map", json.dumps(MAP), None),
            ("0", b"Ada", "cv.txt"),
            ("1", b"Eve", "cv.txt"),
        ),
        form(
            ("operations", json.dumps(OPERATIONS), None),
            ("operations", json.dumps(OPERATIONS), None),
            ("map", json.dumps(MAP), None),
            ("0", b"Ada", "cv.txt"),
        ),
        form(
            ("operations", "{not json", None),
            ("map", json.dumps(MAP), None),
            ("0", b"Ada", "cv.txt"),
        ),
        b"",
        b"--boundary",
        b"\x00" * 1_000,
        usual(b"Ada")[:-30],
    ],
)
def test_what_is_not_as_specified_is_told_and_does_nothing(person: User, body: bytes) -> None:
    status, content = send(person, body)
    if body == usual(b"Ada") + form(("1", b"Eve", "cv.txt")):
        # What stands behind the end is not of the form.
        return
    if body == usual(b"Ada")[:-30]:
        assert status in (200, 400)
        return
    assert (status, content["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert not File.objects.exists()


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 300])
def test_a_boundary_is_needed(person: User, content_type: str) -> None:
    assert send(person, usual(b"Ada"), content_type=content_type)[0] == 400


def test_operations_are_no_larger_than_elsewhere(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "MAX_OPERATIONS_BYTES", 100)
    assert send(person, usual(b"Ada"))[0] == 413


def test_a_file_is_no_larger_than_said(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "MAX_FILE_BYTES", 2)
    assert send(person, usual(b"Ada"))[0] == 413


def test_a_query_takes_no_file(person: User) -> None:
    operations = {
        "query": "query ($content: String) { job(by: {slug: $content}) { id } }",
        "variables": {"content": None},
    }
    status, content = send(person, usual(b"Ada", operations))
    assert (status, content["errors"][0]["message"]) == (400, "Only a mutation takes a file.")


@pytest.mark.parametrize("value", ["text", 7, {"name": "x"}])
def test_no_json_is_a_file(person: User, value: object) -> None:
    from tests.door import send as post

    told = post(CREATE, {"content": value}, by=person)
    assert told.errors
    assert "multipart" in told.errors[0]["message"] or "VARIABLE" in told.codes[0] or told.codes == ["BAD_REQUEST"]
    assert post('mutation { uploadCreate(input: {purpose: RESUME, content: "x"}) { file { id } } }', by=person).errors


def test_a_form_of_another_site_brings_no_file() -> None:
    asked = {"content-type": HEADERS["content-type"], "authorization": "Bearer x", "x-apollo-operation-name": "x"}
    assert brings_file("POST", asked)
    assert not brings_file("GET", asked)
    for missing in asked:
        assert not brings_file("POST", {name: value for name, value in asked.items() if name != missing})
    without = {name: value for name, value in HEADERS.items() if name != "graphql-require-preflight"}
    response = answer(Request("POST", without, "", usual(b"Ada")))
    assert response.status == 415
    assert b"graphql-require-preflight" in response.body
