"""Who may do what: pure functions of the viewer, the viewer's roles, and the object. What is not said here is denied.

`Roles` maps a company's id to the viewer's role in it, as `selectors.membership.roles` reads it: a member who is
suspended has none. `MATRIX` is the whole of it; `manage.py permissions` prints it, and the functions below ask it.
An API key has the rights of its user in companies that its scopes reach, and none on the platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from jobs.models import Application, CloseReason, Company, ExportKind, Job, MembershipRole
from kernel.viewer import Scope, Viewer

Roles = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a viewer is in hiring: the role in each company, and the jobs on whose hiring team they are."""

    roles: Roles = field(default_factory=dict)
    teams: frozenset[UUID] = frozenset()

    def __contains__(self, job_id: UUID) -> bool:
        """Whether they are on the job's team."""
        return job_id in self.teams


class Column(StrEnum):
    """As whom somebody acts: the columns of the matrix, in their order."""

    ANONYMOUS = "anonymous"
    SEEKER = "seeker"
    INTERVIEWER = "interviewer"
    HIRING_MANAGER = "hiring manager"
    RECRUITER = "recruiter"
    COMPANY_ADMIN = "company admin"
    OWNER = "owner"
    MODERATOR = "moderator"
    PLATFORM_ADMIN = "platform admin"


class Act(StrEnum):
    """What is done: the rows of the matrix, in their order."""

    READ_PUBLIC = "read live public jobs, companies, taxonomy"
    READ_DRAFTS = "read drafts"
    EDIT_JOB = "create, edit a job"
    PUBLISH_JOB = "publish, pause, close"
    LOOK_FOR_WORK = "feed, saved searches, profile, résumé"
    APPLY = "apply, withdraw, own timeline"
    READ_APPLICATIONS = "read applications"
    MOVE_STAGE = "move stage, reject, bulk"
    SCORE = "scorecard"
    OFFER = "offers"
    KEEP_PRIVATE = "private salary floor, exclusions of a seeker"
    MANAGE_MEMBERS = "members, invitations"
    MANAGE_ACCESS = "webhooks, API keys, domains"
    READ_AUDIT = "company audit log"
    TRANSFER = "transfer or delete the company"


class Reach(StrEnum):
    """Of which objects an act is allowed."""

    ALL = "●"
    TEAM = "◐"
    OWN = "○"
    NONE = "–"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one cell of the matrix says: the reach of the act, with `limit`; or `instead` of the act a lesser one."""

    reach: Reach
    limit: str = ""
    instead: str = ""
    instead_reach: Reach | None = None

    def __str__(self) -> str:
        if self.instead:
            return f"{self.instead} {self.instead_reach or ''}".strip()
        return f"{self.reach} {self.limit}".strip()


def _instead(act: str, reach: Reach | None = None) -> Grant:
    return Grant(Reach.NONE, instead=act, instead_reach=reach)


def _row(*grants: Grant) -> dict[Column, Grant]:
    return dict(zip(Column, grants, strict=True))


ALL, TEAM, OWN, NONE = (Grant(reach) for reach in Reach)
SUBMIT, FREEZE, ACCEPT, APPROVE = "submit", "freeze", "accept", "approve"
INVITE_INTERVIEWER, OWN_KEYS, BREAK_GLASS = "invite interviewer", "own keys", "break-glass, audited"
NOT_OWNER, REDACTED = "not owner", "redacted"

# anonymous, seeker | interviewer, hiring manager, recruiter, company admin, owner | moderator, platform admin
MATRIX: dict[Act, dict[Column, Grant]] = {
    Act.READ_PUBLIC: _row(ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL),
    Act.READ_DRAFTS: _row(NONE, NONE, TEAM, TEAM, ALL, ALL, ALL, ALL, ALL),
    Act.EDIT_JOB: _row(NONE, NONE, NONE, TEAM, ALL, ALL, ALL, NONE, NONE),
    Act.PUBLISH_JOB: _row(NONE, NONE, NONE, _instead(SUBMIT), ALL, ALL, ALL, _instead(FREEZE), ALL),
    Act.LOOK_FOR_WORK: _row(NONE, OWN, OWN, OWN, OWN, OWN, OWN, NONE, NONE),
    Act.APPLY: _row(NONE, OWN, OWN, OWN, OWN, OWN, OWN, NONE, NONE),
    Act.READ_APPLICATIONS: _row(
        NONE, OWN, Grant(Reach.TEAM, REDACTED), TEAM, ALL, ALL, ALL, NONE, _instead(BREAK_GLASS)
    ),
    Act.MOVE_STAGE: _row(NONE, NONE, NONE, TEAM, ALL, ALL, ALL, NONE, NONE),
    Act.SCORE: _row(NONE, NONE, Grant(Reach.TEAM, "after own"), TEAM, ALL, ALL, ALL, NONE, NONE),
    Act.OFFER: _row(NONE, _instead(ACCEPT, Reach.OWN), NONE, _instead(APPROVE, Reach.TEAM), ALL, ALL, ALL, NONE, NONE),
    Act.KEEP_PRIVATE: _row(NONE, OWN, NONE, NONE, NONE, NONE, NONE, NONE, NONE),
    Act.MANAGE_MEMBERS: _row(
        NONE, NONE, NONE, NONE, _instead(INVITE_INTERVIEWER), Grant(Reach.ALL, NOT_OWNER), ALL, NONE, ALL
    ),
    Act.MANAGE_ACCESS: _row(NONE, NONE, NONE, NONE, _instead(OWN_KEYS), ALL, ALL, NONE, NONE),
    Act.READ_AUDIT: _row(NONE, NONE, NONE, NONE, NONE, ALL, ALL, NONE, ALL),
    Act.TRANSFER: _row(NONE, NONE, NONE, NONE, NONE, NONE, Grant(Reach.ALL, "recent login"), NONE, ALL),
}

_MEMBERS = {
    MembershipRole.INTERVIEWER: Column.INTERVIEWER,
    MembershipRole.HIRING_MANAGER: Column.HIRING_MANAGER,
    MembershipRole.RECRUITER: Column.RECRUITER,
    MembershipRole.ADMIN: Column.COMPANY_ADMIN,
    MembershipRole.OWNER: Column.OWNER,
}
_STAFF = {"moderator": Column.MODERATOR, "admin": Column.PLATFORM_ADMIN}


def roles_with(act: Act, reach: Reach) -> frozenset[MembershipRole]:
    """The roles in a company that allow an act with just this reach: what row predicates are made of."""
    return frozenset(role for role, column in _MEMBERS.items() if MATRIX[act][column].reach is reach)


# Interviewers and hiring managers see and do what concerns the jobs of their own hiring team, and no other.
READS_DRAFTS = roles_with(Act.READ_DRAFTS, Reach.ALL)
READS_TEAM_DRAFTS = roles_with(Act.READ_DRAFTS, Reach.TEAM)
READS_APPLICATIONS = roles_with(Act.READ_APPLICATIONS, Reach.ALL)
READS_REDACTED = frozenset(
    role for role, column in _MEMBERS.items() if MATRIX[Act.READ_APPLICATIONS][column].limit == REDACTED
)
READS_TEAM_APPLICATIONS = roles_with(Act.READ_APPLICATIONS, Reach.TEAM) - READS_REDACTED
# Whoever may add anybody to a team sees it.
READS_MEMBERS = frozenset(role for role, column in _MEMBERS.items() if MATRIX[Act.MANAGE_MEMBERS][column] != NONE)


def is_platform_admin(viewer: Viewer) -> bool:
    """Runs the board as a whole."""
    return viewer.is_staff and viewer.platform_role == "admin"


def may_write_jobs(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """Create a company's jobs, and edit all of them: its recruiters and above."""
    return _may(Act.EDIT_JOB, viewer, roles, company.pk, Scope.JOBS_WRITE)


def may_publish_job(viewer: Viewer, standing: Standing, job: Job) -> bool:
    """Publish, pause, close and put away: recruiters and above, platform administrators."""
    return _may(Act.PUBLISH_JOB, viewer, standing.roles, job.company_id, Scope.JOBS_WRITE)


def may_edit_job(viewer: Viewer, standing: Standing, job: Job) -> bool:
    """Write a posting: recruiters and above, and hiring managers those of their team."""
    return _may(Act.EDIT_JOB, viewer, standing.roles, job.company_id, Scope.JOBS_WRITE, is_on_team=job.pk in standing)


def may_submit_job(viewer: Viewer, standing: Standing, job: Job) -> bool:
    """Ask for a posting's approval: whoever may write it."""
    return may_edit_job(viewer, standing, job)


def may_review_job(viewer: Viewer, standing: Standing, job: Job) -> bool:
    """Approve or send back: recruiters and above of a trusted company; of any other moderators; platform admins all."""
    if viewer.is_staff:
        return viewer.platform_role == "admin" or not is_trusted(job.company)
    return is_trusted(job.company) and may_publish_job(viewer, standing, job)


def may_moderate(viewer: Viewer, standing: Standing, job: Job) -> bool:
    """Take postings from public view and give them back: moderators and platform administrators."""
    return viewer.is_staff and viewer.impersonator_id is None


def may_read_moderation(viewer: Viewer) -> bool:
    """See what was reported, and by how many: moderators and platform administrators, in their own name."""
    return viewer.is_staff and viewer.impersonator_id is None


def may_report(viewer: Viewer) -> bool:
    """Tell moderators that something is wrong with a posting: every person who is signed in, in their own name."""
    return viewer.is_authenticated and viewer.key_id is None and viewer.impersonator_id is None


def may_close_job(viewer: Viewer, standing: Standing, job: Job, reason: str) -> bool:
    """Close: recruiters and above, platform administrators; for reasons of moderation only the latter."""
    if reason == CloseReason.MODERATION:
        return is_platform_admin(viewer)
    return may_publish_job(viewer, standing, job)


def may_read_application(viewer: Viewer, standing: Standing, application: Application) -> bool:
    """Read an application, but for the person whose it is: recruiters and above, the hiring team those of its job."""
    job = application.job
    return not _is_own(viewer, application) and _may(
        Act.READ_APPLICATIONS,
        viewer,
        standing.roles,
        job.company_id,
        Scope.APPLICATIONS_READ,
        is_on_team=job.pk in standing,
    )


def may_move_application(viewer: Viewer, standing: Standing, application: Application) -> bool:
    """Move, reject, hire: recruiters and above, hiring managers those of their team's jobs; nobody their own."""
    job = application.job
    return not _is_own(viewer, application) and _may(
        Act.MOVE_STAGE,
        viewer,
        standing.roles,
        job.company_id,
        Scope.APPLICATIONS_WRITE,
        is_on_team=job.pk in standing,
    )


def may_write_notes(viewer: Viewer, standing: Standing, application: Application) -> bool:
    """Write a note: whoever the company lets read the application, interviewers of the team as well."""
    return viewer.allows(Scope.APPLICATIONS_WRITE) and may_read_application(viewer, standing, application)


def may_delete_note(viewer: Viewer, standing: Standing, application: Application, author_id: UUID | None) -> bool:
    """Delete a note: who wrote it, and administrators and owners of the company."""
    if not may_write_notes(viewer, standing, application):
        return False
    runs_company = standing.roles.get(application.job.company_id) in (MembershipRole.ADMIN, MembershipRole.OWNER)
    return runs_company or (author_id is not None and author_id == viewer.user_id)


def _is_own(viewer: Viewer, application: Application) -> bool:
    """Whether it is the viewer's own: nobody is the company's side of that as well."""
    return viewer.user_id is not None and application.candidate.user_id == viewer.user_id


def may_apply(viewer: Viewer) -> bool:
    """Apply, and take it back: every person but the board's own staff, in their own name."""
    return viewer.impersonator_id is None and _may(Act.APPLY, viewer, {}, None, Scope.APPLICATIONS_WRITE)


def may_withdraw_application(viewer: Viewer, standing: Standing, application: Application) -> bool:
    """Take an application back: the person whose it is."""
    return may_apply(viewer) and viewer.user_id is not None and application.candidate.user_id == viewer.user_id


def may_amend_job(viewer: Viewer) -> bool:
    """Mend what a posting says in its company's place: platform administrators, and a revision says who."""
    return is_platform_admin(viewer)


def may_dismiss_duplicate(viewer: Viewer, roles: Roles, job: Job, duplicate: Job) -> bool:
    """Say that two jobs are no duplicates: platform staff, and who runs the jobs of the company of both."""
    if viewer.is_staff:
        return True
    is_one_company = job.company_id == duplicate.company_id
    return is_one_company and _may(Act.EDIT_JOB, viewer, roles, job.company_id, Scope.JOBS_WRITE)


def may_read_searches(viewer: Viewer) -> bool:
    """See what people search for, which is told without who: all of the board's staff, in their own name."""
    is_themselves = viewer.key_id is None and viewer.impersonator_id is None
    return viewer.is_authenticated and is_themselves and viewer.platform_role in ("moderator", "support", "admin")


def is_trusted(company: Company) -> bool:
    """May publish a draft without a review: whoever proved who they are, and sources that the board itself reads."""
    return company.verified_at is not None


def may_look_for_work(viewer: Viewer, *, scope: Scope = Scope.PROFILE_WRITE) -> bool:
    """Have a profile, save and follow: every person but the board's own staff. `scope` is what a key needs for it."""
    return _may(Act.LOOK_FOR_WORK, viewer, {}, None, scope)


def may_create_company(viewer: Viewer) -> bool:
    """Found a company on the board: every person who is signed in. The founder is its owner."""
    return viewer.is_authenticated and viewer.key_id is None


def may_update_company(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """Change what a company says of itself, and its logo: whoever runs its team."""
    return may_manage_members(viewer, roles, company)


def may_read_members(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """See the team and whom it has invited: its recruiters and above, platform administrators."""
    return may_manage_members(viewer, roles, company, scope=Scope.COMPANY_READ) or _may_instead(
        INVITE_INTERVIEWER, Act.MANAGE_MEMBERS, viewer, roles, company.pk, Scope.COMPANY_READ
    )


def may_manage_members(
    viewer: Viewer, roles: Roles, company: Company, role: str | None = None, *, scope: Scope = Scope.COMPANY_WRITE
) -> bool:
    """Add, change, suspend and remove members who have `role`, or are given it: administrators all but owners.

    Whoever changes a role asks for the old one and for the new one. Owners and platform administrators may all.
    """
    for grant in _grants(Act.MANAGE_MEMBERS, viewer, roles, company.pk, scope):
        if grant.reach is Reach.ALL and not (grant.limit == NOT_OWNER and role == MembershipRole.OWNER):
            return True
    return False


def may_invite(viewer: Viewer, roles: Roles, company: Company, role: str) -> bool:
    """Invite somebody to have `role`: who manages such members; recruiters invite interviewers."""
    if may_manage_members(viewer, roles, company, role):
        return True
    return role == MembershipRole.INTERVIEWER and _may_instead(
        INVITE_INTERVIEWER, Act.MANAGE_MEMBERS, viewer, roles, company.pk, Scope.COMPANY_WRITE
    )


def may_transfer(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """Hand the company over, or delete it: its owners, after a recent login, and platform administrators."""
    return viewer.key_id is None and _may(Act.TRANSFER, viewer, roles, company.pk, Scope.COMPANY_WRITE)


def may_read_keys(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """See the company's API keys, domains and webhooks: its administrators and owners."""
    return _may(Act.MANAGE_ACCESS, viewer, roles, company.pk, Scope.COMPANY_READ)


def may_manage_keys(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """Make and revoke the company's API keys: its administrators and owners, and no key."""
    return viewer.key_id is None and _may(Act.MANAGE_ACCESS, viewer, roles, company.pk, Scope.COMPANY_WRITE)


def may_have_keys(viewer: Viewer, roles: Roles) -> bool:
    """Make API keys for oneself: who is recruiter or more in any company."""
    own = (MATRIX[Act.MANAGE_ACCESS][_MEMBERS[MembershipRole(role)]] for role in roles.values() if role in _MEMBERS)
    grants = [grant for grant in own if grant.reach is Reach.ALL or grant.instead == OWN_KEYS]
    return viewer.is_authenticated and viewer.key_id is None and bool(grants)


def may_manage_domains(viewer: Viewer, roles: Roles, company: Company) -> bool:
    """Prove that a domain is the company's: its administrators and owners."""
    return _may(Act.MANAGE_ACCESS, viewer, roles, company.pk, Scope.COMPANY_WRITE)


def may_export(viewer: Viewer, roles: Roles, company_id: UUID, kind: str) -> bool:
    """Have all of a company's postings, or all applications to it, as a file: its recruiters and above."""
    if kind == ExportKind.JOBS:
        return _may(Act.EDIT_JOB, viewer, roles, company_id, Scope.JOBS_READ)
    return _may(Act.READ_APPLICATIONS, viewer, roles, company_id, Scope.APPLICATIONS_READ)


def may_read_audit(viewer: Viewer, roles: Roles, company_id: UUID) -> bool:
    """Read who did what in a company: its administrators and owners, platform administrators."""
    return _may(Act.READ_AUDIT, viewer, roles, company_id, Scope.COMPANY_READ)


def _columns(viewer: Viewer, roles: Roles, company_id: UUID | None) -> list[Column]:
    """As whom the viewer acts towards a company, or towards none. Staff of the board may be members as well."""
    if not viewer.is_authenticated:
        return [Column.ANONYMOUS]
    columns = []
    is_staff = viewer.platform_role != "user"
    if viewer.is_staff:
        columns.append(_STAFF[viewer.platform_role])
    role = roles.get(company_id) if company_id is not None else None
    if role in _MEMBERS:
        columns.append(_MEMBERS[MembershipRole(role)])
    elif not is_staff:
        columns.append(Column.SEEKER)
    return columns


def _grants(act: Act, viewer: Viewer, roles: Roles, company_id: UUID | None, scope: Scope) -> list[Grant]:
    """All that the matrix gives the viewer; nothing to a key without the scope."""
    if viewer.is_authenticated and not viewer.allows(scope):
        return []
    return [MATRIX[act][column] for column in _columns(viewer, roles, company_id)]


def _may(
    act: Act, viewer: Viewer, roles: Roles, company_id: UUID | None, scope: Scope, *, is_on_team: bool = False
) -> bool:
    """Whether the act is allowed upon any object of a company, or of the viewer's team where the object is that;
    upon one's own where no company is given.
    """
    reaches = {grant.reach for grant in _grants(act, viewer, roles, company_id, scope)}
    if Reach.ALL in reaches or (is_on_team and Reach.TEAM in reaches):
        return True
    return company_id is None and Reach.OWN in reaches


def _may_instead(lesser: str, act: Act, viewer: Viewer, roles: Roles, company_id: UUID | None, scope: Scope) -> bool:
    """Whether a lesser act is allowed where the act itself is not."""
    return any(grant.instead == lesser for grant in _grants(act, viewer, roles, company_id, scope))
