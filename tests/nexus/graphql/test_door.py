"""The door on a real server: how much it lets in, how long it works, and for whom."""

import asyncio
import json
import secrets
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from nexus.graphql import connections
from nexus.graphql.door import Job
from nexus.graphql.http import Request, Response
from nexus.rest.answering import DESK
from tests.factories import UserFactory
from tests.instances import instance, web_process
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

JOBS = "{ jobs(first: 1) { nodes { id } } }"
LOGIN = 'mutation { tokenCreate(input: {email: "a@example.org", password: "not it"}) { token } }'


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.content.get("errors", [])]


def ask(url: str, query: str = JOBS, **headers: str) -> Reply:
    """One request on a connection of its own."""
    sent = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request("POST", "/graphql", json.dumps({"query": query}), sent)
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), json.loads(answer.read()))
    finally:
        connection.close()


def ask_and_leave(url: str, query: str) -> socket.socket:
    """A request whose answer is never read: the connection, to be closed."""
    body = json.dumps({"query": query}).encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    parts = urlsplit(url)
    client = socket.create_connection((parts.hostname, parts.port))
    client.sendall(head % len(body) + body)
    return client


@contextmanager
def asking(url: str, count: int = 1) -> Iterator[list[Future[Reply]]]:
    with ThreadPoolExecutor(count) as pool:
        yield [pool.submit(ask, url) for _ in range(count)]


@contextmanager
def locked(*tables: str) -> Iterator[psycopg.Connection]:
    """Nobody reads the tables until the connection's transaction is over."""
    parameters = connection.get_connection_params()
    with psycopg.connect(dbname=parameters["dbname"], user=parameters["user"], host=parameters["host"]) as holder:
        for table in tables:
            holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield holder


def waiting() -> list[str]:
    """The statements that wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [text for (text,) in cursor.fetchall()]


def test_a_query_that_takes_too_long_is_ended_in_the_database_too() -> None:
    with instance(EXECUTION_TIMEOUT="1") as url, locked("jobs_job") as holder:
        reply = ask(url)
        assert (reply.status, reply.codes) == (504, ["TIMEOUT"])
        assert waiting() == []
        holder.rollback()
        assert ask(url).status == 200


def test_work_stops_when_the_client_has_gone_but_a_mutation_is_finished() -> None:
    UserFactory(email="a@example.org")
    with instance(EXECUTION_TIMEOUT="60") as url, locked("jobs_job", "accounts_user") as holder:
        mutation = ask_and_leave(url, LOGIN)
        until(lambda: len(waiting()) == 1)
        query = ask_and_leave(url, JOBS)
        until(lambda: len(waiting()) == 2)
        mutation.close()
        query.close()
        until(lambda: len(waiting()) == 1)
        assert "accounts_user" in waiting()[0]
        holder.rollback()
        until(lambda: waiting() == [])
        assert ask(url).status == 200


def test_one_request_too_many_is_told_at_once() -> None:
    with instance(GRAPHQL_THREADS="1", GRAPHQL_QUEUE="1") as url, locked("jobs_job") as holder:
        with asking(url) as (first,):
            until(waiting)
            with asking(url, 2) as others:
                # One of them waits for the thread, the other hears that there is no more room, and before the first.
                refused, waited = (task.result(30) for task in as_completed(others))
                assert (refused.status, refused.codes) == (503, ["UNAVAILABLE"])
                assert refused.headers["retry-after"] == "1"
                # It has waited long enough.
                assert (waited.status, waited.codes) == (503, ["UNAVAILABLE"])
            holder.rollback()
            assert first.result(30).status == 200
        assert ask(url).status == 200


def test_what_is_under_way_is_answered_before_the_process_ends() -> None:
    with web_process() as (url, process), locked("jobs_job") as holder:
        with asking(url) as (under_way,):
            until(waiting)
            process.send_signal(signal.SIGTERM)
            holder.rollback()
            reply = under_way.result(30)
        assert reply.status == 200
        # uvicorn ends by the signal that it was told to end by, once it is done.
        assert process.wait(30) == -signal.SIGTERM


def test_a_body_without_a_length_is_bounded(live_url: str) -> None:
    client = HTTPConnection(urlsplit(live_url).netloc, timeout=60)
    chunks = (b"x" * 65_536 for _ in range(20))
    client.request("POST", "/graphql", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
    answer = client.getresponse()
    assert answer.status == 413
    assert "1,000,000 bytes" in json.loads(answer.read())["errors"][0]["message"]
    client.close()


@pytest.mark.parametrize("levels", [64, 300, 100_000])
def test_deep_json_is_refused_by_name(live_url: str, levels: int) -> None:
    client = HTTPConnection(urlsplit(live_url).netloc, timeout=60)
    body = '{"query": "{ __typename }", "variables": {"a": %s%s}}' % ("[" * levels, "]" * levels)
    client.request("POST", "/graphql", body, {"Content-Type": "application/json", "Accept": "application/json"})
    answer = client.getresponse()
    content = json.loads(answer.read())
    assert answer.status == 400, content
    assert content["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    client.close()


def test_proxies_are_believed_by_name_only() -> None:
    with instance(TRUSTED_PROXIES="127.0.0.0/8,10.0.0.1", **tight_limits()) as url:
        # Whoever sends a document first pays for its being read.
        assert ask(url, x_forwarded_for="198.51.100.9").status == 200
        cost = _spent(url, ["203.0.113.9, 192.0.2.1"])
        assert cost > 0
        # The right-most that is none of ours; what stands before it is the client's fancy.
        assert _spent(url, ["203.0.113.9, 192.0.2.3, 10.0.0.1", "198.51.100.1, 192.0.2.3"]) == 2 * cost
        assert _spent(url, ["192.0.2.3, 192.0.2.4", "192.0.2.3, 192.0.2.5"]) == cost
    with instance(**tight_limits()) as url:
        assert _spent(url, ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) >= 3 * cost


def tight_limits() -> dict[str, str]:
    """Room for few requests, and buckets that nobody has spent of."""
    limits = dict.fromkeys(("COST_LIMIT", "RATE_LIMIT", "RATE_LIMIT_ADDRESS"), "1000")
    return limits | {"KEY_PREFIX": f"door-{secrets.token_hex(4)}"}


def _spent(url: str, forwarded: list[str]) -> int:
    """What the last of these requests finds spent in its bucket; begun again where a minute ended among them."""
    while True:
        costs = [ask(url, x_forwarded_for=addresses).content["extensions"]["cost"] for addresses in forwarded]
        if len({cost["resetAt"] for cost in costs}) == 1 or len(set(map(last_hop, forwarded))) > 1:
            return int(costs[-1]["limit"] - costs[-1]["remaining"])


def last_hop(forwarded: str) -> str:
    return forwarded.removesuffix(", 10.0.0.1").rpartition(", ")[2]


def test_every_caller_beyond_its_points_hears_429() -> None:
    with instance(**tight_limits()) as url:
        replies = _until_refused(url)
        assert [reply.status for reply in replies[:-1]] == [200] * (len(replies) - 1)
        refused = replies[-1]
        assert (refused.status, refused.codes) == (429, ["RATE_LIMITED"])
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit-policy"] == '"address";q=1000;w=60;qu="points"'
        as_json = ask(url, accept="application/json")
        assert (as_json.status, as_json.codes) == (429, ["RATE_LIMITED"])


def _until_refused(url: str) -> list[Reply]:
    replies = [ask(url)]
    while replies[-1].status == 200:
        replies.append(ask(url))
        assert len(replies) < 1_000
    return replies


def test_a_thread_that_fails_leaves_no_request_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(connections, "wake", fail)

    async def send() -> Response | None:
        loop = asyncio.get_running_loop()
        job = Job(Request("POST"), DESK, loop)
        loop.run_in_executor(None, job.run)
        return await asyncio.wait_for(job.answered, 30)

    assert asyncio.run(send()) is None
