"""A breadth-first executor for graphql-core schemas: each field is resolved once for all the objects of a level.

engine = Engine(schema)
plan = engine.plan("{ jobs { title company { name } } }")
result = engine.execute(plan, variables=None, context=context)
"""

from engine.batching import Batch, Relation
from engine.engine import Engine, Stats
from engine.errors import AwaitableRefused, DocumentInvalid, PromiseStalled, RequestInvalid, VariablesInvalid
from engine.loaders import BatchSelector, Loaders
from engine.oracle import PromiseExecutionContext
from engine.plans import Plan

__all__ = [
    "AwaitableRefused",
    "Batch",
    "BatchSelector",
    "DocumentInvalid",
    "Engine",
    "Loaders",
    "Plan",
    "PromiseExecutionContext",
    "PromiseStalled",
    "Relation",
    "RequestInvalid",
    "Stats",
    "VariablesInvalid",
]
