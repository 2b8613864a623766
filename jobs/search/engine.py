"""The engine that answers."""

from functools import cache

from jobs.search.port import Engine
from jobs.search.postgres.engine import PostgresEngine


@cache
def engine() -> Engine:
    """The search engine of this installation."""
    return PostgresEngine()
