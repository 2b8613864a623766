"""Root fields that read reference rows."""

from collections.abc import Callable
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors import taxonomy
from kernel.rows import Page, Slice
from schema.core.connections import Connection, CursorCodec, PageOfList, connection_field, slice_of
from schema.taxonomy.inputs import (
    CategoryWhere,
    OccupationWhere,
    PlaceWhere,
    SkillWhere,
    category_filter,
    occupation_filter,
    place_filter,
    skill_filter,
)
from schema.taxonomy.types import CategoryConnection, OccupationConnection, PlaceConnection, SkillConnection


def _list_field(
    connection: type[Connection],
    codec: CursorCodec,
    where_type: type[graphene.InputObjectType],
    read_filter: Callable[[Any], Any],
    page_of: Callable[[Any, Slice], Page[Any]],
    count_of: Callable[[Any], int],
    *,
    description: str,
) -> graphene.Field:
    def resolve(root: None, info: GraphQLResolveInfo, **arguments: Any) -> PageOfList:
        where = read_filter(arguments.get("where"))
        page = page_of(where, slice_of(codec, arguments))
        return PageOfList(page, lambda: codec, lambda _info: count_of(where), counted_as=where or "all")

    return connection_field(
        connection,
        description=description,
        resolver=resolve,
        where=graphene.Argument(where_type, description="Which ones; all unless given."),
    )


categories = _list_field(
    CategoryConnection,
    CursorCodec("categories", value=str, key=int),
    CategoryWhere,
    category_filter,
    taxonomy.category_page,
    taxonomy.category_count,
    description="Fields of work, each followed by the narrower ones below it.",
)
skills = _list_field(
    SkillConnection,
    CursorCodec("skills", value=str, key=int),
    SkillWhere,
    skill_filter,
    taxonomy.skill_page,
    taxonomy.skill_count,
    description="Skills by name.",
)
occupations = _list_field(
    OccupationConnection,
    CursorCodec("occupations", value=str, key=int),
    OccupationWhere,
    occupation_filter,
    taxonomy.occupation_page,
    taxonomy.occupation_count,
    description="Occupations by title.",
)
places = _list_field(
    PlaceConnection,
    CursorCodec("places", value=int, key=int),
    PlaceWhere,
    place_filter,
    taxonomy.place_page,
    taxonomy.place_count,
    description="Towns, the largest first.",
)
