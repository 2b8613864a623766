"""Connections that ask for nothing, on a real server."""

import json
import socket
from contextlib import ExitStack
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from nexus import protocol
from tests.instances import instance
from tests.nexus.graphql.test_door import ask
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

HEAD = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def connect(url: str, stack: ExitStack) -> socket.socket:
    parts = urlsplit(url)
    return stack.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=30))


def is_dropped(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(65_536) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def answer_of(client: socket.socket) -> bytes:
    """What comes until a head is whole."""
    client.settimeout(30)
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = client.recv(65_536)
        if not chunk:
            break
        received += chunk
    return received


def status_of(client: socket.socket) -> int:
    """The status of the next answer, which is read to its end."""
    client.settimeout(30)
    with HTTPResponse(client) as response:
        response.begin()
        response.read()
        return response.status


def test_idle_and_half_sent_connections_hold_nobody_up() -> None:
    with instance() as url, ExitStack() as stack:
        assert ask(url).status == 200
        silent = [connect(url, stack) for _ in range(200)]
        idle = [connect(url, stack) for _ in range(200)]
        for client in idle:
            client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert all(status_of(client) == 200 for client in idle)
        half_sent = [connect(url, stack) for _ in range(100)]
        for number, client in enumerate(half_sent):
            # Half a head, or half a body.
            client.sendall(HEAD if number % 2 else HEAD + b"Content-Length: 100\r\n\r\n{")
        for _ in range(20):
            assert ask(url).status == 200
        until(lambda: all(is_dropped(client) for client in silent))
        until(lambda: [client for client in half_sent if not is_dropped(client)] == [])
        # One that did ask before is kept for the next time.
        idle[0].sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status_of(idle[0]) == 200
        assert ask(url).status == 200


def test_a_head_that_never_ends_is_dropped_however_slowly_it_comes(live_url: str) -> None:
    with ExitStack() as stack:
        client = connect(live_url, stack)
        client.sendall(HEAD)

        def is_dropped_meanwhile() -> bool:
            if is_dropped(client):
                return True
            client.sendall(b"x")
            return False

        until(is_dropped_meanwhile, 3 * protocol.HEAD_SECONDS)


def test_a_head_that_is_too_large_is_refused(live_url: str) -> None:
    with ExitStack() as stack:
        client = connect(live_url, stack)
        client.sendall(HEAD + b"X-Long: " + b"x" * protocol.MAX_HEAD_BYTES)
        assert status_of(client) == 431


def test_a_head_that_is_too_large_is_refused_though_it_comes_at_once(live_url: str) -> None:
    with ExitStack() as stack:
        client = connect(live_url, stack)
        client.sendall(HEAD + b"X-Long: " + b"x" * protocol.MAX_HEAD_BYTES + b"\r\n\r\n")
        answer = answer_of(client)
        assert answer.startswith(b"HTTP/1.1 431")
        assert answer.count(b"HTTP/1.1") == 1


def test_two_requests_at_once_are_answered_in_turn(live_url: str) -> None:
    body = json.dumps({"query": "{ __typename }"}).encode()
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with ExitStack() as stack:
        client = connect(live_url, stack)
        client.sendall(request + request)
        client.settimeout(30)
        received = b""
        while received.count(b"HTTP/1.1 200") < 2 or not received.endswith(b"}"):
            received += client.recv(65_536)
        assert received.count(b'"__typename"') == 2


def test_empty_lines_between_requests_keep_no_connection(live_url: str) -> None:
    with ExitStack() as stack:
        client = connect(live_url, stack)
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status_of(client) == 200
        client.sendall(b"\r\n")
        until(lambda: is_dropped(client), 3 * protocol.HEAD_SECONDS)
