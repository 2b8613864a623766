"""graphql-core's own executor, taught to wait for promises: what the engine is checked against, and its kill switch."""

from functools import partial
from typing import Any

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    located_error,
)
from graphql.execution.execute import get_field_def
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path, is_iterable
from promise import Promise

from engine.errors import PromiseStalled
from engine.loaders import loaders_of
from engine.promises import MAX_ROUNDS, held_queues, outcome_of, run_round


class PromiseExecutionContext(ExecutionContext):
    """Executes synchronously, value by value; resolvers and lists may give promises.

    Loads are batched over all that can be resolved before any of them is needed.
    """

    def execute_operation(self, operation: OperationDefinitionNode, root_value: Any) -> Any:
        """The data, once every promise in it is settled; GraphQLError when a null reaches the root."""
        self._open: list[tuple[Promise[Any], GraphQLResolveInfo]] = []
        with held_queues():
            data = super().execute_operation(operation, root_value)
            return self._wait_for(data) if isinstance(data, Promise) else data

    def _wait_for(self, promise: "Promise[Any]") -> Any:
        rounds = 0
        while promise.is_pending:
            rounds += 1
            stuck = not run_round()
            if (stuck or rounds > MAX_ROUNDS) and not self._reject_stalled() and (stuck or rounds > 2 * MAX_ROUNDS):
                raise GraphQLError("The operation is settled by nothing.", self.operation)
        outcome = outcome_of(promise)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _reject_stalled(self) -> bool:
        """Reject the promises that are still pending; False when there is none."""
        pending = [(promise, info) for promise, info in self._open if promise.is_pending]
        self._open = []
        for promise, info in pending:
            name = f"{info.parent_type.name}.{info.field_name}"
            # The one that this one follows, if it does: to settle a follower would leave it following.
            promise._target().do_reject(PromiseStalled(f"The promise for {name} is settled by nothing."))
        return bool(pending)

    def execute_fields_serially(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: dict[str, list[FieldNode]]
    ) -> Any:
        """One field after the other, each with all that is below it."""
        results: dict[str, Any] = {}

        def keep(key: str, value: Any) -> None:
            if value is not Undefined:
                results[key] = value

        def run(key: str, nodes: list[FieldNode], _before: Any) -> Any:
            value = self.execute_field(parent_type, source_value, nodes, Path(path, key, parent_type.name))
            return value.then(partial(keep, key)) if isinstance(value, Promise) else keep(key, value)

        done: Promise[Any] = Promise.resolve(None)
        for key, nodes in fields.items():
            done = done.then(partial(run, key, nodes))
        return done.then(lambda _: results)

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Path | None, fields: dict[str, list[FieldNode]]
    ) -> Any:
        """All fields, as a promise if one of them is."""
        results: dict[str, Any] = {}
        for key, nodes in fields.items():
            result = self.execute_field(parent_type, source_value, nodes, Path(path, key, parent_type.name))
            if result is not Undefined:
                results[key] = result
        if not _has_promise(results.values()):
            return results
        return Promise.all(list(results.values())).then(lambda values: dict(zip(results, values, strict=True)))

    def execute_field(
        self, parent_type: GraphQLObjectType, source: Any, field_nodes: list[FieldNode], path: Path
    ) -> Any:
        """The completed value of a field, or a promise of it."""
        field = get_field_def(self.schema, parent_type, field_nodes[0])
        if not field:
            return Undefined
        info = self.build_resolve_info(field, field_nodes, parent_type, path)
        resolve = field.resolve or self.field_resolver
        if self.middleware_manager:
            resolve = self.middleware_manager.get_field_resolver(resolve)
        try:
            value = resolve(source, info, **get_argument_values(field, field_nodes[0], self.variable_values))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            value = error
        return self._settle(field.type, field_nodes, info, path, value)

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,
    ) -> Any:
        """The completed items, as a promise if one of them is."""
        if not is_iterable(result):
            raise GraphQLError(
                f"Expected Iterable, but did not find one for field '{info.parent_type.name}.{info.field_name}'."
            )
        items = [
            self._settle(return_type.of_type, field_nodes, info, path.add_key(index, None), item)
            for index, item in enumerate(result)
        ]
        return Promise.all(items) if _has_promise(items) else items

    def _settle(
        self, return_type: GraphQLOutputType, nodes: list[FieldNode], info: GraphQLResolveInfo, path: Path, value: Any
    ) -> Any:
        fail = partial(self._fail, return_type, nodes, path)
        complete = partial(self._complete, return_type, nodes, info, path)
        try:
            if isinstance(value, Promise):
                self._open.append((value, info))
                completed = value.then(complete)
            else:
                completed = complete(value)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            return fail(error)
        return completed.catch(fail) if isinstance(completed, Promise) else completed

    def _complete(
        self, return_type: GraphQLOutputType, nodes: list[FieldNode], info: GraphQLResolveInfo, path: Path, value: Any
    ) -> Any:
        if path.prev is None and self.operation.operation is OperationType.MUTATION:
            loaders = loaders_of(self.context_value)
            if loaders is not None:
                # The mutation may have changed what was read before it.
                loaders.forget()
        return self.complete_value(return_type, nodes, info, path, value)

    def _fail(self, return_type: GraphQLOutputType, nodes: list[FieldNode], path: Path, error: Exception) -> None:
        self.handle_field_error(located_error(error, nodes, path.as_list()), return_type, path)


def _has_promise(values: Any) -> bool:
    return any(isinstance(value, Promise) for value in values)
