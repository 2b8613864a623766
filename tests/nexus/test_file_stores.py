"""FILE_STORE, and a store that speaks S3: files are brought to it, and had from here."""

import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import stored_file
from jobs.errors import FileNotReady, FileRefused
from jobs.models import File, FileState
from jobs.services import company_export, file_store
from jobs.services import file as service
from kernel.models import Delivery
from kernel.viewer import Viewer
from nexus.file_stores import file_store as told
from tests import files
from tests.deliveries import deliver_all
from tests.factories import JobFactory, MembershipFactory, UserFactory
from tests.s3 import BUCKET, s3_server

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def test_without_a_store_there_is_a_folder() -> None:
    assert told("") == FOLDER


def test_a_bucket_is_private_and_signed_for() -> None:
    options = told("s3://KEY:p%2Fw@my-bucket?region=eu-central-1")["OPTIONS"]
    assert options["bucket_name"] == "my-bucket"
    assert (options["access_key"], options["secret_key"]) == ("KEY", "p/w")
    assert options["region_name"] == "eu-central-1"
    assert options["default_acl"] is None
    assert options["client_config"].signature_version == "s3v4"
    assert "endpoint_url" not in options
    elsewhere = told("s3://bucket?endpoint=https://minio.example.com")["OPTIONS"]
    assert elsewhere["endpoint_url"] == "https://minio.example.com"
    assert "access_key" not in elsewhere


@pytest.mark.parametrize("url", ["s3://", "s3://bucket?endpoint=minio", "s3://bucket?secret=x"])
def test_what_is_no_store_is_told_without_its_secrets(url: str) -> None:
    with pytest.raises(ValueError, match=r"names no bucket|no http|says more") as fault:
        told(url)
    assert "secret=x" not in str(fault.value)


@pytest.fixture(scope="module")
def _s3() -> Iterator[str]:
    with s3_server() as url:
        yield url


@pytest.fixture
def s3(_s3: str, settings: LazySettings) -> str:
    """A store of its own for the test; its address."""
    settings.FILE_STORE = f"s3://key:secret@{BUCKET}?endpoint={_s3}"
    settings.STORAGES = {**settings.STORAGES, "default": told(settings.FILE_STORE)}
    return _s3


@pytest.fixture
def person() -> User:
    return UserFactory()


def awaited(by: User, content: bytes) -> File:
    return service.create(by=Viewer(user_id=by.pk), purpose="resume", name="cv.pdf", size=len(content))


def bring(file: File, content: bytes) -> None:
    upload = file_store.upload_of(file)
    urllib.request.urlopen(
        urllib.request.Request(upload.url, content, upload.headers, method=upload.method), timeout=30
    ).close()


@pytest.mark.django_db
def test_a_file_is_brought_to_the_store_and_had_from_here(s3: str, person: User) -> None:
    content = files.pdf()
    file = awaited(person, content)
    by = Viewer(user_id=person.pk)
    with pytest.raises(FileNotReady):
        service.complete(by=by, file_id=file.pk)
    url = urlsplit(file_store.upload_of(file).url)
    assert f"{url.scheme}://{url.netloc}" == s3
    # A request of another length is another request, and not signed.
    assert "X-Amz-SignedHeaders=content-length%3Bhost" in url.query
    bring(file, content)
    service.complete(by=by, file_id=file.pk)
    service.look_at(file.pk)
    file.refresh_from_db()
    assert (file.state, file.text) == (FileState.READY, files.WORDS)
    answer = Client().get(urlsplit(service.link(file, by=by)).path)
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="cv.pdf"'


@pytest.mark.django_db
@pytest.mark.usefixtures("s3")
def test_what_comes_to_the_store_later_changes_nothing(person: User) -> None:
    file = awaited(person, b"Ada")
    bring(file, b"Ada")
    by = Viewer(user_id=person.pk)
    file = service.complete(by=by, file_id=file.pk)
    bring(file, b"Eve")
    assert service.complete(by=by, file_id=file.pk).state == FileState.WAITING
    with file_store.opened(file) as kept:
        assert kept.read() == b"Ada"
    file_store.sweep(timezone.now() + timedelta(hours=3))
    assert default_storage.listdir("incoming")[1] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("s3")
def test_what_is_refused_and_what_nobody_needs_is_deleted_there(person: User) -> None:
    file = awaited(person, b"MZ\x90")
    bring(file, b"MZ\x90")
    with pytest.raises(FileRefused):
        service.complete(by=Viewer(user_id=person.pk), file_id=file.pk)
    assert not default_storage.exists(file.stored_as)
    kept = awaited(person, b"Ada")
    bring(kept, b"Ada")
    service.complete(by=Viewer(user_id=person.pk), file_id=kept.pk)
    assert default_storage.exists(kept.stored_as)
    File.objects.update(expires_at=timezone.now())
    kept.resume.delete()
    assert service.forget_expired() == 2
    assert not default_storage.exists(kept.stored_as)


@pytest.mark.django_db
@pytest.mark.usefixtures("s3")
def test_exports_lie_there_too() -> None:
    recruiter = MembershipFactory(role="recruiter")
    JobFactory(company=recruiter.company)
    by = Viewer(user_id=recruiter.user_id)
    row = company_export.request(by=by, company_id=recruiter.company_id, kind="jobs", format="jsonl")
    company_export.write(row.pk)
    row.refresh_from_db()
    answer: Any = Client().get(urlsplit(company_export.link(row, by=by) or "").path)
    assert len(b"".join(answer.streaming_content)) == row.size


@pytest.mark.django_db
@pytest.mark.usefixtures("s3")
def test_what_is_to_go_while_the_store_is_away_goes_once_it_is_back(settings: LazySettings) -> None:
    there = settings.STORAGES
    default_storage.save("files/of-somebody", ContentFile(b"Ada"))
    stored_file.drop(["files/of-somebody"])
    settings.STORAGES = {**there, "default": told(f"s3://key:secret@{BUCKET}?endpoint=http://127.0.0.1:9")}
    late = deliver_all(failures_allowed=True)[0]
    settings.STORAGES = there
    assert default_storage.exists("files/of-somebody")
    Delivery.objects.filter(pk=late.pk).update(due_at=timezone.now())
    deliver_all()
    assert not default_storage.exists("files/of-somebody")


def test_a_store_that_is_away_is_a_fault_of_ours(settings: LazySettings) -> None:
    settings.FILE_STORE = f"s3://key:secret@{BUCKET}?endpoint=http://127.0.0.1:9"
    settings.STORAGES = {**settings.STORAGES, "default": told(settings.FILE_STORE)}
    with pytest.raises(Exception, match="Could not connect"):
        default_storage.exists("files/x")
