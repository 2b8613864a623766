"""Who may do what to companies' teams."""

from typing import Any

from jobs.models import Membership
from tests.factories import InvitationFactory, MembershipFactory, invitation_token
from tests.roles import EVERYBODY, RoleCase, Scene, person

RUNS_TEAM = {"company_admin", "owner", "platform_admin"}


def _invite(role: str) -> Any:
    return lambda scene: {
        "companyId": scene.id("Company", scene.company.pk),
        "email": "somebody.new@example.org",
        "role": role,
    }


def _invited(scene: Scene) -> None:
    """Every person has an invitation of another company's; nobody is invited where nobody asks."""
    email = scene.person.email if scene.person else "nobody@example.org"
    scene.made["invitation"] = InvitationFactory(email=email)


def _open_invitation(scene: Scene) -> None:
    scene.made["invitation"] = InvitationFactory(company=scene.company, role="interviewer")


def _member(scene: Scene) -> None:
    scene.made["member"] = MembershipFactory(company=scene.company, role="recruiter", user=person("colleague"))


def _member_id(scene: Scene) -> str:
    member: Membership = scene.made["member"]
    return scene.id("Membership", member.pk)


CASES = {
    "memberInvite": RoleCase(allowed=RUNS_TEAM | {"recruiter"}, input=_invite("INTERVIEWER")),
    "invitationAccept": RoleCase(
        allowed=EVERYBODY - {"anonymous"},
        prepare=_invited,
        input=lambda scene: {"token": invitation_token(scene.made["invitation"])},
    ),
    "invitationDecline": RoleCase(
        allowed=EVERYBODY,
        prepare=_invited,
        input=lambda scene: {"token": invitation_token(scene.made["invitation"])},
    ),
    "invitationRevoke": RoleCase(
        allowed=RUNS_TEAM | {"recruiter"},
        prepare=_open_invitation,
        input=lambda scene: {"id": scene.id("Invitation", scene.made["invitation"].pk)},
    ),
    "memberUpdateRole": RoleCase(
        allowed=RUNS_TEAM,
        prepare=_member,
        input=lambda scene: {"id": _member_id(scene), "changes": {"role": "ADMIN", "isSuspended": True}},
    ),
    "memberRemove": RoleCase(allowed=RUNS_TEAM, prepare=_member, input=lambda scene: {"id": _member_id(scene)}),
    "companyTransfer": RoleCase(
        allowed={"owner", "platform_admin"},
        prepare=_member,
        input=lambda scene: {
            "companyId": scene.id("Company", scene.company.pk),
            "membershipId": _member_id(scene),
        },
        needs_recent_login=True,
    ),
    "hiringTeamUpdate": RoleCase(
        allowed={"recruiter", "company_admin", "owner"},
        prepare=_member,
        input=lambda scene: {
            "jobId": scene.id("Job", scene.job.pk),
            "members": [{"membershipId": _member_id(scene), "role": "INTERVIEWER"}],
        },
    ),
}
