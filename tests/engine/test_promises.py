"""Promises as values: settled, refused, nested, late, and never."""

import threading
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from promise import Promise
from promise.dataloader import DataLoader
from promise.promise import async_instance

from engine import Engine
from tests.engine.board import SCHEMA, Context, Refused, run, run_by_oracle

SDL = """
type Query { one: Thing  surely: Thing!  many: [Thing]  grid: [[Int]]  number: Int  numberN: Int!  other: Int }
type Thing { name: String!  n: Int }
"""


def schema_with(**resolvers: Any) -> GraphQLSchema:
    schema = build_schema(SDL)
    for name, resolve in resolvers.items():
        schema.query_type.fields[name].resolve = resolve
    return schema


def both(source: str, **resolvers: Any) -> Any:
    """The answer, the same from engine and oracle."""
    schema = schema_with(**resolvers)
    answer = run(source, schema=schema).formatted
    assert answer == run_by_oracle(source, schema=schema).formatted
    assert_nothing_is_left()
    return answer


def assert_nothing_is_left() -> None:
    assert not async_instance.is_tick_used
    assert not async_instance.normal_queue
    assert not async_instance.late_queue


def later(value: Any) -> Promise:
    return Promise.resolve(None).then(lambda _: value)


def rejected(message: str) -> Promise:
    return Promise.reject(Refused(message))


def test_promise_of_an_object_a_list_null_and_a_leaf() -> None:
    answer = both(
        "{ one { name } many { name } number other }",
        one=lambda _root, _info: later({"name": "A"}),
        many=lambda _root, _info: later([{"name": "B"}, None]),
        number=lambda _root, _info: later(None),
        other=lambda _root, _info: Promise.resolve(7),
    )
    assert answer == {"data": {"one": {"name": "A"}, "many": [{"name": "B"}, None], "number": None, "other": 7}}


def test_promise_inside_a_list_and_inside_a_list_of_lists() -> None:
    answer = both(
        "{ many { name } grid }",
        many=lambda _root, _info: [later({"name": "A"}), {"name": "B"}, rejected("no"), later(None)],
        grid=lambda _root, _info: [later([1, later(2)]), [Promise.resolve(3)], later(None)],
    )
    assert answer["data"] == {"many": [{"name": "A"}, {"name": "B"}, None, None], "grid": [[1, 2], [3], None]}
    assert [error["path"] for error in answer["errors"]] == [["many", 2]]


def test_refused_promise_is_an_error_at_its_place() -> None:
    answer = both("{ number other }", number=lambda _root, _info: rejected("no"), other=lambda _root, _info: later(1))
    assert answer["data"] == {"number": None, "other": 1}
    assert answer["errors"][0]["message"] == "no"


def test_promise_that_keeps_an_exception_is_an_error() -> None:
    answer = both("{ number }", number=lambda _root, _info: later(Refused("kept")))
    assert answer["errors"][0]["message"] == "kept"


def test_refused_promise_for_a_non_null_field_takes_its_parent() -> None:
    answer = both("{ numberN other }", numberN=lambda _root, _info: rejected("no"), other=lambda _root, _info: 1)
    assert answer["data"] is None


def test_callback_that_raises_is_an_error_at_its_place() -> None:
    answer = both("{ number }", number=lambda _root, _info: later(0).then(lambda zero: 1 / zero))
    assert answer["errors"][0]["message"] == "division by zero"


def test_promise_that_is_shared_by_two_places_is_resolved_for_both() -> None:
    shared = later(5)
    answer = both("{ number other }", number=lambda _root, _info: shared, other=lambda _root, _info: shared)
    assert answer == {"data": {"number": 5, "other": 5}}


def test_promise_that_nothing_settles_is_an_error_and_no_hang() -> None:
    answer = both(
        "{ number other many { name } one { name } }",
        number=lambda _root, _info: Promise(),
        other=lambda _root, _info: later(1).then(lambda _: Promise()),
        many=lambda _root, _info: [{"name": "A"}, Promise()],
        one=lambda _root, _info: later({"name": "B"}),
    )
    assert answer["data"] == {"number": None, "other": None, "many": [{"name": "A"}, None], "one": {"name": "B"}}
    assert {error["message"] for error in answer["errors"]} == {
        "The promise for Query.number is settled by nothing.",
        "The promise for Query.other is settled by nothing.",
        "The promise for Query.many is settled by nothing.",
    }


def test_chain_of_loads_without_an_end_is_an_error_and_no_hang() -> None:
    def numbers(_viewer: str, keys: list[int]) -> dict[int, int]:
        return {key: key for key in keys}

    def resolve(_root: Any, info: Any) -> Promise:
        def again(number: int) -> Promise:
            return info.context.load(numbers, number + 1).then(again)

        return again(0)

    answer = both("{ number other }", number=resolve, other=lambda _root, _info: 1)
    assert answer["data"] == {"number": None, "other": 1}
    assert "settled by nothing" in answer["errors"][0]["message"]


def test_resolver_may_block_on_a_load() -> None:
    def numbers(_viewer: str, keys: list[int]) -> dict[int, int]:
        return {key: key * 10 for key in keys}

    answer = both(
        "{ number other one { n } }",
        number=lambda _root, info: info.context.load(numbers, 1).get(),
        other=lambda _root, info: info.context.load(numbers, 2).then(lambda two: info.context.load(numbers, two)),
        one=lambda _root, info: later({"n": info.context.load(numbers, 4).get()}),
    )
    assert answer == {"data": {"number": 10, "other": 200, "one": {"n": 40}}}


def test_block_on_a_load_does_not_part_the_loads_of_later_fields() -> None:
    asked: list[list[int]] = []

    def numbers(_viewer: str, keys: list[int]) -> dict[int, int]:
        asked.append(keys)
        return {key: key for key in keys}

    schema = schema_with(
        number=lambda _root, info: info.context.load(numbers, 1).get(),
        other=lambda _root, info: info.context.load(numbers, 2),
        numberN=lambda _root, info: info.context.load(numbers, 3),
    )
    assert run("{ number other numberN }", schema=schema).data == {"number": 1, "other": 2, "numberN": 3}
    assert asked == [[1], [2, 3]]


def test_resolver_may_execute_another_operation() -> None:
    inner = schema_with(number=lambda _root, info: info.context.load(lambda _viewer, keys: {1: 11}, 1))

    def nested(way: Any) -> Any:
        return lambda _root, _info: way("{ number }", schema=inner, context=Context()).data["number"]

    for outer, within in ((run, run), (run_by_oracle, run_by_oracle), (run, run_by_oracle), (run_by_oracle, run)):
        schema = schema_with(
            number=nested(within),
            other=lambda _root, info: info.context.load(lambda _viewer, keys: {2: 22}, 2),
        )
        assert outer("{ other number }", schema=schema).formatted == {"data": {"other": 22, "number": 11}}
        assert_nothing_is_left()


def test_load_that_nobody_waits_for_does_not_run_in_the_next_request() -> None:
    asked: list[list[int]] = []

    def numbers(_viewer: str, keys: list[int]) -> dict[int, int]:
        asked.append(keys)
        return {}

    def careless(_root: Any, info: Any) -> int:
        info.context.load(numbers, 1)
        return 1

    assert both("{ number }", number=careless)["data"] == {"number": 1}
    assert asked == []


def test_callback_that_nobody_waits_for_is_run() -> None:
    noted: list[int] = []

    def resolve(_root: Any, _info: Any) -> int:
        Promise.resolve(5).then(noted.append)
        return 1

    assert both("{ number }", number=resolve)["data"] == {"number": 1}
    assert noted == [5, 5]


def test_exit_of_the_process_is_not_swallowed_and_leaves_nothing_behind() -> None:
    def leave(_viewer: str, _keys: list[int]) -> Any:
        raise KeyboardInterrupt

    schema = schema_with(number=lambda _root, info: info.context.load(leave, 1))
    for way in (run, run_by_oracle):
        with pytest.raises(KeyboardInterrupt):
            way("{ number }", schema=schema)
        assert_nothing_is_left()


def test_queues_that_somebody_else_holds_do_not_stop_it() -> None:
    async_instance.is_tick_used = True
    try:
        for way in (run, run_by_oracle):
            context = Context()
            answer = way("{ jobs(first: 2) { owner { name } company { name } } }", context=context)
            assert answer.errors is None
            assert context.calls() == {"companies_by_id": 1, "owners_by_id": 1}
    finally:
        async_instance.reset()
        async_instance.normal_queue.clear()
        async_instance.late_queue.clear()


def test_loads_of_another_loader_settle_too() -> None:
    asked: list[list[int]] = []

    def fetch(keys: list[int]) -> Promise:
        asked.append(list(keys))
        return Promise.resolve([key * 2 for key in keys])

    loader = DataLoader(fetch)
    schema = schema_with(number=lambda _root, _info: loader.load(1), other=lambda _root, _info: loader.load(2))
    engine = Engine(schema)
    answer = engine.execute(engine.plan("{ number other }"), variables=None, context=None)
    assert answer.formatted == {"data": {"number": 2, "other": 4}}
    assert asked == [[1, 2]]


def test_threads_do_not_share_their_queues() -> None:
    engine = Engine(SCHEMA)
    source = "{ jobs { owner { name } slowOwner { name } company { parent { name } } both { name } score } }"
    right = run(source).formatted
    wrong: list[Any] = []
    barrier = threading.Barrier(6)

    def work() -> None:
        barrier.wait()
        for _ in range(30):
            context = Context()
            answer = engine.execute(engine.plan(source), variables=None, context=context).formatted
            if answer != right or context.calls() != {"companies_by_id": 1, "owners_by_id": 1}:
                wrong.append((answer, context.calls()))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert engine.stats.executed == 180
