"""What fields cost: declared where a field is declared, and written into the schema from there.

The directives are those of IBM's GraphQL Cost Directives (https://ibm.github.io/graphql-specs/cost-spec.html).
"""

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)

from engine import FieldCost, ListSize

_EXTENSION = "cost"

COST = GraphQLDirective(
    "cost",
    [DirectiveLocation.FIELD_DEFINITION],
    {
        "weight": GraphQLArgument(
            GraphQLNonNull(GraphQLString), description="Points for each object that the field is asked of."
        )
    },
    description="What a field costs beside the objects that it gives, which are one point each.",
)
LIST_SIZE = GraphQLDirective(
    "listSize",
    [DirectiveLocation.FIELD_DEFINITION],
    {
        "assumedSize": GraphQLArgument(
            GraphQLInt, description="The most objects there are where no slicing argument has a value."
        ),
        "slicingArguments": GraphQLArgument(
            GraphQLList(GraphQLNonNull(GraphQLString)),
            description="Arguments whose value is the most objects there are; of one that is a list, its length.",
        ),
        "sizedFields": GraphQLArgument(
            GraphQLList(GraphQLNonNull(GraphQLString)),
            description="The lists in the object that the field gives, where it is those that have the size.",
        ),
        "requireOneSlicingArgument": GraphQLArgument(
            GraphQLBoolean, True, description="Whether one slicing argument must be given, and one only."
        ),
    },
    description="How many objects a field gives at most. What is asked of each of them costs that many times as much.",
)


def costs(field: graphene.Field, *, weight: int = 0, list_size: ListSize | None = None) -> graphene.Field:
    """The field, which costs so much from now on; its description says so."""
    field.cost = FieldCost(weight, list_size)
    return field


def apply_costs(schema: GraphQLSchema) -> None:
    """Write what `costs` collected into the schema; Graphene has no word for it."""
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        graphene_type = getattr(type_, "graphene_type", None)
        declared = graphene_type._meta.fields if graphene_type else {}
        for attribute, field in declared.items():
            cost = getattr(field, "cost", None)
            if cost is not None:
                _apply(cost, type_.fields[field.name or to_camel_case(attribute)])


def _apply(cost: FieldCost, field: GraphQLField) -> None:
    field.extensions[_EXTENSION] = cost
    if cost.weight:
        field.description = f"{field.description} Costs {cost.weight:,} points."


def directives_of(field: GraphQLField) -> str:
    """The cost directives of a field as the schema language writes them, each after a space."""
    cost = field.extensions.get(_EXTENSION, FieldCost())
    written = f' @cost(weight: "{cost.weight}")' if cost.weight else ""
    size = cost.list_size
    if size is not None:
        arguments = [f"assumedSize: {size.assumed}"]
        if size.slicing_arguments:
            arguments.append(f"slicingArguments: {_strings(size.slicing_arguments)}")
        if size.sized_fields:
            arguments.append(f"sizedFields: {_strings(size.sized_fields)}")
        if size.slicing_arguments:
            arguments.append("requireOneSlicingArgument: false")
        written += f" @listSize({', '.join(arguments)})"
    return written


def _strings(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
