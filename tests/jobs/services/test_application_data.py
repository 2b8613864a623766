"""What applying leaves of somebody who goes, and what they are given of it."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.utils import timezone

from accounts.models import User
from accounts.selectors.audit import note_reads
from accounts.services import erasure, export
from jobs.models import Application, ApplicationDraft, ApplicationTransition, Candidate, Note, RejectionMail
from jobs.services.answers import Answer
from kernel.models import OutboxEvent
from tests.applying import asking, hiring, resume_of, submit
from tests.factories import JobFactory, UserFactory, viewer_of
from tests.hiring_board import application

pytestmark = pytest.mark.django_db


def told(user: User) -> dict[str, Any]:
    """The sections of the file that are about applying."""
    names = ("applications", "application_reads", "application_drafts")
    found: dict[str, Any] = orjson.loads(
        orjson.dumps({name: export.sections[name](user) for name in names}, default=str)
    )
    return found


class TestGoing:
    def test_what_is_under_way_is_taken_back_and_nobody_is_left_behind(self) -> None:
        job, recruiter = hiring()
        asking(job, recruiter)
        user = UserFactory(name="Ada Lovelace", email="ada@lovelace.example")
        resume_of(user)
        why = Answer("why", text="I am Ada Lovelace")
        made = submit(user, job, Answer("permit", is_yes=False), why, form_version=1, cover_letter="Ada", phone="1")
        Note.objects.create(application=made, author=recruiter, text="Ada is good")
        hired = application(JobFactory(company=job.company), user, status="hired", cover_letter="Ada again")
        ApplicationDraft.objects.create(user=user, job=JobFactory(), cover_letter="Ada")
        erasure.erase(user, by=viewer_of(user))
        made.refresh_from_db()
        hired.refresh_from_db()
        assert (made.status, hired.status) == ("withdrawn", "hired")
        for one in (made, hired):
            assert (one.answers, one.cover_letter, one.resume_id) == ({}, "", None)
        assert (made.needs_review, made.knockouts) == (False, [])
        known = Candidate.objects.get()
        assert (known.user, known.name, known.email, known.phone) == (None, "", "", "")
        assert known.anonymised_at is not None
        assert not ApplicationDraft.objects.exists()
        assert not Note.objects.exists()
        step = ApplicationTransition.objects.get(application=made, act="withdraw")
        assert (step.to_status, step.actor) == ("withdrawn", None)
        assert OutboxEvent.objects.filter(kind="ApplicationWithdrawn").count() == 1

    def test_whom_they_sent_and_what_others_sent_stays(self) -> None:
        user = UserFactory()
        sent, others = application(referrer=user), application(cover_letter="Hello")
        erasure.erase(user, by=viewer_of(user))
        sent.refresh_from_db()
        others.refresh_from_db()
        assert sent.referrer is None
        assert (others.status, others.cover_letter) == ("active", "Hello")
        assert others.candidate.user is not None

    def test_a_mail_that_waits_is_not_sent(self) -> None:
        user = UserFactory()
        declined = application(user=user, status="rejected")
        RejectionMail.objects.create(application=declined, due_at=timezone.now() + timedelta(days=1))
        erasure.erase(user, by=viewer_of(user))
        assert not RejectionMail.objects.filter(cancelled_at=None).exists()


class TestBeingTold:
    def test_all_that_was_sent_and_is_being_written(self) -> None:
        job, recruiter = hiring()
        asking(job, recruiter)
        user = UserFactory(name="Ada")
        submit(user, job, Answer("permit", is_yes=True), form_version=1, cover_letter="Hello", phone="1")
        ApplicationDraft.objects.create(user=user, job=job, cover_letter="Well")
        found = told(user)
        (sent,) = found["applications"]
        assert (sent["job_title"], sent["cover_letter"], sent["answers"]) == (job.title, "Hello", {"permit": True})
        assert (sent["name"], sent["phone"], sent["status"]) == ("Ada", "1", "active")
        assert [step["kind"] for step in sent["timeline"]] == ["applied"]
        assert [draft["cover_letter"] for draft in found["application_drafts"]] == ["Well"]
        assert told(UserFactory()) == {"applications": [], "application_reads": [], "application_drafts": []}

    def test_a_rejection_that_nobody_told_them_is_not_told_here(self) -> None:
        user = UserFactory()
        made = application(user=user)
        Application.objects.filter(pk=made.pk).update(
            status="rejected", reject_reason="experience", decided_at=timezone.now()
        )
        step = {"seq": 2, "act": "reject", "to_status": "rejected", "to_kind": "applied", "to_name": "Inbox"}
        ApplicationTransition.objects.create(application=made, at=timezone.now(), comment="No.", **step)
        mail = RejectionMail.objects.create(application=made, due_at=timezone.now())
        assert told(user)["applications"][0]["status"] == "active"
        mail.released_at = timezone.now()
        mail.save()
        found = told(user)["applications"][0]
        assert found["status"] == "rejected"
        assert "No." not in str(found)

    def test_who_else_has_read_it_and_not_who_that_was(self) -> None:
        user, other = UserFactory(), UserFactory()
        made = application(user=user)
        note_reads("application.read", by=viewer_of(other), targets=[("Application", made.pk)])
        note_reads("application.read", by=viewer_of(user), targets=[("Application", made.pk)])
        found = told(user)["application_reads"]
        assert [entry["application_id"] for entry in found] == [str(made.pk)]
        assert str(other.pk) not in str(found)
