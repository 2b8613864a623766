"""`Job.whyNot`."""

from collections.abc import Sequence
from uuid import UUID

import graphene

from jobs.feed import reading
from jobs.feed.reading import WhyNot
from kernel.viewer import Viewer
from schema.core.costs import costs
from schema.core.loading import Relation
from schema.feed.rules import has_feed

# Points, for each job that is asked about.
WHY_NOT_COST = 5


def _why_not(viewer: Viewer, keys: Sequence[UUID]) -> dict[UUID, WhyNot]:
    return reading.why_not(viewer, keys) if has_feed(viewer) else {}


def why_not() -> graphene.Field:
    """What keeps each of many jobs out of the viewer's feed, found in one call for all of them."""
    return costs(
        graphene.Field(
            "schema.feed.types.WhyNot",
            description="What keeps it out of the feed of the person who asks: the rules that it breaks, or what it "
            "lacks; null for whoever has no feed.",
            resolver=Relation(_why_not, "pk"),
        ),
        weight=WHY_NOT_COST,
    )
