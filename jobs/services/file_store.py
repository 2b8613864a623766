"""Where files lie: a folder of this machine, or a private bucket of an S3 store (`FILE_STORE`).

What is uploaded comes to a place of its own and is moved from there once its owner says that it is whole: an address
for uploading cannot change a file that somebody has looked at.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from accounts.services import stored_file
from jobs.models import File as FileRow
from jobs.models import FileState

UPLOAD_WITHIN = timedelta(hours=1)
_SALT = "nexus.upload"


@dataclass(frozen=True, slots=True)
class Upload:
    """How to bring a file: one request of this method to this address, with these headers."""

    url: str
    method: str
    headers: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an address for uploading to this server stands for."""

    file_id: UUID
    size: int
    path: Path
    """Where it is to be when it is whole."""


def new_name(folder: str = "files") -> str:
    """A name in the store that nobody can guess."""
    return f"{folder}/{uuid4().hex}"


def upload_of(file: FileRow) -> Upload:
    """How the file can be brought until it expires; as often as one likes until its owner says that it is whole."""
    expires_at = file.created_at + UPLOAD_WITHIN
    if settings.FILE_STORE:
        storage: Any = default_storage
        seconds = max(1, int((expires_at - datetime.now(tz=expires_at.tzinfo)).total_seconds()))
        # The length is signed: a request with any other is refused by the store.
        url = storage.connection.meta.client.generate_presigned_url(
            "put_object",
            Params={"Bucket": storage.bucket_name, "Key": _incoming(file.pk), "ContentLength": file.size},
            ExpiresIn=seconds,
        )
    else:
        token = signing.dumps([file.pk.hex, file.size], salt=_SALT)
        url = f"{settings.PUBLIC_URL}/uploads/{token}"
    # The kind of a file goes by its content; some servers take a body without a type apart as a form.
    headers = {"Content-Length": str(file.size), "Content-Type": "application/octet-stream"}
    return Upload(url, "PUT", headers, expires_at)


def arrival(token: str) -> Arrival | None:
    """What a token in an address of ours stands for; None for one that is wrong or over."""
    try:
        key, size = signing.loads(token, salt=_SALT, max_age=UPLOAD_WITHIN)
        file_id = UUID(key)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Arrival(file_id, size, Path(default_storage.path(_incoming(file_id))))


def put(file: FileRow, content: "File[bytes]") -> None:
    """Keep what came by another way than an address for uploading, as if it had come there."""
    name = _incoming(file.pk)
    default_storage.delete(name)
    default_storage.save(name, content)


def taken(file: FileRow, *, most: int) -> bytes | None:
    """What came, at its own place from now on; None where nothing has. Of what is too large the first `most` + 1 bytes.

    What was taken once and then came to nothing, because a transaction did, is taken again.
    """
    incoming = _incoming(file.pk)
    if settings.FILE_STORE:
        _copy_in_store(incoming, file.stored_as)
    else:
        with suppress(FileNotFoundError):
            target = Path(default_storage.path(file.stored_as))
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(default_storage.path(incoming)).replace(target)
    try:
        with default_storage.open(file.stored_as) as found:
            content: bytes = found.read(most + 1)
            return content
    except FileNotFoundError:
        return None


def opened(file: FileRow) -> "File[bytes]":
    """The content, to be closed by the caller. Raises `FileNotFoundError`."""
    return default_storage.open(file.stored_as)


def replace(file: FileRow, content: bytes) -> str:
    """Keep another content under a new name, and give the name. The old one goes once the transaction has committed."""
    stored_file.drop([file.stored_as])
    return default_storage.save(new_name(), ContentFile(content))


def delete(file: FileRow) -> None:
    """Delete what came and what was taken of it, at once."""
    for name in _names(file):
        default_storage.delete(name)


def drop(files: Iterable[FileRow]) -> None:
    """Delete what the store has of files once the transaction has committed."""
    stored_file.drop(name for file in files for name in _names(file))


def sweep(now: datetime) -> None:
    """Delete what came to an address for uploading whose time is over, and was never taken."""
    try:
        _, names = default_storage.listdir("incoming")
    except FileNotFoundError:
        return
    for name in names:
        path = f"incoming/{name}"
        with suppress(FileNotFoundError):
            if now - default_storage.get_modified_time(path) > 2 * UPLOAD_WITHIN:
                default_storage.delete(path)


def _names(file: FileRow) -> tuple[str, ...]:
    """Where something of a file may lie."""
    # What was taken while a transaction failed lies at its place, though it is awaited.
    return (file.stored_as, _incoming(file.pk)) if file.state == FileState.AWAITED else (file.stored_as,)


def _incoming(file_id: UUID) -> str:
    return f"incoming/{file_id.hex}"


def _copy_in_store(source: str, target: str) -> None:
    storage: Any = default_storage
    if storage.exists(source):
        storage.bucket.Object(target).copy_from(CopySource={"Bucket": storage.bucket_name, "Key": source})
        storage.delete(source)
