"""The type of sessions."""

import graphene
from graphql import GraphQLResolveInfo

from accounts.models import Session as SessionRow
from accounts.selectors import session as sessions
from schema.core.loading import many
from schema.core.scalars import DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN


class Session(ModelType):
    """A log-in of a person at one device. Seen only by that person."""

    class Meta:
        model = SessionRow
        columns = ("method", "device", "address", "authenticated_at", "last_used_at", "expires_at")
        batch = sessions.by_id
        private_to = SHOWN

    created_at = graphene.Field(DateTime, required=True, description="When the person logged in there.")
    ended_at = graphene.Field(DateTime, description="When it was ended before its time; null: it was not.")
    is_current = graphene.Boolean(required=True, description="Whether this request belongs to it.")

    @staticmethod
    def resolve_ended_at(session: SessionRow, info: GraphQLResolveInfo) -> object:
        return session.revoked_at

    @staticmethod
    def resolve_is_current(session: SessionRow, info: GraphQLResolveInfo) -> bool:
        is_current: bool = session.pk == info.context.viewer.session_id
        return is_current


sessions_of_viewer = many(
    Session,
    key="user_id",
    batch=sessions.of_users,
    at_most=sessions.MAX_SESSIONS,
    description="Where the person is logged in, the newest first; none for an API key without the scope "
    "`account:read`.",
)
