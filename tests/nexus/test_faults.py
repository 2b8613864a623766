"""What Sentry is told of our faults, by what really arrives there."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from django.conf import LazySettings
from django.db import IntegrityError, connection

from kernel.models import Delivery
from nexus import faults
from nexus.celery import app
from tests import outbox_board
from tests.door import send
from tests.outbox_board import MOST_ATTEMPTS, Processes, throw
from tests.waiting import until


def fail_and_quote(*given: object, **named: object) -> None:
    raise IntegrityError(f"Key already exists: {given} {named}")


@contextmanager
def sink() -> Iterator[tuple[str, list[bytes]]]:
    """A DSN, and the bodies of what was sent there."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://key@127.0.0.1:{server.server_port}/1", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def sentry(settings: LazySettings) -> Iterator[list[bytes]]:
    with sink() as (dsn, received):
        settings.SENTRY_DSN = dsn
        faults.has_sentry.cache_clear()
        try:
            yield received
        finally:
            sentry_sdk.get_client().close(timeout=5)
            faults.has_sentry.cache_clear()


@pytest.mark.django_db
def test_sentry_hears_of_our_fault_and_nothing_of_the_request(
    sentry: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.services.token.authenticate", fail_and_quote)
    sent = send('mutation { tokenCreate(input: {email: "a@example.org", password: "hunter2"}) { token } }')
    assert sent.codes == ["INTERNAL"]
    until(lambda: sentry)
    (envelope,) = sentry
    event = json.loads(envelope.splitlines()[-1])
    assert event["tags"] == {"error_id": sent.errors[0]["extensions"]["id"]}
    assert event["exception"]["values"][-1]["type"] == "IntegrityError"
    assert event["exception"]["values"][-1]["stacktrace"]["frames"]
    for private in (b"example.org", b"hunter2", b"tokenCreate(", b"authorization"):
        assert private not in envelope


@pytest.mark.django_db
def test_sentry_hears_nothing_of_a_callers_fault(sentry: list[bytes]) -> None:
    assert send("{ nothing }").codes == ["BAD_REQUEST"]
    faults.report(ValueError("the only one"), error_id="a-request-id")
    until(lambda: sentry)
    assert [json.loads(envelope.splitlines()[-1])["tags"] for envelope in sentry] == [{"error_id": "a-request-id"}]


@pytest.mark.django_db(transaction=True)
def test_sentry_hears_of_subscribers_and_tasks_that_fail_and_nothing_of_their_arguments(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(outbox_board.EFFECTS)
    with sink() as (dsn, received):
        board = Processes(tmp_path, {"SENTRY_DSN": dsn})
        ball = throw(1, act="fail")
        task = app.send_task("tests.stumble", ["hunter2"])
        with board.all():
            until(lambda: len(received) == MOST_ATTEMPTS + 1)
    events: list[dict[str, Any]] = [json.loads(envelope.splitlines()[-1]) for envelope in received]
    told = {"delivery": str(Delivery.objects.get().pk), "subscriber": "tests.outbox_board.hear"}
    stumbled = {"task": "tests.stumble", "task_id": task.id}
    tags = [event["tags"] for event in events]
    assert tags.count(told) == MOST_ATTEMPTS
    assert tags.count(stumbled) == 1
    for event, envelope in zip(events, received, strict=True):
        assert event["exception"]["values"][-1]["type"] == "ValueError"
        assert event["exception"]["values"][-1]["stacktrace"]["frames"]
        for private in (b"hunter2", b'"secret"', str(ball).encode(), b'"vars"', b'"user"'):
            assert private not in envelope
