"""Root fields that read the own account."""

import graphene
from graphql import GraphQLResolveInfo

from kernel.viewer import Viewer as ViewerRow
from schema.account.types import Viewer


def _viewer(root: None, info: GraphQLResolveInfo) -> ViewerRow | None:
    viewer: ViewerRow = info.context.viewer
    return viewer if viewer.is_authenticated else None


viewer = graphene.Field(
    Viewer, description="The person who asks; null when the request carries no token.", resolver=_viewer
)
