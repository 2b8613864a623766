"""Who wins when several move the same application, or the same job's, at once. The database decides."""

from collections import Counter
from collections.abc import Callable

import pytest

from accounts.models import User
from jobs.models import Application, ApplicationStatus, ApplicationTransition, Job, RejectionMail
from jobs.services import application as applying
from jobs.services import job as jobs
from jobs.services import pipeline, pipeline_bulk, rejection_mail
from jobs.services.rejection_mail import MailWords
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import JobFactory, viewer_of
from tests.hiring_board import application, viewer_at
from tests.jobs.services.races import at_once, just_before

pytestmark = pytest.mark.django_db(transaction=True)


def steps_of(row: Application) -> list[int]:
    steps = list(ApplicationTransition.objects.filter(application=row).order_by("seq").values_list("seq", flat=True))
    assert steps == list(range(1, Application.objects.get(pk=row.pk).version + 1)), "every version has its step"
    return steps


def test_of_a_hundred_moves_from_one_version_one_wins() -> None:
    row = application()
    by = viewer_at(row.job)
    targets = [row.job.stages.get(kind=kind).pk for kind in ("screen", "interview", "offer")]
    outcomes: Counter[str] = Counter()
    # Twenty-five connections at a time: all begin from the first version, whenever they begin.
    for _ in range(4):
        acts: list[Callable[[], object]] = [
            lambda place=place: pipeline.move(
                by=by, application_id=row.pk, stage_id=targets[place % len(targets)], version=1
            )
            for place in range(25)
        ]
        outcomes.update(at_once(*acts))
    assert outcomes == {"done": 1, "APPLICATION_CHANGED_MEANWHILE": 99}
    assert steps_of(row) == [1, 2]
    assert OutboxEvent.objects.filter(kind="ApplicationMoved").count() == 1


def test_of_two_hires_for_one_opening_one_wins() -> None:
    job = JobFactory()
    rows = [application(job) for _ in range(6)]
    by = viewer_at(job)
    acts = [lambda row=row: pipeline.hire(by=by, application_id=row.pk, version=1) for row in rows]
    assert Counter(at_once(*acts)) == {"done": 1, "OPENING_FILLED": 5}
    assert Application.objects.filter(job=job, status="hired").count() == 1


def test_a_hire_waits_for_whoever_closes_the_job_and_the_other_way_round() -> None:
    row = application()
    by = viewer_at(row.job)

    def hire() -> object:
        return pipeline.hire(by=by, application_id=row.pk, version=1, close_job=True)

    def close() -> object:
        return jobs.close(by=by, job_id=row.job_id, reason="cancelled")

    assert just_before(close, hire) == "done", "a job that has ended is not closed again"
    assert Job.objects.get(pk=row.job_id).close_reason == "cancelled"
    assert Application.objects.get(pk=row.pk).status == "hired"


def test_a_move_against_a_withdrawal() -> None:
    for is_moved_first in (True, False):
        row = application()
        by, person = viewer_at(row.job), viewer_of(row.candidate.user)
        target = row.job.stages.get(kind="offer").pk
        move = _move(by, row, target)
        withdraw = _withdraw(person, row)
        if is_moved_first:
            # The person takes back what is under way, in whatever stage.
            assert just_before(move, withdraw) == "done"
            assert steps_of(row) == [1, 2, 3]
        else:
            assert just_before(withdraw, move) == "APPLICATION_CHANGED_MEANWHILE"
            assert steps_of(row) == [1, 2]
        assert Application.objects.get(pk=row.pk).status == "withdrawn"


def _move(by: Viewer, row: Application, target: int) -> Callable[[], object]:
    return lambda: pipeline.move(by=by, application_id=row.pk, stage_id=target, version=1)


def _withdraw(person: Viewer, row: Application) -> Callable[[], object]:
    return lambda: applying.withdraw(by=person, application_id=row.pk)


def _unreject(by: Viewer, row: Application) -> Callable[[], object]:
    return lambda: pipeline.unreject(by=by, application_id=row.pk, version=2)


def test_a_rejection_against_its_being_taken_back() -> None:
    row = application()
    by, other = viewer_at(row.job), viewer_at(row.job)
    pipeline.reject(by=by, application_id=row.pk, version=1, reason="experience", mail=MailWords())

    def unreject() -> object:
        return pipeline.unreject(by=other, application_id=row.pk, version=2)

    def reject() -> object:
        return pipeline.reject(by=by, application_id=row.pk, version=2, reason="location", mail=MailWords())

    assert just_before(unreject, reject) == "APPLICATION_CHANGED_MEANWHILE"
    assert steps_of(row) == [1, 2, 3]
    outcomes = at_once(
        lambda: pipeline.reject(by=by, application_id=row.pk, version=3, reason="pay", mail=MailWords()),
        lambda: pipeline.reject(by=other, application_id=row.pk, version=3, reason="other", mail=MailWords()),
    )
    assert sorted(outcomes) == ["APPLICATION_CHANGED_MEANWHILE", "done"]
    waiting = RejectionMail.objects.filter(application=row, released_at=None, cancelled_at=None)
    assert waiting.count() == 1


def test_a_mail_is_released_or_taken_back_and_never_both() -> None:
    rows = [application() for _ in range(8)]
    for row in rows:
        pipeline.reject(
            by=viewer_at(row.job),
            application_id=row.pk,
            version=1,
            reason="experience",
            mail=MailWords(send_after_hours=0),
        )
    takers = [_unreject(viewer_at(row.job), row) for row in rows]
    assert set(at_once(*takers, *[rejection_mail.release_due] * 4)) == {"done"}
    rejection_mail.release_due()
    mails = RejectionMail.objects.filter(application__in=rows)
    assert all((mail.released_at is None) is not (mail.cancelled_at is None) for mail in mails)
    told = OutboxEvent.objects.filter(kind="RejectionMailDue").values_list("payload__mail_id", flat=True)
    assert sorted(told) == sorted(str(mail.pk) for mail in mails if mail.released_at)
    assert set(Application.objects.values_list("status", flat=True)) == {ApplicationStatus.ACTIVE}


def test_two_who_move_the_same_hundred_in_opposite_order_wait_for_each_other() -> None:
    job = JobFactory()
    rows = [application(job) for _ in range(pipeline_bulk.MOST)]
    by, other = viewer_at(job), viewer_at(job)
    screen, offer = (job.stages.get(kind=kind).pk for kind in ("screen", "offer"))
    done: dict[str, list[str]] = {}

    def move(name: str, viewer: Viewer, target: int, keys: list[Application]) -> None:
        outcomes = pipeline_bulk.move(by=viewer, versions={row.pk: 1 for row in keys}, stage_id=target)
        done[name] = [one.error.code if one.error else "done" for one in outcomes]

    outcomes = at_once(
        lambda: move("one", by, screen, rows),
        lambda: move("other", other, offer, rows[::-1]),
    )
    assert outcomes == ["done", "done"], "nobody was ended by the database"
    assert sorted(set(map(tuple, map(set, done.values())))) == [("APPLICATION_CHANGED_MEANWHILE",), ("done",)]
    assert set(Application.objects.filter(job=job).values_list("version", flat=True)) == {2}
    assert OutboxEvent.objects.filter(kind="ApplicationMoved").count() == len(rows)


def test_a_person_who_applied_twice_is_transferred_to_one_of_them_once() -> None:
    first, target = application(), None
    target = JobFactory(company=first.job.company)
    user = User.objects.get(pk=first.candidate.user_id)
    second = application(JobFactory(company=first.job.company), user)
    by = viewer_at(first.job)
    acts = [
        lambda row=row: pipeline.transfer(by=by, application_id=row.pk, version=1, to_job_id=target.pk)
        for row in (first, second)
    ]
    assert sorted(at_once(*acts)) == ["ALREADY_APPLIED", "done"]
    assert Application.objects.filter(job=target).count() == 1
