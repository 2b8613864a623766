"""Mutations of companies' teams."""

from typing import Any

import graphene

from accounts.errors import TooManyAttempts
from jobs.errors import (
    AlreadyInvited,
    AlreadyMember,
    CompanyInactive,
    InvitationNotOpen,
    LastOwner,
    NotAMember,
    TooManyInvitations,
)
from jobs.models import MembershipRole
from jobs.services import hiring_team, invitation, membership
from kernel.errors import Forbidden, Invalid, NotFound, RecentLoginRequired
from kernel.viewer import Viewer
from schema.core import ids
from schema.core.errors import BadRequest
from schema.core.inputs import MAX_LIST, plain_value
from schema.core.mutations import Mutation
from schema.core.types import enum_of
from schema.team.inputs import HiringTeamPlace, MemberChanges
from schema.team.types import Invitation, Membership

COMPANY = "schema.company.types.Company"


class MemberInvite(Mutation):
    """Invite whoever reads mail at an address to act for a company. The invitation is good for seven days.

    Recruiters invite interviewers, admins all but owners, owners and platform admins everybody; whoever invites an
    owner has logged in within the last ten minutes. The answer does not tell whether the address has an account.
    """

    errors = (
        NotFound,
        Forbidden,
        Invalid,
        RecentLoginRequired,
        CompanyInactive,
        TooManyAttempts,
        AlreadyMember,
        AlreadyInvited,
        TooManyInvitations,
    )
    cost = 100
    is_idempotent = True

    class Input:
        company_id = graphene.ID(required=True, description="The company.")
        email = graphene.String(required=True, description="The address of the person.")
        role = graphene.InputField(enum_of(MembershipRole), required=True, description="The role that is offered.")

    invitation = graphene.Field(Invitation, description="The invitation; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str, email: str, role: Any) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument="input.companyId")
        return {"invitation": invitation.invite(by=viewer, company_id=key, email=email, role=plain_value(role))}


class InvitationAccept(Mutation):
    """Join the company that sent an invitation. Only the person whose verified address was invited can."""

    errors = (NotFound, Forbidden, InvitationNotOpen, AlreadyMember, CompanyInactive, TooManyAttempts)

    class Input:
        token = graphene.String(required=True, description="The token of the mailed link.")

    membership = graphene.Field(Membership, description="The new membership; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, token: str) -> dict[str, Any]:
        return {"membership": invitation.accept(by=viewer, token=token)}


class InvitationDecline(Mutation):
    """Say no to an invitation, for good. Whoever has the mail may, with or without an account."""

    errors = (NotFound, InvitationNotOpen, TooManyAttempts)
    is_open = True

    class Input:
        token = graphene.String(required=True, description="The token of the mailed link.")

    company = graphene.Field(COMPANY, description="The company that sent it; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, token: str) -> dict[str, Any]:
        return {"company": invitation.decline(by=viewer, token=token).company}


class InvitationRevoke(Mutation):
    """Take an invitation back. Whoever may offer its role may."""

    errors = (NotFound, Forbidden, InvitationNotOpen)

    class Input:
        id = graphene.ID(required=True, description="The invitation.")

    invitation = graphene.Field(Invitation, description="The invitation as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str) -> dict[str, Any]:
        key = ids.decode_as("Invitation", id, argument="input.id")
        return {"invitation": invitation.revoke(by=viewer, invitation_id=key)}


class MemberUpdateRole(Mutation):
    """Give a member of a company another role, or suspend or restore the member.

    For its admins, but for what concerns owners; for owners and platform admins, who have to have logged in within the
    last ten minutes for what concerns owners. A company is never without an owner who can act for it.
    """

    errors = (NotFound, Forbidden, Invalid, RecentLoginRequired, LastOwner)

    class Input:
        id = graphene.ID(required=True, description="The membership.")
        changes = graphene.InputField(MemberChanges, required=True, description="What is to be changed.")

    membership = graphene.Field(Membership, description="The membership as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str, changes: dict[str, Any]) -> dict[str, Any]:
        member = membership.change(
            by=viewer,
            membership_id=ids.decode_as("Membership", id, argument="input.id"),
            role=plain_value(changes.get("role")),
            is_suspended=changes.get("is_suspended"),
        )
        return {"membership": member}


class MemberRemove(Mutation):
    """Take somebody off a company's team, and off the hiring teams of its jobs; or leave it oneself.

    Everybody may leave, but for the last owner. Others are removed by admins, owners by owners and platform admins,
    who have to have logged in within the last ten minutes.
    """

    errors = (NotFound, Forbidden, RecentLoginRequired, LastOwner)

    class Input:
        id = graphene.ID(required=True, description="The membership.")

    company = graphene.Field(COMPANY, description="The company; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str) -> dict[str, Any]:
        key = ids.decode_as("Membership", id, argument="input.id")
        return {"company": membership.remove(by=viewer, membership_id=key).company}


class CompanyTransfer(Mutation):
    """Hand a company over to one of its members, who becomes its owner. The owner who does it becomes an admin.

    For owners and platform admins who have logged in within the last ten minutes; where a platform admin does it, all
    former owners become admins.
    """

    errors = (NotFound, Forbidden, Invalid, RecentLoginRequired, NotAMember)

    class Input:
        company_id = graphene.ID(required=True, description="The company.")
        membership_id = graphene.ID(required=True, description="The member who becomes its owner.")

    company = graphene.Field(COMPANY, description="The company; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str, membership_id: str) -> dict[str, Any]:
        company = membership.transfer(
            by=viewer,
            company_id=ids.decode_as("Company", company_id, argument="input.companyId"),
            membership_id=ids.decode_as("Membership", membership_id, argument="input.membershipId"),
        )
        return {"company": company}


class HiringTeamUpdate(Mutation):
    """Say who works on a job, and as what; nobody else does then. For the company's recruiters, admins and owners.

    Interviewers and hiring managers see drafts of the jobs that they work on, and no others.
    """

    errors = (NotFound, Forbidden, Invalid, NotAMember)

    class Input:
        job_id = graphene.ID(required=True, description="The job.")
        members = graphene.List(
            graphene.NonNull(HiringTeamPlace), required=True, description="All who work on it, at most 50."
        )

    job = graphene.Field("schema.job.types.Job", description="The job; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, job_id: str, members: list[dict[str, Any]]) -> dict[str, Any]:
        if len(members) > MAX_LIST:
            raise BadRequest(f"At most {MAX_LIST} values.", argument="input.members")
        argument = "input.members.membershipId"
        job = hiring_team.name(
            by=viewer,
            job_id=ids.decode_as("Job", job_id, argument="input.jobId"),
            members={
                ids.decode_as("Membership", place["membership_id"], argument=argument): plain_value(place["role"])
                for place in members
            },
        )
        return {"job": job}
