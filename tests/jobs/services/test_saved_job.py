"""Keeping jobs for later."""

import pytest

from jobs.errors import TooManySavedJobs
from jobs.models import CompanyStatus, InteractionEvent, SavedJob
from jobs.services import saved_job
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, SavedJobFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once, just_before

pytestmark = pytest.mark.django_db


def test_a_job_is_kept_with_a_note_and_its_title() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    kept = saved_job.save(by=by, job_id=job.pk, note=" Call them ")
    assert (kept.user_id, kept.job_id, kept.title, kept.note) == (by.user_id, job.pk, job.title, "Call them")
    event = InteractionEvent.objects.get()
    assert (event.kind, event.user_id, event.job_id) == ("save", by.user_id, job.pk)


def test_saving_again_changes_the_note_and_nothing_else() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    first = saved_job.save(by=by, job_id=job.pk, note="A")
    assert saved_job.save(by=by, job_id=job.pk).note == "A"
    again = saved_job.save(by=by, job_id=job.pk, note="B")
    assert (again.pk, again.note, again.saved_at) == (first.pk, "B", first.saved_at)
    assert saved_job.save(by=by, job_id=job.pk, note="").note == ""
    assert InteractionEvent.objects.count() == 1


@pytest.mark.parametrize("traits", [{"draft": True}, {"frozen": True}, {"closed": True}])
def test_a_job_that_cannot_be_seen_is_not_found(traits: dict[str, bool]) -> None:
    with pytest.raises(NotFound):
        saved_job.save(by=viewer_of(UserFactory()), job_id=JobFactory(**traits).pk)
    hidden = JobFactory(company=CompanyFactory(status=CompanyStatus.SUSPENDED))
    with pytest.raises(NotFound):
        saved_job.save(by=viewer_of(UserFactory()), job_id=hidden.pk)


def test_what_was_kept_goes_whether_or_not_the_job_is_seen() -> None:
    kept = SavedJobFactory(job__closed=True)
    others = SavedJobFactory(job=kept.job)
    assert saved_job.unsave(by=viewer_of(kept.user), job_id=kept.job_id).pk == kept.pk
    assert list(SavedJob.objects.all()) == [others]
    with pytest.raises(NotFound):
        saved_job.unsave(by=viewer_of(kept.user), job_id=kept.job_id)


@pytest.mark.parametrize("note", ["a" * 2_001, "a\x00", "\ud800"])
def test_a_note_that_cannot_be_is_refused(note: str) -> None:
    with pytest.raises(Invalid) as refusal:
        saved_job.save(by=viewer_of(UserFactory()), job_id=JobFactory().pk, note=note)
    assert refusal.value.field == "note"


def test_nobody_and_staff_keep_nothing() -> None:
    kept = SavedJobFactory()
    for by in (ANONYMOUS, viewer_of(UserFactory(moderator=True)), viewer_of(UserFactory(platform_admin=True))):
        with pytest.raises(Forbidden):
            saved_job.save(by=by, job_id=kept.job_id)
        with pytest.raises(Forbidden):
            saved_job.unsave(by=by, job_id=kept.job_id)


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_job, "MOST_SAVED", 2)
    by = viewer_of(UserFactory())
    for _ in range(2):
        saved_job.save(by=by, job_id=JobFactory().pk)
    with pytest.raises(TooManySavedJobs):
        saved_job.save(by=by, job_id=JobFactory().pk)
    assert SavedJob.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_several_who_save_at_once_one_does() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    outcomes = at_once(*[lambda: saved_job.save(by=by, job_id=job.pk, note="A")] * 8)
    assert outcomes == ["done"] * 8
    assert (SavedJob.objects.count(), InteractionEvent.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_note_on_what_is_just_let_go_of_keeps_it_again() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    saved_job.save(by=by, job_id=job.pk)
    outcome = just_before(
        lambda: saved_job.unsave(by=by, job_id=job.pk), lambda: saved_job.save(by=by, job_id=job.pk, note="A")
    )
    assert (outcome, SavedJob.objects.get().note) == ("done", "A")
