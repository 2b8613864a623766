"""A query is stopped between levels and between rounds of loads; a mutation between its root fields."""

from threading import Event, Thread
from typing import Any

import pytest
from graphql import build_schema

from engine import Deadline, Engine, ExecutionCancelled, ExecutionStopped, ExecutionTimedOut
from tests.engine.board import SCHEMA, Context, JobRow

SDL = """
type Query { a: A  slow: A }
type Mutation { first: Int  second: Int  third: A }
type A { b: B  loaded: Int  chained: Int }
type B { c: Int }
"""


class Steps:
    """A schema that notes which of its fields were resolved, and cancels a deadline at one of them."""

    def __init__(self, deadline: Deadline, cancelled_at: str) -> None:
        self.resolved: list[str] = []
        self.schema = build_schema(SDL)
        for type_name in ("Query", "Mutation", "A", "B"):
            for name, field in self.schema.type_map[type_name].fields.items():  # type: ignore[attr-defined]
                field.resolve = self._resolver(f"{type_name}.{name}")
        self._deadline = deadline
        self._cancelled_at = cancelled_at

    def _resolver(self, coordinate: str) -> Any:
        def resolve(_source: Any, info: Any) -> Any:
            self.note(coordinate)
            if coordinate == "A.loaded":
                return info.context.load(self.numbers, 1)
            if coordinate == "A.chained":
                return info.context.load(self.numbers, 2).then(lambda _: info.context.load(self.numbers, 3))
            return 1

        return resolve

    def numbers(self, _viewer: str, keys: list[int]) -> dict[int, int]:
        self.note(f"numbers {keys}")
        return {key: key for key in keys}

    def note(self, step: str) -> None:
        self.resolved.append(step)
        if step == self._cancelled_at:
            self._deadline.cancel()

    def run(self, source: str) -> Any:
        engine = Engine(self.schema)
        return engine.execute(engine.plan(source), context=Context(), deadline=self._deadline)


def test_query_is_stopped_between_two_levels() -> None:
    steps = Steps(Deadline(60), "A.b")
    with pytest.raises(ExecutionCancelled, match="was cancelled"):
        steps.run("{ a { b { c } loaded } }")
    assert steps.resolved == ["Query.a", "A.b", "A.loaded"]


def test_query_is_stopped_between_two_rounds_of_loads() -> None:
    steps = Steps(Deadline(60), "numbers [2]")
    with pytest.raises(ExecutionCancelled):
        steps.run("{ a { chained } }")
    assert steps.resolved == ["Query.a", "A.chained", "numbers [2]"]


def test_query_out_of_time_is_not_begun() -> None:
    steps = Steps(Deadline(0), "")
    with pytest.raises(ExecutionTimedOut, match="it may take 0 seconds"):
        steps.run("{ a { b { c } } }")
    assert steps.resolved == []


def test_query_in_time_is_answered() -> None:
    assert Steps(Deadline(60), "").run("{ a { b { c } chained } }").data == {"a": {"b": {"c": 1}, "chained": 3}}


def test_deadline_cancelled_at_the_last_level_changes_nothing() -> None:
    assert Steps(Deadline(60), "B.c").run("{ a { b { c } } }").data == {"a": {"b": {"c": 1}}}


def test_another_thread_cancels() -> None:
    deadline = Deadline(60)
    reached, cancelled = Event(), Event()
    schema = build_schema("type Query { a: A } type A { b: Int }")

    def wait(_root: Any, _info: Any) -> dict[str, int]:
        reached.set()
        assert cancelled.wait(20)
        return {"b": 1}

    schema.query_type.fields["a"].resolve = wait  # type: ignore[union-attr]

    def cancel() -> None:
        assert reached.wait(20)
        deadline.cancel()
        cancelled.set()

    thread = Thread(target=cancel)
    thread.start()
    engine = Engine(schema)
    assert not deadline.expired
    with pytest.raises(ExecutionCancelled):
        engine.execute(engine.plan("{ a { b } }"), deadline=deadline)
    thread.join()
    assert deadline.expired


def test_mutation_keeps_what_it_did_and_begins_nothing_more() -> None:
    steps = Steps(Deadline(60), "Mutation.first")
    answer = steps.run("mutation { first second third { b { c } } }")
    assert steps.resolved == ["Mutation.first"]
    assert answer.data == {"first": 1, "second": None, "third": None}
    assert [error.path for error in answer.errors] == [["second"], ["third"]]
    assert all(isinstance(error.original_error, ExecutionCancelled) for error in answer.errors)


def test_mutation_is_never_stopped_inside_a_root_field() -> None:
    steps = Steps(Deadline(60), "Mutation.third")
    answer = steps.run("mutation { third { b { c } chained } second }")
    assert answer.data == {"third": {"b": {"c": 1}, "chained": 3}, "second": None}
    assert [error.path for error in answer.errors] == [["second"]]


def test_mutation_out_of_time_does_nothing() -> None:
    root = {1: JobRow(1, "One", 1)}
    engine = Engine(SCHEMA)
    plan = engine.plan("mutation { like(job: 1) { job { id } } likeSurely(job: 1) { job { id } } }")
    answer = engine.execute(plan, context=Context(), root=root, deadline=Deadline(0))
    assert root[1].likes == 0
    assert answer.data is None
    assert all(isinstance(error.original_error, ExecutionTimedOut) for error in answer.errors or [])


def test_stopped_query_leaves_nothing_for_the_next_of_its_thread() -> None:
    steps = Steps(Deadline(60), "A.loaded")
    with pytest.raises(ExecutionStopped):
        steps.run("{ a { loaded b { c } } }")
    steps.resolved.clear()
    engine = Engine(steps.schema)
    assert engine.execute(engine.plan("{ a { b { c } } }"), context=Context()).data == {"a": {"b": {"c": 1}}}
    assert steps.resolved == ["Query.a", "A.b", "B.c"]
