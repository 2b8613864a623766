"""Resolvers that answer for all the parents of a level at once, and still work one by one in any other executor."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from graphql import GraphQLResolveInfo

from engine.loaders import BatchSelector

type BatchFunction = Callable[..., Sequence[Any]]
"""`(sources: list, info, **args) -> values`, aligned with the sources; an exception among them is an error there."""


class Batch:
    """A resolver over a function of all the parents of a level: `@Batch def resolve_score(jobs, info): ...`."""

    def __init__(self, batch: BatchFunction) -> None:
        self.batch = batch

    def __call__(self, source: Any, info: GraphQLResolveInfo, **args: Any) -> Any:
        """The value for one parent, for an executor that knows no batches."""
        (value,) = values_of_batch(self.batch, [source], info, args)
        return value


class Relation:
    """A resolver that follows a key of the parent through a batch selector.

    `key` is an attribute of the parent or a function of it. A null key gives null without a load, and with `many` an
    empty list, as does a key that the selector leaves out. The field's arguments go to the selector.
    """

    def __init__(self, selector: BatchSelector, key: str | Callable[[Any], Any], *, many: bool = False) -> None:
        self.selector = selector
        self.key: Callable[[Any], Any] = attrgetter(key) if isinstance(key, str) else key
        self.many = many

    @property
    def batch(self) -> "Relation":
        """What tells the engine to resolve the field by levels."""
        return self

    def __call__(self, source: Any, info: GraphQLResolveInfo, **args: Any) -> Any:
        """The value for one parent, or a promise of it, through `info.context.load`."""
        key = self.key(source)
        if key is None:
            return self.absent()
        promise = info.context.load(self.selector, key, **args)
        return promise.then(self.present) if self.many else promise

    def absent(self) -> Any:
        """The value where there is nothing to follow."""
        return [] if self.many else None

    def present(self, value: Any) -> Any:
        """The value of the field for what the selector gave."""
        return self.absent() if value is None else value


def values_of_batch(
    batch: BatchFunction, sources: list[Any], info: GraphQLResolveInfo, args: dict[str, Any]
) -> list[Any]:
    """What a batch function gives for the sources, one value each; TypeError if it gives more or fewer."""
    values = list(batch(sources, info, **args))
    if len(values) != len(sources):
        raise TypeError(
            f"The batch resolver of {info.parent_type.name}.{info.field_name} gave {len(values)} values"
            f" for {len(sources)} objects."
        )
    return values
