"""What was searched for on the board, for those who run it."""

from operator import attrgetter
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from jobs import policies
from jobs.selectors.search_use import SearchInsight as SearchInsightRow
from jobs.selectors.search_use import SearchInsightKind, insight
from jobs.services.search_use import KEPT_DAYS
from schema.core.costs import costs
from schema.core.inputs import plain_value
from schema.core.loading import Computed, ListSize
from schema.core.types import enum_of
from schema.core.visibility import Rule, private, visible_to
from schema.search.inputs import within

DEFAULT_SIZE = 20
MAX_SIZE = 100
DEFAULT_DAYS = 7
# Points. It reads all that was counted in those days.
INSIGHT_COST = 200

SEARCHES = Rule(
    "searches",
    "For moderators, support and platform admins.",
    allows=lambda viewer, _: policies.may_read_searches(viewer),
)


@private(SEARCHES)
class SearchInsight(graphene.ObjectType):
    """Something that was searched for, and how often. Nobody is told by whom: it is not kept."""

    query = graphene.String(
        description="What was written, folded and at most 100 characters long; without e-mail addresses, telephone "
        "numbers and numbers of five digits or more. Null where only filters were set."
    )
    filters = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Names of the filters that were set, as `countries`, in the order of the alphabet.",
    )
    searches = graphene.Int(required=True, description="How often.")
    corrected = graphene.Int(required=True, description="How often mistakes of spelling were corrected.")
    broadened = graphene.Int(required=True, description="How often others followed, because few jobs fitted.")
    average_milliseconds = graphene.Float(
        required=True, description="How long it took on average.", resolver=Computed(attrgetter("milliseconds"))
    )
    slowest_milliseconds = graphene.Int(
        required=True, description="How long it took at most.", resolver=Computed(attrgetter("slowest"))
    )

    resolve_query = Computed(lambda row: row.query or None)


def _insight(root: None, info: GraphQLResolveInfo, **arguments: Any) -> list[SearchInsightRow]:
    kind = SearchInsightKind(plain_value(arguments.get("kind")) or SearchInsightKind.POPULAR)
    most = within(arguments, "first", default=DEFAULT_SIZE, most=MAX_SIZE)
    days = within(arguments, "days", default=DEFAULT_DAYS, most=KEPT_DAYS, least=1)
    return list(insight(info.context.viewer, kind, days=days, most=most))


search_insight = visible_to(
    costs(
        graphene.Field(
            graphene.List(graphene.NonNull(SearchInsight)),
            description="What was searched for, and with what success.",
            kind=graphene.Argument(
                enum_of(SearchInsightKind),
                default_value=SearchInsightKind.POPULAR.value,
                description="Which searches, and in which order.",
            ),
            days=graphene.Argument(
                graphene.Int,
                description=f"Today and the days before it, so many in all, in UTC: 1 to {KEPT_DAYS}; {DEFAULT_DAYS} "
                "unless given.",
            ),
            first=graphene.Argument(
                graphene.Int, description=f"How many, 0 to {MAX_SIZE}; {DEFAULT_SIZE} unless given."
            ),
            resolver=_insight,
        ),
        weight=INSIGHT_COST,
        list_size=ListSize(DEFAULT_SIZE, ("first",), most=MAX_SIZE),
    ),
    SEARCHES,
)
