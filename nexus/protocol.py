"""HTTP/1.1 as uvicorn speaks it, with the bounds that uvicorn has not: for the head of a request, and for connections.

uvicorn drops a connection that is idle between two requests; nobody but these lines drops one that sends nothing at
all, or half a request. Idle connections cost memory and nothing else.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# From the first byte of a head, or from the connection's beginning, to the head's end; and from there to the body's.
HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
# A file of ten megabytes, over a line that brings half a megabit a second.
UPLOAD_SECONDS = 180.0
MAX_HEAD_BYTES = 64 * 1024
# More than any proxy opens. Each takes a file descriptor, of which many systems give a process 1,024 unasked.
MAX_CONNECTIONS = 2_000
# Longer than common proxies keep a connection (60 seconds), so that it is never this side that closes it under them.
KEEP_ALIVE_SECONDS = 75

_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 22\r\nConnection: close\r\n\r\nToo many connections.\n"
)
_HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 32\r\nConnection: close\r\n\r\nA request head has at most 64 KB\n"
)


class _HeadTooLarge(Exception):
    """Ends the parsing of what has been refused."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Seconds that the part of the request may take which is still to come; None where there is no such part.
        self._patience: float | None = HEAD_SECONDS
        self._timed: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Of a head that has not ended, all that has come; and of one that ends, what stands in it.
        self._head_bytes = 0
        self._field_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.write(_TOO_MANY)
            transport.close()
        else:
            self._time(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._time(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._patience == HEAD_SECONDS:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse_head()
        # Empty lines between two requests begin none, and uvicorn takes them for one.
        elif self._patience is None and self.cycle is not None and self.cycle.response_complete:
            self._patience = HEAD_SECONDS
        self._time(self._patience)

    def on_message_begin(self) -> None:
        self._patience, self._head_bytes, self._field_bytes = HEAD_SECONDS, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._field_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._field_bytes += len(name) + len(value) + len(": \r\n")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._field_bytes > MAX_HEAD_BYTES:
            # It came whole, in one piece with its end.
            self._refuse_head()
            raise _HeadTooLarge
        self._patience = UPLOAD_SECONDS if self.url.startswith(b"/uploads/") else BODY_SECONDS
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._patience = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Says what uvicorn has to say of a parsing that failed, except to who has heard why already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        self.transport.write(_HEAD_TOO_LARGE)
        self.transport.close()

    def _time(self, seconds: float | None) -> None:
        """Have the connection dropped so many seconds from when this part of the request was begun."""
        if seconds == self._timed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self._drop) if seconds is not None else None
        self._timed = seconds

    def _drop(self) -> None:
        """Without a word: whoever sends half a request for so long reads no answer."""
        self.transport.close()
