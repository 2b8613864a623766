"""What an engine is made with, and what it says of a run: wrappers, costs, counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import graphene
import pytest
from graphql import GraphQLField, GraphQLObjectType, execute_sync, parse

from engine import Batch, Engine, PromiseExecutionContext, Relation
from tests.engine.board import SCHEMA, Context, JobRow, Mutation, Query, Refused


@dataclass(frozen=True)
class Weight:
    """As much of a declared cost as an execution reads."""

    weight: int


def weighted(weights: dict[str, Weight]) -> Any:
    """A schema of its own with these weights, by the fields' coordinates."""
    schema = graphene.Schema(query=Query, mutation=Mutation).graphql_schema
    for coordinate, weight in weights.items():
        type_name, field_name = coordinate.split(".")
        schema.type_map[type_name].fields[field_name].extensions["cost"] = weight
    return schema


SOURCE = """
{ jobs(first: 4) { title score(factor: 2) company { name } owner { name } halfRefusing { name } both { name } } }
"""


def shouting(next_: Callable[..., Any], source: Any, info: Any, **args: Any) -> Any:
    """A middleware: strings in capitals, and nothing from the number 3."""
    value = next_(source, info, **args)
    if value == 3:
        raise Refused("no three")
    return value.upper() if isinstance(value, str) else value


def numbering(next_: Callable[..., Any], source: Any, info: Any, **args: Any) -> Any:
    """A middleware that tells in which order it is asked."""
    value = next_(source, info, **args)
    return f"{value}!" if isinstance(value, str) else value


def wrapper_of(middleware: Callable[..., Any]) -> Any:
    """The wrapper that does to every field what the middleware does."""

    def wrapper(_parent: GraphQLObjectType, _name: str, _definition: GraphQLField, resolver: Any) -> Any:
        return lambda source, info, **args: middleware(resolver, source, info, **args)

    return wrapper


def answers(wrappers: Any, source: str = SOURCE) -> list[Any]:
    """The engine's answers at first and second sight."""
    engine = Engine(SCHEMA, wrappers=wrappers)
    plan = engine.plan(source)
    return [engine.execute(plan, context=Context()).formatted for _ in range(2)]


@pytest.mark.parametrize("middleware", [(shouting,), (shouting, numbering), (numbering, shouting)])
def test_wrappers_do_what_the_same_middleware_does_on_graphql_core(middleware: tuple[Any, ...]) -> None:
    right = execute_sync(
        SCHEMA,
        parse(SOURCE),
        context_value=Context(),
        middleware=list(middleware),
        execution_context_class=PromiseExecutionContext,
    ).formatted
    assert "JOB 1" in str(right)
    assert right["errors"]
    assert answers([wrapper_of(one) for one in middleware]) == [right, right]


def test_wrapper_is_asked_once_for_a_field_and_may_leave_it() -> None:
    asked: list[str] = []

    def wrapper(parent: GraphQLObjectType, name: str, definition: GraphQLField, resolver: Any) -> None:
        assert definition is parent.fields[name]
        assert resolver is definition.resolve
        asked.append(f"{parent.name}.{name}")

    engine = Engine(SCHEMA, wrappers=[wrapper])
    plan = engine.plan("{ jobs { title company { name } } }")
    plain = Engine(SCHEMA)
    right = plain.execute(plain.plan("{ jobs { title company { name } } }"), context=Context())
    for _ in range(3):
        assert engine.execute(plan, context=Context()).data == right.data
    assert sorted(asked) == ["Company.name", "Job.company", "Job.title", "Query.jobs"]


def test_wrapped_relation_and_wrapped_batch_stay_one_call_a_level() -> None:
    calls: list[str] = []

    def wrapper(_parent: GraphQLObjectType, name: str, _definition: GraphQLField, resolver: Any) -> Any:
        if isinstance(resolver, Relation):

            def selector(viewer: Any, keys: Any, **args: Any) -> Any:
                calls.append(name)
                return resolver.selector(viewer, keys, **args)

            return Relation(selector, resolver.key, many=resolver.many, then=resolver.then)
        if isinstance(resolver, Batch):

            def batch(sources: list[Any], info: Any, **args: Any) -> Any:
                calls.append(name)
                return resolver.batch(sources, info, **args)

            return Batch(batch)
        return None

    source = "{ jobs { title score company { name } } }"
    assert answers([wrapper], source) == answers([], source)
    assert sorted(calls) == ["company", "company", "score", "score"]


def test_cost_is_one_for_each_object_and_the_weight_of_each_field_for_each_parent() -> None:
    schema = weighted({"Query.jobs": Weight(10), "Job.company": Weight(3), "Job.title": Weight(2)})
    engine = Engine(schema)
    source = "{ jobs(first: 4) { title company { name parent { name } } } }"
    plan = engine.plan(source)
    for _ in range(3):
        result = engine.execute(plan, context=Context())
        # The list, four jobs with their titles and companies, and the companies' parents.
        assert result.cost == 10 + 4 * (1 + 2 + 3) + 4 + 4
        assert result.extensions is None


@pytest.mark.parametrize(
    ("source", "cost"),
    [
        ("{ __typename }", 0),
        ("{ jobs(first: 0) { title } }", 0),
        ("{ jobs(first: 3) { title } }", 3),
        ("{ a: jobs(first: 3) { title } b: jobs(first: 2) { id company { name } } }", 7),
        ("{ companies(ids: [1, 99, 2]) { name jobs { id } } }", 2 + 4),
        ("{ jobs(first: 4) { halfRefusing { name } both { name } } }", 4 + 1 + 8),
    ],
)
def test_cost_counts_the_objects_that_were_entered(source: str, cost: int) -> None:
    engine = Engine(SCHEMA)
    plan = engine.plan(source)
    assert [engine.execute(plan, context=Context()).cost for _ in range(3)] == [cost] * 3


def test_cost_of_a_mutation_is_that_of_the_fields_that_were_run() -> None:
    schema = weighted({"Mutation.like": Weight(100), "Mutation.likeSurely": Weight(1000)})
    engine = Engine(schema)
    below = "{ job { id } }"
    source = f"mutation {{ like(job: 1) {below} likeSurely(job: 9) {below} again: likeSurely(job: 9) {below} }}"
    plan = engine.plan(source)
    assert engine.execute(plan, context=Context(), root={1: JobRow(1, "One")}).cost == 100 + 2 + 1000
