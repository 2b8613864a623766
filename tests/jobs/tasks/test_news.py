"""Who is told of what happens in hiring."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification, User
from jobs import events
from jobs.models import Application, ApplicationTransition, Job, ModerationCase, Note, RejectionMail
from jobs.services import pipeline
from jobs.tasks import news
from kernel.events import Event, emit
from kernel.subscribers import Told
from kernel.viewer import ANONYMOUS, Viewer
from tests import hiring_board
from tests.accounts.notifications.tellings import telling
from tests.deliveries import deliver_all
from tests.factories import (
    CompanyFactory,
    HiringTeamFactory,
    JobFactory,
    MembershipFactory,
    SourcePostingFactory,
    UserFactory,
    viewer_of,
)
from tests.smtp import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    return JobFactory(title="Gardener")


def member(job: Job, role: str) -> User:
    return MembershipFactory(company=job.company, role=role).user


def tell(event: Event, by: Viewer = ANONYMOUS) -> None:
    with transaction.atomic():
        emit(event, by=by)
    deliver_all()


def of_job(kind: type[events.JobEvent], job: Job) -> events.JobEvent:
    return kind(job_id=job.pk, company_id=job.company_id)


def of(kind: type[events.ApplicationEvent], application: Application, **more: object) -> events.ApplicationEvent:
    job = application.job
    return kind(application_id=application.pk, job_id=job.pk, company_id=job.company_id, **more)


def told() -> set[tuple[str, str]]:
    """Who was told of what."""
    return {(row.user.email, row.kind) for row in Notification.objects.select_related("user")}


def test_whoever_runs_all_jobs_is_told_where_nobody_is_named(job: Job) -> None:
    recruiter, owner = member(job, "recruiter"), member(job, "owner")
    member(job, "interviewer")
    tell(of_job(events.JobApproved, job), viewer_of(owner))
    assert told() == {(recruiter.email, "job_approved")}


def test_the_hiring_team_is_told_alone(job: Job) -> None:
    member(job, "recruiter")
    manager = member(job, "hiring_manager")
    HiringTeamFactory(job=job, user=manager, role="hiring_manager")
    # No longer of the company.
    HiringTeamFactory(job=job, user=UserFactory(), role="recruiter")
    tell(of_job(events.JobExpiresSoon, job))
    assert told() == {(manager.email, "job_expires_soon")}


def test_reviewers_are_the_boards_own_where_the_company_is_not_trusted() -> None:
    job = JobFactory(company=CompanyFactory(verified_at=None), draft=True)
    Job.objects.filter(pk=job.pk).update(lifecycle="in_review")
    recruiter, moderator = member(job, "recruiter"), UserFactory(moderator=True)
    tell(of_job(events.JobSubmitted, job))
    assert told() == {(moderator.email, "job_submitted")}
    job.company.verified_at = timezone.now()
    job.company.save()
    tell(of_job(events.JobSubmitted, job))
    assert (recruiter.email, "job_submitted") in told()


def test_moderators_are_told_of_reports_and_get_no_mail(job: Job) -> None:
    moderator = UserFactory(moderator=True)
    tell(of_job(events.JobReported, job))
    assert told() == {(moderator.email, "job_reported")}
    assert Notification.objects.get().email_due_at is None


def test_moderators_are_told_of_reports_of_what_was_imported_and_its_company_of_nothing(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(external_reference="source/1")
    SourcePostingFactory(job=job)
    member(job, "recruiter")
    moderator = UserFactory(moderator=True)
    tell(of_job(events.JobReported, job))
    tell(of_job(events.JobExpired, job))
    assert told() == {(moderator.email, "job_reported")}


@pytest.mark.parametrize("reports", [0, 3])
def test_moderators_are_told_of_what_was_changed_after_the_approval_and_once_of_a_report(
    reports: int, job: Job
) -> None:
    moderator = UserFactory(moderator=True)
    ModerationCase.objects.create(job=job, reports=reports)
    tell(of_job(events.JobFlagged, job))
    assert told() == (set() if reports else {(moderator.email, "job_changed")})


def test_an_application_is_told_to_both_sides_and_names_nobody(job: Job) -> None:
    recruiter, ada = member(job, "recruiter"), UserFactory(name="Ada Lovelace")
    application = hiring_board.application(job, ada)
    tell(of(events.ApplicationSubmitted, application), viewer_of(ada))
    assert told() == {(recruiter.email, "candidate_applied"), (ada.email, "application_received")}
    assert not any("Ada" in str(row.values) for row in Notification.objects.all())


def step(application: Application, from_kind: str, to_kind: str) -> None:
    ApplicationTransition.objects.create(
        application=application,
        seq=2,
        act="move",
        to_status="active",
        from_kind=from_kind,
        to_kind=to_kind,
        to_name="Secret round",
        at=timezone.now(),
    )


def test_a_step_within_one_kind_is_the_companys_own(job: Job) -> None:
    ada = UserFactory()
    application = hiring_board.application(job, ada)
    step(application, "interview", "interview")
    tell(of(events.ApplicationMoved, application))
    assert told() == set()


def test_a_step_to_another_kind_is_told_without_the_stages_name(job: Job) -> None:
    ada = UserFactory()
    application = hiring_board.application(job, ada)
    step(application, "applied", "interview")
    tell(of(events.ApplicationMoved, application))
    assert told() == {(ada.email, "application_moved")}
    assert "Secret" not in str(Notification.objects.get().values)


def test_who_was_declined_is_told_when_the_mail_goes_out(job: Job, smtp_sink: Sink) -> None:
    ada = UserFactory()
    application = hiring_board.application(job, ada, status="rejected")
    tell(of(events.ApplicationRejected, application))
    assert told() == set()
    mail = RejectionMail.objects.create(application=application, due_at=timezone.now() - timedelta(hours=1))
    tell(of(events.RejectionMailDue, application, mail_id=mail.pk))
    assert told() == {(ada.email, "application_ended")}
    # The mail is a message of its own.
    assert Notification.objects.get().email_due_at is None


def test_a_rejection_that_was_taken_back_is_not_told(job: Job, smtp_sink: Sink) -> None:
    application = hiring_board.application(job, status="active")
    mail = RejectionMail.objects.create(application=application, due_at=timezone.now(), released_at=timezone.now())
    tell(of(events.RejectionMailDue, application, mail_id=mail.pk))
    assert told() == set()
    assert smtp_sink.taken == []


def test_a_hire_that_was_taken_back_is_not_told(job: Job) -> None:
    ada, grace = UserFactory(), UserFactory()
    by = hiring_board.viewer_at(job)
    wrong, right = (hiring_board.application(job, person) for person in (ada, grace))
    pipeline.hire(by=by, application_id=wrong.pk, version=1)
    pipeline.unhire(by=by, application_id=wrong.pk, version=2, comment="The wrong one.")
    pipeline.hire(by=by, application_id=right.pk, version=1)
    deliver_all()
    hired = Notification.objects.filter(kind="application_hired")
    assert [row.user_id for row in hired] == [grace.pk]


def test_of_two_steps_before_the_telling_the_last_is_told_once(job: Job) -> None:
    ada = UserFactory()
    application = hiring_board.application(job, ada)
    by = hiring_board.viewer_at(job)
    for version, kind in enumerate(("screen", "interview"), start=1):
        target = job.stages.get(kind=kind).pk
        pipeline.move(by=by, application_id=application.pk, stage_id=target, version=version)
    deliver_all()
    assert Notification.objects.filter(user=ada, kind="application_moved").count() == 1


def test_only_those_who_may_read_a_note_are_told_that_it_names_them(job: Job) -> None:
    author, recruiter, stranger = member(job, "recruiter"), member(job, "recruiter"), UserFactory()
    interviewer, elsewhere = member(job, "interviewer"), member(job, "interviewer")
    HiringTeamFactory(job=job, user=interviewer, role="interviewer")
    application = hiring_board.application(job)
    named = [user.pk for user in (author, recruiter, stranger, interviewer, elsewhere)]
    note = Note.objects.create(application=application, author=author, text="Look!", mentioned=named)
    tell(of(events.NoteAdded, application, note_id=note.pk), viewer_of(author))
    assert told() == {(recruiter.email, "mentioned"), (interviewer.email, "mentioned")}


def test_what_is_gone_is_told_to_nobody(job: Job) -> None:
    member(job, "recruiter")
    missing = UserFactory().pk
    tell(events.JobApproved(job_id=missing, company_id=job.company_id))
    tell(events.ApplicationSubmitted(application_id=missing, job_id=job.pk, company_id=job.company_id))
    assert told() == set()


def test_many_applications_are_told_in_as_few_statements_as_one_and_each_to_its_own_people() -> None:
    def applied(many: int) -> tuple[list[Told[events.ApplicationSubmitted]], set[tuple[str, str]]]:
        told_of, expected = [], set()
        for number in range(many):
            job = JobFactory()
            recruiter, ada = member(job, "recruiter"), UserFactory()
            manager = member(job, "hiring_manager")
            if number % 2:
                HiringTeamFactory(job=job, user=manager, role="hiring_manager")
            event = of(events.ApplicationSubmitted, hiring_board.application(job, ada))
            told_of.append(Told(event, telling()))
            expected |= {(ada.email, job.slug), ((manager if number % 2 else recruiter).email, job.slug)}
        return told_of, expected

    counts = []
    for many in (2, 8):
        Notification.objects.all().delete()
        given, expected = applied(many)
        with CaptureQueriesContext(connection) as statements:
            news.tell_applicant(given)
            news.tell_hiring_team(given)
        counts.append(len(statements))
        rows = Notification.objects.select_related("user")
        assert {(row.user.email, row.values["slug"]) for row in rows} == expected
        assert len(rows) == 2 * many
    assert counts[0] == counts[1] <= 10
