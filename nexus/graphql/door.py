"""The ASGI shell around `answer`: receives a request, has it answered on a thread, and sends the answer.

Threads keep their database connections between requests; they are checked before and after each one, as Django does.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import close_old_connections

from nexus.graphql.http import Request, Response
from nexus.graphql.view import answer, refusal

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS = 8
MAX_BODY_BYTES = 1_000_000
MAX_DRAINED_BYTES = 20_000_000
RECEIVE_SECONDS = 15


class BodyTooLarge(Exception):
    """The request's body is larger than any document needs to be."""


class Door:
    """Answers HTTP requests for `/graphql`."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="graphql")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(RECEIVE_SECONDS):
                body = await _body(receive)
        except BodyTooLarge:
            await _send(send, refusal(413, f"A request has at most {MAX_BODY_BYTES:,} bytes."))
            return
        except TimeoutError:
            await _send(send, refusal(408, f"The request did not arrive within {RECEIVE_SECONDS} seconds."))
            return
        except ConnectionAbortedError:
            return
        request = Request(
            method=scope["method"],
            headers=_headers(scope),
            query_string=scope["query_string"].decode("latin-1"),
            body=body,
        )
        loop = asyncio.get_running_loop()
        await _send(send, await loop.run_in_executor(self.threads, _answer, request))


def _answer(request: Request) -> Response:
    close_old_connections()
    try:
        return answer(request)
    finally:
        close_old_connections()


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        is_last = not message.get("more_body")
        # What is a little too large is read to its end, or its sender would see a reset and never the answer.
        if size > MAX_DRAINED_BYTES or (is_last and size > MAX_BODY_BYTES):
            raise BodyTooLarge
        if is_last:
            return b"".join(chunks)


def _headers(scope: Scope) -> dict[str, str]:
    """Header values by name. A header that is sent twice counts as sent with both values, as HTTP says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _send(send: Send, response: Response) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
