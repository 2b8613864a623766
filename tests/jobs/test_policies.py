"""Who may do what: the functions, and the matrix behind them."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from jobs import policies
from jobs.management.commands import permissions
from jobs.models import Company, Job, MembershipRole
from jobs.policies import MATRIX, Act, Column, Reach
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests import requirements

COMPANY = uuid7()
JOB = Job(company_id=COMPANY, title="Cook")
TWIN = Job(company_id=COMPANY, title="Cook")
ELSEWHERE = Job(company_id=uuid7(), title="Cook")

VIEWERS = {
    "anonymous": (ANONYMOUS, {}),
    "seeker": (Viewer(uuid7()), {}),
    **{role: (Viewer(uuid7()), {COMPANY: str(role)}) for role in MembershipRole.values},
    "owner elsewhere": (Viewer(uuid7()), {uuid7(): "owner"}),
    "support": (Viewer(uuid7(), "support"), {}),
    "moderator": (Viewer(uuid7(), "moderator"), {}),
    "platform admin": (Viewer(uuid7(), "admin"), {}),
    "nobody with roles": (Viewer(None, "admin"), {COMPANY: "owner"}),
    "unknown role": (Viewer(uuid7(), "emperor"), {COMPANY: "emperor"}),
    "key of an owner": (Viewer(uuid7(), key_id=uuid7(), scopes=frozenset()), {COMPANY: "owner"}),
    "key of a platform admin": (Viewer(uuid7(), "admin", key_id=uuid7(), scopes=frozenset(Scope)), {}),
}
RECRUITERS = {"recruiter", "admin", "owner"}
ADMINS = {"admin", "owner"}
MEMBERS = {*MembershipRole.values}
ADMIN = "platform admin"
ACME = Company(pk=COMPANY)


def by_standing(may):
    """The policy, asked with roles alone: of somebody who is on no hiring team."""
    return lambda viewer, roles, *upon: may(viewer, policies.Standing(roles), *upon)


ACTS = {
    "publish": (by_standing(policies.may_publish_job), [JOB], RECRUITERS | {ADMIN}),
    "close": (by_standing(policies.may_close_job), [JOB, "filled"], RECRUITERS | {ADMIN}),
    "close for moderation": (by_standing(policies.may_close_job), [JOB, "moderation"], {ADMIN}),
    "write": (policies.may_write_jobs, [ACME], RECRUITERS),
    "update the company": (policies.may_update_company, [ACME], ADMINS | {ADMIN}),
    "read members": (policies.may_read_members, [ACME], RECRUITERS | {ADMIN}),
    "manage an interviewer": (policies.may_manage_members, [ACME, "interviewer"], ADMINS | {ADMIN}),
    "manage an admin": (policies.may_manage_members, [ACME, "admin"], ADMINS | {ADMIN}),
    "manage an owner": (policies.may_manage_members, [ACME, "owner"], {"owner", ADMIN}),
    "invite an interviewer": (policies.may_invite, [ACME, "interviewer"], RECRUITERS | {ADMIN}),
    "invite a recruiter": (policies.may_invite, [ACME, "recruiter"], ADMINS | {ADMIN}),
    "invite an owner": (policies.may_invite, [ACME, "owner"], {"owner", ADMIN}),
    "transfer": (policies.may_transfer, [ACME], {"owner", ADMIN}),
    "read keys": (policies.may_read_keys, [ACME], ADMINS),
    "manage keys": (policies.may_manage_keys, [ACME], ADMINS),
    "have keys": (policies.may_have_keys, [], RECRUITERS | {"owner elsewhere"}),
    "manage domains": (policies.may_manage_domains, [ACME], ADMINS),
    "read the audit log": (policies.may_read_audit, [COMPANY], ADMINS | {ADMIN}),
    "dismiss a duplicate": (policies.may_dismiss_duplicate, [JOB, TWIN], RECRUITERS | {ADMIN, "moderator"}),
    "dismiss across companies": (policies.may_dismiss_duplicate, [JOB, ELSEWHERE], {ADMIN, "moderator"}),
    "dismiss across companies, the other way": (
        policies.may_dismiss_duplicate,
        [ELSEWHERE, JOB],
        {ADMIN, "moderator"},
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_act_is_allowed_to_these_and_to_nobody_else(act: str) -> None:
    may, upon, allowed = ACTS[act]
    assert {name for name, (viewer, roles) in VIEWERS.items() if may(viewer, roles, *upon)} == allowed


def allowed_to(may, *upon, **more) -> set[str]:
    """The viewers who may, without regard to what they are in any company."""
    return {name for name, (viewer, _) in VIEWERS.items() if may(viewer, *upon, **more)}


def test_amending_is_for_platform_admins() -> None:
    assert allowed_to(policies.may_amend_job) == {ADMIN}


def test_the_boards_own_staff_do_not_look_for_work() -> None:
    assert allowed_to(policies.may_look_for_work) == MEMBERS | {"seeker", "owner elsewhere"}


def test_everybody_who_is_signed_in_may_found_a_company() -> None:
    nobody = {"anonymous", "nobody with roles", "key of an owner", "key of a platform admin"}
    assert allowed_to(policies.may_create_company) == VIEWERS.keys() - nobody


@pytest.mark.parametrize("act", ACTS)
def test_key_does_what_its_owner_may_as_far_as_its_scopes_reach(act: str) -> None:
    may, upon, allowed = ACTS[act]
    roles = {COMPANY: "owner"}
    needed = {scope for scope in Scope if may(Viewer(uuid7(), key_id=uuid7(), scopes=frozenset({scope})), roles, *upon)}
    assert len(needed) <= 1, "an act needs one scope"
    assert not needed or "owner" in allowed
    everything = Viewer(uuid7(), key_id=uuid7(), scopes=frozenset(Scope))
    assert may(everything, roles, *upon) == bool(needed)


def test_every_act_says_something_of_everybody() -> None:
    assert set(MATRIX) == set(Act)
    assert all(list(row) == list(Column) for row in MATRIX.values())


def test_nothing_but_the_public_is_for_who_is_not_signed_in() -> None:
    open_acts = {act for act, row in MATRIX.items() if row[Column.ANONYMOUS].reach is not Reach.NONE}
    assert open_acts == {Act.READ_PUBLIC}


def printed() -> str:
    output = StringIO()
    call_command("permissions", stdout=output)
    return output.getvalue().strip()


@pytest.mark.needs("data")
def test_the_printed_matrix_is_that_of_the_design() -> None:
    design = requirements.data_folder().parent / "design" / "domain.md"
    if not design.is_file():
        pytest.skip(f"needs the design: no file {design}")
    _, _, section = design.read_text(encoding="utf-8").partition("## Permissions")
    table = [line for line in section.splitlines() if line.startswith("|")]
    assert table == printed().splitlines()


def test_the_documented_matrix_is_the_printed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("permissions", check=True)
    page = tmp_path / "permissions.md"
    page.write_text(permissions.PAGE.read_text(encoding="utf-8").replace("| ● |", "| – |", 1), encoding="utf-8")
    monkeypatch.setattr(permissions, "PAGE", page)
    with pytest.raises(CommandError, match="behind the code"):
        call_command("permissions", check=True)
    call_command("permissions", write=True)
    call_command("permissions", check=True)
    assert printed() in page.read_text(encoding="utf-8")
