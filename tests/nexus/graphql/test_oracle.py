"""`ENGINE=off`: what is wrong with a request is answered as by the door."""

from typing import Any

import orjson
import pytest
from django.test import RequestFactory

from nexus.graphql.http import GRAPHQL, Request
from nexus.graphql.oracle import OracleView
from nexus.graphql.view import answer

pytestmark = pytest.mark.django_db
HEADERS = {"host": "localhost", "content-type": "application/json", "accept": GRAPHQL}
BODIES = [
    b"",
    b"{",
    b"[" * 100_000,
    b'{"query": 5}',
    b'{"query": ["a"]}',
    b'{"query": "{ __typename }", "variables": [1]}',
    b'{"query": "\\ud800"}',
    b'{"query": "{ nothing }"}',
    b'{"query": "{"}',
    b'{"query": "query($n: Int!) { jobs(first: $n) { totalCount } }", "variables": {"n": "x"}}',
    b'{"query": "{ jobs(first: 101) { totalCount } }"}',
]


def settled(status: int, body: bytes) -> tuple[int, Any]:
    content = orjson.loads(body)
    content.pop("extensions")
    return status, content


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40].decode())
def test_a_bad_request_is_answered_as_by_the_door(body: bytes) -> None:
    off = OracleView.as_view()(RequestFactory().generic("POST", "/graphql", body, "application/json", headers=HEADERS))
    on = answer(Request("POST", HEADERS, "", body))
    assert settled(off.status_code, off.content) == settled(on.status, on.body)


@pytest.mark.parametrize("authorization", ["Basic x", "Bearer", "Bearer nonsense"])
def test_a_bad_token_fails_the_whole_request(authorization: str) -> None:
    headers = {**HEADERS, "authorization": authorization}
    request = RequestFactory().generic(
        "POST", "/graphql", b'{"query": "{ __typename }"}', "application/json", headers=headers
    )
    response = OracleView.as_view()(request)
    assert response.status_code == 401
    assert orjson.loads(response.content)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_get_runs_no_mutation() -> None:
    request = RequestFactory().get("/graphql", {"query": "mutation { __typename }"}, headers=HEADERS)
    response = OracleView.as_view()(request)
    assert (response.status_code, response["Allow"]) == (405, "POST")
