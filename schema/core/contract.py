"""The schema as text: graphql-core's printer, and the directives that it leaves out."""

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    print_type,
)
from graphql.utilities.print_schema import (
    print_args,
    print_block,
    print_deprecated,
    print_description,
    print_directive,
    print_implemented_interfaces,
)

from schema.core.costs import directives_of


def print_contract(schema: GraphQLSchema) -> str:
    """The schema in GraphQL's schema language, with what its fields cost."""
    directives = [directive for directive in schema.directives if not is_specified_directive(directive)]
    types = [
        type_
        for type_ in schema.type_map.values()
        if not is_specified_scalar_type(type_) and not is_introspection_type(type_)
    ]
    return "\n\n".join([*map(print_directive, directives), *map(_print_type, types)])


def _print_type(type_: GraphQLNamedType) -> str:
    if isinstance(type_, GraphQLObjectType):
        return _print_fielded("type", type_)
    if isinstance(type_, GraphQLInterfaceType):
        return _print_fielded("interface", type_)
    return print_type(type_)


def _print_fielded(keyword: str, type_: GraphQLObjectType | GraphQLInterfaceType) -> str:
    fields = [
        print_description(field, "  ", not number)
        + f"  {name}{print_args(field.args, '  ')}: {field.type}"
        + print_deprecated(field.deprecation_reason)
        + directives_of(field)
        for number, (name, field) in enumerate(type_.fields.items())
    ]
    head = f"{print_description(type_)}{keyword} {type_.name}{print_implemented_interfaces(type_)}"
    return head + print_block(fields)
