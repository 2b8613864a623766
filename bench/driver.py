"""A bounded load generator for one server on loopback: so many connections, each with one request at a time."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httptools
import uvloop

type NextRequest = Callable[[], bytes | None]
# Told the seconds that an answer took, its status and its body.
type OnAnswer = Callable[[float, int, bytes], None]


@dataclass(slots=True)
class Run:
    """What came of it: seconds that each answer took, and answers that were not as they should be."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def http_request(body: bytes, token: str = "") -> bytes:
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n"
    )
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    return head.encode() + b"\r\n" + body


class Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, sends the next, until there is none."""

    def __init__(self, next_request: NextRequest, on_answer: OnAnswer) -> None:
        self.next_request, self.on_answer = next_request, on_answer
        self.closed = asyncio.get_running_loop().create_future()
        self.is_waiting = False

    def connection_made(self, transport) -> None:
        self.transport = transport
        self._send()

    def _send(self) -> None:
        request = self.next_request()
        if request is None:
            self.transport.close()
            return
        self.parser, self.chunks = httptools.HttpResponseParser(self), []
        self.is_waiting, self.started = True, time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, chunk: bytes) -> None:
        self.chunks.append(chunk)

    def on_message_complete(self) -> None:
        self.is_waiting = False
        self.on_answer(time.perf_counter() - self.started, self.parser.get_status_code(), b"".join(self.chunks))
        # Not from inside the parser, which has the rest of its data to see.
        asyncio.get_running_loop().call_soon(self._send)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(self.is_waiting)


def drive(port: int, bodies: Iterator[bytes], *, connections: int, seconds: float) -> Run:
    """The run of as many seconds; every answer that was begun is waited for. Only an answer of 200 is no fault."""
    return uvloop.run(_drive(port, bodies, connections, seconds))


def drive_count(port: int, bodies: Iterator[bytes], *, connections: int, count: int) -> Run:
    """The run of as many requests, within an hour."""
    return uvloop.run(_drive(port, itertools.islice(bodies, count), connections, 3600))


async def _drive(port: int, bodies: Iterator[bytes], connections: int, seconds: float) -> Run:
    run = Run()
    started = time.perf_counter()
    last: tuple[bytes, bytes] = (b"", b"")

    def next_request() -> bytes | None:
        nonlocal last
        body = next(bodies, None) if time.perf_counter() - started < seconds else None
        if body is None:
            return None
        if body is not last[0]:
            last = body, http_request(body)
        return last[1]

    def on_answer(took: float, status: int, body: bytes) -> None:
        run.latencies.append(took)
        if status != 200 or b'"errors"' in body[:12]:
            run.faults.append(f"{status}: {body[:200]!r}")

    loop = asyncio.get_running_loop()
    waiting = []
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: Connection(next_request, on_answer), "127.0.0.1", port)
        waiting.append(connection.closed)
    for was_waiting in await asyncio.wait_for(asyncio.gather(*waiting), seconds + 60):
        if was_waiting:
            run.faults.append("the server closed a connection that waited for its answer")
    run.seconds = time.perf_counter() - started
    return run
