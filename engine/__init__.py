"""A breadth-first executor for graphql-core schemas: each field is resolved once for all the objects of a level.

engine = Engine(schema)
plan = engine.plan("{ jobs { title company { name } } }")
result = engine.execute(plan, variables=None, context=context)
"""

from engine.costs import FieldCost, ListSize, Price, SliceTooLarge
from engine.deadlines import Deadline
from engine.engine import RULES, Engine, Stats
from engine.errors import (
    AwaitableRefused,
    DocumentInvalid,
    ExecutionCancelled,
    ExecutionStopped,
    ExecutionTimedOut,
    PromiseStalled,
    RequestInvalid,
    VariablesInvalid,
)
from engine.execution import Result
from engine.fields import Wrapper
from engine.limits import DocumentLimits, LimitExceeded
from engine.loaders import BatchSelector, Loaders
from engine.oracle import PromiseExecutionContext
from engine.plans import Plan
from engine.resolvers import Batch, Computed, Relation

__all__ = [
    "RULES",
    "AwaitableRefused",
    "Batch",
    "BatchSelector",
    "Computed",
    "Deadline",
    "DocumentInvalid",
    "DocumentLimits",
    "Engine",
    "ExecutionCancelled",
    "ExecutionStopped",
    "ExecutionTimedOut",
    "FieldCost",
    "LimitExceeded",
    "ListSize",
    "Loaders",
    "Plan",
    "Price",
    "PromiseExecutionContext",
    "PromiseStalled",
    "Relation",
    "RequestInvalid",
    "Result",
    "SliceTooLarge",
    "Stats",
    "VariablesInvalid",
    "Wrapper",
]
