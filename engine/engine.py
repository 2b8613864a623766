"""The engine's front: plans documents of one schema and executes them."""

from collections import Counter
from collections.abc import Collection
from threading import Lock
from typing import Any

from graphql import (
    ASTValidationRule,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    execute_sync,
    specified_rules,
)

from engine.classes import SchemaClasses
from engine.errors import AwaitableRefused
from engine.execution import Execution
from engine.oracle import PromiseExecutionContext
from engine.plans import Plan, PlanCache
from engine.promises import held_queues


class Stats:
    """Counts since the engine was made."""

    def __init__(self) -> None:
        self.executed = 0
        """Operations that the engine executed itself."""
        self.fallback: Counter[str] = Counter()
        """Operations left to graphql-core, by reason."""
        self.refused: Counter[str] = Counter()
        """Values answered with an error because the engine does not do what they ask for, by reason."""


class Engine:
    """Executes the operations of one schema; safe to share between threads."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        max_plans: int = 1000,
        max_tokens: int | None = None,
        rules: Collection[type[ASTValidationRule]] = specified_rules,
    ) -> None:
        self.schema = schema
        self.stats = Stats()
        self._plans = PlanCache(schema, rules, max_plans, max_tokens)
        self._classes = SchemaClasses()
        self._lock = Lock()

    def plan(self, source: str, operation_name: str | None = None) -> Plan:
        """The operation of this document, ready to execute. DocumentInvalid says why it cannot be."""
        return self._plans.plan(source, operation_name)

    def execute(
        self, plan: Plan, *, variables: dict[str, Any] | None = None, context: Any = None, root: Any = None
    ) -> ExecutionResult:
        """Data and errors of one run. VariablesInvalid, before anything is run, when the variables do not fit."""
        coerced = plan.coerce(variables)
        if plan.operation_type is OperationType.SUBSCRIPTION:
            return self._fall_back("subscription", plan, variables, context, root)
        try:
            shape = plan.shape(coerced)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        execution = Execution(shape, self._classes, variables=coerced, context=context, root=root)
        with held_queues():
            result = execution.run()
        self._count(result)
        return result

    def _count(self, result: ExecutionResult) -> None:
        refused = sum(isinstance(error.original_error, AwaitableRefused) for error in result.errors or ())
        with self._lock:
            self.stats.executed += 1
            if refused:
                self.stats.refused["async resolver"] += refused

    def _fall_back(
        self, reason: str, plan: Plan, variables: dict[str, Any] | None, context: Any, root: Any
    ) -> ExecutionResult:
        with self._lock:
            self.stats.fallback[reason] += 1
        name = plan.operation.name
        return execute_sync(
            self.schema,
            plan.document,
            root,
            context,
            variables,
            name.value if name else None,
            execution_context_class=PromiseExecutionContext,
        )
