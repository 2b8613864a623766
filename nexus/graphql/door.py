"""The ASGI shell around `answer`: receives a request, has it answered on a thread, and sends the answer.

`GRAPHQL_THREADS` requests are answered at a time and `GRAPHQL_QUEUE` wait for a thread, no longer than `QUEUE_SECONDS`;
whoever comes beyond that hears 503 at once. Work stops when the client has gone: see `nexus.graphql.timeouts`.
"""

import asyncio
import contextlib
import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

import structlog
from django.conf import settings

from nexus.graphql import connections, multipart
from nexus.graphql.execution import Run
from nexus.graphql.http import HttpError, Request, Response, brings_file
from nexus.graphql.timeouts import RequestDeadline
from nexus.graphql.view import answer, answer_at_hand, refusal

log = structlog.get_logger("nexus.graphql")

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

MAX_BODY_BYTES = 1_000_000
MAX_DRAINED_BYTES = 20_000_000
RECEIVE_SECONDS = 15
QUEUE_SECONDS = 5.0
RETRY_SECONDS = 1
# Most requests are answered before anybody has to look whether their client is still there.
ATTEND_AFTER_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers the requests for some paths, all in one form."""

    answer: Callable[[Request, RequestDeadline], Response]
    """The answer, on a thread. It never raises."""
    refusal: Callable[[HttpError], Response]
    """The answer to a request that nobody looks into."""
    answer_at_hand: Callable[[Request], Response | None] = lambda _: None
    """The answer, where it takes no waiting at all."""


class Job:
    """A request on its way through the threads. Either a thread begins it, or it is abandoned before."""

    __slots__ = ("_is_abandoned", "_lock", "_loop", "answered", "deadline", "desk", "request")

    def __init__(self, request: Request, desk: Desk, loop: AbstractEventLoop) -> None:
        self.request = request
        self.desk = desk
        self.answered: Future[Response | None] = loop.create_future()
        self.deadline: RequestDeadline | None = None
        """There once a thread has begun."""
        self._is_abandoned = False
        self._loop = loop
        self._lock = threading.Lock()

    def run(self) -> None:
        """On a thread: has the request answered, unless it was abandoned."""
        with self._lock:
            if self._is_abandoned:
                return
            deadline = self.deadline = RequestDeadline(settings.EXECUTION_TIMEOUT)
        response = None
        try:
            connections.wake()
            response = self.desk.answer(self.request, deadline)
            deadline.finish()
            connections.rest()
        except Exception:
            log.exception("graphql_thread_failed")
        finally:
            deadline.finish()
            # The loop has stopped where the process was told to end and ran out of patience.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.end, response)

    def abandon(self, response: Response | None) -> bool:
        """Ends it with this response if no thread has begun; whether that is so."""
        with self._lock:
            self._is_abandoned = self.deadline is None
        if self._is_abandoned:
            self.end(response)
        return self._is_abandoned

    def end(self, response: Response | None) -> None:
        """On the event loop: what to send; None where nobody is there to read it."""
        if not self.answered.done():
            self.answered.set_result(response)


class Door:
    """Answers HTTP requests for `/graphql`, whose operations `execute` executes, and at other desks by their path."""

    def __init__(self, execute: Run, desks: Mapping[str, Desk] | None = None) -> None:
        self._graphql = Desk(
            answer=lambda request, deadline: answer(request, execute, deadline),
            refusal=refusal,
            answer_at_hand=answer_at_hand,
        )
        self._desks = desks or {}
        self.threads = ThreadPoolExecutor(
            settings.GRAPHQL_THREADS, thread_name_prefix="graphql", initializer=connections.set_up_thread
        )
        self.most = settings.GRAPHQL_THREADS + settings.GRAPHQL_QUEUE
        self.uploads = 0
        """Requests that bring a file, and were not answered yet."""
        self.jobs = 0
        """Requests that are being answered, or wait for a thread."""
        _doors.append(self)

    def serves(self, path: str) -> bool:
        """Whether requests for the path are to be brought here."""
        return path == "/graphql" or self._desk_of(path) is not self._graphql

    def _desk_of(self, path: str) -> Desk:
        return next((desk for start, desk in self._desks.items() if path.startswith(start)), self._graphql)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = self._desk_of(scope["path"])
        headers = headers_of(scope)
        spool = None
        if desk is self._graphql and brings_file(scope["method"], headers):
            if self.uploads >= multipart.MOST_AT_ONCE:
                await send_response(send, desk.refusal(_busy()))
                return
            spool = multipart.new_spool()
        self.uploads += spool is not None
        try:
            await self._receive(scope, headers, receive, send, desk, spool)
        finally:
            self.uploads -= spool is not None

    async def _receive(
        self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send, desk: Desk, spool: IO[bytes] | None
    ) -> None:
        """Receive the body, into the spool where there is one, and send the answer."""
        try:
            async with asyncio.timeout(RECEIVE_SECONDS):
                body = await _body(receive, spool)
        except HttpError as error:
            await send_response(send, desk.refusal(error))
            return
        except TimeoutError:
            late = f"The request did not arrive within {RECEIVE_SECONDS} seconds."
            await send_response(send, desk.refusal(HttpError(408, late, Connection="close")))
            return
        except ConnectionAbortedError:
            return
        request = _request(scope, headers, body, spool)
        response = desk.answer_at_hand(request) or await self._answer(request, desk, receive)
        if response is not None:
            if spool is not None:
                spool.close()
            await send_response(send, response)

    async def _answer(self, request: Request, desk: Desk, receive: Receive) -> Response | None:
        """The answer that a thread gives; None where the client went away."""
        if self.jobs >= self.most:
            return desk.refusal(_busy())
        loop = asyncio.get_running_loop()
        job = Job(request, desk, loop)
        attendants: list[asyncio.Task[None]] = []
        attending = loop.call_later(
            ATTEND_AFTER_SECONDS, lambda: attendants.append(loop.create_task(_attend(job, receive)))
        )
        self.jobs += 1
        try:
            self.threads.submit(job.run)
            return await job.answered
        finally:
            self.jobs -= 1
            attending.cancel()
            for attendant in attendants:
                attendant.cancel()


_doors: list[Door] = []


def jobs() -> dict[str, int]:
    """How many requests this process's threads answer, and how many wait for one."""
    total = sum(door.jobs for door in _doors)
    return {"busy": min(total, settings.GRAPHQL_THREADS), "waiting": max(0, total - settings.GRAPHQL_THREADS)}


async def _attend(job: Job, receive: Receive) -> None:
    """Looks after a job that takes its time: nobody waits too long for a thread, and none works for nobody."""
    gone = asyncio.ensure_future(receive())
    try:
        await asyncio.wait([gone], timeout=QUEUE_SECONDS - ATTEND_AFTER_SECONDS)
        if job.deadline is None and job.abandon(None if gone.done() else job.desk.refusal(_busy())):
            return
        deadline = job.deadline
        assert deadline is not None
        await asyncio.wait([gone], timeout=deadline.remaining)
        if gone.done():
            deadline.cancel()
        await asyncio.to_thread(deadline.interrupt)
    finally:
        gone.cancel()


def _request(scope: Scope, headers: dict[str, str], body: bytes, spool: IO[bytes] | None) -> Request:
    return Request(
        method=scope["method"],
        headers=headers,
        query_string=scope["query_string"].decode("latin-1"),
        body=body,
        address=scope["client"][0],
        path=scope["path"],
        spool=spool,
    )


def _busy() -> HttpError:
    return HttpError(
        503, "The server has too much to do. Try again in a moment.", **{"Retry-After": str(RETRY_SECONDS)}
    )


async def _body(receive: Receive, spool: IO[bytes] | None = None) -> bytes:
    """The body; nothing where it goes into the spool, which may hold more."""
    chunks: list[bytes] = []
    size = 0
    most = MAX_BODY_BYTES if spool is None else multipart.MAX_BYTES
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= most:
            chunks.append(chunk) if spool is None else spool.write(chunk)
        is_last = not message.get("more_body")
        # What is a little too large is read to its end, or its sender would see a reset and never the answer.
        if size > MAX_DRAINED_BYTES or (is_last and size > most):
            raise HttpError(413, f"A request has at most {most:,} bytes.", Connection="close")
        if is_last:
            return b"".join(chunks)


def headers_of(scope: Scope) -> dict[str, str]:
    """Header values by name. A header that is sent twice counts as sent with both values, as HTTP says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def send_response(send: Send, response: Response) -> None:
    """Send an answer, whole."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    if response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
