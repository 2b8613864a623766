"""Turning resolved values into results, many at a time, by the rules of "Completing Values" in the GraphQL spec.

Errors are noted at their places and leave a null behind; they are propagated once, at the end.
See https://spec.graphql.org/September2025/#sec-Value-Completion
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Callable, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any, cast

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    Undefined,
    default_type_resolver,
)
from graphql.execution import ExecutionContext
from graphql.execution.execute import invalid_return_type_error
from graphql.pyutils import inspect, is_iterable

from engine.classes import ERROR, NOTHING, SchemaClasses, TypeClasses, is_told_by_class, kind_of, kinds_of
from engine.compilation import Selection, Shape
from engine.errors import AwaitableRefused
from engine.fields import AbstractOutput, LeafOutput, ListOutput, ObjectOutput, Output
from engine.fusing import Reader
from engine.places import FieldErrors, FieldPlace, ItemPlace, Objects, PickedPlace, Place

type Proceed = Callable[[list[Any], set[type]], None]
"""What to do with values, told the classes that there are among them."""

_LISTS = frozenset((list, tuple))

_class_of = attrgetter("__class__")


class Completion(ABC):
    """Completes the values of one execution, and gathers the objects that make up its next level."""

    def __init__(self, shape: Shape, classes: SchemaClasses, *, fuse: bool) -> None:
        self.errors = FieldErrors()
        self._shape = shape
        self._classes = classes
        self._fuse = fuse
        self._next_level: list[Objects] = []
        self.cost = 0
        """What was done so far: 1 for each object, and the weight of each field for each of its parents."""

    @abstractmethod
    def info(self, place: FieldPlace) -> GraphQLResolveInfo:
        """What resolvers and type predicates are told at a field."""

    @abstractmethod
    def when_settled(self, place: Place, values: list[Any], proceed: Proceed) -> None:
        """Go on with the values, now or when the promises among them are settled."""

    def take_next_level(self) -> list[Objects]:
        """The objects found since the last call that still have fields to resolve."""
        level, self._next_level = self._next_level, []
        return level

    def complete(
        self, output: Output, values: list[Any], classes: set[type], place: Place, origin: FieldPlace
    ) -> list[Any]:
        """A result for each value; the lists and dicts among them are filled as the execution goes on."""
        if isinstance(output, LeafOutput):
            return self._leaves(output, values, place, origin)
        if not kinds_of(classes) & (NOTHING | ERROR):
            return self._complete_present(output, values, classes, place, origin)
        indexes = self._present(output, values, place, origin)
        present = [values[index] for index in indexes]
        classes = {class_ for class_ in classes if not kind_of(class_) & (NOTHING | ERROR)}
        results = self._complete_present(output, present, classes, PickedPlace(place, indexes), origin)
        return _scatter(results, indexes, len(values))

    def _complete_present(
        self, output: Output, values: list[Any], classes: set[type], place: Place, origin: FieldPlace
    ) -> list[Any]:
        if not values:
            return []
        if isinstance(output, ObjectOutput):
            return self._objects(output.type, values, classes, place, origin)
        if isinstance(output, ListOutput):
            return self._lists(output, values, classes, place, origin)
        assert isinstance(output, AbstractOutput)
        return self._abstract_objects(output.type, values, place, origin)

    def _present(self, output: Output, values: list[Any], place: Place, origin: FieldPlace) -> list[int]:
        """Where values are that can be completed, after noting what is wrong elsewhere."""
        present = []
        for index, value in enumerate(values):
            if isinstance(value, Exception):
                self.errors.add(place, index, value)
            elif value is not None and value is not Undefined:
                present.append(index)
            elif output.non_null:
                self.errors.add(place, index, _null_refused(origin))
        return present

    def _leaves(self, output: LeafOutput, values: list[Any], place: Place, origin: FieldPlace) -> list[Any]:
        serialize, results = output.type.serialize, []
        for index, value in enumerate(values):
            result = None
            if isinstance(value, Exception):
                self.errors.add(place, index, value)
            elif value is not None and value is not Undefined:
                try:
                    result = _something(output, value, serialize(value))
                except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
                    self.errors.add(place, index, error)
            elif output.non_null:
                self.errors.add(place, index, _null_refused(origin))
            results.append(result)
        return results

    def _lists(
        self, output: ListOutput, values: list[Any], classes: set[type], place: Place, origin: FieldPlace
    ) -> list[Any]:
        indexes: Sequence[int] = range(len(values))
        if not classes <= _LISTS:
            found = [self._items(value, place, index, origin) for index, value in enumerate(values)]
            indexes = [index for index in indexes if found[index] is not None]
            values = [items for items in found if items is not None]
        lists: list[list[Any]] = [[] for _ in values]
        items = list(chain.from_iterable(values))
        if items:
            lengths = list(map(len, values))
            item_place = ItemPlace(place, indexes, lists, lengths, non_null=output.item.non_null)
            self.when_settled(item_place, items, partial(self._fill, output.item, item_place, origin))
        return lists if isinstance(indexes, range) else _scatter(lists, indexes, len(found))

    def _items(self, value: Any, place: Place, index: int, origin: FieldPlace) -> Sequence[Any] | None:
        if value.__class__ in (list, tuple):
            return cast("list[Any]", value)
        if not is_iterable(value):
            self.errors.add(place, index, _no_list(value, origin))
            return None
        items = []
        try:
            for item in value:
                items.append(item)  # noqa: PERF402 - what came before an error is completed too
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            self.errors.add(place, index, error, after_items=True)
        return items

    def _fill(self, item: Output, place: ItemPlace, origin: FieldPlace, values: list[Any], classes: set[type]) -> None:
        results = self.complete(item, values, classes, place, origin)
        start = 0
        for result, end in zip(place.lists, place.ends, strict=True):
            result.extend(results[start:end])
            start = end

    def _abstract_objects(
        self, type_: GraphQLAbstractType, values: list[Any], place: Place, origin: FieldPlace
    ) -> list[Any]:
        groups: dict[str, tuple[GraphQLObjectType, list[int]]] = {}
        for index, value in enumerate(values):
            try:
                runtime_type = self._runtime_type(type_, value, origin)
            except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
                self.errors.add(place, index, error)
            else:
                groups.setdefault(runtime_type.name, (runtime_type, []))[1].append(index)
        results: list[Any] = [None] * len(values)
        for runtime_type, indexes in groups.values():
            chosen = [values[index] for index in indexes]
            picked = PickedPlace(place, indexes)
            completed = self._objects(runtime_type, chosen, set(map(type, chosen)), picked, origin)
            for index, result in zip(indexes, completed, strict=True):
                results[index] = result
        return results

    def _runtime_type(self, type_: GraphQLAbstractType, value: Any, origin: FieldPlace) -> GraphQLObjectType:
        known = self._classes.runtime_types.get((type_.name, value.__class__))
        if known is not None:
            return known
        info = self.info(origin)
        name: Any = (type_.resolve_type or default_type_resolver)(value, info, type_)
        refuse_if_awaitable(name, type_.name)
        # It reads nothing of an execution context but the schema.
        context = cast("ExecutionContext", self._shape)
        resolved = ExecutionContext.ensure_valid_runtime_type(context, name, type_, origin.field.nodes, info, value)
        if is_told_by_class(type_, value):
            self._classes.remember_runtime_type(type_.name, value.__class__, resolved)
        return resolved

    def _objects(
        self, type_: GraphQLObjectType, values: list[Any], classes: set[type], place: Place, origin: FieldPlace
    ) -> list[Any]:
        try:
            selection = self._shape.selection(origin.field, type_)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            for index in range(len(values)):
                self.errors.add(place, index, error)
            return [None] * len(values)
        known = self._classes.of(type_.name)
        if not known.accepted.issuperset(classes):
            indexes = self._accepted(type_, values, place, origin)
            if len(indexes) < len(values):
                chosen = [values[index] for index in indexes]
                results = self._enter(
                    known, selection, chosen, set(map(_class_of, chosen)), PickedPlace(place, indexes)
                )
                return _scatter(results, indexes, len(values))
            classes = set(map(_class_of, values))
        return self._enter(known, selection, values, classes, place)

    def _accepted(self, type_: GraphQLObjectType, values: list[Any], place: Place, origin: FieldPlace) -> list[int]:
        """Where values are that belong to the type, after noting the others as errors."""
        known, accepted = self._classes.of(type_.name), []
        for index, value in enumerate(values):
            class_ = value.__class__
            if class_ not in known.accepted:
                try:
                    self._require_type(type_, value, origin)
                except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
                    self.errors.add(place, index, error)
                    continue
            known.accept(class_)
            accepted.append(index)
        return accepted

    def _require_type(self, type_: GraphQLObjectType, value: Any, origin: FieldPlace) -> None:
        if type_.is_type_of is None:
            return
        belongs: Any = type_.is_type_of(value, self.info(origin))
        refuse_if_awaitable(belongs, type_.name)
        if not belongs:
            raise invalid_return_type_error(type_, value, origin.field.nodes)

    def _enter(
        self, known: TypeClasses, selection: Selection, sources: list[Any], classes: set[type], place: Place
    ) -> list[dict[str, Any]]:
        """Results for objects of one type: filled as far as generated code goes, the rest with the next level."""
        if self._fuse and not selection.is_too_deep:
            reader = self._reader(known, selection, classes)
            if reader is not None:
                try:
                    results, cost = reader.read(sources)
                except Exception:  # noqa: BLE001 - whatever it is, the interpreter meets it again and reports it
                    selection.fused.was_surprised()
                else:
                    selection.fused.was_right()
                    self.cost += cost
                    self._queue(Objects(sources, results, place, reader.remaining))
                    return results
        self.cost += len(sources) * (1 + selection.weight)
        results = [selection.template.copy() for _ in sources]
        self._queue(Objects(sources, results, place, selection.fields))
        return results

    def _reader(self, known: TypeClasses, selection: Selection, classes: set[type]) -> Reader | None:
        if known.with_attributes.issuperset(classes):
            return selection.fused.reader(self._shape, self._classes, dicts=False)
        if known.with_keys.issuperset(classes):
            return selection.fused.reader(self._shape, self._classes, dicts=True)
        return None

    def _queue(self, objects: Objects) -> None:
        if objects.sources and objects.fields:
            self._next_level.append(objects)


def refuse(value: Any, where: str) -> AwaitableRefused:
    """The error for something to await, which is closed so that Python does not warn of it."""
    close = getattr(value, "close", None)
    if callable(close):
        close()
    return AwaitableRefused(
        f"{where} gave something to await, {inspect(value)}; only synchronous resolvers are executed."
    )


def refuse_if_awaitable(value: Any, type_name: str) -> None:
    """AwaitableRefused if a type predicate gave something to await."""
    if hasattr(value, "__await__"):
        raise refuse(value, type_name)


def _scatter(results: list[Any], indexes: Sequence[int], length: int) -> list[Any]:
    scattered: list[Any] = [None] * length
    for index, result in zip(indexes, results, strict=True):
        scattered[index] = result
    return scattered


def _null_refused(origin: FieldPlace) -> TypeError:
    return TypeError(f"Cannot return null for non-nullable field {origin.field.coordinate}.")


def _no_list(value: Any, origin: FieldPlace) -> Exception:
    name = origin.field.coordinate
    if isinstance(value, AsyncIterable):
        return refuse(value, name)
    return GraphQLError(f"Expected Iterable, but did not find one for field '{name}'.")


def _something(output: LeafOutput, value: Any, result: Any) -> Any:
    """The serialised result; TypeError if there is none for a value that is not null."""
    if result is not None and result is not Undefined:
        return result
    raise TypeError(
        f"Expected `{inspect(output.type)}.serialize({inspect(value)})`"
        f" to return non-nullable value, returned: {inspect(result)}"
    )
