"""`PUT /uploads/<token>` and `GET /files/<token>`: files on their way in and out, for whoever has the address.

What comes in is written to the disk as it comes, never more than was announced; no request is in memory whole. With a
store that speaks S3 files come in there, and go out here all the same: so that every download is one that this server
has answered for.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connections
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from jobs.models import ExportFormat
from jobs.selectors import file as files
from jobs.services import company_export, file_store
from jobs.services import file as services
from jobs.services.file_store import Arrival
from kernel.viewer import Viewer
from nexus import outage
from nexus.graphql.connections import is_lost
from nexus.graphql.door import Receive, Scope, Send, headers_of, send_response
from nexus.graphql.http import HttpError, Request, Response
from nexus.graphql.view import require_allowed_host

log = structlog.get_logger("nexus.files")

UPLOADS = "/uploads/"
# RFC 4180 for the one; the other has no type of its own (https://jsonlines.org).
EXPORT_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8; header=present", ExportFormat.JSONL: "application/jsonl"}
# What is collected before it is written, and what is read before it is sent.
PIECE = 256 * 1024
# Files that come to a process at a time: a gigabyte on the disk at most that nobody may keep in the end.
MOST_AT_ONCE = 100
# What a page of ours may send here, and what it may read of the answer.
METHODS = "PUT, OPTIONS"
HEADERS = {
    # Nobody keeps it, nobody guesses what it is, and a browser that shows it all the same runs nothing of it.
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


_room = asyncio.Semaphore(MOST_AT_ONCE)


async def receive_upload(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of `/uploads/`."""
    request = Request(scope["method"], headers_of(scope), path=scope["path"])
    try:
        response = await _answered(request, receive)
    except HttpError as error:
        # What is not read to its end leaves nothing behind that another request could begin with.
        headers = {**error.headers, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        response = Response(error.status, f"{error}\n".encode(), headers)
    except ConnectionAbortedError:
        return
    headers = {**response.headers, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", **_cors(request)}
    await send_response(send, Response(response.status, response.body, headers))


async def _answered(request: Request, receive: Receive) -> Response:
    require_allowed_host(request)
    if request.method == "OPTIONS":
        return Response(204, headers={"Allow": METHODS})
    if request.method != "PUT":
        raise HttpError(405, "Bring the file by PUT.", Allow=METHODS)
    arrival = file_store.arrival(request.path.removeprefix(UPLOADS)) if not settings.FILE_STORE else None
    if arrival is None or not await asyncio.to_thread(_is_awaited, arrival):
        raise HttpError(404, "Nothing is awaited at this address, or not any more.")
    announced = request.header("content-length")
    if announced.isdecimal() and int(announced) != arrival.size:
        raise HttpError(400, f"The file that is awaited has {arrival.size:,} bytes.")
    if _room.locked():
        raise HttpError(503, "Too many files are coming in. Try again in a moment.", **{"Retry-After": "1"})
    async with _room:
        await _store(arrival, receive)
    return Response(204)


async def _store(arrival: Arrival, receive: Receive) -> None:
    """Write what comes beside its place, and put it there once it is whole."""
    part = arrival.path.with_name(f"{arrival.path.name}.{uuid4().hex}")
    file = await asyncio.to_thread(_begun, part)
    try:
        size = await _written(file, arrival.size, receive)
        await asyncio.to_thread(file.close)
        if size != arrival.size:
            raise HttpError(400, f"{size:,} bytes came, of {arrival.size:,}.")
        if not await asyncio.to_thread(_is_awaited, arrival):
            raise HttpError(404, "Nothing is awaited at this address any more.")
        await asyncio.to_thread(part.replace, arrival.path)
    finally:
        file.close()
        part.unlink(missing_ok=True)


async def _written(file: BinaryIO, most: int, receive: Receive) -> int:
    """Write the body; how many bytes it has. Raises `HttpError` for more than `most`."""
    size = 0
    piece = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise HttpError(413, f"The file that is awaited has {most:,} bytes.")
        piece += chunk
        is_last = not message.get("more_body")
        if is_last or len(piece) >= PIECE:
            await asyncio.to_thread(file.write, bytes(piece))
            piece.clear()
        if is_last:
            return size


def _begun(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return path.open("wb")


def _is_awaited(arrival: Arrival) -> bool:
    """On a thread, which keeps no connection to the database: files come seldom."""
    try:
        return files.is_awaited(arrival.file_id)
    except DatabaseError as error:
        if not is_lost(error):
            raise
        raise HttpError(503, outage.AWAY, **outage.HEADERS) from error
    finally:
        connections.close_all()


def _cors(request: Request) -> dict[str, str]:
    """What lets a page of an allowed origin bring a file."""
    origin = request.header("origin")
    if origin not in settings.CORS_ALLOWED_ORIGINS:
        return {"Vary": "Origin"}
    allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    if request.method == "OPTIONS":
        allowed |= {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": "content-type"}
    return allowed


class Attachment(FileResponse):
    """A file that is kept by whoever asked for it and shown by no browser, sent as it is read."""

    def __init__(self, content: "File[Any]", name: str, content_type: str) -> None:
        super().__init__(content, as_attachment=True, filename=name, content_type=content_type, headers=HEADERS)
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # Django's own reads all of it into memory before it sends the first byte.
        while piece := await asyncio.to_thread(self._content.read, PIECE):
            yield piece


@require_safe
def download(request: HttpRequest, token: str) -> FileResponse:
    """The file, as an attachment that nobody keeps; 404 for a link that is wrong or over, and for any other path."""
    by = Viewer(address=request.META.get("REMOTE_ADDR", ""))
    found = services.linked(token, by=by)
    if found is None:
        raise Http404
    try:
        content = file_store.opened(found)
    except FileNotFoundError:
        log.exception("file_missing", file=str(found.pk))
        raise Http404 from None
    return Attachment(content, services.download_name(found), found.mime)


@require_safe
def download_export(request: HttpRequest, token: str) -> FileResponse:
    """A company's export, likewise."""
    found = company_export.opened(token, by=Viewer(address=request.META.get("REMOTE_ADDR", "")))
    if found is None:
        raise Http404
    try:
        content = default_storage.open(found.stored_as)
    except FileNotFoundError:
        raise Http404 from None
    name = f"{found.company.slug}-{found.kind}.{found.format}"
    return Attachment(content, name, EXPORT_TYPES[ExportFormat(found.format)])
