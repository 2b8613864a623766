"""What clients write about the people who act for companies."""

import graphene

from jobs.models import HiringRole, MembershipRole
from schema.core.types import enum_of


class MemberChanges(graphene.InputObjectType):
    """What is to become of a member. What is left out, or null, stays as it is."""

    role = graphene.InputField(enum_of(MembershipRole), description="The role from now on.")
    is_suspended = graphene.Boolean(description="Whether the person may do nothing for the company for the time being.")


class HiringTeamPlace(graphene.InputObjectType):
    """Somebody's place in a hiring team."""

    membership_id = graphene.ID(required=True, description="The member of the company.")
    role = graphene.InputField(enum_of(HiringRole), required=True, description="What the person does for the job.")
