"""Documents at random over the server's own schema: the same for the same seed."""

from random import Random

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from schema.core.visibility import Guarded, rule_of_type

# Small pages, so that no document costs more than one may.
PAGE = 2
DEPTH = 7
LISTS = 3
FIELDS = 4


def at_random(schema: GraphQLSchema, seed: int) -> str:
    """A query of one or two root fields; those that need arguments of their own are left out, as they are below.

    What is not everybody's is left out as well: nearly all answers would be refusals.
    """
    random = Random(seed)
    assert schema.query_type is not None
    names = [name for name, field in schema.query_type.fields.items() if _is_taken(field) and name != "viewer"]
    chosen = random.sample(names, k=random.choice([1, 1, 1, 2]))
    selections = [_field(random, name, schema.query_type.fields[name], DEPTH, LISTS) for name in chosen]
    return "{ " + " ".join(filter(None, selections)) + " }"


def _field(random: Random, name: str, field: GraphQLField, depth: int, lists: int) -> str:
    kind = get_named_type(field.type)
    arguments = f"(first: {PAGE})" if _is_paged(field.args) else ""
    if is_leaf_type(kind):
        return name + arguments
    lists -= is_list_type(get_nullable_type(field.type))
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    below = _selections(random, kind, depth - 1, lists) if lists >= 0 else ""
    return f"{name}{arguments} {{ {below} }}" if below else ""


def _selections(random: Random, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, lists: int) -> str:
    fields = {name: field for name, field in kind.fields.items() if _is_taken(field)}
    leaves = [name for name, field in fields.items() if is_leaf_type(get_named_type(field.type))]
    objects = [name for name in fields if name not in leaves]
    chosen = random.sample(leaves, k=min(len(leaves), random.randint(1, FIELDS)))
    if depth > 0:
        chosen += random.sample(objects, k=min(len(objects), random.randint(1, FIELDS) if depth > DEPTH - 4 else 1))
    return " ".join(filter(None, (_field(random, name, fields[name], depth, lists) for name in chosen)))


def _is_taken(field: GraphQLField) -> bool:
    needs_arguments = any(is_required_argument(argument) for argument in field.args.values())
    graphene_type = getattr(get_named_type(field.type), "graphene_type", None)
    is_private = isinstance(field.resolve, Guarded) or rule_of_type(graphene_type) is not None
    return not needs_arguments and not is_private


def _is_paged(arguments: dict[str, GraphQLArgument]) -> bool:
    return "first" in arguments
