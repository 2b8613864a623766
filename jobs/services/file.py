"""Files that people hand in: a place to bring them to, what is made of what came, and who needs them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.base import File as Content
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from accounts.auth import throttles
from accounts.services import audit
from jobs import policies
from jobs.errors import FileNotReady, FileRefused, TooManyFiles
from jobs.events import FileUploaded
from jobs.models import ApplicationDraft, File, FilePurpose, FileState, Resume
from jobs.selectors import file as files
from jobs.services import file_kinds, file_scan, file_store, file_text, resume_file
from jobs.services import profile_values as read
from jobs.services.turns import take_turn
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import Viewer

MOST_BYTES = 10_000_000
MOST_FILES = 100
LONGEST_NAME = 200
# What nobody needs: an answer that was never sent, a file that was refused.
KEPT_FOR = timedelta(days=7)
LINK_FOR = timedelta(minutes=10)
_TURN = "files"
_SALT = "nexus.file"


@transaction.atomic
def create(*, by: Viewer, purpose: str, name: str, size: int, sha256: str | None = None) -> File:
    """Make room for a file of so many bytes. It is brought within the hour, as `file_store.upload_of` says.

    `sha256` is what the content has to have, in hexadecimal digits. Raises `TooManyFiles`, `Invalid`, `FileRefused`.
    """
    person = _person(by)
    throttles.hit("upload", account=str(person))
    called = _name(name)
    read.choice(purpose, "purpose", among=FilePurpose.values)
    if size < 1:
        raise FileRefused("An empty file says nothing.", field="size")
    if size > MOST_BYTES:
        raise FileRefused(f"A file has at most {MOST_BYTES:,} bytes.", field="size")
    wanted = _digest(sha256)
    take_turn(person, _TURN)
    if File.objects.filter(owner_id=person).count() >= MOST_FILES:
        raise TooManyFiles
    return File.objects.create(
        owner_id=person,
        purpose=purpose,
        name=called,
        size=size,
        sha256=wanted,
        stored_as=file_store.new_name(),
        expires_at=timezone.now() + file_store.UPLOAD_WITHIN,
    )


@transaction.atomic
def bring(*, by: Viewer, purpose: str, name: str, size: int, content: IO[bytes], sha256: str | None = None) -> File:
    """Keep a file that came with the request. Raises what `create` and `complete` raise."""
    made = create(by=by, purpose=purpose, name=name, size=size, sha256=sha256)
    file_store.put(made, Content(content))
    return complete(by=by, file_id=made.pk)


@transaction.atomic
def complete(*, by: Viewer, file_id: UUID, is_default: bool = False) -> File:
    """Say that the file has come: from now on it cannot be changed, and a worker looks at it. A résumé is kept.

    Again, for a file that has come, nothing is done but the default. Raises `FileRefused` for another size, another
    digest, or a kind that is not taken: then what came is thrown away, and another may be brought to the same place.
    Raises `FileNotReady` where nothing has come.
    """
    person = _person(by)
    take_turn(person, _TURN)
    file = File.objects.select_for_update().filter(pk=file_id, owner_id=person).first()
    if file is None or _is_over(file):
        raise NotFound(field="file_id")
    if file.state == FileState.REFUSED:
        raise FileRefused(file.reason, field="file_id")
    if file.state == FileState.AWAITED:
        _receive(file, by)
    if file.purpose == FilePurpose.RESUME:
        resume_file.keep(file, is_default=is_default)
    return file


def look_at(file_id: UUID) -> None:
    """Have a file that has come scanned and read. Raises what the scanner raises.

    It is refused for what the scanner finds, and where it is an image that cannot be made anew. A document whose text
    cannot be read is one without a text.
    """
    waiting = File.objects.filter(pk=file_id, state=FileState.WAITING)
    file = waiting.first()
    if file is None:
        return
    with file_store.opened(file) as content:
        found = file_scan.scan(content)
        content.seek(0)
        contents = file_text.Contents() if found else file_text.read(content, file.mime)
    with transaction.atomic():
        # It may have gone meanwhile: nobody waits for a scanner.
        file = waiting.select_for_update().first()
        if file is not None:
            _keep(file, found, contents)


def _keep(file: File, found: str, contents: file_text.Contents) -> None:
    """Keep what was found out of a file, in a transaction."""
    if found or (contents.image is None and file_kinds.KINDS[file.mime].is_image):
        _refuse(file, f"The scanner found {found}."[:200] if found else contents.fault)
        return
    if contents.image is not None:
        file.stored_as = file_store.replace(file, contents.image)
        file.size, file.sha256 = len(contents.image), sha256(contents.image).hexdigest()
    file.text, file.state = contents.text, FileState.READY
    file.save(update_fields=["stored_as", "size", "sha256", "text", "state", "updated_at"])


def take(*, by: Viewer, file_id: UUID, purpose: FilePurpose, field: str) -> File:
    """The viewer's own file, for something that needs it from now on; locked, in the caller's transaction.

    Raises `NotFound`, `FileNotReady`, and `Invalid` for a file that is for something else or was refused.
    """
    rows = File.objects.select_for_update().defer("text")
    file = rows.filter(pk=file_id, owner_id=_person(by)).first()
    if file is None or _is_over(file):
        raise NotFound(field=field)
    if file.purpose != purpose:
        raise Invalid("This file was brought for something else.", field=field)
    if file.state == FileState.REFUSED:
        raise Invalid(file.reason, field=field)
    if file.state != FileState.READY:
        raise FileNotReady(field=field)
    if file.expires_at is not None:
        file.expires_at = None
        file.save(update_fields=["expires_at", "updated_at"])
    return file


def release(file_ids: Iterable[UUID]) -> None:
    """Let go of files that something no longer needs: what nothing else needs goes within days."""
    kept = Resume.objects.values("file_id")
    loose = File.objects.filter(pk__in=list(file_ids), expires_at=None).exclude(pk__in=kept)
    loose.update(expires_at=timezone.now() + KEPT_FOR)


def link(file: File, *, by: Viewer) -> str:
    """Where the file can be had for ten minutes, by whoever has the address. The caller has seen to it who may."""
    token = signing.dumps([file.pk.hex, file.purpose, by.require_user().hex], salt=_SALT)
    return f"{settings.PUBLIC_URL}/files/{token}"


def linked(token: str, *, by: Viewer) -> File | None:
    """The file that an address leads to; None for one that is wrong or over.

    Where it was made for somebody else than the owner, the logs of the companies for which they read it have a note.
    """
    try:
        key, purpose, whom = signing.loads(token, salt=_SALT, max_age=LINK_FOR)
        file_id, reader = UUID(key), UUID(whom)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    file = File.objects.filter(pk=file_id, purpose=purpose, state=FileState.READY).defer("text").first()
    if file is not None and file.owner_id != reader:
        for company_id in files.companies_reading(file, reader):
            audit.record_read(
                "file.download", by=replace(by, user_id=reader), target=("File", file.pk), company_id=company_id
            )
    return file


def download_name(file: File) -> str:
    """What a download is called: as the person calls it, with the ending of what it is."""
    return f"{PurePosixPath(file.name).stem}.{file_kinds.KINDS[file.mime].extension}"


def forget_expired() -> int:
    """Delete the files that nothing has come to need in time; how many those were."""
    gone = 0
    file_store.sweep(timezone.now())
    while True:
        late = File.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
        with transaction.atomic():
            rows = list(late.select_for_update(skip_locked=True).defer("text")[:100])
            for file in rows:
                gone += _forget(file)
        if len(rows) < 100:
            return gone


def _forget(file: File) -> bool:
    """Delete a file that is locked, unless something does need it. What is interrupted then is done again."""
    if is_needed(file):
        file.expires_at = None
        file.save(update_fields=["expires_at", "updated_at"])
        return False
    file_store.delete(file)
    file.delete()
    return True


def is_needed(file: File) -> bool:
    """Whether an application, a draft or the person's list of résumés has the file."""
    return (
        Resume.objects.filter(file=file).exists()
        or ApplicationDraft.objects.filter(resume=file).exists()
        or any(applications.exists() for applications in files.using(Value(file.owner_id), Value(file.pk)))
    )


def _receive(file: File, by: Viewer) -> None:
    content = file_store.taken(file, most=MOST_BYTES)
    if content is None:
        raise FileNotReady("Nothing has come for this file yet.", field="file_id")
    try:
        kind, digest = _checked(file, content)
    except FileRefused:
        file_store.delete(file)
        raise
    file.mime, file.size, file.sha256, file.state = kind.mime, len(content), digest, FileState.WAITING
    file.expires_at = None if file.purpose == FilePurpose.RESUME else timezone.now() + KEPT_FOR
    file.save(update_fields=["mime", "size", "sha256", "state", "expires_at", "updated_at"])
    emit(FileUploaded(file_id=file.pk), by=by)


def _checked(file: File, content: bytes) -> tuple[file_kinds.FileKind, str]:
    """What came: its kind and its digest. Raises `FileRefused`."""
    if len(content) != file.size:
        raise FileRefused(f"{len(content):,} bytes came, and {file.size:,} were announced.", field="file_id")
    digest = sha256(content).hexdigest()
    if file.sha256 and file.sha256 != digest:
        raise FileRefused("What came has another SHA-256 than was announced.", field="file_id")
    kind = file_kinds.kind_of(content)
    if kind is None or kind not in file_kinds.TAKEN[file.purpose]:
        raise FileRefused(f"This is none of: {file_kinds.WORDS[file.purpose]}.", field="file_id")
    return kind, digest


def _refuse(file: File, reason: str) -> None:
    file.state, file.reason, file.expires_at = FileState.REFUSED, reason, timezone.now() + KEPT_FOR
    file.save(update_fields=["state", "reason", "expires_at", "updated_at"])
    resume_file.drop(file)
    file_store.drop([file])


def _name(name: str) -> str:
    """What a person calls a file: without folders, and without letters that nobody sees."""
    plain = read.text(name, "name", longest=1_000).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C").strip()
    if not shown or not shown.strip("."):
        raise Invalid("This is no name of a file.", field="name")
    if len(shown) > LONGEST_NAME:
        raise Invalid(f"The name of a file has at most {LONGEST_NAME} characters.", field="name")
    return shown


def _digest(text: str | None) -> str:
    if text is None:
        return ""
    digits = text.lower()
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise Invalid("A SHA-256 has 64 hexadecimal digits.", field="sha256")
    return digits


def _is_over(file: File) -> bool:
    return file.expires_at is not None and file.expires_at <= timezone.now()


def _person(by: Viewer) -> UUID:
    """Whose files they are: a person's, in their own name, and none of the board's own."""
    if by.user_id is None or not policies.may_apply(by):
        raise Forbidden
    return by.user_id
