"""Dismissing jobs, and taking it back."""

import pytest

from jobs.errors import TooManyDismissals
from jobs.models import (
    CompanyStatus,
    DismissReason,
    DuplicateCluster,
    InteractionEvent,
    Job,
    JobDismissal,
    JobFingerprint,
    JobHeat,
    JobSearch,
)
from jobs.services import dismissal
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import ANONYMOUS
from tests.factories import CompanyFactory, JobFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once, just_before
from tests.search_board import index_all, live_job

pytestmark = pytest.mark.django_db


def test_a_job_is_dismissed_with_a_reason_and_what_it_is_like() -> None:
    by, job = viewer_of(UserFactory()), live_job()
    kept = dismissal.dismiss(by=by, job_id=job.pk, reason=DismissReason.PAY_TOO_LOW)
    assert (kept.user_id, kept.job_id, kept.reason) == (by.user_id, job.pk, "pay_too_low")
    assert kept.likeness == JobSearch.objects.get().likeness
    event = InteractionEvent.objects.get()
    assert (event.kind, event.user_id, event.job_id) == ("hide", by.user_id, job.pk)
    assert (event.id, event.occurred_at) == (kept.pk, kept.dismissed_at)
    assert not JobHeat.objects.exists()


def test_without_a_reason_it_says_nothing_to_the_person() -> None:
    kept = dismissal.dismiss(by=viewer_of(UserFactory()), job_id=JobFactory().pk)
    assert (kept.reason, kept.likeness) == ("not_interested", None)


def test_dismissing_again_changes_the_reason_and_nothing_else() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    first = dismissal.dismiss(by=by, job_id=job.pk, reason="company")
    again = dismissal.dismiss(by=by, job_id=job.pk, reason="wrong_place")
    assert (again.pk, again.reason, again.dismissed_at) == (first.pk, "wrong_place", first.dismissed_at)
    assert (JobDismissal.objects.get().reason, InteractionEvent.objects.count()) == ("wrong_place", 1)
    assert dismissal.dismiss(by=by, job_id=job.pk).reason == "wrong_place"


def test_taken_back_nothing_is_left_of_it() -> None:
    by, other, job = viewer_of(UserFactory()), viewer_of(UserFactory()), JobFactory()
    mine, theirs = (dismissal.dismiss(by=each, job_id=job.pk) for each in (by, other))
    assert dismissal.undo(by=by, job_id=job.pk).pk == mine.pk
    assert list(JobDismissal.objects.all()) == [theirs]
    assert [event.id for event in InteractionEvent.objects.all()] == [theirs.pk]
    with pytest.raises(NotFound):
        dismissal.undo(by=by, job_id=job.pk)


def test_what_says_the_same_is_taken_back_with_it() -> None:
    by, other = viewer_of(UserFactory()), viewer_of(UserFactory())
    company = CompanyFactory()
    first, second, third = (live_job("Feeder", company=company) for _ in range(3))
    assert len(set(JobSearch.objects.values_list("likeness", flat=True))) == 1
    different = live_job("Else")
    for job in (first, second, different):
        dismissal.dismiss(by=by, job_id=job.pk)
    theirs = dismissal.dismiss(by=other, job_id=third.pk)
    # Of what was not dismissed itself the newest is given back, and all of them go.
    assert dismissal.undo(by=by, job_id=third.pk).job_id == second.pk
    assert {kept.job_id for kept in JobDismissal.objects.filter(user_id=by.user_id)} == {different.pk}
    assert set(JobDismissal.objects.exclude(user_id=by.user_id)) == {theirs}
    assert InteractionEvent.objects.count() == 2


def test_what_was_found_to_say_the_same_since_is_taken_back_with_it() -> None:
    by = viewer_of(UserFactory())
    before, again = live_job("Feeder"), live_job("Feeder, urgently")
    kept = dismissal.dismiss(by=by, job_id=before.pk)
    cluster = DuplicateCluster.objects.create(leader=before)
    for job in (before, again):
        JobFingerprint.objects.update_or_create(job=job, defaults={"cluster": cluster})
    assert dismissal.undo(by=by, job_id=again.pk).pk == kept.pk
    assert not JobDismissal.objects.exists()


def test_taking_back_tells_nothing_of_what_is_hidden() -> None:
    by = viewer_of(UserFactory())
    seen, hidden = live_job("Feeder"), JobFactory(draft=True)
    dismissal.dismiss(by=by, job_id=seen.pk)
    cluster = DuplicateCluster.objects.create(leader=seen)
    for job in (seen, hidden):
        JobFingerprint.objects.update_or_create(job=job, defaults={"cluster": cluster})
    with pytest.raises(NotFound):
        dismissal.undo(by=by, job_id=hidden.pk)
    assert JobDismissal.objects.exists()


def test_what_no_longer_says_the_same_stays_dismissed() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    first, second = (live_job("Feeder", company=company) for _ in range(2))
    for job in (first, second):
        dismissal.dismiss(by=by, job_id=job.pk)
    Job.objects.filter(pk=first.pk).update(title="Baker")
    index_all()
    dismissal.undo(by=by, job_id=first.pk)
    assert [kept.job_id for kept in JobDismissal.objects.all()] == [second.pk]


def test_where_the_place_was_wrong_nothing_else_was_dismissed() -> None:
    by, company = viewer_of(UserFactory()), CompanyFactory()
    first, second = (live_job("Feeder", company=company) for _ in range(2))
    dismissal.dismiss(by=by, job_id=first.pk, reason=DismissReason.WRONG_PLACE)
    with pytest.raises(NotFound):
        dismissal.undo(by=by, job_id=second.pk)
    assert dismissal.undo(by=by, job_id=first.pk).job_id == first.pk


def test_it_is_taken_back_whether_or_not_the_job_is_seen() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    dismissal.dismiss(by=by, job_id=job.pk)
    job.company.status = CompanyStatus.SUSPENDED
    job.company.save()
    dismissal.undo(by=by, job_id=job.pk)
    assert not JobDismissal.objects.exists()


@pytest.mark.parametrize("traits", [{"draft": True}, {"frozen": True}, {"closed": True}])
def test_a_job_that_cannot_be_seen_is_not_found(traits: dict[str, bool]) -> None:
    with pytest.raises(NotFound):
        dismissal.dismiss(by=viewer_of(UserFactory()), job_id=JobFactory(**traits).pk)
    hidden = JobFactory(company=CompanyFactory(status=CompanyStatus.SUSPENDED))
    with pytest.raises(NotFound):
        dismissal.dismiss(by=viewer_of(UserFactory()), job_id=hidden.pk)


def test_a_reason_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        dismissal.dismiss(by=viewer_of(UserFactory()), job_id=JobFactory().pk, reason="rain")
    assert refusal.value.field == "reason"


def test_nobody_and_staff_dismiss_nothing() -> None:
    job = JobFactory()
    for by in (ANONYMOUS, viewer_of(UserFactory(moderator=True)), viewer_of(UserFactory(platform_admin=True))):
        with pytest.raises(Forbidden):
            dismissal.dismiss(by=by, job_id=job.pk)
        with pytest.raises(Forbidden):
            dismissal.undo(by=by, job_id=job.pk)


def test_there_is_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dismissal, "MOST_DISMISSED", 2)
    by = viewer_of(UserFactory())
    jobs = [JobFactory() for _ in range(3)]
    for job in jobs[:2]:
        dismissal.dismiss(by=by, job_id=job.pk)
    with pytest.raises(TooManyDismissals):
        dismissal.dismiss(by=by, job_id=jobs[2].pk)
    assert (JobDismissal.objects.count(), InteractionEvent.objects.count()) == (2, 2)
    dismissal.undo(by=by, job_id=jobs[0].pk)
    dismissal.dismiss(by=by, job_id=jobs[2].pk)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_dismiss_at_once_one_does() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    assert at_once(*[lambda: dismissal.dismiss(by=by, job_id=job.pk)] * 8) == ["done"] * 8
    assert (JobDismissal.objects.count(), InteractionEvent.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_several_who_take_it_back_at_once_one_does() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    dismissal.dismiss(by=by, job_id=job.pk)
    outcomes = at_once(*[lambda: dismissal.undo(by=by, job_id=job.pk)] * 4)
    assert sorted(outcomes) == ["NOT_FOUND"] * 3 + ["done"]
    assert not InteractionEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_reason_for_what_is_just_taken_back_dismisses_it_again() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    first = dismissal.dismiss(by=by, job_id=job.pk)
    outcome = just_before(
        lambda: dismissal.undo(by=by, job_id=job.pk),
        lambda: dismissal.dismiss(by=by, job_id=job.pk, reason="company"),
    )
    kept = JobDismissal.objects.get()
    assert (outcome, kept.reason, kept.pk != first.pk) == ("done", "company", True)
    assert InteractionEvent.objects.get().id == kept.pk


@pytest.mark.django_db(transaction=True)
def test_whoever_dismisses_and_takes_back_at_once_does_one_after_the_other() -> None:
    by, job = viewer_of(UserFactory()), JobFactory()
    acts = [
        lambda: dismissal.dismiss(by=by, job_id=job.pk, reason="company"),
        lambda: dismissal.dismiss(by=by, job_id=job.pk, reason="wrong_place"),
        lambda: dismissal.undo(by=by, job_id=job.pk),
    ]
    for _ in range(4):
        outcomes = at_once(*(acts * 4))
        assert [outcome for place, outcome in enumerate(outcomes) if place % 3 < 2] == ["done"] * 8
        assert set(outcomes) <= {"done", "NOT_FOUND"}
    assert InteractionEvent.objects.count() == JobDismissal.objects.count() <= 1
