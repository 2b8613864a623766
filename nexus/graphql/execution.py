"""An operation on its way, and how the engine executes it."""

from collections.abc import Callable
from dataclasses import dataclass

from graphql import OperationType

from engine import Deadline, Plan, Result
from nexus.graphql import shadow
from nexus.graphql.connections import is_cancelled, raise_if_lost
from nexus.graphql.context import Context
from nexus.graphql.http import Operation
from nexus.graphql.planning import engine
from nexus.graphql.timeouts import RequestDeadline


@dataclass(frozen=True, slots=True)
class Call:
    """An operation of a document, ready to be executed for somebody."""

    source: str
    plan: Plan
    operation: Operation
    context: Context
    deadline: Deadline


# Executes an operation. Raises `RequestInvalid` before anything is executed, and `ExecutionStopped` when it is not
# finished in time.
type Run = Callable[[Call], Result]


def on_engine(call: Call) -> Result:
    """What the operation gives; a sample of the answers is checked by graphql-core afterwards.

    Raises `ConnectionLost` where the database went away under a query, which may then be asked again.
    """
    result = within_deadline(call, _execute)
    shadow.consider(call.plan, call.operation.variables, call.context, result)
    return result


def _execute(call: Call) -> Result:
    return engine().execute(call.plan, variables=call.operation.variables, context=call.context, deadline=call.deadline)


def within_deadline(call: Call, execute: Run) -> Result:
    """What `execute` gives; a query's statement is ended with its deadline.

    Raises `ConnectionLost` where the database went away under a query, and `ExecutionStopped`.
    """
    is_query = call.plan.operation_type is OperationType.QUERY
    if is_query and isinstance(call.deadline, RequestDeadline):
        # From now on its statement may be ended too: a query that is stopped half-way has done no harm.
        call.deadline.begin_query()
    result = execute(call)
    if is_query and result.errors:
        raise_if_lost(result.errors)
        if any(map(is_cancelled, result.errors)):
            # The statement was ended with the operation; where that was its last level, the engine looks no more.
            call.deadline.check()
    return result
