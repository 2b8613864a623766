"""The companies that a person follows, read page by page."""

from typing import Any

from graphql import GraphQLResolveInfo

from jobs.selectors import follow as follows
from kernel.viewer import Viewer
from schema.company.types import CompanyConnection
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of

_CODEC = CursorCodec("viewer.followedCompanies", value=int, key=int)


def _followed(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    page = follows.companies(viewer, slice_of(_CODEC, arguments))
    return PageOfList(page, lambda: _CODEC, lambda _info: follows.count(viewer))


followed_companies = connection_field(
    CompanyConnection,
    description="The active companies that the person follows; whom they followed last comes first.",
    resolver=_followed,
)
