"""What `viewer` has of feeds, and the feed of nobody in particular."""

from datetime import datetime
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.feed import reading
from jobs.feed.reading import FeedRequest
from jobs.selectors import dismissal as dismissals
from jobs.selectors import feed_settings as settings
from kernel.viewer import ANONYMOUS, Viewer
from schema.core.connections import DEFAULT_SIZE, MAX_SIZE, CursorCodec, PageOfList, connection_field, slice_of
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.loading import ListSize, one
from schema.core.scalars import CountryCode
from schema.core.visibility import visible_to
from schema.feed.cursors import CURSOR
from schema.feed.kept import FeedSettings, JobDismissalConnection
from schema.feed.rules import FEED
from schema.feed.types import Fed, FeedConnection, fed_page
from schema.job.inputs import JobNearInput, near_of
from schema.search.inputs import within

# Points. A feed that has to be made takes as much as a search.
FEED_COST = 30
_DISMISSED = CursorCodec("viewer.dismissedJobs", value=datetime, key=UUID)


def _fed(viewer: Viewer, arguments: dict[str, Any]) -> Fed:
    """The page that is asked for. Raises `BadRequest` naming the argument at fault."""
    after = arguments.get("after")
    asked = FeedRequest(
        size=within(arguments, "first", default=DEFAULT_SIZE, most=MAX_SIZE),
        after=None if after is None else CURSOR.decode(after, argument="after"),
        is_refreshed=arguments.get("refresh") is True,
        near=near_of(arguments.get("near"), "near"),
        country=arguments.get("country"),
    )
    if asked.is_refreshed and asked.after is not None:
        raise BadRequest("A feed that is made anew begins at its first job.", argument="refresh")
    try:
        page = reading.feed(viewer, asked)
    except ValueError as error:
        if asked.after is None:
            raise
        raise BadRequest("This cursor belongs to another feed.", argument="after") from error
    return fed_page(page, viewer, asked)


def _own_feed(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> Fed:
    return _fed(viewer, arguments)


def _feed_of_nobody(root: None, info: GraphQLResolveInfo, **arguments: Any) -> Fed:
    return _fed(ANONYMOUS, arguments)


def _dismissed_jobs(viewer: Viewer, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
    page = dismissals.page(viewer, slice_of(_DISMISSED, arguments))
    return PageOfList(page, lambda: _DISMISSED, lambda _info: dismissals.count(viewer))


def _feed_field(resolver: Any, description: str, *, is_required: bool, **arguments: graphene.Argument) -> Any:
    return costs(
        graphene.Field(
            FeedConnection,
            required=is_required,
            description=f"{description} Pages hold {DEFAULT_SIZE} unless asked otherwise, at most {MAX_SIZE}, and are "
            "read forwards only.",
            resolver=resolver,
            first=graphene.Argument(
                graphene.Int, description=f"How many, 0 to {MAX_SIZE}; {DEFAULT_SIZE} unless given."
            ),
            after=graphene.Argument(graphene.String, description="Only what comes after this cursor of the same feed."),
            **arguments,
            near=graphene.Argument(
                JobNearInput,
                description="Around here, where the feed is of somebody who has said nothing of their work.",
            ),
            country=graphene.Argument(
                CountryCode,
                description="In this country, where the feed is of somebody who has said nothing of their work.",
            ),
        ),
        weight=FEED_COST,
        list_size=ListSize(DEFAULT_SIZE, ("first",), ("edges", "nodes"), most=MAX_SIZE),
    )


own_feed = visible_to(
    _feed_field(
        _own_feed,
        "Live jobs that fit the person, the best first, each with why. Without a profile, what many open and what is "
        "new.",
        is_required=False,
        refresh=graphene.Argument(
            graphene.Boolean,
            default_value=False,
            description="Decide the order anew, and begin with its first job. Otherwise the first page is that of the "
            "order of before, as long as it is kept and nothing has changed that the person said.",
        ),
    ),
    FEED,
)
feed_of_nobody = _feed_field(
    _feed_of_nobody,
    "What there is to show to somebody of whom nothing is known: live jobs that many open, or that are new, of many "
    "companies and kinds. The same for everybody; `viewer.feed` is the own.",
    is_required=True,
)
feed_settings = one(
    FeedSettings,
    key="user_id",
    batch=settings.own,
    description="How the person wants the feed made; null for whoever has none, and for an API key without the scope "
    "`profile:read`.",
)
dismissed_jobs = connection_field(
    JobDismissalConnection,
    description="The jobs that the person does not want to see again, the newest dismissal first; none for an API key "
    "without the scope `profile:read`.",
    resolver=_dismissed_jobs,
)
