"""What workers do with files: each that came is looked at, exports are written and begun anew, and old files go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from jobs.models import CompanyExport, ExportStatus, File, FileState
from jobs.services import company_export, file_store
from jobs.services import file as files
from jobs.tasks import forget_files, resume_exports, write_export
from kernel.viewer import Viewer
from nexus.celery import app
from tests.deliveries import deliver_all
from tests.factories import JobFactory, MembershipFactory, UserFactory
from tests.files import own_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]


@pytest.fixture
def _at_once() -> Iterator[None]:
    """What is sent to the queue is done at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def requested() -> CompanyExport:
    recruiter = MembershipFactory(role="recruiter")
    JobFactory(company=recruiter.company)
    by = Viewer(user_id=recruiter.user_id)
    return company_export.request(by=by, company_id=recruiter.company_id, kind="jobs", format="csv")


@pytest.mark.usefixtures("_at_once")
def test_an_export_that_is_asked_for_is_written(django_capture_on_commit_callbacks: Any) -> None:
    row = requested()
    with django_capture_on_commit_callbacks(execute=True):
        deliver_all()
    row.refresh_from_db()
    assert (row.status, row.done) == (ExportStatus.READY, 1)


@pytest.mark.usefixtures("_at_once")
def test_an_export_whose_worker_died_is_begun_anew() -> None:
    row = requested()
    CompanyExport.objects.update(status=ExportStatus.RUNNING, updated_at=timezone.now() - timedelta(hours=1))
    resume_exports()
    row.refresh_from_db()
    assert row.status == ExportStatus.READY


def test_a_file_that_came_is_looked_at_and_old_ones_go() -> None:
    by = Viewer(user_id=UserFactory().pk)
    file = files.create(by=by, purpose="answer", name="cv.txt", size=3)
    file_store.put(file, ContentFile(b"Ada"))
    files.complete(by=by, file_id=file.pk)
    deliver_all()
    assert File.objects.get().state == FileState.READY
    File.objects.update(expires_at=timezone.now())
    row = requested()
    write_export(str(row.pk))
    CompanyExport.objects.update(expires_at=timezone.now())
    forget_files()
    assert not File.objects.exists()
    assert CompanyExport.objects.get().status == ExportStatus.EXPIRED


def test_the_schedule_names_tasks_that_are_there() -> None:
    for name, task in (("forget-files", forget_files), ("resume-exports", resume_exports)):
        assert app.conf.beat_schedule[name]["task"] == task.name
