"""A pytest plug-in that runs graphql-core's tests with our engine in the place of its executor.

It is loaded into a run of its own, in the unpacked source distribution. `graphql.execute` is replaced wherever it is
bound, before any test is imported; `execute_sync` and `graphql_sync` call it. What the engine does not claim to do is
left to graphql-core and counted by reason. At the end the tally is written to the file that ENGINE_TALLY names.
"""

import asyncio
import inspect
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import graphql
import pytest
from expected_failures import EXPECTED_FAILURES
from graphql import ExecutionResult, GraphQLError, GraphQLSchema
from graphql.execution.execute import assert_valid_execution_arguments

from engine import Engine, Plan, PromiseExecutionContext, RequestInvalid

original_execute = graphql.execute
signature = inspect.signature(original_execute)

# What the engine has no way to be told; see "What it does not do" in docs/engine.md.
UNSUPPORTED = {
    "middleware": "middleware",
    "execution_context_class": "custom execution context",
    "field_resolver": "default resolver of the call",
    "type_resolver": "default resolver of the call",
    "hide_suggestions": "error texts of the call",
    "max_coercion_errors": "error texts of the call",
}


class Tally:
    """What was executed by whom, and what became of the tests."""

    def __init__(self) -> None:
        self.on_engine = 0
        """Operations whose answer the test got from the engine."""
        self.on_graphql_core: Counter[str] = Counter()
        """Operations whose answer the test got from graphql-core, by reason."""
        self.test: str | None = None
        self.tests_on_engine: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self.missing: list[str] = []

    def engine_answers(self) -> None:
        self.on_engine += 1
        if self.test is not None:
            self.tests_on_engine.add(self.test)


tally = Tally()
engines: WeakKeyDictionary[GraphQLSchema, Engine] = WeakKeyDictionary()


def execute(*positional: Any, **named: Any) -> Any:
    """`graphql.execute`, by the engine where it claims to be able to."""
    call = signature.bind(*positional, **named).arguments
    if call.get("execution_context_class") is PromiseExecutionContext:
        return original_execute(**call)  # the engine's own fallback, which it has counted
    assert_valid_execution_arguments(call["schema"], call["document"], call.get("variable_values"))
    for name, reason in UNSUPPORTED.items():
        if call.get(name) and call[name] != signature.parameters[name].default:
            tally.on_graphql_core[reason] += 1
            return original_execute(**call)
    may_await = call.get("is_awaitable") is None
    if may_await and in_event_loop():
        # Only its result tells whether an operation is asynchronous, and a coroutine can be awaited only once.
        result = original_execute(**call)
        if not isinstance(result, ExecutionResult):
            tally.on_graphql_core["async resolver"] += 1
            return result
    return execute_on_engine(call, may_await=may_await)


def execute_on_engine(call: dict[str, Any], *, may_await: bool) -> Any:
    engine = engines.setdefault(call["schema"], Engine(call["schema"]))
    refused, left = engine.stats.refused.total(), engine.stats.fallback.copy()
    try:
        result = engine.execute(
            Plan(call["schema"], call["document"], call.get("operation_name")),
            variables=call.get("variable_values"),
            context=call.get("context_value"),
            root=call.get("root_value"),
        )
    except RequestInvalid as invalid:
        result = ExecutionResult(None, invalid.errors)
    except GraphQLError as error:
        result = ExecutionResult(None, [error])
    if may_await and engine.stats.refused.total() > refused:
        tally.on_graphql_core["async resolver"] += 1
        return original_execute(**call)
    if engine.stats.fallback == left:
        tally.engine_answers()
    tally.on_graphql_core.update(engine.stats.fallback - left)
    # Without what the engine's own result says beyond that: the tests compare representations.
    return ExecutionResult(result.data, result.errors)


def in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def pytest_configure() -> None:
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "graphql":
            for attribute, value in list(vars(module).items()):
                if value is original_execute:
                    setattr(module, attribute, execute)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unseen = dict(EXPECTED_FAILURES)
    for item in items:
        reason = unseen.pop(item.nodeid, None)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    tally.missing = list(unseen)


def pytest_runtest_setup(item: pytest.Item) -> None:
    tally.test = item.nodeid


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or (report.when == "setup" and not report.passed):
        expected = hasattr(report, "wasxfail")
        tally.outcomes["expected failure" if expected else report.outcome] += 1


def pytest_sessionfinish() -> None:
    content = {
        "outcomes": tally.outcomes,
        "operations_on_engine": tally.on_engine,
        "operations_on_graphql_core": tally.on_graphql_core,
        "tests_on_engine": len(tally.tests_on_engine),
        "missing": tally.missing,
    }
    Path(os.environ["ENGINE_TALLY"]).write_text(json.dumps(content))
