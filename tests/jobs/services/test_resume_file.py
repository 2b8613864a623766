"""The résumés that a person keeps: one is the default, and what companies were sent they keep."""

from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from jobs.models import Application, ApplicationDraft, File, FilePurpose, Resume
from jobs.services import file as service
from jobs.services import file_store, resume_file
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Viewer
from tests import hiring_board
from tests.factories import JobFactory, UserFactory
from tests.files import own_store
from tests.jobs.services.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]


def viewer(user: User) -> Viewer:
    return Viewer(user_id=user.pk)


def brought(by: User, *, is_default: bool = False) -> Resume:
    file = service.create(by=viewer(by), purpose="resume", name="cv.txt", size=3)
    file_store.put(file, ContentFile(b"Ada"))
    service.complete(by=viewer(by), file_id=file.pk, is_default=is_default)
    service.look_at(file.pk)
    return Resume.objects.get(file=file)


def default_of(user: User) -> File | None:
    found = Resume.objects.filter(user=user, is_default=True).first()
    return found.file if found else None


def test_the_first_is_the_default_until_another_is_said_to_be() -> None:
    person = UserFactory()
    assert default_of(person) is None
    first, second = brought(person), brought(person)
    assert default_of(person) == first.file
    resume_file.make_default(by=viewer(person), resume_id=second.pk)
    assert default_of(person) == second.file
    third = brought(person, is_default=True)
    assert default_of(person) == third.file
    assert Resume.objects.filter(is_default=True).count() == 1


def test_after_the_default_the_newest_is_the_default() -> None:
    person = UserFactory()
    first, _, third = brought(person), brought(person), brought(person)
    resume_file.delete(by=viewer(person), resume_id=first.pk)
    assert default_of(person) == third.file
    service.forget_expired()
    assert not File.objects.filter(pk=first.file_id).exists()


def test_a_company_keeps_what_it_was_sent() -> None:
    person = UserFactory()
    row = brought(person)
    application = hiring_board.application(user=person, resume=row.file)
    resume_file.delete(by=viewer(person), resume_id=row.pk)
    assert default_of(person) is None
    assert service.forget_expired() == 0
    application.refresh_from_db()
    assert application.resume == row.file


def test_a_draft_keeps_what_it_has() -> None:
    person = UserFactory()
    row = brought(person)
    ApplicationDraft.objects.create(user=person, job=JobFactory(), resume=row.file)
    resume_file.delete(by=viewer(person), resume_id=row.pk)
    assert service.take(by=viewer(person), file_id=row.file_id, purpose=FilePurpose.RESUME, field="id") == row.file
    assert service.forget_expired() == 0


@pytest.mark.parametrize("act", [resume_file.make_default, resume_file.delete])
def test_others_resumes_are_not_there(act: object) -> None:
    row = brought(UserFactory())
    assert callable(act)
    with pytest.raises(NotFound):
        act(by=viewer(UserFactory()), resume_id=row.pk)
    with pytest.raises(Forbidden):
        act(by=Viewer(), resume_id=row.pk)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_want_to_be_the_default_at_once_one_is() -> None:
    person = UserFactory()
    rows = [brought(person) for _ in range(4)]
    acts = [partial(resume_file.make_default, by=viewer(person), resume_id=row.pk) for row in rows]
    assert at_once(*acts) == ["done"] * 4
    assert Resume.objects.filter(user=person, is_default=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_applies_while_the_resume_is_deleted_has_it_or_hears_that_it_is_gone() -> None:
    person = UserFactory()
    job = JobFactory()

    def apply(row: Resume) -> None:
        with transaction.atomic():
            file = service.take(
                by=viewer(person), file_id=row.file_id, purpose=FilePurpose.RESUME, field="resume_file_id"
            )
            hiring_board.application(job, person, resume=file)

    for _ in range(3):
        row = brought(person)
        how, deleted = at_once(partial(apply, row), partial(resume_file.delete, by=viewer(person), resume_id=row.pk))
        service.forget_expired()
        assert deleted == "done"
        assert how in ("done", "NOT_FOUND")
        assert File.objects.filter(pk=row.file_id).exists() is (how == "done")
        assert Application.objects.filter(resume=row.file_id).exists() is (how == "done")
        Application.objects.all().delete()
