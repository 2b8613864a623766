"""Where a value stands in the answer, kept as cheap links while executing and followed only for an error.

Values of a level are handled as flat lists. A place says what the i-th value of such a list is: a field of the i-th
object, one of the values of another place, or an item of the lists at another place.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, located_error
from graphql.execution import ExecutionContext
from graphql.pyutils import Path

from engine.fields import Field


class Objects:
    """Objects of one type at one spot of the document: what they are made from, and the results being filled."""

    __slots__ = ("fields", "place", "results", "sources")

    def __init__(
        self,
        sources: list[Any],
        results: list[dict[str, Any]],
        place: "Place | None",
        fields: Sequence[Field],
    ) -> None:
        self.sources = sources
        self.results = results
        self.place = place
        self.fields = fields
        """The fields that are still to be resolved."""


class FieldPlace:
    """The i-th value is a field of the i-th of these objects."""

    def __init__(self, objects: Objects, field: Field) -> None:
        self.objects = objects
        self.field = field
        self.info: GraphQLResolveInfo | None = None
        """What resolvers are told, once one has been called."""

    @cached_property
    def path(self) -> Path:
        """The response keys down to this field, without list indices."""
        above = self.objects.place
        return Path(None if above is None else field_of(above).path, self.field.key, self.field.parent.name)


class PickedPlace:
    """The i-th value is the one at `indexes[i]` of another place."""

    __slots__ = ("indexes", "parent")

    def __init__(self, parent: "Place", indexes: list[int]) -> None:
        self.parent = parent
        self.indexes = indexes


class ItemPlace:
    """The values are the items of all the lists at another place, one list after the other.

    `lists[n]` stands at `indexes[n]` of that place.
    """

    def __init__(
        self, parent: "Place", indexes: Sequence[int], lists: list[list[Any]], lengths: list[int], *, non_null: bool
    ) -> None:
        self.parent = parent
        self.indexes = indexes
        self.lists = lists
        self.lengths = lengths
        self.non_null = non_null

    @cached_property
    def ends(self) -> list[int]:
        """The position just behind each list."""
        return list(accumulate(self.lengths))


type Place = FieldPlace | PickedPlace | ItemPlace


def field_of(place: Place) -> FieldPlace:
    """The field whose value, or whose value's items, stand here."""
    while not isinstance(place, FieldPlace):
        place = place.parent
    return place


class Step(NamedTuple):
    """One link of a path: the result that holds the value, and how the value is found and ordered in it."""

    key: str | int
    order: int
    container: Any
    non_null: bool


def steps_to(place: Place | None, index: int) -> list[Step]:
    """The links from the root of the answer to the `index`-th value of a place."""
    steps = []
    while place is not None:
        if isinstance(place, PickedPlace):
            index = place.indexes[index]
            place = place.parent
        elif isinstance(place, ItemPlace):
            number = bisect_right(place.ends, index)
            position = index - (place.ends[number - 1] if number else 0)
            steps.append(Step(position, position, place.lists[number], place.non_null))
            index = place.indexes[number]
            place = place.parent
        else:
            field = place.field
            steps.append(Step(field.key, field.order, place.objects.results[index], field.output.non_null))
            place = place.objects.place
    steps.reverse()
    return steps


@dataclass(frozen=True, slots=True)
class FieldError:
    """An exception at a value of a place; `after_items` when the items before it were completed first."""

    place: Place
    index: int
    error: Exception
    after_items: bool

    def reaches_root(self) -> bool:
        """Whether every value above is non-null too, so that the whole answer has no data."""
        return all(step.non_null for step in steps_to(self.place, self.index))


class FieldErrors:
    """The errors of an execution, in any order while it runs."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def add(self, place: Place, index: int, error: Exception, *, after_items: bool = False) -> None:
        """Note an error at a value; its null is propagated at the end."""
        self._errors.append(FieldError(place, index, error, after_items))

    def reach_root(self) -> bool:
        """Whether an error leaves the whole answer without data."""
        return any(error.reaches_root() for error in self._errors)

    def result(self, data: dict[str, Any]) -> ExecutionResult:
        """The answer: nulls propagated, and below a nulled value only the error that came first in document order.

        See https://spec.graphql.org/September2025/#sec-Handling-Execution-Errors
        """
        if not self._errors:
            return ExecutionResult(data, None)
        found = [(steps_to(error.place, error.index), error) for error in self._errors]
        found.sort(key=lambda item: _document_order(*item))
        errors: list[GraphQLError] = []
        nulled: set[tuple[str | int, ...]] = set()
        answer: dict[str, Any] | None = data
        for steps, error in found:
            path = tuple(step.key for step in steps)
            if any(path[:length] in nulled for length in range(len(path) + 1)):
                continue
            errors.append(located_error(error.error, field_of(error.place).field.nodes, list(path)))
            depth = _nullable_depth(steps)
            nulled.add(path[:depth])
            if depth:
                steps[depth - 1].container[steps[depth - 1].key] = None
            else:
                answer = None
        return ExecutionContext.build_response(answer, errors)


def _document_order(steps: list[Step], error: FieldError) -> list[float]:
    order: list[float] = [step.order for step in steps]
    if error.after_items:
        order.append(float("inf"))
    return order


def _nullable_depth(steps: list[Step]) -> int:
    """How many steps lead to the nearest value that may be null; 0 when there is none."""
    depth = len(steps)
    while depth and steps[depth - 1].non_null:
        depth -= 1
    return depth
