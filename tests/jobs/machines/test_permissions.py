"""Who may make a move is what the matrix of `docs/permissions.md` says, cell by cell."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from jobs import policies
from jobs.machines.application import APPLICATION, ApplicationAct
from jobs.machines.job import LIFECYCLE, MODERATION, JobAct, ModerationAct
from jobs.machines.machine import Machine, Move
from jobs.models import Application, Candidate, Company, Job, MembershipRole
from jobs.policies import FREEZE, MATRIX, Act, Column, Reach, Standing
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS, Scope, Viewer

ROLES = {
    Column.INTERVIEWER: MembershipRole.INTERVIEWER,
    Column.HIRING_MANAGER: MembershipRole.HIRING_MANAGER,
    Column.RECRUITER: MembershipRole.RECRUITER,
    Column.COMPANY_ADMIN: MembershipRole.ADMIN,
    Column.OWNER: MembershipRole.OWNER,
}
STAFF = {Column.MODERATOR: "moderator", Column.PLATFORM_ADMIN: "admin"}
TRUSTED = Company(pk=uuid7(), verified_at=timezone.now())
UNTRUSTED = Company(pk=uuid7())
# The row of the matrix that a move belongs to. None: nobody makes it, it is the board's own doing.
ROWS: dict[Machine[Any], dict[Any, Act | None]] = {
    LIFECYCLE: {
        JobAct.SUBMIT: Act.EDIT_JOB,
        JobAct.DISCARD: Act.EDIT_JOB,
        **dict.fromkeys([JobAct.APPROVE, JobAct.REJECT, JobAct.SCHEDULE, JobAct.PUBLISH], Act.PUBLISH_JOB),
        **dict.fromkeys([JobAct.PAUSE, JobAct.RESUME, JobAct.REOPEN, JobAct.CLOSE, JobAct.ARCHIVE], Act.PUBLISH_JOB),
        **dict.fromkeys([JobAct.EXPIRE, JobAct.RELIST, JobAct.HOLD, JobAct.REVISE]),
    },
    MODERATION: {**dict.fromkeys(ModerationAct, Act.PUBLISH_JOB), ModerationAct.FLAG: None},
    APPLICATION: {
        **dict.fromkeys(ApplicationAct, Act.MOVE_STAGE),
        ApplicationAct.SUBMIT: Act.APPLY,
        ApplicationAct.WITHDRAW: Act.APPLY,
        ApplicationAct.ANONYMISE: None,
    },
}
MOVES = [(machine, move) for machine in (LIFECYCLE, MODERATION, APPLICATION) for move in machine.moves]


def viewers(company: Company, job: Job) -> Iterator[tuple[Column, bool, Viewer, Standing]]:
    """Somebody in each column of the matrix, those who may be on the job's team also as such."""
    for column in Column:
        by = Viewer(uuid7(), STAFF.get(column, "user")) if column is not Column.ANONYMOUS else ANONYMOUS
        roles = {company.pk: str(ROLES[column])} if column in ROLES else {}
        yield column, False, by, Standing(roles)
        yield column, True, by, Standing(roles, frozenset({job.pk}))


def is_granted(machine: Machine[Any], act: Any, column: Column, *, is_on_team: bool, is_trusted: bool) -> bool:
    """What the matrix says."""
    row = ROWS[machine][act]
    assert row is not None
    grant = MATRIX[row][column]
    if machine is MODERATION:
        return grant.instead == FREEZE or column is Column.PLATFORM_ADMIN
    if machine is LIFECYCLE and act in (JobAct.APPROVE, JobAct.REJECT) and not is_trusted:
        return column in STAFF
    return grant.reach is Reach.ALL or (grant.reach is Reach.TEAM and is_on_team)


@pytest.mark.parametrize("company", [TRUSTED, UNTRUSTED], ids=["trusted", "untrusted"])
@pytest.mark.parametrize(("machine", "move"), MOVES, ids=[f"{machine.name} {move.act}" for machine, move in MOVES])
def test_a_move_is_for_those_whom_the_matrix_lets(machine: Machine[Any], move: Move[Any], company: Company) -> None:
    of_matrix = ROWS[machine][move.act]
    assert (of_matrix is None) is (move.may is None)
    if of_matrix is None or move.may is None:
        return
    job = Job(pk=uuid7(), company=company)
    wrong = []
    for column, is_on_team, by, standing in viewers(company, job):
        row = _row(machine, job, by if of_matrix is Act.APPLY else ANONYMOUS)
        if of_matrix is Act.APPLY:
            expected = MATRIX[Act.APPLY][column].reach is Reach.OWN
        else:
            expected = is_granted(
                machine, move.act, column, is_on_team=is_on_team, is_trusted=company.verified_at is not None
            )
        if move.may(by, standing, row) is not expected:
            wrong.append((column, is_on_team, expected))
    assert wrong == []


def _row(machine: Machine[Any], job: Job, owner: Viewer) -> Any:
    """What the move is of; an application is the owner's."""
    if machine is not APPLICATION:
        return job
    return Application(job=job, candidate=Candidate(company=job.company, user_id=owner.user_id or uuid7()))


def test_an_application_is_withdrawn_by_nobody_but_its_person() -> None:
    application = _row(APPLICATION, Job(pk=uuid7(), company=TRUSTED), ANONYMOUS)
    for column, _, by, standing in viewers(TRUSTED, application.job):
        assert not policies.may_withdraw_application(by, standing, application), column


@pytest.mark.parametrize(("machine", "move"), MOVES, ids=[f"{machine.name} {move.act}" for machine, move in MOVES])
def test_a_key_moves_what_its_scope_is_for_and_never_moderates(machine: Machine[Any], move: Move[Any]) -> None:
    if move.may is None:
        return
    job = Job(pk=uuid7(), company=TRUSTED)
    owner = Viewer(uuid7(), key_id=uuid7(), scopes=frozenset())
    standing = Standing({TRUSTED.pk: "owner"})
    is_of_jobs = machine is LIFECYCLE
    row = _row(machine, job, owner if ROWS[machine][move.act] is Act.APPLY else ANONYMOUS)
    allowed = {scope for scope in Scope if move.may(_with(owner, scope), standing, row)}
    expected = {Scope.JOBS_WRITE} if is_of_jobs else {Scope.APPLICATIONS_WRITE}
    assert allowed == (set() if machine is MODERATION else expected)


def _with(key: Viewer, scope: Scope) -> Viewer:
    return Viewer(key.user_id, key_id=key.key_id, scopes=frozenset({scope}))


def test_every_act_was_given_a_row_of_the_matrix() -> None:
    assert {machine.name: set(rows) for machine, rows in ROWS.items()} == {
        LIFECYCLE.name: set(JobAct),
        MODERATION.name: set(ModerationAct),
        APPLICATION.name: set(ApplicationAct),
    }
