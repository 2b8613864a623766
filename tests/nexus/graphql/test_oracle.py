"""`ENGINE=off`: what is wrong with a request is answered as by the door."""

import time
from typing import Any

import orjson
import pytest
from django.conf import LazySettings

from nexus.graphql import leases
from nexus.graphql.http import GRAPHQL, Request
from nexus.graphql.oracle import on_graphql_core
from nexus.graphql.view import answer
from tests.instances import instance
from tests.over_http import over_http

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
    request = Request("POST", HEADERS, "", body)
    off, on = answer(request, on_graphql_core), answer(request)
    assert settled(off.status, off.body) == settled(on.status, on.body)


@pytest.mark.parametrize("authorization", ["Basic x", "Bearer", "Bearer nonsense"])
def test_a_bad_token_fails_the_whole_request(authorization: str) -> None:
    headers = {**HEADERS, "authorization": authorization}
    response = answer(Request("POST", headers, "", b'{"query": "{ __typename }"}'), on_graphql_core)
    assert response.status == 401
    assert orjson.loads(response.body)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_get_runs_no_mutation() -> None:
    response = answer(Request("GET", HEADERS, "query=mutation+%7B__typename%7D"), on_graphql_core)
    assert (response.status, response.headers["Allow"]) == (405, "POST")


def test_an_operation_costs_its_price(settings: LazySettings) -> None:
    settings.RATE_LIMIT_ADDRESS = 200_000
    leases.forget()
    body = b'{"query": "{ jobs(first: 90) { nodes { title } } }"}'
    response = answer(Request("POST", HEADERS, "", body, "192.0.2.61"), on_graphql_core)
    assert orjson.loads(response.body)["extensions"]["cost"]["actual"] == 10 + 1 + 90


def test_fields_that_overlap_are_compared_once_and_not_in_pairs() -> None:
    """graphql-core's own rule takes half a minute for these."""
    query = "{ jobs(first: 1) { nodes { " + "company { name } " * 900 + "} } }"
    started = time.process_time()
    response = answer(Request("POST", HEADERS, "", orjson.dumps({"query": query})), on_graphql_core)
    assert orjson.loads(response.body)["data"]
    assert time.process_time() - started < 5


@pytest.mark.live
@pytest.mark.django_db(transaction=True)
def test_a_server_without_the_engine_answers_within_the_doors_bounds() -> None:
    with instance(ENGINE="off") as url:
        status, content, headers = over_http(url, {"query": "{ jobs(first: 7) { totalCount } }"})
        assert (status, content["data"]) == (200, {"jobs": {"totalCount": 0}})
        assert content["extensions"]["cost"]["actual"] == content["extensions"]["cost"]["requested"] == 10 + 1 + 50
        assert "ratelimit" in headers
        assert over_http(url, {"query": "{ nothing }"})[0] == 400
        assert over_http(url, {"query": "{ __typename }", "variables": {"x": "x" * 1_000_000}})[0] == 413
