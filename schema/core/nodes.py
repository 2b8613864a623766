"""`node` and `nodes`: any object by its global id."""

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from engine import ListSize
from schema.core import ids
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.inputs import MAX_LIST
from schema.core.types import Node


def _load(info: GraphQLResolveInfo, global_id: str, argument: str) -> Any:
    type_name, key = ids.decode(global_id, argument=argument)
    return info.context.load(ids.batch_of(type_name), key)


def _node(root: None, info: GraphQLResolveInfo, id: str) -> Any:
    return _load(info, id, "id")


def _nodes(root: None, info: GraphQLResolveInfo, ids: list[str]) -> list[Any]:
    if len(ids) > MAX_LIST:
        raise BadRequest(f"At most {MAX_LIST} ids.", argument="ids")
    return [_load(info, global_id, "ids") for global_id in ids]


node = graphene.Field(
    Node,
    description="The object with this id; null where there is none, or the viewer may not see it.",
    id=graphene.ID(required=True, description="Its id."),
    resolver=_node,
)
nodes = costs(
    graphene.Field(
        graphene.List(Node),
        required=True,
        description="The objects with these ids, in the same order; null for one that is not there or not visible.",
        ids=graphene.Argument(
            graphene.List(graphene.NonNull(graphene.ID)), required=True, description=f"Their ids, at most {MAX_LIST}."
        ),
        resolver=_nodes,
    ),
    list_size=ListSize(MAX_LIST, ("ids",), most=MAX_LIST),
)
