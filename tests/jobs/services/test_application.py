"""Applying, and taking it back."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.errors import AlreadyApplied, ApplicationMoveRefused, FileNotReady, FormChangedMeanwhile, JobNotApplicable
from jobs.models import (
    Application,
    ApplicationDraft,
    ApplicationTransition,
    Candidate,
    InteractionEvent,
    JobRevision,
    RejectionMail,
)
from jobs.services import application as applications
from jobs.services import application_draft, source_token
from jobs.services import stage as stages
from jobs.services.answers import Answer
from jobs.services.application_draft import DraftChanges
from kernel import caching
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.models import OutboxEvent
from kernel.viewer import Scope, Viewer
from tests.applying import asking, file_of, hiring, member, resume_of, submit
from tests.factories import EmployerBlockFactory, JobFactory, UserFactory, viewer_of
from tests.hiring_board import application

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 8
YES, NO = Answer("permit", is_yes=True), Answer("permit", is_yes=False)


def statements(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, but for the ends of transactions."""
    ends = re.compile("SAVEPOINT|RELEASE|BEGIN|COMMIT")
    return [query["sql"] for query in queries.captured_queries if not ends.match(query["sql"])]


def test_it_keeps_what_was_said_asked_and_answered() -> None:
    job, recruiter = hiring()
    form = asking(job, recruiter)
    user = UserFactory(name="Ada", email="ada@example.org")
    resume = resume_of(user)
    made = submit(
        user,
        job,
        YES,
        Answer("years", number=Decimal(1)),
        form_version=1,
        cover_letter=" Dear all,\r\nhire me. ",
        phone="+49 30 1",
    )
    kept = Application.objects.get(pk=made.pk)
    assert (kept.job, kept.form_version, kept.resume, kept.status) == (job, form, resume, "active")
    assert kept.revision == JobRevision.objects.get(job=job)
    assert kept.revision.content["title"] == job.title
    assert kept.answers == {"permit": True, "years": "1"}
    assert kept.cover_letter == "Dear all,\nhire me."
    assert (kept.needs_review, kept.knockouts) == (True, ["years"])
    assert (kept.stage.kind, kept.stage.job) == ("applied", job)
    assert (kept.candidate.name, kept.candidate.email, kept.candidate.phone) == ("Ada", "ada@example.org", "+49 30 1")
    step = ApplicationTransition.objects.get(application=made)
    assert (step.act, step.seq, step.from_status, step.to_status, step.actor) == ("submit", 1, "", "active", user)
    event = OutboxEvent.objects.get(kind="ApplicationSubmitted")
    ids = {"application_id": str(made.pk), "job_id": str(job.pk), "company_id": str(job.company_id)}
    assert (event.payload, event.actor_id) == (ids, user.pk)
    done = InteractionEvent.objects.get(user=user)
    assert (done.kind, done.job) == ("apply", job)


def test_it_costs_at_most_eight_statements() -> None:
    """Without an idempotency key, which adds four; a file that answers a question adds one or two."""
    job, recruiter = hiring()
    asking(job, recruiter)
    submit(UserFactory(), job, YES, form_version=1)
    user = UserFactory()
    resume = resume_of(user)
    application_draft.write(
        by=viewer_of(user), job_id=job.pk, changes=DraftChanges(answers=[YES], form_version=1, resume_id=resume.pk)
    )
    token = source_token.for_referral(job.pk, recruiter.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        submit(user, job, YES, form_version=1, resume_id=resume.pk, source_token=token, cover_letter="Hello")
    assert len(statements(queries)) <= MOST_STATEMENTS, "\n".join(statements(queries))


def test_who_applies_to_a_company_again_is_the_same_candidate_with_what_they_said_last() -> None:
    job, _ = hiring()
    other = JobFactory(company=job.company)
    user = UserFactory(name="Ada")
    submit(user, job, phone="1")
    submit(user, other, name="Ada Lovelace")
    assert list(Candidate.objects.values_list("name", "phone")) == [("Ada Lovelace", "1")]


def test_a_second_one_is_refused_and_the_first_is_named() -> None:
    job, _ = hiring()
    user = UserFactory()
    first = submit(user, job)
    with pytest.raises(AlreadyApplied) as refusal:
        submit(user, job)
    assert refusal.value.application_id == first.pk
    assert Application.objects.count() == 1
    assert OutboxEvent.objects.filter(kind="ApplicationSubmitted").count() == 1


@pytest.mark.parametrize(("status", "is_free"), [("withdrawn", True), ("rejected", False), ("hired", False)])
def test_what_was_taken_back_leaves_room_and_what_was_decided_does_not(status: str, is_free: bool) -> None:
    job, user = JobFactory(), UserFactory()
    application(job, user, status=status)
    if is_free:
        submit(user, job)
        assert Application.objects.filter(job=job).count() == 2
    else:
        with pytest.raises(AlreadyApplied):
            submit(user, job)


@pytest.mark.parametrize(
    "values",
    [
        {"lifecycle": "closed", "close_reason": "filled", "closed_at": timezone.now()},
        {"lifecycle": "expired"},
        {"apply_kind": "url", "apply_url": "https://acme.example/jobs"},
        {"apply_kind": "email", "apply_email": "jobs@acme.example"},
    ],
)
def test_a_posting_that_ended_or_that_takes_applications_elsewhere_takes_none_here(values: dict[str, Any]) -> None:
    job = JobFactory(**values)
    with pytest.raises(JobNotApplicable) as refusal:
        submit(UserFactory(), job)
    assert refusal.value.field == "job_id"


def test_one_whose_time_is_over_takes_none_before_that_is_written_down() -> None:
    now = timezone.now()
    job = JobFactory(published_at=now - timedelta(days=30), expires_at=now - timedelta(seconds=1))
    with pytest.raises(JobNotApplicable):
        submit(UserFactory(), job)


@pytest.mark.parametrize("values", [{"draft": True}, {"moderation": "frozen"}, {"company__status": "suspended"}])
def test_what_nobody_sees_is_not_there_and_its_own_company_may_not_apply_either(values: dict[str, Any]) -> None:
    job, recruiter = hiring(**values)
    with pytest.raises(NotFound):
        submit(UserFactory(), job)
    with pytest.raises(JobNotApplicable):
        submit(recruiter, job)


def test_the_board_s_staff_and_who_acts_for_somebody_do_not_apply() -> None:
    job = JobFactory()
    for by in (
        Viewer(),
        viewer_of(UserFactory(moderator=True)),
        viewer_of(UserFactory(platform_admin=True)),
        Viewer(user_id=UserFactory().pk, impersonator_id=UserFactory().pk),
        Viewer(user_id=UserFactory().pk, key_id=UserFactory().pk, scopes=frozenset({Scope.PROFILE_WRITE})),
    ):
        with pytest.raises(Forbidden):
            applications.submit(by=by, job_id=job.pk, letter=applications.Letter())


def test_an_address_that_nobody_has_confirmed_is_none_to_apply_with() -> None:
    with pytest.raises(Forbidden, match="Confirm"):
        submit(UserFactory(unverified=True), JobFactory())


def test_members_may_apply_to_their_own_company_and_to_one_that_they_block() -> None:
    job, recruiter = hiring()
    EmployerBlockFactory(user=recruiter, company=job.company)
    assert submit(recruiter, job).candidate.user_id == recruiter.pk


def test_questions_that_changed_meanwhile_are_to_be_read_first() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    for version in (None, 0, 2):
        with pytest.raises(FormChangedMeanwhile):
            submit(UserFactory(), job, YES, form_version=version)
    with pytest.raises(FormChangedMeanwhile):
        submit(UserFactory(), JobFactory(), form_version=1)


def test_without_a_form_nothing_is_answered() -> None:
    with pytest.raises(Invalid) as refusal:
        submit(UserFactory(), JobFactory(), YES)
    assert refusal.value.field == "answers.0.question_id"


def test_a_posting_without_a_revision_gets_one_that_nobody_wrote() -> None:
    job = JobFactory()
    JobRevision.objects.all().delete()
    first, second = submit(UserFactory(), job), submit(UserFactory(), job)
    revision = JobRevision.objects.get(job=job)
    assert first.revision_id == second.revision_id == revision.pk
    assert (revision.actor, revision.content["title"]) == (None, job.title)


def test_the_default_resume_goes_with_it_unless_another_or_none_is_named() -> None:
    user = UserFactory()
    usual, other = resume_of(user), file_of(user, "resume")
    assert submit(user, JobFactory()).resume == usual
    assert submit(user, JobFactory(), resume_id=other.pk).resume == other
    assert submit(user, JobFactory(), has_resume=False).resume is None


def test_a_default_resume_that_nobody_has_looked_at_is_not_left_out_in_silence() -> None:
    user = UserFactory()
    resume_of(user, state="waiting")
    with pytest.raises(FileNotReady) as refusal:
        submit(user, JobFactory())
    assert refusal.value.field == "resume_file_id"
    assert submit(user, JobFactory(), has_resume=False).resume is None


def test_nobody_sends_another_s_file() -> None:
    others = resume_of(UserFactory())
    with pytest.raises(NotFound) as refusal:
        submit(UserFactory(), JobFactory(), resume_id=others.pk)
    assert refusal.value.field == "resume_file_id"
    assert not Application.objects.exists()
    assert not Candidate.objects.exists()


def test_a_draft_is_done_and_what_it_did_not_send_goes_with_time() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user = UserFactory()
    kept, sent = file_of(user), file_of(user)
    for file in (kept, sent):
        application_draft.write(
            by=viewer_of(user),
            job_id=job.pk,
            changes=DraftChanges(answers=[Answer("proof", file_id=file.pk)], form_version=1),
        )
    submit(user, job, YES, Answer("proof", file_id=sent.pk), form_version=1)
    assert not ApplicationDraft.objects.exists()
    kept.refresh_from_db()
    sent.refresh_from_db()
    assert kept.expires_at is not None
    assert sent.expires_at is None


def test_what_a_draft_had_for_a_question_that_is_gone_goes_with_time() -> None:
    job, recruiter = hiring()
    asking(job, recruiter)
    user = UserFactory()
    file = file_of(user)
    changes = DraftChanges(answers=[Answer("proof", file_id=file.pk)], form_version=1)
    application_draft.write(by=viewer_of(user), job_id=job.pk, changes=changes)
    asking(job, recruiter, [])
    submit(user, job, form_version=2)
    file.refresh_from_db()
    assert file.expires_at is not None


@pytest.mark.parametrize("phone", ["1" * 41, "+49 30\n1", "+49\u202830", "1\x00"])
def test_what_is_no_telephone_number_in_a_line_is_refused(phone: str) -> None:
    with pytest.raises(Invalid) as refusal:
        submit(UserFactory(), JobFactory(), phone=phone)
    assert refusal.value.field == "phone"


def test_a_telephone_number_that_was_copied_is_kept_without_what_nobody_sees() -> None:
    submit(UserFactory(), JobFactory(), phone="\u202a+49 30 1\u202c")
    assert Candidate.objects.get().phone == "+49 30 1"


class TestWhereSomebodyCameFrom:
    def test_a_token_says_the_place_or_who_sent_them(self) -> None:
        job = JobFactory()
        friend = UserFactory()
        placed = submit(UserFactory(), job, source_token=source_token.for_place(job.pk, "Fair in May"))
        sent = submit(UserFactory(), job, source_token=source_token.for_referral(job.pk, friend.pk))
        written = submit(UserFactory(), job, source_token=" newsletter ")
        assert (placed.source, placed.referrer_id) == ("Fair in May", None)
        assert (sent.source, sent.referrer_id) == ("referral", friend.pk)
        assert (written.source, written.referrer_id) == ("newsletter", None)

    def test_nobody_refers_themselves_nor_for_another_job_nor_once_they_are_gone(self) -> None:
        job, user, gone = JobFactory(), UserFactory(), UserFactory(status="deleted")
        own = submit(user, job, source_token=source_token.for_referral(job.pk, user.pk))
        other = source_token.for_referral(JobFactory().pk, UserFactory().pk)
        elsewhere = submit(UserFactory(), job, source_token=other)
        late = submit(UserFactory(), job, source_token=source_token.for_referral(job.pk, gone.pk))
        assert [made.referrer_id for made in (own, elsewhere, late)] == [None, None, None]

    def test_what_is_no_line_is_refused_and_a_changed_token_names_nobody(self) -> None:
        job = JobFactory()
        for wrong in ("a\nb", "x" * 101, "x" * 501, "\x00"):
            with pytest.raises(Invalid) as refusal:
                submit(UserFactory(), job, source_token=wrong)
            assert refusal.value.field == "source_token"
        token = source_token.for_referral(job.pk, UserFactory().pk)
        with pytest.raises(Invalid):
            submit(UserFactory(), job, source_token=f"{token[:-1]}!")


class TestTakingItBack:
    def test_it_ends_once_and_says_so(self) -> None:
        job, user = JobFactory(), UserFactory()
        made = submit(user, job)
        for _ in range(2):
            applications.withdraw(by=viewer_of(user), application_id=made.pk)
        made.refresh_from_db()
        assert (made.status, made.version, made.decided_at is None) == ("withdrawn", 2, False)
        steps = ApplicationTransition.objects.filter(application=made).order_by("seq")
        assert [(step.act, step.to_status, step.actor_id) for step in steps] == [
            ("submit", "active", user.pk),
            ("withdraw", "withdrawn", user.pk),
        ]
        assert OutboxEvent.objects.filter(kind="ApplicationWithdrawn").count() == 1
        assert submit(user, job).pk != made.pk

    @pytest.mark.parametrize("status", ["hired", "rejected"])
    def test_what_was_decided_is_not_taken_back(self, status: str) -> None:
        user = UserFactory()
        decided = application(user=user, status=status)
        with pytest.raises(ApplicationMoveRefused):
            applications.withdraw(by=viewer_of(user), application_id=decided.pk)

    def test_who_was_declined_and_does_not_know_yet_takes_it_back_and_is_not_told(self) -> None:
        user = UserFactory()
        declined = application(user=user, status="rejected")
        mail = RejectionMail.objects.create(application=declined, due_at=timezone.now() + timedelta(days=1))
        applications.withdraw(by=viewer_of(user), application_id=declined.pk)
        declined.refresh_from_db()
        mail.refresh_from_db()
        assert (declined.status, declined.reject_reason) == ("withdrawn", "")
        assert mail.cancelled_at is not None

    def test_it_is_the_person_s_alone(self) -> None:
        job, recruiter = hiring()
        made = submit(UserFactory(), job)
        for by in (recruiter, UserFactory(), member(job, "owner")):
            with pytest.raises(NotFound):
                applications.withdraw(by=viewer_of(by), application_id=made.pk)


def test_the_first_application_makes_the_job_s_stages() -> None:
    job = JobFactory()
    submit(UserFactory(), job)
    assert job.stages.earliest("position").kind == "applied"
    assert stages.begin(job).kind == "applied"


def test_what_is_written_past_djangos_cursor_is_kept_in_no_cache() -> None:
    """The caches see writes as that cursor runs them."""
    written = (Application, ApplicationDraft, ApplicationTransition, Candidate, InteractionEvent, OutboxEvent)
    assert [caching.tag_of(model) for model in written] == [None] * len(written)
