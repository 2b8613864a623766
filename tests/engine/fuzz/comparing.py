"""One case through the engine, through graphql-core, and through graphql-core with promises."""

import json
from collections import Counter
from typing import Any

from graphql import DocumentNode, ExecutionResult, execute_sync, parse

from engine import Engine, Plan, PromiseExecutionContext, RequestInvalid, Result
from tests.engine.fuzz.cases import Case
from tests.engine.fuzz.worlds import Context, World

type Variables = dict[str, Any]


class Difference(AssertionError):
    """Two answers to one operation are not the same."""


def compare(case: Case, counted: Counter[str]) -> None:
    """Raises Difference where the engine does not answer as graphql-core does; counts what was met."""
    world, reference = case.worlds()
    document = parse(case.source)
    right: list[ExecutionResult] = []
    calls: list[list[str]] = []
    for variables in case.variables:
        right.append(by_graphql_core(reference, case, document, variables))
        calls.append(list(reference.calls))
    engine = Engine(world.schema)
    plan = engine.plan(case.source)
    # Interpreted at first sight and by generated code after it; then with other variables; then as at first.
    order = [0, 0, 0, *range(1, len(right)), 0]
    costs: dict[int, int] = {}
    for sight, number in enumerate(order):
        got = by_engine(engine, plan, world, case, case.variables[number])
        require(as_text(right[number]), as_text(got), f"sight {sight}, variables {number}")
        if isinstance(got, Result):
            require(costs.setdefault(number, got.cost), got.cost, f"sight {sight}, cost under variables {number}")
            price = plan.price.under(plan.coerce(case.variables[number]))
            require(True, got.cost <= price, f"cost {got.cost} within price {price} under variables {number}")
        require(calls[number], world.calls, f"sight {sight}, root fields of a mutation in their order")
        counted["executions"] += 1
    if world is not reference:
        compare_with_promises(case, world, document, right[0], counted)
    count(right[0], counted)


def compare_with_promises(
    case: Case, world: World, document: DocumentNode, right: ExecutionResult, counted: Counter[str]
) -> None:
    """The same resolvers on graphql-core; which of several errors below one null it names may differ."""
    oracle = by_graphql_core(world, case, document, case.variables[0], execution_context_class=PromiseExecutionContext)
    require(json.dumps(right.data), json.dumps(oracle.data), "data of graphql-core with promises")
    if is_free_of_propagation(right):
        require(as_text(right), as_text(oracle), "graphql-core with promises")
        counted["equal with promises"] += 1


def require(right: Any, got: Any, what: str) -> None:
    if right != got:
        raise Difference(f"{what}\n--- graphql-core\n{right}\n--- got\n{got}")


def by_graphql_core(
    world: World, case: Case, document: DocumentNode, variables: Variables, **options: Any
) -> ExecutionResult:
    root = world.root(case.operation, case.seed)
    return execute_sync(world.schema, document, root, Context(), variables, **options)


def by_engine(engine: Engine, plan: Plan, world: World, case: Case, variables: Variables) -> ExecutionResult:
    try:
        root = world.root(case.operation, case.seed)
        return engine.execute(plan, variables=variables, context=Context(), root=root)
    except RequestInvalid as invalid:
        return ExecutionResult(None, invalid.errors)


def as_text(result: ExecutionResult) -> str:
    """Data with the order of its keys, errors with message, path and locations in their order."""
    return json.dumps(result.formatted)


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


def count(result: ExecutionResult, counted: Counter[str]) -> None:
    counted["documents"] += 1
    counted["with errors"] += bool(result.errors)
    counted["with nulls propagated"] += not is_free_of_propagation(result)
    counted["without data"] += result.data is None
    counted["values"] += values_in(result.data)


def values_in(data: Any) -> int:
    """How many leaves an answer has."""
    if isinstance(data, dict):
        return sum(map(values_in, data.values()))
    return sum(map(values_in, data)) if isinstance(data, list) else 1
