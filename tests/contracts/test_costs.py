"""What the schema says of costs is complete, written down, and never less than what an execution costs.

`costs.json` holds the price of each example document. A change of it is a change to review: run with
`NEXUS_WRITE_COSTS=1` to write what is true now.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from graphql import (
    FieldDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_schema,
    get_directive_values,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    parse,
)

from engine import FieldCost, ListSize
from nexus.graphql import limits
from nexus.graphql.context import Context
from nexus.graphql.graphiql.page import load_examples
from nexus.graphql.planning import engine
from schema.core.costs import COST, LIST_SIZE
from schema.root import schema as graphene_schema
from tests.contracts.documents import at_random
from tests.door import send

SCHEMA = graphene_schema.graphql_schema
EXAMPLES = load_examples(settings.BASE_DIR / "schema" / "examples")
PRICES = Path(__file__).parent / "costs.json"


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            yield from ((f"{kind.name}.{name}", field) for name, field in kind.fields.items())


def declared() -> dict[str, FieldCost]:
    return {name: field.extensions["cost"] for name, field in fields() if "cost" in field.extensions}


def test_every_list_of_objects_says_how_long_it_can_be() -> None:
    sized = {
        f"{get_named_type(field.type).name}.{inner}"
        for _, field in fields()
        for inner in getattr(field.extensions.get("cost", FieldCost()).list_size, "sized_fields", ())
    }
    silent = [
        name
        for name, field in fields()
        if is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
        if field.extensions.get("cost", FieldCost()).list_size is None and name not in sized
    ]
    assert silent == []


def test_sizes_name_arguments_and_fields_that_there_are() -> None:
    for name, field in fields():
        size = field.extensions.get("cost", FieldCost()).list_size
        if size is not None:
            kind = get_named_type(field.type)
            assert set(size.slicing_arguments) <= set(field.args), name
            assert set(size.sized_fields) <= set(getattr(kind, "fields", {})), name
            assert size.most is None or size.assumed <= size.most, name


def test_descriptions_say_what_it_costs_and_how_much_there_is() -> None:
    for name, field in fields():
        cost = field.extensions.get("cost", FieldCost())
        if cost.weight:
            assert f"Costs {cost.weight:,} points." in field.description, name
        if cost.list_size and not cost.list_size.slicing_arguments and not name.endswith(".userErrors"):
            assert f"At most {cost.list_size.assumed}." in field.description, name


def test_what_is_dear_has_a_weight() -> None:
    weights = {name: cost.weight for name, cost in declared().items()}
    for name, field in fields():
        # What was searched for is counted up to a thousand only.
        if name.endswith("Connection.totalCount"):
            assert weights[name] == (10 if name == "JobSearchConnection.totalCount" else 50)
        if get_named_type(field.type).name.endswith("Connection") or name.startswith("Mutation."):
            assert weights[name] >= 10, name
    # It hashes two passwords, a log-in one.
    assert weights["Mutation.passwordChange"] == 2 * weights["Mutation.tokenCreate"] == max(weights.values())


def read_back(text: str) -> dict[str, FieldCost]:
    """The costs that a text in the schema language declares."""
    costs = {}
    for kind in parse(text).definitions:
        if isinstance(kind, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for node in kind.fields:
                if any(directive.name.value in ("cost", "listSize") for directive in node.directives):
                    costs[f"{kind.name.value}.{node.name.value}"] = _cost_of(node)
    return costs


def _cost_of(node: FieldDefinitionNode) -> FieldCost:
    weight = int((get_directive_values(COST, node) or {"weight": 0})["weight"])
    size = get_directive_values(LIST_SIZE, node)
    if size is None:
        return FieldCost(weight)
    slicing = tuple(size.get("slicingArguments", ()))
    assert not slicing or size["requireOneSlicingArgument"] is False
    # How large a page may be is in no directive of the specification.
    return FieldCost(weight, ListSize(size["assumedSize"], slicing, tuple(size.get("sizedFields", ()))))


def test_the_written_schema_and_the_served_one_declare_the_same_costs() -> None:
    expected = {
        name: FieldCost(
            cost.weight,
            cost.list_size
            and ListSize(cost.list_size.assumed, cost.list_size.slicing_arguments, cost.list_size.sized_fields),
        )
        for name, cost in declared().items()
    }
    written = (settings.BASE_DIR / "schema" / "schema.graphql").read_text(encoding="utf-8")
    assert read_back(written) == expected
    assert Client().get("/schema.graphql").content.decode() == written
    assert build_schema(written).get_directive("cost")


@pytest.fixture(scope="module")
def demo_board(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A demo board for all tests of the module, in a transaction around theirs."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", count=100, verbosity=0)
        yield
        transaction.set_rollback(True)


def test_prices_of_the_examples_are_what_was_reviewed() -> None:
    prices = {example.name: limits.price(engine().plan(example.query), example.variables or {}) for example in EXAMPLES}
    if os.environ.get("NEXUS_WRITE_COSTS") == "1":
        PRICES.write_bytes(orjson.dumps(prices, option=orjson.OPT_INDENT_2) + b"\n")
    assert prices == orjson.loads(PRICES.read_bytes())


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_board")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples_cost_no_more_than_their_price(example: Any) -> None:
    content = send(example.query, example.variables).content
    cost = content["extensions"]["cost"]
    assert 0 <= cost["actual"] <= cost["requested"]


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_board")
@pytest.mark.parametrize("seed", range(150))
def test_no_document_costs_more_than_its_price(seed: int) -> None:
    plan = engine().plan(at_random(SCHEMA, seed))
    result = engine().execute(plan, context=Context())
    assert result.errors is None
    assert result.cost <= plan.price.under({})


@pytest.mark.django_db
def test_introspection_of_the_explorer_is_affordable() -> None:
    source = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    plan = engine().plan(source)
    result = engine().execute(plan, context=Context())
    assert 1_000 < result.cost <= limits.price(plan, {}) <= settings.COST_LIMIT / 3
