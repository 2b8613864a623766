"""Applications that people are writing."""

import pytest

from jobs.errors import ApplicationChangedMeanwhile, FormChangedMeanwhile, JobNotApplicable
from jobs.models import ApplicationDraft
from jobs.services import application_draft as drafts
from jobs.services.answers import Answer
from jobs.services.application_draft import DraftChanges
from kernel.errors import Forbidden, Invalid
from tests.applying import asking, file_of, hiring, submit
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def write(user: object, job: object, version: int | None = None, **changes: object) -> ApplicationDraft:
    return drafts.write(
        by=viewer_of(user),  # type: ignore[arg-type]
        job_id=job.pk,  # type: ignore[attr-defined]
        changes=DraftChanges(**changes),  # type: ignore[arg-type]
        version=version,
    )


def test_what_is_left_out_stays() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user = UserFactory()
    write(user, job, answers=[Answer("why", text="Well"), Answer("permit")], form_version=1)
    draft = write(user, job, cover_letter="Dear all")
    assert (draft.answers, draft.cover_letter, draft.version) == ({"why": "Well"}, "Dear all", 2)
    assert ApplicationDraft.objects.get().form_version.number == 1


def test_answers_are_to_the_questions_as_they_are_now() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user = UserFactory()
    write(user, job, answers=[Answer("why", text="Well")], form_version=1)
    asking(job, recruiter, [{"id": "other", "kind": "text", "label": "What else?"}])
    with pytest.raises(FormChangedMeanwhile):
        write(user, job, answers=[Answer("why", text="Well")], form_version=1)
    with pytest.raises(Invalid) as refusal:
        write(user, job, answers=[Answer("why", text="Well")], form_version=2)
    assert refusal.value.field == "answers.0.question_id"
    assert write(user, job, cover_letter="Still here").answers == {"why": "Well"}


def test_one_that_was_written_meanwhile_is_not_overwritten() -> None:
    user, job = UserFactory(), JobFactory()
    write(user, job, 0, cover_letter="a")
    for version in (0, 2):
        with pytest.raises(ApplicationChangedMeanwhile):
            write(user, job, version, cover_letter="b")
    assert write(user, job, 1, cover_letter="b").version == 2


def test_what_was_sent_meanwhile_is_not_begun_anew() -> None:
    user, job = UserFactory(), JobFactory()
    draft = write(user, job, 0, cover_letter="a")
    submit(user, job)
    with pytest.raises(ApplicationChangedMeanwhile, match="draft"):
        write(user, job, draft.version, cover_letter="b")
    assert not ApplicationDraft.objects.exists()


def test_files_that_it_needs_no_longer_go_with_time() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user = UserFactory()
    first, second = file_of(user), file_of(user)
    for file in (first, second):
        write(user, job, answers=[Answer("proof", file_id=file.pk)], form_version=1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.expires_at is not None
    assert second.expires_at is None


def test_the_one_that_was_written_longest_ago_makes_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    user = UserFactory()
    jobs = [JobFactory() for _ in range(3)]
    for job in jobs[:2]:
        write(user, job)
    write(user, jobs[0], cover_letter="again")
    write(user, jobs[2])
    assert set(ApplicationDraft.objects.values_list("job", flat=True)) == {jobs[0].pk, jobs[2].pk}


def test_it_is_for_live_jobs_and_for_people() -> None:
    with pytest.raises(JobNotApplicable):
        write(UserFactory(), JobFactory(lifecycle="expired"))
    with pytest.raises(Forbidden):
        write(UserFactory(platform_admin=True), JobFactory())


@pytest.mark.django_db(transaction=True)
def test_of_several_who_begin_one_at_once_all_write_the_same() -> None:
    user, job = UserFactory(), JobFactory()
    assert at_once(*[lambda: write(user, job, cover_letter="a") for _ in range(4)]) == ["done"] * 4
    assert ApplicationDraft.objects.get().version == 4
