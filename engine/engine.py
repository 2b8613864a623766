"""The engine's front: plans documents of one schema and executes them."""

from collections import Counter
from collections.abc import Collection, Sequence
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
from graphql.validation import OverlappingFieldsCanBeMergedRule

from engine.classes import SchemaClasses
from engine.deadlines import Deadline
from engine.errors import AwaitableRefused
from engine.execution import Execution, Result
from engine.fields import Wrapper
from engine.limits import DocumentLimits
from engine.oracle import PromiseExecutionContext
from engine.overlaps import OverlappingFieldsRule
from engine.plans import Plan, PlanCache
from engine.promises import held_queues

# All that the specification asks for, and the depth of lists in introspection.
RULES = tuple(OverlappingFieldsRule if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules)


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
        limits: DocumentLimits | None = None,
        rules: Collection[type[ASTValidationRule]] = RULES,
        suggest: bool = True,
        wrappers: Sequence[Wrapper] = (),
    ) -> None:
        self.schema = schema
        self.stats = Stats()
        self._plans = PlanCache(schema, rules, max_plans, wrappers, limits, suggest=suggest)
        self._classes = SchemaClasses()
        self._lock = Lock()

    def held_plan(self, source: str, operation_name: str | None = None) -> Plan | None:
        """The plan of a document that was planned before, if it is still kept."""
        return self._plans.held(source, operation_name)

    def plan(self, source: str, operation_name: str | None = None, *, keep: bool = True) -> Plan:
        """The operation of this document, ready to execute. DocumentInvalid says why it cannot be.

        Without `keep` it takes no place among the plans last used: for documents that are only looked at.
        """
        return self._plans.plan(source, operation_name, keep=keep)

    def execute(
        self,
        plan: Plan,
        *,
        variables: dict[str, Any] | None = None,
        context: Any = None,
        root: Any = None,
        deadline: Deadline | None = None,
    ) -> Result:
        """Data, errors and cost of one run. VariablesInvalid, before anything is run, when the variables do not fit.

        A query raises ExecutionTimedOut or ExecutionCancelled when its deadline expires between two levels, or between
        two rounds of loads. A mutation gives that error at the place of each root field that was not begun.
        """
        coerced = plan.coerce(variables)
        if plan.operation_type is OperationType.SUBSCRIPTION:
            if deadline is not None:
                deadline.check()
            return self._fall_back("subscription", plan, variables, context, root)
        try:
            shape = plan.shape(coerced)
        except GraphQLError as error:
            return Result(None, [error])
        execution = Execution(shape, self._classes, variables=coerced, context=context, root=root, deadline=deadline)
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

    def _fall_back(self, reason: str, plan: Plan, variables: dict[str, Any] | None, context: Any, root: Any) -> Result:
        with self._lock:
            self.stats.fallback[reason] += 1
        name = plan.operation.name
        answer = execute_sync(
            self.schema,
            plan.document,
            root,
            context,
            variables,
            name.value if name else None,
            execution_context_class=PromiseExecutionContext,
        )
        return Result(answer.data, answer.errors)
