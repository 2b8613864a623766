"""What the engine raises instead of an answer, and the errors it puts at a place of the answer.

Exception
├── RequestInvalid
│   ├── DocumentInvalid     syntax, validation, unknown or ambiguous operation: nothing was executed
│   └── VariablesInvalid    the variables do not fit the operation: nothing was executed
├── ExecutionStopped        a query is given up; of a mutation, at the place of each root field not begun
│   ├── ExecutionTimedOut   its time was up
│   └── ExecutionCancelled  somebody cancelled it
├── PromiseStalled          at a place: a promise that nothing is left to settle
└── AwaitableRefused        at a place: a resolver gave an awaitable, and the engine is synchronous
"""

from collections.abc import Sequence

from graphql import GraphQLError


class RequestInvalid(Exception):
    """A request that was refused before execution; `errors` are what to answer, and there is no data."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


class DocumentInvalid(RequestInvalid):
    """The document cannot be executed: its syntax, its validity against the schema, or its choice of operation."""


class VariablesInvalid(RequestInvalid):
    """The values given for the variables do not fit the types that the operation declares."""


class ExecutionStopped(Exception):
    """The deadline of an operation expired: a query has no answer, a mutation begins no further root field."""


class ExecutionTimedOut(ExecutionStopped):
    """The time of the operation was up."""


class ExecutionCancelled(ExecutionStopped):
    """The operation was cancelled from outside."""


class PromiseStalled(Exception):
    """A promise is still pending, and nothing is queued that could settle it."""


class AwaitableRefused(TypeError):
    """A resolver or type predicate gave an awaitable; the engine runs synchronous resolvers only."""
