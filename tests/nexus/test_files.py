"""Files on their way in and out: as much as was announced, where it was awaited, and nothing else."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jobs.models import File, FileState
from jobs.services import file as service
from jobs.services import file_store
from kernel.viewer import Viewer
from nexus import files as door
from nexus.environment import BASE_DIR
from tests import files
from tests.factories import UserFactory
from tests.files import own_store, stored

# The door looks at the database on threads of its own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]


@pytest.fixture
def person() -> User:
    return UserFactory()


def awaited(by: User, content: bytes = b"Ada", name: str = "cv.txt", purpose: str = "resume") -> File:
    return service.create(by=Viewer(user_id=by.pk), purpose=purpose, name=name, size=len(content))


def bring(
    path: str, chunks: Iterable[bytes], *, method: str = "PUT", goes_away: bool = False, **headers: str
) -> tuple[int | None, dict[str, str]]:
    """What the door answers to a request that comes in these pieces."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"} if goes_away else {"type": "http.request", "body": b""})
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    named = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "method": method,
        "path": urlsplit(path).path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    async_to_sync(door.receive_upload)(scope, receive, send)  # type: ignore[arg-type]
    if not sent:
        return None, {}
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_a_file_comes_in_pieces_and_lies_there_whole(person: User, own_store: Path) -> None:
    content = bytes(range(1, 251)) * 10_000
    file = awaited(person, content)
    url = file_store.upload_of(file).url
    pieces = [content[at : at + 60_000] for at in range(0, len(content), 60_000)]
    assert bring(url, pieces)[0] == 204
    assert [(own_store / name).read_bytes() for name in stored(own_store)] == [content]


def test_it_may_come_again_until_it_is_said_to_be_whole(person: User) -> None:
    file = awaited(person)
    url = file_store.upload_of(file).url
    assert bring(url, [b"Eve"])[0] == 204
    assert bring(url, [b"Ada"])[0] == 204
    whole = service.complete(by=Viewer(user_id=person.pk), file_id=file.pk)
    assert whole.sha256 == sha256(b"Ada").hexdigest()
    assert bring(url, [b"Eve"])[0] == 404


@pytest.mark.parametrize(
    ("chunks", "status", "headers"),
    [
        ([b"Ad"], 400, {}),
        ([b"Ada", b"!"], 413, {}),
        ([], 400, {}),
        ([b"Ada"], 400, {"content_length": "4"}),
    ],
)
def test_what_is_not_as_it_was_announced_leaves_nothing(
    person: User, own_store: Path, chunks: list[bytes], status: int, headers: dict[str, str]
) -> None:
    assert bring(file_store.upload_of(awaited(person)).url, chunks, **headers)[0] == status
    assert stored(own_store) == []


def test_who_goes_away_half_way_leaves_nothing(person: User, own_store: Path) -> None:
    assert bring(file_store.upload_of(awaited(person)).url, [b"Ad"], goes_away=True)[0] is None
    assert stored(own_store) == []


def test_of_too_many_at_once_one_is_told_to_come_again(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    url = file_store.upload_of(awaited(person)).url
    monkeypatch.setattr(door, "_room", asyncio.Semaphore(0))
    status, headers = bring(url, [b"Ada"])
    assert (status, headers["retry-after"]) == (503, "1")


def test_of_a_body_without_an_end_no_more_is_read_than_was_announced(person: User, own_store: Path) -> None:
    read = 0

    def endless() -> Iterable[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1_000
            assert read < 10

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(pieces), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    pieces, sent = iter(endless()), []  # type: ignore[var-annotated]
    path = urlsplit(file_store.upload_of(awaited(person)).url).path
    scope = {"method": "PUT", "path": path, "headers": [(b"host", b"localhost")]}
    asyncio.run(door.receive_upload(scope, receive, send))
    assert sent[0]["status"] == 413
    assert stored(own_store) == []


def test_only_an_address_of_ours_leads_anywhere(person: User, own_store: Path) -> None:
    file = awaited(person)
    url = file_store.upload_of(file).url
    assert bring(url + "x", [b"Ada"])[0] == 404
    assert bring("/uploads/", [b"Ada"])[0] == 404
    assert bring("/uploads/..%2f..%2fx", [b"Ada"])[0] == 404
    download = service.link(file, by=Viewer(user_id=person.pk)).rpartition("/")[2]
    assert bring(f"/uploads/{download}", [b"Ada"])[0] == 404
    assert bring(url, [b"Ada"], method="POST")[0] == 405
    assert bring(url, [b"Ada"], host="evil.example")[0] == 400
    File.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert bring(url, [b"Ada"])[0] == 404
    assert stored(own_store) == []


def test_pages_of_allowed_origins_bring_files(person: User, settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    url = file_store.upload_of(awaited(person)).url
    status, told = bring(url, [], method="OPTIONS", origin="https://app.example")
    assert (status, told["access-control-allow-origin"]) == (204, "https://app.example")
    assert told["access-control-allow-methods"] == "PUT, OPTIONS"
    assert "access-control-allow-origin" not in bring(url, [], method="OPTIONS", origin="https://evil.example")[1]


def ready(by: User, content: bytes, name: str, purpose: str = "resume") -> File:
    file = awaited(by, content, name, purpose)
    assert bring(file_store.upload_of(file).url, [content])[0] == 204
    service.complete(by=Viewer(user_id=by.pk), file_id=file.pk)
    service.look_at(file.pk)
    file.refresh_from_db()
    assert file.state == FileState.READY
    return file


def test_a_download_is_an_attachment_that_runs_nothing(person: User) -> None:
    file = ready(person, files.pdf(), 'a "b"; é.html')
    path = urlsplit(service.link(file, by=Viewer(user_id=person.pk))).path
    answer = Client().get(path)
    assert b"".join(answer.streaming_content) == files.pdf()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Disposition"].endswith("%C3%A9.pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"
    assert Client().post(path).status_code == 405


def test_a_download_is_sent_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PIECE", 2)
    content = ContentFile(b"Ada L")

    async def sent() -> list[tuple[bytes, int]]:
        return [(piece, content.tell()) async for piece in door.Attachment(content, "cv.txt", "text/plain")]

    assert asyncio.run(sent()) == [(b"Ad", 2), (b"a ", 4), (b"L", 5)]


def test_what_is_not_ready_or_gone_from_the_store_is_not_found(person: User, own_store: Path) -> None:
    file = ready(person, b"Ada", "cv.txt")
    path = urlsplit(service.link(file, by=Viewer(user_id=person.pk))).path
    File.objects.update(state=FileState.REFUSED)
    assert Client().get(path).status_code == 404
    File.objects.update(state=FileState.READY)
    (own_store / file.stored_as).unlink()
    assert Client().get(path).status_code == 404
    assert Client().get("/files/nonsense").status_code == 404


@pytest.mark.live
def test_a_running_server_takes_a_file(live_url: str, person: User) -> None:
    file = awaited(person)
    # It has the store that the settings name where no test names another.
    arrived = BASE_DIR / "var" / "media" / "incoming" / file.pk.hex
    path = urlsplit(file_store.upload_of(file).url).path
    connection = HTTPConnection(urlsplit(live_url).netloc, timeout=60)
    try:
        connection.request("PUT", path, b"Ada", {"Content-Length": "3"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 204
        connection.request("PUT", f"{path}x", b"Ada", {"Content-Length": "3"})
        assert connection.getresponse().status == 404
        assert arrived.read_bytes() == b"Ada"
    finally:
        connection.close()
        arrived.unlink(missing_ok=True)
