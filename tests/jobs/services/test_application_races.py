"""What becomes of applications when several things happen at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from jobs.errors import AlreadyApplied
from jobs.models import Application, ApplicationDraft, ApplicationTransition, Candidate, InteractionEvent
from jobs.services import application as applications
from jobs.services import application_draft, pipeline
from jobs.services import form as forms
from jobs.services import job as jobs
from jobs.services.answers import Answer
from jobs.services.application_draft import DraftChanges
from kernel.models import OutboxEvent
from schema.core import ids
from tests.applying import QUESTIONS, YES_NO, asking, file_of, hiring, submit
from tests.door import send, token_for
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once, just_before
from tests.schema.application.asking import SUBMIT

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS, EACH = 20, 50


def in_workers(act: Any) -> list[Any]:
    """What an act gave that twenty workers do fifty times each, all of them at once."""
    start = threading.Barrier(WORKERS, timeout=30)

    def work(_: int) -> list[Any]:
        try:
            connection.ensure_connection()
            start.wait()
            return [act() for _ in range(EACH)]
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [given for found in pool.map(work, range(WORKERS)) for given in found]


def test_of_a_thousand_at_once_one_is_made_and_the_others_are_told_which() -> None:
    job, user = JobFactory(), UserFactory()

    def apply() -> tuple[bool, UUID | None]:
        try:
            return True, submit(user, job).pk
        except AlreadyApplied as refusal:
            return False, refusal.application_id

    given = in_workers(apply)
    made = Application.objects.get()
    assert sorted(given) == [(False, made.pk)] * 999 + [(True, made.pk)]
    assert Candidate.objects.count() == ApplicationTransition.objects.count() == 1
    assert InteractionEvent.objects.count() == 1
    assert OutboxEvent.objects.filter(kind="ApplicationSubmitted").count() == 1


def test_a_thousand_clicks_with_one_key_get_one_answer(settings: Any) -> None:
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0
    job, user = JobFactory(), UserFactory()
    token = f"Bearer {token_for(user)}"
    variables = {"input": {"jobId": ids.encode("Job", job.pk), "idempotencyKey": "one"}}
    given = in_workers(lambda: send(SUBMIT, variables, authorization=token).data["applicationSubmit"])
    made = Application.objects.get()
    shown = {"application": {"id": ids.encode("Application", made.pk), "status": "ACTIVE"}, "userErrors": []}
    assert all(answer == shown for answer in given)
    assert len(given) == WORKERS * EACH


def test_a_posting_that_is_being_closed_takes_none_and_one_that_takes_one_is_closed_after_it() -> None:
    job, recruiter = hiring()
    user = UserFactory()
    close = lambda: jobs.close(by=viewer_of(recruiter), job_id=job.pk, reason="filled")  # noqa: E731
    assert just_before(close, lambda: submit(user, job)) == "JOB_NOT_APPLICABLE"
    assert not Application.objects.exists()
    other = JobFactory(company=job.company)
    close_other = lambda: jobs.close(by=viewer_of(recruiter), job_id=other.pk, reason="filled")  # noqa: E731
    assert just_before(lambda: submit(user, other), close_other) == "done"
    assert Application.objects.get().job == other


def test_a_form_that_is_being_changed_is_not_answered() -> None:
    job, recruiter = hiring()
    asking(job, recruiter, [{**YES_NO, "is_required": False}])
    change = lambda: forms.update(by=viewer_of(recruiter), job_id=job.pk, version=1, questions=QUESTIONS)  # noqa: E731
    outcome = just_before(change, lambda: submit(UserFactory(), job, form_version=1))
    assert outcome == "FORM_CHANGED_MEANWHILE"


def test_a_draft_that_is_being_written_is_sent_after_it_and_neither_waits_for_the_other_for_good() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user = UserFactory()
    proof, permit = Answer("proof", file_id=file_of(user).pk), Answer("permit", is_yes=True)

    def write() -> None:
        changes = DraftChanges(answers=[proof], form_version=1)
        application_draft.write(by=viewer_of(user), job_id=job.pk, changes=changes)

    write()
    hold = lambda: ApplicationDraft.objects.select_for_update().get()  # noqa: E731
    assert just_before(hold, lambda: submit(user, job, permit, proof, form_version=1), meanwhile=write) == "done"
    assert not ApplicationDraft.objects.exists()


def test_of_two_who_change_a_form_at_once_one_does() -> None:
    job, recruiter = hiring()
    change = lambda: forms.update(by=viewer_of(recruiter), job_id=job.pk, version=0, questions=QUESTIONS)  # noqa: E731
    assert sorted(at_once(change, change)) == ["FORM_CHANGED_MEANWHILE", "done"]


def test_somebody_is_hired_or_has_taken_it_back_and_never_both() -> None:
    for first in ("hire", "withdraw"):
        job, recruiter = hiring()
        user = UserFactory()
        made = submit(user, job)
        acts = {
            "hire": lambda made=made, by=recruiter: pipeline.hire(
                by=viewer_of(by), application_id=made.pk, version=made.version
            ),
            "withdraw": lambda made=made, by=user: applications.withdraw(by=viewer_of(by), application_id=made.pk),
        }
        second = "withdraw" if first == "hire" else "hire"
        outcome = just_before(acts[first], acts[second])
        made.refresh_from_db()
        assert made.status == {"hire": "hired", "withdraw": "withdrawn"}[first]
        assert outcome in ("APPLICATION_MOVE_REFUSED", "APPLICATION_CHANGED_MEANWHILE")
        assert made.transitions.count() == 2


def test_two_jobs_of_one_company_make_one_candidate() -> None:
    job, _ = hiring()
    other = JobFactory(company=job.company)
    user = UserFactory()
    assert at_once(lambda: submit(user, job), lambda: submit(user, other)) == ["done", "done"]
    assert Candidate.objects.count() == 1
