"""Random documents over random data, through the engine and through graphql-core: the answers are the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, execute_sync, parse, print_ast, validate

from engine import Engine, Plan, PromiseExecutionContext
from tests.engine.documents import Documents
from tests.engine.worlds import (
    Context,
    KeyedThing,
    Thing,
    World,
    attribute_world,
    by_batch,
    by_chain,
    by_function,
    by_load,
    by_promised_items,
    by_relation,
    classes_world,
    mixed_world,
    world_of,
)

RATES = (0.0, 0.02, 0.08)


def worlds(rate: float) -> dict[str, tuple[World, World]]:
    """Each world, and the one in which graphql-core says what is right."""
    plain = world_of(by_function, rate)
    promising = {way.__name__: (world_of(way, rate), plain) for way in (by_batch, by_relation, by_load, by_chain)}
    alone = {
        "iterators": world_of(by_function, rate, iterators=True),
        "attributes": attribute_world(Thing, rate, graphene=False),
        "graphene attributes": attribute_world(Thing, rate, graphene=True),
        "keys": attribute_world(KeyedThing, rate, graphene=False),
        "graphene keys": attribute_world(KeyedThing, rate, graphene=True),
        "classes": classes_world(rate),
    }
    return {
        "promised items": (world_of(by_promised_items, rate), plain),
        **promising,
        **{f"mixed {seed}": (mixed_world(seed, rate), plain) for seed in range(3)},
        **{name: (world, world) for name, world in alone.items()},
    }


ALL_WORLDS = {rate: worlds(rate) for rate in RATES}
ENGINES = {(rate, name): Engine(world.schema) for rate in RATES for name, (world, _) in ALL_WORLDS[rate].items()}


def as_json(result: ExecutionResult) -> str:
    return json.dumps(result.formatted)


def cases(seeds: range) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """Valid documents with their operation and variables."""
    schema = ALL_WORLDS[0.0]["mixed 0"][0].schema
    for seed in seeds:
        documents = Documents(schema, seed)
        operation = "mutation" if seed % 4 == 0 else "query"
        source = documents.generate(operation)
        errors = [error for error in validate(schema, parse(source)) if "never used" not in error.message]
        assert not errors, (source, errors)
        yield seed, operation, source, documents.variables()


def without_unused_variables(source: str) -> str:
    """The document with only those variables declared that it uses."""
    head, _, body = source.partition(")")
    name, _, declared = head.partition("(")
    used = [item for item in declared.split(", ") if f"{item.split(':')[0]}" in _variables_in(body)]
    return f"{name}({', '.join(used)}){body}" if used else f"{name}{body}"


def _variables_in(body: str) -> set[str]:
    return {"$" + "".join(ch for ch in part[:2] if ch.isalnum()) for part in body.split("$")[1:]}


def is_free_of_propagation(result: ExecutionResult) -> bool:
    """Whether each error's null stands exactly where the error is."""
    for error in result.errors or []:
        value: Any = result.data
        for key in (error.path or [])[:-1]:
            if value is None:
                return False
            value = value[key]
        if value is None or not error.path:
            return False
    return True


class Difference(AssertionError):
    """Two answers to one document are not the same."""


def compare(name: str, seed: int, source: str, variables: dict[str, Any], right: str, got: str) -> None:
    if right != got:
        raise Difference(f"{name}, seed {seed}\n{source}\n{variables}\n--- graphql-core\n{right}\n--- engine\n{got}")


def run_seeds(seeds: range) -> dict[str, int]:
    """Compare every world over documents of these seeds; what was met, by kind."""
    met = {"documents": 0, "with errors": 0, "without data": 0, "same as oracle": 0}
    for seed, operation, generated, variables in cases(seeds):
        rate = RATES[seed % len(RATES)]
        source = without_unused_variables(generated)
        document = parse(source)
        answers: dict[int, tuple[ExecutionResult, list[str]]] = {}
        for name, (world, reference) in ALL_WORLDS[rate].items():
            if id(reference) not in answers:
                root = reference.root(operation, seed)
                result = execute_sync(reference.schema, document, root, Context(), variables)
                answers[id(reference)] = (result, list(reference.calls))
            right, calls = answers[id(reference)]
            engine = ENGINES[rate, name]
            plan = Plan(world.schema, document)
            for _ in range(2):
                root = world.root(operation, seed)
                result = engine.execute(plan, variables=variables, context=Context(), root=root)
                compare(name, seed, source, variables, as_json(right), as_json(result))
                if operation == "mutation":
                    assert world.calls == calls
            if reference is not world:
                met["same as oracle"] += compare_oracle(name, world, operation, seed, document, variables, right)
        met["documents"] += 1
        met["with errors"] += bool(right.errors)
        met["without data"] += right.data is None
    return met


def compare_oracle(
    name: str, world: World, operation: str, seed: int, document: DocumentNode, variables: dict[str, Any], right: Any
) -> bool:
    """The promise-aware graphql-core says the same; which of two errors below one null it names may differ."""
    root = world.root(operation, seed)
    result = execute_sync(
        world.schema, document, root, Context(), variables, execution_context_class=PromiseExecutionContext
    )
    source = print_ast(document)
    compare(f"oracle over {name}", seed, source, variables, json.dumps(right.data), json.dumps(result.data))
    if not is_free_of_propagation(right):
        return False
    compare(f"oracle over {name}", seed, source, variables, as_json(right), as_json(result))
    return True


@pytest.mark.parametrize("start", range(0, 160, 20))
def test_random_documents_get_the_answer_of_graphql_core(start: int) -> None:
    met = run_seeds(range(start, start + 20))
    assert met["documents"] == 20
    assert met["with errors"] > 3
    assert met["same as oracle"] > 20


@pytest.mark.long
@pytest.mark.parametrize("start", range(1000, 21000, 500))
def test_many_random_documents_get_the_answer_of_graphql_core(start: int) -> None:
    assert run_seeds(range(start, start + 500))["documents"] == 500
