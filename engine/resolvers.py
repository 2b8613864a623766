"""Resolvers that the engine does not call parent by parent, and that still work so in any other executor."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from graphql import GraphQLResolveInfo

from engine.loaders import BatchSelector

type BatchFunction = Callable[..., Sequence[Any]]
"""`(sources: list, info, **args) -> values`, aligned with the sources; an exception among them is an error there."""


class Computed:
    """A resolver over a pure function of the parent: `@Computed def resolve_name(user): return user.first + user.last`.

    It is called once or more for a parent, or not at all, in any order, and has no arguments.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, source: Any, info: GraphQLResolveInfo) -> Any:
        """The value for one parent."""
        return self.function(source)


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
    empty list, as does a key that the selector leaves out. The field's arguments go to the selector. `then` is a pure
    function that makes the field's value of what the selector gave, where it gave something.
    """

    def __init__(
        self,
        selector: BatchSelector,
        key: str | Callable[[Any], Any],
        *,
        many: bool = False,
        then: Callable[[Any], Any] | None = None,
    ) -> None:
        self.selector = selector
        self.key: Callable[[Any], Any] = attrgetter(key) if isinstance(key, str) else key
        self.many = many
        self.then = then

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
        return promise.then(self.present) if self.many or self.then else promise

    def absent(self) -> Any:
        """The value where there is nothing to follow."""
        return [] if self.many else None

    def present(self, value: Any) -> Any:
        """The value of the field for what the selector gave."""
        if value is None:
            return self.absent()
        return self.then(value) if self.then else value

    def present_all(self, values: list[Any]) -> list[Any]:
        """The same for many values; an exception among them stays, or is what `then` raised."""
        if self.then is not None:
            return list(map(self._present_or_error, values))
        if self.many and None.__class__ in set(map(type, values)):
            return [[] if value is None else value for value in values]
        return values

    def _present_or_error(self, value: Any) -> Any:
        if isinstance(value, Exception):
            return value
        try:
            return self.present(value)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            return error


def each(function: Callable[[Any], Any], sources: list[Any]) -> list[Any]:
    """What the function gives for each of the sources; where it raises, the exception."""
    values: list[Any] = []
    for source in sources:
        try:
            values.append(function(source))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            values.append(error)
    return values


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
