"""Root fields that tell what asking costs."""

from datetime import UTC, datetime
from typing import Any

import graphene
import orjson
from graphql import GraphQLResolveInfo

from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.usage.types import OperationCost, RateLimit

# Points. Reading a document takes as long as executing a small one.
READING_COST = 500


def _rate_limit(root: None, info: GraphQLResolveInfo) -> RateLimit | None:
    bucket = info.context.rate_limit
    if bucket is None:
        return None
    return RateLimit(
        limit=bucket.limit,
        cost=bucket.cost,
        remaining=bucket.remaining,
        reset_at=datetime.fromtimestamp(bucket.reset_at, UTC),
    )


def _cost_of(
    root: None,
    info: GraphQLResolveInfo,
    document: str,
    operation_name: str | None = None,
    variables: str | None = None,
) -> Any:
    return info.context.price_of(document, operation_name, _variables(variables))


def _variables(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        variables = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"This is not JSON: {error}.", argument="variables") from None
    if not isinstance(variables, dict):
        raise BadRequest("Must be a JSON object with the variables' names as keys.", argument="variables")
    return variables


rate_limit = graphene.Field(
    RateLimit,
    description="The points that the caller has left; null where the server does not count them.",
    resolver=_rate_limit,
)
cost_of = costs(
    graphene.Field(
        OperationCost,
        required=True,
        description="What an operation would cost, without running it. What is wrong with it is an error here.",
        document=graphene.Argument(graphene.String, required=True, description="The document, as it would be sent."),
        operation_name=graphene.Argument(
            graphene.String, description="Which of its operations, where there are several."
        ),
        variables=graphene.Argument(
            graphene.String, description='The values of its variables as a JSON object: `{"first": 50}`.'
        ),
        resolver=_cost_of,
    ),
    weight=READING_COST,
)
