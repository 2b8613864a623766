import pytest

from jobs import policies
from jobs.models import Company, Job, MembershipRole
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS, Viewer

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
}
RECRUITERS = {"recruiter", "admin", "owner"}
ADMIN = "platform admin"
ACTS = {
    "publish": (policies.may_publish_job, [JOB], RECRUITERS | {ADMIN}),
    "close": (policies.may_close_job, [JOB, "filled"], RECRUITERS | {ADMIN}),
    "close for moderation": (policies.may_close_job, [JOB, "moderation"], {ADMIN}),
    "write": (policies.may_write_jobs, [Company(pk=COMPANY)], RECRUITERS),
    "dismiss a duplicate": (policies.may_dismiss_duplicate, [JOB, TWIN], RECRUITERS | {ADMIN, "moderator"}),
    "dismiss across companies": (policies.may_dismiss_duplicate, [JOB, ELSEWHERE], {ADMIN, "moderator"}),
    "dismiss across companies, the other way": (
        policies.may_dismiss_duplicate,
        [ELSEWHERE, JOB],
        {ADMIN, "moderator"},
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_act_is_allowed_to_these_and_to_nobody_else(act):
    may, upon, allowed = ACTS[act]
    assert {name for name, (viewer, roles) in VIEWERS.items() if may(viewer, roles, *upon)} == allowed


def test_amending_is_for_platform_admins():
    assert {name for name, (viewer, _) in VIEWERS.items() if policies.may_amend_job(viewer)} == {ADMIN}
