"""The load generator counts every answer, and takes no failure for one."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.driver import drive, drive_count


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"hang up":
            self.close_connection = True
            return
        self.send_response(500 if body == b"fail" else 200)
        answer = b'{"errors": []}' if body == b"refuse" else b'{"data": {}}'
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def server() -> Iterator[int]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield listening.server_address[1]
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def test_every_request_of_a_count_is_answered_once() -> None:
    with server() as port:
        run = drive_count(port, itertools.repeat(b"ask"), connections=3, count=50)

    assert len(run.latencies) == 50
    assert run.faults == []


def test_a_run_ends_with_its_time_and_waits_for_what_it_began() -> None:
    with server() as port:
        run = drive(port, itertools.repeat(b"ask"), connections=2, seconds=0.2)

    assert run.latencies
    assert run.faults == []
    assert 0.2 <= run.seconds < 30


def test_a_status_that_is_no_success_is_a_fault() -> None:
    with server() as port:
        run = drive_count(port, iter([b"ask", b"fail"]), connections=1, count=2)

    assert len(run.faults) == 1
    assert run.faults[0].startswith("500")


def test_an_answer_of_errors_is_a_fault() -> None:
    with server() as port:
        run = drive_count(port, iter([b"refuse"]), connections=1, count=1)

    assert len(run.faults) == 1


def test_a_connection_that_is_closed_without_an_answer_is_a_fault() -> None:
    with server() as port:
        run = drive_count(port, iter([b"hang up"]), connections=1, count=1)

    assert run.latencies == []
    assert "closed" in run.faults[0]
