"""Reports of postings, and what moderators decide."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.errors import TooManyAttempts
from accounts.models import AuditEntry, User
from jobs.errors import AlreadyReported, JobMoveRefused
from jobs.models import Job, JobReport, JobSearch, ModerationCase
from jobs.models.job import live
from jobs.selectors import event
from jobs.services import moderation
from kernel.errors import DomainError, Forbidden, Invalid, NotFound
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.rows import Slice
from kernel.viewer import ANONYMOUS, Viewer
from tests.factories import JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.services.races import at_once
from tests.search_board import live_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    return live_job()


@pytest.fixture
def moderator() -> Viewer:
    return viewer_of(UserFactory(moderator=True))


def somebody() -> Viewer:
    return viewer_of(UserFactory())


def report(job: Job, by: Viewer | None = None, reason: str = "scam", text: str = "") -> None:
    moderation.report(by=by or somebody(), job_id=job.pk, reason=reason, text=text)


def standing(job: Job) -> str:
    return str(Job.objects.values_list("moderation", flat=True).get(pk=job.pk))


def decided(job: Job) -> list[tuple[str, str, int]]:
    """What was decided of a posting, the oldest first: the decision, the comment, and how many had reported it."""
    cases = ModerationCase.objects.filter(job=job, decided_at__isnull=False).order_by("pk")
    return list(cases.values_list("decision", "comment", "reports"))


def events() -> list[tuple[str, object]]:
    return list(OutboxEvent.objects.order_by("seq").values_list("kind", "actor_id"))


def test_three_people_flag_a_posting_that_stays_live(job: Job) -> None:
    standings = []
    for reason in ("scam", "fake", "privacy"):
        report(job, reason=reason)
        standings.append(standing(job))
    assert standings == ["clear", "clear", "flagged"]
    case = ModerationCase.objects.get(job=job)
    assert (case.reports, case.decision) == (3, "")
    assert list(JobReport.objects.order_by("pk").values_list("reason", flat=True)) == ["scam", "fake", "privacy"]
    assert Job.objects.filter(live(), pk=job.pk).exists()
    report(job)
    assert ModerationCase.objects.get(job=job).reports == 4


def test_nothing_that_a_company_reads_says_who_reported(job: Job) -> None:
    person = UserFactory()
    report(job, viewer_of(person))
    report(job)
    report(job)
    assert events() == [("JobReported", None), ("JobReported", None), ("JobReported", None), ("JobFlagged", None)]
    entries = AuditEntry.objects.filter(actor_id=person.pk)
    assert list(entries.values_list("act", "company_id")) == [("job.report", None)]


def test_a_person_reports_a_posting_once_until_it_is_decided(job: Job, moderator: Viewer) -> None:
    by = somebody()
    report(job, by)
    with pytest.raises(AlreadyReported):
        report(job, by)
    assert ModerationCase.objects.get(job=job).reports == 1
    moderation.unfreeze(by=moderator, job_id=job.pk)
    report(job, by)
    assert ModerationCase.objects.filter(job=job, decided_at=None).get().reports == 1


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [("envy", "", "reason"), ("other", "  ", "text"), ("scam", "x" * 1001, "text"), ("scam", "\x00", "text")],
)
def test_what_cannot_be_read_is_refused(job: Job, reason: str, text: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        report(job, reason=reason, text=text)
    assert refusal.value.field == field
    assert not ModerationCase.objects.exists()


def test_nobody_reports_what_the_public_does_not_see(moderator: Viewer) -> None:
    draft, frozen, hidden = JobFactory(draft=True), JobFactory(frozen=True), JobFactory(company__status="suspended")
    for job in (draft, frozen, hidden):
        for by in (somebody(), moderator):
            with pytest.raises(NotFound):
                report(job, by)


def test_who_is_not_a_person_in_their_own_name_reports_nothing(job: Job) -> None:
    person = somebody()
    key, staff = replace(person, key_id=uuid7(), scopes=frozenset()), replace(person, impersonator_id=uuid7())
    for by in (ANONYMOUS, key, staff):
        with pytest.raises(Forbidden):
            report(job, by)


def test_reports_of_one_person_are_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.auth.throttles import HOUR, THROTTLES, Limit, Throttle

    monkeypatch.setitem(THROTTLES, "job_report", Throttle(account=Limit(2, HOUR)))
    by = somebody()
    report(JobFactory(), by)
    report(JobFactory(), by)
    with pytest.raises(TooManyAttempts):
        report(JobFactory(), by)
    report(JobFactory())


def test_a_frozen_posting_is_hidden_and_comes_back(job: Job, moderator: Viewer) -> None:
    assert moderation.freeze(by=moderator, job_id=job.pk, comment="It asks for money.").moderation == "frozen"
    assert not Job.objects.filter(live(), pk=job.pk).exists()
    assert not JobSearch.objects.filter(pk=job.pk).exists()
    assert moderation.unfreeze(by=moderator, job_id=job.pk, comment="It does not.").moderation == "clear"
    assert Job.objects.filter(live(), pk=job.pk).exists()
    assert JobSearch.objects.filter(pk=job.pk).exists(), "it is found again at once"
    assert decided(job) == [("frozen", "It asks for money.", 0), ("cleared", "It does not.", 0)]
    assert events() == [("JobFrozen", moderator.user_id), ("JobUnfrozen", moderator.user_id)]
    entries = AuditEntry.objects.filter(company_id=job.company_id).order_by("pk")
    assert [(entry.act, entry.before, entry.after) for entry in entries] == [
        ("job.freeze", {"moderation": "clear"}, {"moderation": "frozen"}),
        ("job.unfreeze", {"moderation": "frozen"}, {"moderation": "clear"}),
    ]


def test_a_decision_settles_the_open_case(job: Job, moderator: Viewer) -> None:
    for _ in range(3):
        report(job)
    moderation.freeze(by=moderator, job_id=job.pk, comment="A fraud.")
    case = ModerationCase.objects.get(job=job)
    assert (case.decision, case.reports, case.decided_by_id) == ("frozen", 3, moderator.user_id)


@pytest.mark.parametrize("reports", [1, 3])
def test_what_is_reported_without_cause_is_cleared(job: Job, moderator: Viewer, reports: int) -> None:
    for _ in range(reports):
        report(job)
    assert moderation.unfreeze(by=moderator, job_id=job.pk).moderation == "clear"
    assert decided(job) == [("cleared", "", reports)]
    assert events()[-1] == ("JobCleared", moderator.user_id)
    with pytest.raises(JobMoveRefused):
        moderation.unfreeze(by=moderator, job_id=job.pk)


def test_what_is_removed_stays_so(job: Job, moderator: Viewer) -> None:
    with pytest.raises(JobMoveRefused):
        moderation.remove(by=moderator, job_id=job.pk, comment="A fraud.")
    moderation.freeze(by=moderator, job_id=job.pk, comment="A fraud.")
    assert moderation.remove(by=moderator, job_id=job.pk, comment="For good.").moderation == "removed"
    refused: list[Callable[[], object]] = [
        lambda: moderation.unfreeze(by=moderator, job_id=job.pk),
        lambda: moderation.freeze(by=moderator, job_id=job.pk, comment="Again."),
        lambda: moderation.remove(by=moderator, job_id=job.pk, comment="Again."),
    ]
    for act in refused:
        with pytest.raises(JobMoveRefused):
            act()
    assert [decision for decision, _, _ in decided(job)] == ["frozen", "removed"]


def test_a_posting_is_frozen_wherever_it_stands(moderator: Viewer) -> None:
    for trait in ("draft", "in_review", "approved", "scheduled", "paused", "expired", "closed", "archived"):
        job = JobFactory(**{trait: True})
        lifecycle = job.lifecycle
        moderation.freeze(by=moderator, job_id=job.pk, comment="Look at the others of the company.")
        job.refresh_from_db()
        assert (job.moderation, job.lifecycle, job.version) == ("frozen", lifecycle, 1)


def test_a_company_cannot_take_it_back(moderator: Viewer) -> None:
    owner: User = MembershipFactory(role="owner").user
    job = JobFactory(company=owner.memberships.get().company)
    moderation.freeze(by=moderator, job_id=job.pk, comment="Why.")
    with pytest.raises(Forbidden):
        moderation.unfreeze(by=viewer_of(owner), job_id=job.pk)


@pytest.mark.parametrize("comment", ["", " \n", "x" * 1001])
def test_whoever_freezes_says_why(job: Job, moderator: Viewer, comment: str) -> None:
    with pytest.raises(Invalid) as refusal:
        moderation.freeze(by=moderator, job_id=job.pk, comment=comment)
    assert refusal.value.field == "comment"


def test_nobody_but_moderators_decides(job: Job, moderator: Viewer) -> None:
    owner: User = MembershipFactory(company=job.company, role="owner").user
    key = replace(moderator, key_id=uuid7(), scopes=frozenset())
    others = [
        somebody(),
        viewer_of(owner),
        viewer_of(UserFactory(platform_role="support")),
        key,
        replace(moderator, impersonator_id=uuid7()),
    ]
    for by in others:
        with pytest.raises(Forbidden):
            moderation.freeze(by=by, job_id=job.pk, comment="Mine.")
    with pytest.raises(NotFound):
        moderation.freeze(by=somebody(), job_id=JobFactory(draft=True).pk, comment="Mine.")


@pytest.mark.django_db(transaction=True)
def test_reports_at_once_are_all_counted_and_flag_once(job: Job) -> None:
    people = [somebody() for _ in range(6)]
    assert at_once(*(lambda by=by: report(job, by) for by in people)) == ["done"] * 6  # type: ignore[misc]
    assert ModerationCase.objects.get(job=job).reports == JobReport.objects.count() == 6
    assert OutboxEvent.objects.filter(kind="JobFlagged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_reports_once(job: Job) -> None:
    by = somebody()
    assert sorted(at_once(*[lambda: report(job, by)] * 4)) == ["ALREADY_REPORTED"] * 3 + ["done"]
    assert ModerationCase.objects.get(job=job).reports == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_one_decides(job: Job) -> None:
    first, second = (viewer_of(UserFactory(moderator=True)) for _ in range(2))
    outcomes = at_once(
        lambda: moderation.freeze(by=first, job_id=job.pk, comment="One."),
        lambda: moderation.freeze(by=second, job_id=job.pk, comment="Two."),
    )
    assert sorted(outcomes) == ["JOB_MOVE_REFUSED", "done"]
    assert len(decided(job)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_report_that_comes_with_the_decision_is_in_it_or_opens_another_case(job: Job) -> None:
    moderator, by = viewer_of(UserFactory(moderator=True)), somebody()
    report(job)
    outcomes = at_once(lambda: report(job, by), lambda: moderation.unfreeze(by=moderator, job_id=job.pk))
    assert outcomes == ["done", "done"]
    open_cases = ModerationCase.objects.filter(decided_at=None)
    assert sum(ModerationCase.objects.values_list("reports", flat=True)) == 2
    assert open_cases.count() == ModerationCase.objects.count() - 1


def test_every_refusal_is_typed(job: Job, moderator: Viewer) -> None:
    with pytest.raises(DomainError) as refusal:
        moderation.freeze(by=moderator, job_id=uuid7(), comment="Nothing there.")
    assert (refusal.value.code, refusal.value.field) == ("NOT_FOUND", "job_id")


def test_the_events_that_a_company_reads_do_not_say_that_somebody_reported(job: Job, moderator: Viewer) -> None:
    owner: User = MembershipFactory(company=job.company, role="owner").user
    report(job)
    moderation.freeze(by=moderator, job_id=job.pk, comment="A fraud.")
    page = event.of_companies(viewer_of(owner), [job.company_id], kinds=None, wanted=Slice())[job.company_id]
    assert [row.kind for row in page.rows] == ["JobFrozen"]
    assert "JobReported" not in event.kinds()


def test_who_says_something_else_after_the_approval_is_looked_at(job: Job, moderator: Viewer) -> None:
    moderation.look_at(job)
    assert (standing(job), ModerationCase.objects.get(job=job).reports) == ("flagged", 0)
    moderation.look_at(Job.objects.get(pk=job.pk))
    assert ModerationCase.objects.filter(job=job).count() == 1
    assert moderation.unfreeze(by=moderator, job_id=job.pk).moderation == "clear"
