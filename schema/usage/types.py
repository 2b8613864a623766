"""Types of what a caller spends."""

import graphene

from schema.core.scalars import DateTime


class RateLimit(graphene.ObjectType):
    """The points that the caller has for a minute. This operation is charged to them by its highest possible cost.

    What it did not use is given back when it is done.
    """

    limit = graphene.Int(required=True, description="Points a minute.")
    cost = graphene.Int(required=True, description="What this operation was charged.")
    remaining = graphene.Int(required=True, description="Points left, this operation's charge taken off.")
    reset_at = DateTime(required=True, description="When there are as many again as the limit says.")


class OperationCost(graphene.ObjectType):
    """What an operation can cost, and how large it is."""

    cost = graphene.Int(
        required=True,
        description="The most points that it can take: one for each object, and what the fields say that they cost.",
    )
    most = graphene.Int(required=True, description="The most points that one operation may take.")
    is_allowed = graphene.Boolean(required=True, description="The cost is not above that.")
    depth = graphene.Int(required=True, description="Levels of fields, the root's the first.")
    selections = graphene.Int(
        required=True, description="Fields and fragments in all; what a fragment holds counts as often as it is spread."
    )
