"""Types of people."""

import graphene
from graphql import GraphQLResolveInfo

from accounts.models import PlatformRole
from accounts.models import User as UserRow
from accounts.selectors import user as users
from jobs.selectors import company as companies
from kernel.viewer import Viewer as ViewerRow
from schema.company.types import Membership
from schema.core.loading import many
from schema.core.types import ModelType


class User(ModelType):
    """A person with an account. Seen only by that person."""

    class Meta:
        model = UserRow
        columns = ("email", "name", "locale", "timezone", "platform_role")
        choices = {"platform_role": PlatformRole}
        batch = users.by_id


class Viewer(graphene.ObjectType):
    """The person who asks."""

    user = graphene.Field(User, required=True, description="The own account.")
    memberships = many(
        Membership,
        key="user_id",
        batch=companies.roles,
        at_most=100,
        description="The companies that the person acts for, by name.",
    )

    @staticmethod
    def resolve_user(viewer: ViewerRow, info: GraphQLResolveInfo) -> UserRow:
        return info.context.user
