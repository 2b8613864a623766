"""Applications walked at random by the services, beside a model that knows the table alone.

Whatever somebody tries, it works if, and only if, the table lets them; it leads where the table says, with the table's
event and one step more in the history; and what is refused leaves the row as it was.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from jobs.machines.application import APPLICATION, ApplicationAct
from jobs.models import Application, ApplicationTransition, Job, RejectionMail, StageKind
from jobs.selectors import membership
from jobs.services import application as applications
from jobs.services import pipeline, rejection_mail
from jobs.services.application import Letter
from jobs.services.rejection_mail import MailWords
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import CompanyFactory, HiringTeamFactory, JobFactory, MembershipFactory, UserFactory, viewer_of
from tests.hiring_board import stages
from tests.jobs.machines.walking import Walk, columns_of, refusal_of, walk

pytestmark = pytest.mark.django_db

WALKS, STEPS = 8, 30
WHO = ["recruiter", "hiring_manager", "interviewer", "elsewhere", "stranger", "moderator", "admin", "candidate"]
BY_HAND = sorted({move.act for move in APPLICATION.moves if move.may is not None})


class ApplicationWalk(Walk):
    """One person's application at one company of two jobs."""

    @initialize()
    def apply(self) -> None:
        company = CompanyFactory(verified_at=timezone.now())
        self.jobs: list[Job] = [JobFactory(company=company, title=title) for title in ("Cook", "Baker")]
        roles = ("recruiter", "hiring_manager", "interviewer")
        people = {role: MembershipFactory(company=company, role=role).user for role in roles}
        for job in self.jobs:
            stages(job)
            for role in ("hiring_manager", "interviewer"):
                HiringTeamFactory(job=job, user=people[role], role=role)
        people |= {"elsewhere": MembershipFactory(role="owner").user, "stranger": UserFactory()}
        people |= {"moderator": UserFactory(moderator=True), "admin": UserFactory(platform_admin=True)}
        people["candidate"] = UserFactory()
        self.people: dict[str, Viewer] = {name: viewer_of(user) for name, user in people.items()}
        self._begin(self.jobs[0])

    def _begin(self, job: Job) -> None:
        made = applications.submit(by=self.people["candidate"], job_id=job.pk, letter=Letter())
        self.key, self.status, self.job = made.pk, "active", job
        self.is_untold = False

    def _row(self) -> Application:
        return Application.objects.select_related("job", "candidate", "stage").get(pk=self.key)

    @rule(who=st.sampled_from(WHO), act=st.sampled_from(BY_HAND), has_mail=st.booleans(), data=st.data())
    def act(self, who: str, act: ApplicationAct, has_mail: bool, data: st.DataObject) -> None:
        self._try(who, act, has_mail, data)

    # What the table lets them is seldom what was drawn: so that walks come far.
    @rule(has_mail=st.booleans(), data=st.data())
    def go_on(self, has_mail: bool, data: st.DataObject) -> None:
        offered = [*self._offered("recruiter"), *self._offered("candidate")]
        if offered:
            act = ApplicationAct(data.draw(st.sampled_from(sorted(offered))))
            self._try("candidate" if act == ApplicationAct.WITHDRAW else "recruiter", act, has_mail, data)

    @rule(act=st.sampled_from([act for act in BY_HAND if act != ApplicationAct.WITHDRAW]), data=st.data())
    def come_too_late(self, act: ApplicationAct, data: st.DataObject) -> None:
        """Somebody else has moved it since it was read."""
        row = self._row()
        service = self._service(act, row, has_mail=False, data=data, version=row.version - 1)
        assert refusal_of(lambda: service(self.people["recruiter"])) == "APPLICATION_CHANGED_MEANWHILE"
        assert columns_of(self._row()) == columns_of(row)

    @rule()
    def apply_again(self) -> None:
        by = self.people["candidate"]
        refused = refusal_of(lambda: applications.submit(by=by, job_id=self.job.pk, letter=Letter()))
        if self.status in ("active", "rejected", "hired"):
            assert refused == "ALREADY_APPLIED"
            return
        assert refused is None
        made = Application.objects.filter(job=self.job, candidate__user=by.user_id).latest("pk")
        assert made.pk != self.key
        self.key, self.status, self.is_untold = made.pk, "active", False

    @rule(hours=st.sampled_from([1, 30]))
    def time_passes(self, hours: int) -> None:
        self.time.shift(timedelta(hours=hours))
        waiting = RejectionMail.objects.filter(
            application=self.key, released_at=None, cancelled_at=None, due_at__lte=timezone.now()
        )
        is_due = waiting.exists()
        assert rejection_mail.release_due(timezone.now()) == int(is_due)
        self.is_untold = self.is_untold and not is_due

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        row = self._row()
        assert row.status == self.status
        assert (row.decided_at is None) is (self.status == "active")
        assert row.stage.job_id == row.job_id
        if self.status in ("active", "hired"):
            assert (row.stage.kind == StageKind.HIRED) is (self.status == "hired")

    @invariant()
    def its_history_has_no_gaps(self) -> None:
        row, steps = self._row(), list(ApplicationTransition.objects.filter(application=self.key).order_by("seq"))
        assert [step.seq for step in steps] == list(range(1, row.version + 1))
        assert steps[0].from_status == ""
        for before, after in pairwise(steps):
            assert (after.from_status, after.from_stage_id) == (before.to_status, before.to_stage_id)
        assert (steps[-1].to_status, steps[-1].to_stage_id) == (row.status, row.stage_id)

    def _offered(self, who: str) -> list[str]:
        row, by = self._row(), self.people[who]
        row.is_untold = self.is_untold  # type: ignore[attr-defined]  # as selectors annotate it
        return APPLICATION.offered(row, by, membership.standing(by), timezone.now())

    def _try(self, who: str, act: ApplicationAct, has_mail: bool, data: st.DataObject) -> None:
        row, offered = self._row(), self._offered(who)
        service = self._service(act, row, has_mail=has_mail, data=data, version=row.version)
        events = OutboxEvent.objects.count()
        refused = refusal_of(lambda: service(self.people[who]))
        if act == ApplicationAct.WITHDRAW and who == "candidate" and row.status == "withdrawn":
            # Done again, it changes nothing.
            assert (refused, columns_of(self._row())) == (None, columns_of(row))
            return
        assert (refused is None) is (act in offered), f"{who} {act}: {refused}, where {offered} was offered"
        if refused:
            assert columns_of(self._row()) == columns_of(row)
            assert OutboxEvent.objects.count() == events
            return
        move = APPLICATION.move(act, row)
        assert move is not None
        assert move.event is not None
        told = OutboxEvent.objects.order_by("-seq")[: OutboxEvent.objects.count() - events]
        assert [event.kind for event in told].count(move.event.__name__) == 1
        after = self._row()
        assert (after.status, after.version) == (move.target, row.version + 1)
        last = ApplicationTransition.objects.filter(application=row).latest("seq")
        assert (last.act, last.actor_id) == (act.value, self.people[who].user_id)
        self.status = str(move.target)
        self.is_untold = act == ApplicationAct.REJECT and has_mail
        if act == ApplicationAct.TRANSFER:
            assert after.transferred_to_id is not None
            self.key, self.status, self.job = after.transferred_to_id, "active", self._other()

    def _other(self) -> Job:
        return next(job for job in self.jobs if job.pk != self.job.pk)

    def _service(
        self, act: ApplicationAct, row: Application, *, has_mail: bool, data: st.DataObject, version: int
    ) -> Callable[[Viewer], object]:
        key = row.pk
        others = [stage.pk for stage in stages(self.job) if stage.kind != StageKind.HIRED and stage.pk != row.stage_id]
        match act:
            case ApplicationAct.MOVE:
                stage = data.draw(st.sampled_from(others))
                return lambda by: pipeline.move(by=by, application_id=key, stage_id=stage, version=version)
            case ApplicationAct.REJECT:
                mail = MailWords() if has_mail else None
                return lambda by: pipeline.reject(
                    by=by, application_id=key, version=version, reason="experience", mail=mail
                )
            case ApplicationAct.UNREJECT:
                return lambda by: pipeline.unreject(by=by, application_id=key, version=version)
            case ApplicationAct.HIRE:
                # The other application of the walk may have been hired for the same job before.
                return lambda by: pipeline.hire(by=by, application_id=key, version=version, is_further=True)
            case ApplicationAct.UNHIRE:
                return lambda by: pipeline.unhire(by=by, application_id=key, version=version, comment="A mistake.")
            case ApplicationAct.TRANSFER:
                to = self._other().pk
                return lambda by: pipeline.transfer(by=by, application_id=key, version=version, to_job_id=to)
            case ApplicationAct.WITHDRAW:
                return lambda by: applications.withdraw(by=by, application_id=key)
        raise AssertionError(f"nobody has said yet which service does {act}: say it here")


def test_applications_go_where_the_table_says() -> None:
    walk(ApplicationWalk, walks=WALKS, steps=STEPS)
