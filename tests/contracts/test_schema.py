"""Rules that the whole schema keeps."""

import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import models
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema.core import types as kit
from schema.core.visibility import Guarded
from schema.root import schema as graphene_schema

SCHEMA: GraphQLSchema = graphene_schema.graphql_schema
# Read forwards only, as what is best comes first; they say more of their jobs than where they are. A search says how
# sure its count is; a feed has none, as it goes on for as long as anybody reads.
SEARCH, FEED = "JobSearchConnection", "FeedConnection"
BEST_FIRST = {SEARCH, FEED}


def own_types() -> list[GraphQLNamedType]:
    return [t for t in SCHEMA.type_map.values() if not is_introspection_type(t) and not is_specified_scalar_type(t)]


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field


def described() -> Iterator[tuple[str, str | None]]:
    for kind in own_types():
        yield kind.name, kind.description
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", field.description) for name, field in kind.fields.items())
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
    for name, field in fields():
        yield name, field.description
        yield from ((f"{name}({argument}:)", value.description) for argument, value in field.args.items())


def test_everything_is_described() -> None:
    bare = [name for name, text in described() if not text or not text.strip()]
    assert bare == []


def test_descriptions_are_sentences() -> None:
    odd = [
        name
        for name, text in described()
        if (text and not (text[0].isupper() or text[0].isdigit() or text[0] == "`"))
        or not (text or "x").rstrip().endswith((".", "`"))
    ]
    assert odd == []


def test_names_follow_their_casing() -> None:
    for kind in own_types():
        assert re.fullmatch("[A-Z][A-Za-z]*", kind.name), kind.name
        if isinstance(kind, GraphQLEnumType):
            assert all(re.fullmatch("[A-Z][A-Z0-9_]*", value) for value in kind.values), kind.name
    for name, field in fields():
        assert re.fullmatch("[a-z][A-Za-z]*", name.split(".")[1]), name
        assert not re.match("(get|list)[A-Z]", name.split(".")[1]), name
        assert all(re.fullmatch("[a-z][A-Za-z]*", argument) for argument in field.args), name


def test_own_scalars_say_where_they_are_specified() -> None:
    assert [t.name for t in own_types() if isinstance(t, GraphQLScalarType) and not t.specified_by_url] == []


def test_an_object_is_never_named_by_its_id_beside_itself() -> None:
    assert [name for name, _ in fields() if name.endswith("Id")] == []


@pytest.mark.parametrize("name", [t.name for t in own_types() if t.name.endswith("Connection")])
def test_connections_have_the_one_shape(name: str) -> None:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    is_best_first = name in BEST_FIRST
    shape = {
        "edges": f"[{name.removesuffix('Connection')}Edge!]!",
        "nodes": "[Job!]!" if is_best_first else f"[{name.removesuffix('Connection')}!]!",
        "pageInfo": "PageInfo!",
    }
    if name != FEED:
        shape["totalCount"] = "JobTotal!" if name == SEARCH else "Int!"
    found = {field: str(value.type) for field, value in kind.fields.items()}
    assert {field: found.get(field) for field in shape} == shape
    assert is_best_first or found == shape


def test_fields_that_give_a_connection_take_the_four_paging_arguments_and_are_null_only_where_denied() -> None:
    for name, field in fields():
        connection = get_named_type(field.type).name
        if connection.endswith("Connection"):
            backwards = {"last", "before"} if connection not in BEST_FIRST else set()
            assert {"first", "after"} | backwards <= set(field.args), name
            assert isinstance(field.type, GraphQLNonNull) or is_not_for_everybody(field), name


def is_not_for_everybody(field: GraphQLField) -> bool:
    """Whether the field has a rule of who may read it: to others it is null."""
    return isinstance(field.resolve, Guarded)


def test_lists_and_booleans_are_null_only_where_denied() -> None:
    told = [(name, field) for name, field in fields() if not is_not_for_everybody(field)]
    nullable = [name for name, field in told if str(field.type).endswith("]") or str(field.type) == "Boolean"]
    # What a mutation gives is null when it is refused, and a refusal may name no field.
    is_result = re.compile(r"\w+Payload\.\w+|UserError\.field|\w+Error\.field")
    assert [name for name in nullable if not is_result.fullmatch(name)] == []


def test_every_mutation_takes_one_input_and_says_why_it_refused() -> None:
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.mutation_type.fields.items():
        noun = name[0].upper() + name[1:]
        assert {argument: str(value.type) for argument, value in field.args.items()} == {"input": f"{noun}Input!"}
        assert str(field.type) == f"{noun}Payload!"
        payload = SCHEMA.type_map[f"{noun}Payload"]
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["userErrors"].type) == f"[{noun}Error!]!"
        results = {key: value for key, value in payload.fields.items() if key != "userErrors"}
        assert not any(isinstance(value.type, GraphQLNonNull) for value in results.values()), name


@pytest.mark.parametrize("choices", kit.known_enums(), ids=lambda choices: choices.__name__)
def test_enums_equal_the_choices_of_the_code(choices: type[models.TextChoices]) -> None:
    kind = SCHEMA.type_map[kit.enum_of(choices)._meta.name]
    assert isinstance(kind, GraphQLEnumType)
    assert set(kind.values) == {choice.name for choice in choices}
    assert [kind.serialize(choice.value) for choice in choices] == [choice.name for choice in choices]


def test_look_ups_take_exactly_one_key() -> None:
    for name in ("JobBy", "CompanyBy"):
        kind = SCHEMA.type_map[name]
        assert isinstance(kind, GraphQLInputObjectType)
        assert kind.is_one_of


def test_the_committed_contract_is_what_the_code_makes() -> None:
    call_command("schema", "--check")
