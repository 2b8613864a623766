"""What `viewer` has of profiles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLResolveInfo

from jobs.selectors import employer_block as employer_blocks
from jobs.selectors import profile as profiles
from jobs.selectors import saved_job as saved_jobs
from kernel.viewer import Viewer
from schema.core.connections import CursorCodec, PageOfList, connection_field, slice_of
from schema.core.loading import one
from schema.profile.kept import EmployerBlockConnection, SavedJobConnection
from schema.profile.types import Profile

_SAVED = CursorCodec("viewer.savedJobs", value=datetime, key=UUID)
_BLOCKED = CursorCodec("viewer.blockedEmployers", value=datetime, key=UUID)


def _saved_jobs(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    page = saved_jobs.page(viewer, slice_of(_SAVED, arguments))
    return PageOfList(page, lambda: _SAVED, lambda _info: saved_jobs.count(viewer))


def _blocked_employers(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    page = employer_blocks.page(viewer, slice_of(_BLOCKED, arguments))
    return PageOfList(page, lambda: _BLOCKED, lambda _info: employer_blocks.count(viewer))


profile = one(
    Profile,
    key="user_id",
    batch=profiles.own,
    description="The own profile; null until `profileUpdate` or `profileImport` makes it, and for an API key without "
    "the scope `profile:read`.",
)
saved_job_list = connection_field(
    SavedJobConnection,
    description="The jobs that the person keeps for later, the newest first; none for an API key without the scope "
    "`profile:read`.",
    resolver=_saved_jobs,
)
blocked_employers = connection_field(
    EmployerBlockConnection,
    description="The companies whose people are not shown the person's profile, the newest first; none for an API key "
    "without the scope `profile:read`.",
    resolver=_blocked_employers,
)
