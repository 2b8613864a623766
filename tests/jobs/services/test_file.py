"""Files of people: brought, checked, looked at, used and forgotten."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry, AuditKind, User
from jobs.errors import FileNotReady, FileRefused, TooManyFiles
from jobs.models import Application, ApplicationDraft, File, FilePurpose, FileState, MembershipRole, Resume
from jobs.services import file as service
from jobs.services import file_scan, file_store, file_text
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import ANONYMOUS, Viewer
from tests import files, hiring_board
from tests.deliveries import deliver_all
from tests.factories import JobFactory, MembershipFactory, UserFactory
from tests.files import own_store, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]


@pytest.fixture
def person() -> User:
    return UserFactory()


def viewer(user: User) -> Viewer:
    return Viewer(user_id=user.pk)


def created(by: User, content: bytes = b"Ada", purpose: str = "resume", **more: str) -> File:
    return service.create(by=viewer(by), purpose=purpose, name=more.pop("name", "cv.txt"), size=len(content), **more)


def brought(by: User, content: bytes = b"Ada", purpose: str = "resume", **more: str) -> File:
    """A file that has come and waits to be looked at."""
    file = created(by, content, purpose, **more)
    file_store.put(file, ContentFile(content))
    return service.complete(by=viewer(by), file_id=file.pk)


def ready(by: User, content: bytes = b"Ada", purpose: str = "resume", **more: str) -> File:
    file = brought(by, content, purpose, **more)
    service.look_at(file.pk)
    file.refresh_from_db()
    return file


def take(by: User, file: File, purpose: FilePurpose = FilePurpose.RESUME) -> File:
    return service.take(by=viewer(by), file_id=file.pk, purpose=purpose, field="resume_file_id")


def test_a_file_is_awaited_then_waits_and_is_ready(person: User) -> None:
    content = files.pdf()
    file = created(person, content)
    assert (file.state, file.mime) == (FileState.AWAITED, "")
    file_store.put(file, ContentFile(content))
    file = service.complete(by=viewer(person), file_id=file.pk)
    assert (file.state, file.mime, file.sha256) == (FileState.WAITING, "application/pdf", sha256(content).hexdigest())
    deliver_all()
    file.refresh_from_db()
    assert (file.state, file.text) == (FileState.READY, files.WORDS)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("cv.pdf", "cv.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\cv.doc", "cv.doc"),
        (" a\u202eb\u200b.pdf ", "ab.pdf"),
    ],
)
def test_a_name_is_no_path_and_hides_nothing(person: User, name: str, called: str) -> None:
    assert created(person, name=name).name == called


@pytest.mark.parametrize("name", ["", " ", "..", "a/", "\u200b", "x" * 201, "a\x00b"])
def test_what_is_no_name_is_refused(person: User, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        created(person, name=name)
    assert refusal.value.field == "name"


@pytest.mark.parametrize("size", [0, -1, service.MOST_BYTES + 1])
def test_a_size_has_bounds(person: User, size: int) -> None:
    with pytest.raises(FileRefused) as refusal:
        service.create(by=viewer(person), purpose="resume", name="cv", size=size)
    assert refusal.value.field == "size"


@pytest.mark.parametrize("digest", ["", "x" * 64, "a" * 63])
def test_what_is_no_digest_is_refused(person: User, digest: str) -> None:
    with pytest.raises(Invalid) as refusal:
        created(person, sha256=digest)
    assert refusal.value.field == "sha256"


@pytest.mark.parametrize("by", [ANONYMOUS, "moderator", "impersonated"])
def test_files_are_of_people_in_their_own_name(person: User, by: Viewer | str) -> None:
    if by == "moderator":
        by = Viewer(user_id=person.pk, platform_role="moderator")
    elif by == "impersonated":
        by = Viewer(user_id=person.pk, impersonator_id=UserFactory().pk)
    assert isinstance(by, Viewer)
    with pytest.raises(Forbidden):
        service.create(by=by, purpose="resume", name="cv", size=1)


def test_a_person_has_a_hundred_files_at_most(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_FILES", 2)
    created(person)
    created(person)
    with pytest.raises(TooManyFiles):
        created(person)
    created(UserFactory())


def test_nothing_has_come_yet(person: User) -> None:
    with pytest.raises(FileNotReady):
        service.complete(by=viewer(person), file_id=created(person).pk)


@pytest.mark.parametrize(
    ("purpose", "announced", "content"),
    [
        ("resume", b"Ada", b"Ada L"),
        ("resume", b"Ada", b"Ad"),
        ("resume", files.image(), files.image()),
        ("answer", b"MZ\x90", b"MZ\x90"),
    ],
    ids=["too much", "too little", "an image for a résumé", "a program"],
)
def test_what_should_not_have_come_is_thrown_away_and_may_come_again(
    person: User, own_store: Path, purpose: str, announced: bytes, content: bytes
) -> None:
    file = created(person, announced, purpose)
    file_store.put(file, ContentFile(content))
    with pytest.raises(FileRefused):
        service.complete(by=viewer(person), file_id=file.pk)
    assert stored(own_store) == []
    file.refresh_from_db()
    assert file.state == FileState.AWAITED


def test_another_digest_than_was_announced_is_refused(person: User) -> None:
    file = created(person, b"Ada", sha256=sha256(b"Eve").hexdigest().upper())
    file_store.put(file, ContentFile(b"Ada"))
    with pytest.raises(FileRefused, match="SHA-256"):
        service.complete(by=viewer(person), file_id=file.pk)


def test_what_comes_after_it_was_said_to_be_whole_changes_nothing(person: User, own_store: Path) -> None:
    file = brought(person, b"Ada")
    file_store.put(file, ContentFile(b"Eve"))
    assert service.complete(by=viewer(person), file_id=file.pk).state == FileState.WAITING
    service.look_at(file.pk)
    with file_store.opened(File.objects.get()) as content:
        assert content.read() == b"Ada"


def test_what_a_transaction_took_and_lost_is_taken_again(person: User) -> None:
    file = created(person)
    file_store.put(file, ContentFile(b"Ada"))
    with transaction.atomic():
        service.complete(by=viewer(person), file_id=file.pk)
        transaction.set_rollback(True)
    assert service.complete(by=viewer(person), file_id=file.pk).state == FileState.WAITING


def test_others_files_are_not_there(person: User) -> None:
    file = ready(person)
    other = viewer(UserFactory())
    with pytest.raises(NotFound):
        service.complete(by=other, file_id=file.pk)
    with pytest.raises(NotFound) as refusal:
        service.take(by=other, file_id=file.pk, purpose=FilePurpose.RESUME, field="resume_file_id")
    assert refusal.value.field == "resume_file_id"


def test_a_document_that_cannot_be_read_is_ready_without_a_text(person: User) -> None:
    file = ready(person, b"%PDF-1.7 broken")
    assert (file.state, file.text) == (FileState.READY, "")


def test_an_image_is_kept_as_it_was_made_anew(person: User, own_store: Path) -> None:
    content = files.image() + b"what hides behind the image"
    file = brought(person, content, "answer", name="cert.exe")
    deliver_all()
    file.refresh_from_db()
    with file_store.opened(file) as kept:
        made = kept.read()
    assert b"hides" not in made
    assert (file.size, file.sha256) == (len(made), sha256(made).hexdigest())
    assert stored(own_store) == [file.stored_as]
    assert service.download_name(file) == "cert.png"


def test_an_image_that_cannot_be_made_anew_is_refused(person: User) -> None:
    file = ready(person, b"\x89PNG\r\n\x1a\n....", "answer")
    assert (file.state, file.reason) == (FileState.REFUSED, "This image cannot be read.")
    with pytest.raises(Invalid, match="cannot be read"):
        take(person, file, FilePurpose.ANSWER)
    with pytest.raises(FileRefused, match="cannot be read"):
        service.complete(by=viewer(person), file_id=file.pk)


def eicar(file: BytesIO) -> str:
    """A scanner of one's own."""
    return "Eicar" if b"EICAR" in file.read() else ""


def test_what_the_scanner_finds_is_refused_and_gone(person: User, own_store: Path, settings: LazySettings) -> None:
    settings.FILE_SCANNER = f"{__name__}.eicar"
    monkey = pytest.MonkeyPatch()
    monkey.setattr(file_scan, "import_string", {settings.FILE_SCANNER: eicar}.__getitem__)
    with monkey.context():
        file = ready(person, b"X5O EICAR")
        assert ready(person, b"harmless").state == FileState.READY
    monkey.undo()
    deliver_all()
    assert (file.state, file.reason) == (FileState.REFUSED, "The scanner found Eicar.")
    assert not Resume.objects.filter(file=file).exists()
    assert file.stored_as not in stored(own_store)


class _Clamd(socketserver.BaseRequestHandler):
    """As much of clamd as INSTREAM is."""

    def handle(self) -> None:
        reader = self.request.makefile("rb")
        assert reader.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", reader.read(4))[0]:
            content += reader.read(length)
        answer = "Eicar FOUND" if b"EICAR" in content else "OK"
        self.request.sendall(
            b"INSTREAM size limit exceeded. ERROR\0" if b"LONG" in content else f"stream: {answer}\0".encode()
        )


@contextmanager
def clamd() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Clamd) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"clamd://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_clamd_is_asked(settings: LazySettings) -> None:
    with clamd() as settings.FILE_SCANNER:
        assert file_scan.scan(BytesIO(b"x" * 200_000)) == ""
        assert file_scan.scan(BytesIO(b"EICAR")) == "Eicar"
        with pytest.raises(file_scan.ScannerFailed):
            file_scan.scan(BytesIO(b"LONG"))


def test_while_the_scanner_is_away_a_file_waits(person: User, settings: LazySettings) -> None:
    with clamd() as gone:
        pass
    settings.FILE_SCANNER = gone
    file = brought(person)
    (delivery,) = deliver_all(failures_allowed=True)
    file.refresh_from_db()
    assert file.state == FileState.WAITING
    assert "ScannerFailed" in delivery.error
    with pytest.raises(FileNotReady):
        take(person, file)


def test_who_takes_a_file_keeps_it_from_being_forgotten(person: User) -> None:
    file = ready(person, purpose="answer")
    assert file.expires_at is not None
    with pytest.raises(Invalid, match="something else"):
        take(person, file)
    assert take(person, file, FilePurpose.ANSWER).expires_at is None
    assert service.forget_expired() == 0


def test_what_nobody_needs_is_forgotten(person: User, own_store: Path) -> None:
    kept = ready(person)
    loose = ready(person, purpose="answer")
    awaited = created(person)
    file_store.put(awaited, ContentFile(b"Ad"))
    File.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert service.forget_expired() == 2
    assert list(File.objects.values_list("pk", flat=True)) == [kept.pk]
    assert stored(own_store) == [kept.stored_as]
    assert not File.objects.filter(pk=loose.pk).exists()


def test_what_came_for_nothing_is_swept_away(own_store: Path, person: User) -> None:
    file_store.put(created(person), ContentFile(b"Ada"))
    service.forget_expired()
    assert len(stored(own_store)) == 1
    file_store.sweep(timezone.now() + timedelta(hours=3))
    assert stored(own_store) == []


def test_after_its_time_a_file_can_be_neither_brought_nor_used(person: User) -> None:
    file = ready(person, purpose="answer")
    awaited = created(person)
    File.objects.update(expires_at=timezone.now())
    with pytest.raises(NotFound):
        take(person, file, FilePurpose.ANSWER)
    with pytest.raises(NotFound):
        service.complete(by=viewer(person), file_id=awaited.pk)


@pytest.mark.parametrize("use", ["draft", "application", "answer"])
def test_what_something_needs_is_not_forgotten(person: User, use: str) -> None:
    file = ready(person, purpose="answer")
    if use == "draft":
        ApplicationDraft.objects.create(user=person, job=JobFactory(), resume=file)
    elif use == "application":
        hiring_board.application(user=person, resume=file)
    else:
        hiring_board.application(user=person, answers={"q1": str(file.pk)})
    File.objects.update(expires_at=timezone.now())
    assert service.forget_expired() == 0
    file.refresh_from_db()
    assert file.expires_at is None


def test_what_is_let_go_of_goes_unless_it_is_a_resume(person: User) -> None:
    answer, resume = ready(person, purpose="answer"), ready(person)
    take(person, answer, FilePurpose.ANSWER)
    service.release([answer.pk, resume.pk])
    answer.refresh_from_db()
    resume.refresh_from_db()
    assert answer.expires_at is not None
    assert resume.expires_at is None


def test_a_link_is_of_this_file_and_signed_and_ends(person: User, time_machine) -> None:  # type: ignore[no-untyped-def]
    file = ready(person)
    token = service.link(file, by=viewer(person)).rpartition("/")[2]
    assert service.linked(token, by=ANONYMOUS) == file
    assert service.linked(token[:-1] + ("A" if token[-1] != "A" else "B"), by=ANONYMOUS) is None
    assert service.linked("", by=ANONYMOUS) is None
    upload = file_store.upload_of(created(person)).url.rpartition("/")[2]
    assert service.linked(upload, by=ANONYMOUS) is None
    assert file_store.arrival(token) is None
    time_machine.move_to(timezone.now() + service.LINK_FOR + timedelta(seconds=2))
    assert service.linked(token, by=ANONYMOUS) is None


def test_a_download_by_the_company_is_noted_and_the_own_is_not(person: User) -> None:
    file = ready(person)
    job = JobFactory()
    hiring_board.application(job, person, resume=file)
    recruiter = MembershipFactory(company=job.company, role=MembershipRole.RECRUITER).user
    service.linked(service.link(file, by=viewer(person)).rpartition("/")[2], by=ANONYMOUS)
    assert not AuditEntry.objects.filter(kind=AuditKind.READ).exists()
    token = service.link(file, by=viewer(recruiter)).rpartition("/")[2]
    service.linked(token, by=Viewer(address="192.0.2.7"))
    entry = AuditEntry.objects.get(kind=AuditKind.READ)
    assert (entry.act, entry.actor_id, entry.company_id) == ("file.download", recruiter.pk, job.company_id)
    assert entry.address == "192.0.2.7"


def test_a_worker_reads_what_is_there_once(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ready(person)
    monkeypatch.setattr(file_text, "read", None)
    service.look_at(file.pk)
    File.objects.all().delete()
    service.look_at(file.pk)
    assert not Application.objects.exists()
