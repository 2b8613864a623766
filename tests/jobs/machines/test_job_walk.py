"""Postings walked at random by the services, the clock and moderators, beside a model that knows the tables alone.

Whatever somebody tries, it works if, and only if, it was offered to them; it leads where the table says, with the
table's event; and what is refused leaves the row as it was. At each step the public sees what the model says.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from jobs.machines.job import LIFECYCLE, MODERATION, JobAct, ModerationAct
from jobs.machines.machine import Machine
from jobs.models import Job, JobLifecycle, JobModeration, JobSearch
from jobs.models.job import live
from jobs.selectors import job_actions, membership
from jobs.services import company_standing, job_clock, moderation
from jobs.services import job as jobs
from kernel.models import OutboxEvent
from kernel.viewer import ANONYMOUS, Viewer
from tests.factories import CompanyFactory, HiringTeamFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.jobs.machines.walking import Walk, columns_of, refusal_of, walk

pytestmark = pytest.mark.django_db

WALKS, STEPS = 8, 30
SERVICES: dict[JobAct, Callable[..., object]] = {
    JobAct.SUBMIT: jobs.submit,
    JobAct.APPROVE: jobs.approve,
    JobAct.REJECT: lambda **who: jobs.reject(**who, comment="Say what it pays."),
    JobAct.SCHEDULE: lambda **who: jobs.schedule(
        **who, at=timezone.now() + timedelta(days=2), expires_at=timezone.now() + timedelta(days=20)
    ),
    JobAct.PUBLISH: jobs.publish,
    JobAct.PAUSE: jobs.pause,
    JobAct.RESUME: jobs.resume,
    JobAct.REOPEN: jobs.reopen,
    JobAct.CLOSE: lambda **who: jobs.close(**who, reason="filled"),
    JobAct.ARCHIVE: jobs.archive,
    JobAct.DISCARD: jobs.discard,
}
DECISIONS: dict[ModerationAct, Callable[..., object]] = {
    ModerationAct.FREEZE: lambda **who: moderation.freeze(**who, comment="A fraud."),
    ModerationAct.UNFREEZE: moderation.unfreeze,
    ModerationAct.CLEAR: moderation.unfreeze,
    ModerationAct.REMOVE: lambda **who: moderation.remove(**who, comment="A fraud."),
}
BY_HAND = sorted({move.act for move in LIFECYCLE.moves if move.may is not None})
WHO = ["recruiter", "hiring_manager", "interviewer", "stranger", "moderator", "admin", "nobody"]


class JobWalk(Walk):
    """One posting at a time, and everybody who may do anything to it."""

    @initialize(is_trusted=st.booleans())
    def open(self, is_trusted: bool) -> None:
        self.company = CompanyFactory(verified_at=timezone.now() if is_trusted else None)
        roles = ("recruiter", "hiring_manager", "interviewer")
        people = {role: MembershipFactory(company=self.company, role=role).user for role in roles}
        staff = {"moderator": UserFactory(moderator=True), "admin": UserFactory(platform_admin=True)}
        everybody = people | staff | {"stranger": UserFactory()}
        self.people: dict[str, Viewer] = {name: viewer_of(user) for name, user in everybody.items()}
        self.people["nobody"] = ANONYMOUS
        self.hiring_manager = people["hiring_manager"]
        self._begin()

    def _begin(self) -> None:
        """Another draft."""
        self.job: Job = JobFactory(draft=True, company=self.company)
        HiringTeamFactory(job=self.job, user=self.hiring_manager, role="hiring_manager")
        self.lifecycle, self.moderation = "draft", "clear"
        self.company_status = getattr(self, "company_status", "active")

    def _row(self) -> Job:
        return Job.objects.select_related("company").get(pk=self.job.pk)

    @rule(who=st.sampled_from(WHO), act=st.sampled_from(BY_HAND))
    def act(self, who: str, act: JobAct) -> None:
        self._try(LIFECYCLE, self.people[who], act, SERVICES[act])
        if self.lifecycle == "":
            self._begin()

    # What is offered is seldom what was drawn: so that walks come far.
    @rule(data=st.data(), who=st.sampled_from(["recruiter", "admin"]))
    def go_on(self, data: st.DataObject, who: str) -> None:
        by = self.people[who]
        offered = LIFECYCLE.offered(self._row(), by, membership.standing(by), timezone.now())
        acts = [JobAct(act) for act in offered if act != JobAct.DISCARD]
        if acts:
            act = data.draw(st.sampled_from(acts))
            self._try(LIFECYCLE, by, act, SERVICES[act])

    @rule(who=st.sampled_from(WHO), act=st.sampled_from(sorted(DECISIONS)))
    def decide(self, who: str, act: ModerationAct) -> None:
        if act in (ModerationAct.UNFREEZE, ModerationAct.CLEAR):
            # One mutation does both, as the posting stands.
            act = ModerationAct.CLEAR if self.moderation == "flagged" else ModerationAct.UNFREEZE
        self._try(MODERATION, self.people[who], act, DECISIONS[act])

    @rule()
    def three_people_report_it(self) -> None:
        is_live = self._is_live()
        for number in range(3):
            refusal = refusal_of(
                lambda: moderation.report(by=viewer_of(UserFactory()), job_id=self.job.pk, reason="scam")
            )
            assert refusal == (None if is_live else "NOT_FOUND"), number
        if is_live and self.moderation == "clear":
            self.moderation = "flagged"

    @rule(days=st.sampled_from([1, 3, 35, 70]))
    def time_passes(self, days: int) -> None:
        self.time.shift(timedelta(days=days))
        now, row = timezone.now(), self._row()
        if row.lifecycle == "scheduled" and row.scheduled_at is not None and row.scheduled_at <= now:
            may_go_live = self.moderation in ("clear", "flagged") and self.company_status == "active"
            self.lifecycle = "published" if may_go_live else "approved"
            self._expect("JobPublished" if may_go_live else "JobHeldBack", lambda: job_clock.publish_due(now))
        if self._row().lifecycle in ("published", "paused") and self._is_over(now):
            self.lifecycle = "expired"
            self._expect("JobExpired", lambda: job_clock.expire_due(now))
        # Nothing is due any more.
        assert job_clock.publish_due(now) + job_clock.expire_due(now) == 0

    @rule()
    def company_is_suspended_or_comes_back(self) -> None:
        if self.company_status == "active":
            company_standing.suspend(by=self.people["admin"], company_id=self.company.pk)
            self.company_status = "suspended"
        else:
            company_standing.restore(by=self.people["admin"], company_id=self.company.pk)
            self.company_status = "active"

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        row = self._row()
        assert (row.lifecycle, row.moderation) == (self.lifecycle, self.moderation)

    @invariant()
    def the_public_sees_what_the_model_says(self) -> None:
        is_live = self._is_live()
        assert Job.objects.filter(live(), pk=self.job.pk).exists() is is_live
        is_held = self.moderation in ("frozen", "removed") or self.lifecycle != "published"
        if is_held or self.company_status != "active":
            assert not JobSearch.objects.filter(pk=self.job.pk).exists()

    @rule(who=st.sampled_from(WHO))
    def look(self, who: str) -> None:
        """Nobody is offered more than the table says, nor less."""
        by = self.people[who]
        offered = LIFECYCLE.offered(self._row(), by, membership.standing(by), timezone.now())
        assert list(job_actions.available(by, [self.job.pk]).get(self.job.pk, [])) == offered

    def _try(self, machine: Machine[Job], by: Viewer, act: Any, service: Callable[..., object]) -> None:
        """Does it, and sees that it was done if it was offered, and else that nothing was."""
        row = self._row()
        offered = machine.offered(row, by, membership.standing(by), timezone.now())
        before, events = columns_of(row), OutboxEvent.objects.count()
        if refusal := refusal_of(lambda: service(by=by, job_id=self.job.pk)):
            assert act not in offered, f"{act} was offered, and refused: {refusal}"
            assert columns_of(self._row()) == before
            assert OutboxEvent.objects.count() == events
            return
        move = machine.move(act, row)
        assert move is not None
        assert act in offered, f"{act} was done without being offered"
        assert move.event is not None
        assert OutboxEvent.objects.count() == events + 1
        assert OutboxEvent.objects.latest("seq").kind == move.event.__name__
        if machine is LIFECYCLE:
            self.lifecycle = move.target or ""
        else:
            self.moderation = str(move.target)

    def _expect(self, kind: str, act: Callable[[], object]) -> None:
        events = OutboxEvent.objects.count()
        act()
        assert OutboxEvent.objects.count() == events + 1
        assert OutboxEvent.objects.latest("seq").kind == kind

    def _is_over(self, now: datetime) -> bool:
        end = self._row().expires_at
        return end is not None and end <= now

    def _is_live(self) -> bool:
        is_shown = self.lifecycle == "published" and self.moderation in ("clear", "flagged")
        return is_shown and self.company_status == "active" and not self._is_over(timezone.now())


def test_postings_go_where_the_tables_say() -> None:
    walk(JobWalk, walks=WALKS, steps=STEPS)


def test_every_act_of_people_has_a_service_here() -> None:
    assert set(BY_HAND) == SERVICES.keys()
    assert {move.act for move in MODERATION.moves if move.may is not None} == DECISIONS.keys()
    assert {*JobLifecycle, *JobModeration} == {*LIFECYCLE.states, *MODERATION.states}
