"""Types of the people who act for companies."""

import graphene

from accounts.selectors import user as users
from jobs.models import HiringRole, InvitationStatus, MembershipRole
from jobs.models import Invitation as InvitationRow
from jobs.models import Membership as MembershipRow
from jobs.selectors import hiring_team
from jobs.selectors import invitation as invitations
from jobs.selectors import membership as memberships
from schema.core.connections import connection_of
from schema.core.loading import Computed, Relation, many, one
from schema.core.scalars import DateTime
from schema.core.types import ModelType, enum_of
from schema.core.visibility import SHOWN, Rule, private

COMPANY = "schema.company.types.Company"
USER = "schema.account.types.User"
TEAM = Rule(
    "team",
    "For the company's recruiters, admins and owners, and for platform admins.",
    batch=memberships.readable,
)
WORKS_ON = Rule(
    "works on the job",
    "For the company's recruiters, admins and owners, for those who work on the job, and for platform admins.",
    batch=hiring_team.readable,
)


class Membership(ModelType):
    """What a person may do for a company."""

    class Meta:
        model = MembershipRow
        columns = ("role", "created_at", "suspended_at")
        choices = {"role": MembershipRole}
        batch = memberships.by_id
        private_to = SHOWN

    company = graphene.Field(COMPANY, required=True, description="The company.")
    user = one(USER, key="user_id", batch=users.named, description="The person; others see the name, and no more.")
    email = graphene.String(description="The person's address, by which the team knows them.")

    resolve_email = Relation(memberships.emails, "user_id")


class Invitation(ModelType):
    """An offer of a role in a company to whoever reads mail at an address."""

    class Meta:
        model = InvitationRow
        columns = ("email", "role", "expires_at")
        choices = {"role": MembershipRole}
        batch = invitations.by_id
        private_to = SHOWN

    company = graphene.Field(COMPANY, required=True, description="The company.")
    status = enum_of(InvitationStatus)(required=True, description="Where it stands now.")
    created_at = DateTime(required=True, description="When it was sent.")
    invited_by = one(USER, key="invited_by_id", batch=users.named, description="Who sent it; null for who is gone.")

    resolve_status = Computed(lambda row: row.status.value)


@private(SHOWN)
class HiringTeamMember(graphene.ObjectType):
    """Somebody who works on a job."""

    user = one(USER, key="user_id", batch=users.named, description="The person.")
    role = enum_of(HiringRole)(required=True, description="What the person does for the job.")


MembershipConnection = connection_of("Membership", Membership, "memberships")
InvitationConnection = connection_of("Invitation", Invitation, "invitations")


def hiring_team_of_job() -> graphene.Field:
    """Who works on a job."""
    return many(
        HiringTeamMember,
        batch=hiring_team.of_jobs,
        at_most=hiring_team.MOST_PEOPLE,
        description="Who works on it.",
        visible_to=WORKS_ON,
    )
