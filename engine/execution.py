"""Executing one operation level by level: each field is resolved once for all the objects that stand at its spot.

A level is every object at one depth of the answer. All of its fields are resolved; then its relations and promises are
settled together, in rounds; then the objects found make up the next level.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, OperationType
from graphql.pyutils import is_awaitable
from promise import Promise

from engine.arguments import shareable
from engine.classes import AWAITABLE, PROMISE, SchemaClasses, kind_of, kinds_of
from engine.compilation import MAX_DEPTH, Shape
from engine.completion import Completion, Proceed, refuse
from engine.deadlines import Deadline
from engine.errors import ExecutionStopped, PromiseStalled
from engine.fields import Attribute
from engine.loaders import Loaders, SelectorBatch, loaders_of
from engine.places import FieldPlace, Objects, Place, field_of
from engine.promises import MAX_ROUNDS, hold_again, outcome_of, run_round
from engine.resolvers import Relation, each, values_of_batch


class Followed(NamedTuple):
    """A relation of some objects whose keys were handed to its batch."""

    place: FieldPlace
    relation: Relation
    batch: SelectorBatch
    keys: list[Any]
    """The key of each object, or None."""
    errors: dict[int, Exception]
    """Why an object has no key, by its index."""


class Waiting(NamedTuple):
    """Values with promises among them, and what to do once those are settled."""

    place: Place
    values: list[Any]
    proceed: Proceed


class Result(ExecutionResult):
    """Data and errors of one run, and what it cost."""

    __slots__ = ("cost",)

    def __init__(self, data: dict[str, Any] | None, errors: list[GraphQLError] | None, cost: int = 0) -> None:
        super().__init__(data, errors)
        self.cost = cost
        """1 for each object below the root, and the weight of each field for each parent that it was resolved for."""


class Execution(Completion):
    """One run of an operation."""

    def __init__(
        self,
        shape: Shape,
        classes: SchemaClasses,
        *,
        variables: dict[str, Any],
        context: Any,
        root: Any,
        deadline: Deadline | None = None,
    ) -> None:
        shape.sights += 1
        super().__init__(shape, classes, fuse=shape.sights > 1)
        self._variables = variables
        self._context = context
        self._root = root
        self._deadline = deadline
        self._loaders = loaders_of(context)
        self._is_mutation = shape.operation.operation is OperationType.MUTATION
        self._followed: list[Followed] = []
        self._waiting: list[Waiting] = []

    def run(self) -> Result:
        """The answer. A mutation runs its root fields one after the other, each with all that is below it.

        A query raises `ExecutionStopped` when its deadline expires.
        """
        selection = self._shape.root
        objects = Objects([self._root], [selection.template.copy()], None, selection.fields)
        if self._is_mutation:
            self._run_serially(objects)
        else:
            self.cost = selection.weight
            self._descend([objects])
        answer = self.errors.result(objects.results[0])
        return Result(answer.data, answer.errors, self.cost)

    def _run_serially(self, root: Objects) -> None:
        """What was begun is finished; root fields that come after the deadline get an error instead."""
        deadline, self._deadline = self._deadline, None
        for field in root.fields:
            objects = Objects(root.sources, root.results, None, [field])
            try:
                if deadline is not None:
                    deadline.check()
            except ExecutionStopped as stopped:
                self.errors.add(FieldPlace(objects, field), 0, stopped)
            else:
                self.cost += field.weight
                self._descend([objects])
            if self.errors.reach_root():
                break

    def _check_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.check()

    def _descend(self, level: list[Objects]) -> None:
        depth = 0
        while level:
            self._check_deadline()
            depth += 1
            resolve = self._resolve if depth <= MAX_DEPTH else self._refuse_depth
            for objects in level:
                for field in objects.fields:
                    hold_again()
                    resolve(FieldPlace(objects, field))
            self._settle()
            level = self.take_next_level()

    def _refuse_depth(self, place: FieldPlace) -> None:
        error = GraphQLError(f"Selections are nested more than {MAX_DEPTH} levels deep.")
        self._fail(place, error)

    def _fail(self, place: FieldPlace, error: Exception) -> None:
        """The error instead of the field, for all of its parents."""
        self._complete(place, [error] * len(place.objects.sources), {type(error)})

    def _resolve(self, place: FieldPlace) -> None:
        field = place.field
        if field.relation is not None and self._loaders is not None:
            self._follow(place, field.relation, self._loaders)
        else:
            self.when_settled(place, self._values(place), partial(self._complete, place))

    def _complete(self, place: FieldPlace, values: list[Any], classes: set[type]) -> None:
        if self._is_mutation and place.objects.place is None and self._loaders is not None:
            # The mutation may have changed what was read before it.
            self._loaders.forget()
        results = self.complete(place.field.output, values, classes, place, place)
        key = place.field.key
        for target, result in zip(place.objects.results, results, strict=True):
            target[key] = result

    def _values(self, place: FieldPlace) -> list[Any]:
        field, sources = place.field, place.objects.sources
        if field.is_typename:
            return [field.parent.name] * len(sources)
        if field.attribute is not None and not field.attribute.may_be_method and not field.definition.args:
            return _read(field.attribute, sources)
        if field.computed is not None:
            return each(field.computed, sources)
        try:
            arguments = field.arguments.coerced(self._variables)
            if field.batch is not None:
                return values_of_batch(field.batch, sources, self.info(place), arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            return [error] * len(sources)
        return self._call_each(place, arguments)

    def _call_each(self, place: FieldPlace, arguments: dict[str, Any]) -> list[Any]:
        field, info = place.field, self.info(place)
        resolver, share = field.resolver, shareable(arguments)
        values: list[Any] = []
        for source in place.objects.sources:
            try:
                given = arguments if share else field.arguments.coerced(self._variables)
                values.append(resolver(source, info, **given))
            except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
                values.append(error)
        return values

    def info(self, place: FieldPlace) -> GraphQLResolveInfo:
        if place.info is None:
            field, shape = place.field, self._shape
            place.info = GraphQLResolveInfo(
                field.name,
                field.nodes,
                field.definition.type,
                field.parent,
                place.path,
                shape.schema,
                shape.fragments,
                self._root,
                shape.operation,
                self._variables,
                self._context,
                is_awaitable,
            )
        return place.info

    def _follow(self, place: FieldPlace, relation: Relation, loaders: Loaders) -> None:
        sources = place.objects.sources
        try:
            batch = loaders.batch(relation.selector, place.field.arguments.coerced(self._variables))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            self._fail(place, error)
            return
        key = relation.key
        errors: dict[int, Exception] = {}
        try:
            keys = [key(source) for source in sources]
            loaders.want(batch, keys)
        except Exception:  # noqa: BLE001 - which of them it is follows
            keys, errors = _hashable_keys(key, sources)
            loaders.want(batch, keys)
        self._followed.append(Followed(place, relation, batch, keys, errors))

    def when_settled(self, place: Place, values: list[Any], proceed: Proceed) -> None:
        classes = set(map(type, values))
        kinds = kinds_of(classes)
        if kinds & AWAITABLE:
            values = self._refuse_awaitables(place, values)
            classes = set(map(type, values))
        if kinds & PROMISE:
            self._waiting.append(Waiting(place, values, proceed))
        else:
            proceed(values, classes)

    def _refuse_awaitables(self, place: Place, values: list[Any]) -> list[Any]:
        name = field_of(place).field.coordinate
        return [refuse(value, name) if kind_of(type(value)) == AWAITABLE else value for value in values]

    def _settle(self) -> None:
        """Load what the level wants, and wait for its promises, in rounds; fail those that nothing can settle."""
        rounds = 0
        while self._followed or self._waiting:
            self._check_deadline()
            hold_again()
            progressed = rounds < MAX_ROUNDS and run_round()
            rounds += 1
            progressed = self._deal() or progressed
            progressed = self._proceed() or progressed
            if not progressed:
                self._fail_waiting()

    def _deal(self) -> bool:
        followed, self._followed = self._followed, []
        for place, relation, batch, keys, errors in followed:
            values = relation.present_all(list(map(batch.values.get, keys)))
            for index, error in errors.items():
                values[index] = error
            self.when_settled(place, values, partial(self._complete, place))
        return bool(followed)

    def _proceed(self) -> bool:
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            if any(isinstance(value, Promise) and value.is_pending for value in item.values):
                self._waiting.append(item)
            else:
                values = [outcome_of(value) if isinstance(value, Promise) else value for value in item.values]
                item.proceed(values, set(map(type, values)))
        return len(self._waiting) < len(waiting)

    def _fail_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for place, values, proceed in waiting:
            stalled = PromiseStalled(f"The promise for {field_of(place).field.coordinate} is settled by nothing.")
            outcomes = [_outcome_or(stalled, value) if isinstance(value, Promise) else value for value in values]
            proceed(outcomes, set(map(type, outcomes)))


def _hashable_keys(key: Callable[[Any], Any], sources: list[Any]) -> tuple[list[Any], dict[int, Exception]]:
    """The key of each source, and by index what came instead."""
    keys: list[Any] = []
    errors: dict[int, Exception] = {}
    for index, source in enumerate(sources):
        found = None
        try:
            found = key(source)
            hash(found)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            errors[index] = error
            found = None
        keys.append(found)
    return keys, errors


def _outcome_or(error: Exception, promise: "Promise[Any]") -> Any:
    return error if promise.is_pending else outcome_of(promise)


def _read(attribute: Attribute, sources: list[Any]) -> list[Any]:
    """What Graphene's default resolver reads from each source, or the exception that it meets."""
    name, default, _ = attribute

    def read(source: Any) -> Any:
        return source.get(name, default) if isinstance(source, dict) else getattr(source, name, default)

    return each(read, sources)
