"""Levels, arguments, mutations, and what resolvers are told."""

import json
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema, execute_sync, get_introspection_query, parse

from engine import Engine, Plan, VariablesInvalid
from tests.engine.board import SCHEMA, Context, JobRow, Refused, run, run_by_oracle, run_twice


def schema_with(sdl: str, resolvers: dict[str, Any]) -> GraphQLSchema:
    """A schema from its SDL, with resolvers by coordinate."""
    schema = build_schema(sdl)
    for coordinate, resolve in resolvers.items():
        type_name, field_name = coordinate.split(".")
        schema.type_map[type_name].fields[field_name].resolve = resolve
    return schema


def test_introspection_gets_the_answer_of_graphql_core() -> None:
    source = get_introspection_query()
    right = execute_sync(SCHEMA, parse(source)).formatted
    assert run_twice(source) == [right, right]


def test_each_field_is_asked_level_by_level() -> None:
    asked: list[str] = []

    def noting(value: Any) -> Any:
        def resolve(_source: Any, info: Any) -> Any:
            asked.append(info.field_name)
            return value

        return resolve

    schema = schema_with(
        "type Query { a: [A] } type A { b: B c: Int } type B { d: Int }",
        {"Query.a": noting([1, 2]), "A.b": noting(3), "A.c": noting(4), "B.d": noting(5)},
    )
    assert run("{ a { b { d } c } }", schema=schema).errors is None
    assert asked == ["a", "b", "b", "c", "c", "d", "d"]


def test_info_has_what_graphql_core_tells_save_the_list_indices_of_its_path() -> None:
    told: list[Any] = []

    def resolve(_source: Any, info: Any) -> int:
        told.append(info)
        return 1

    schema = schema_with(
        "type Query { a: [A] } type A { b(x: Int): Int }", {"Query.a": lambda _root, _info: [1], "A.b": resolve}
    )
    source = "query Q($x: Int) { a { c: b(x: $x) } }"
    context = Context()
    schema.type_map["A"].fields["b"].resolve = lambda source, info, x: resolve(source, info)
    run(source, {"x": 3}, schema=schema, context=context, root="root")
    execute_sync(schema, parse(source), "root", context, {"x": 3})
    ours, theirs = told
    for name in ("field_name", "return_type", "parent_type", "schema", "root_value", "variable_values", "context"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert [node.name.value for node in ours.field_nodes] == ["b"]
    assert ours.operation.name.value == "Q"
    assert theirs.path.as_list() == ["a", 0, "c"]
    assert ours.path.as_list() == ["a", "c"]


def test_arguments_come_from_literals_variables_and_defaults() -> None:
    schema = schema_with(
        "input P { x: Int! y: Int = 2 } type Query { f(a: Int = 1, b: [Int], p: P): String }",
        {"Query.f": lambda _root, _info, **args: str(sorted(args.items()))},
    )
    source = "query ($b: [Int], $x: Int!) { l: f(a: 5, p: {x: 1}) v: f(b: $b, p: {x: $x, y: null}) d: f n: f(a: null) }"
    for variables in ({"x": 3}, {"x": 3, "b": [4]}, {"x": 3, "b": None}):
        right = execute_sync(schema, parse(source), None, None, variables).formatted
        assert run(source, variables, schema=schema).formatted == right


def test_arguments_that_a_resolver_changes_are_fresh_for_the_next() -> None:
    def resolve(_source: Any, _info: Any, items: list[int], where: dict[str, int]) -> str:
        items.append(9)
        where["x"] += 1
        return f"{items} {where}"

    schema = schema_with(
        "input P { x: Int } type Query { a: [A] } type A { f(items: [Int], where: P): String }",
        {"Query.a": lambda _root, _info: [1, 2], "A.f": resolve},
    )
    engine = Engine(schema)
    plan = engine.plan("query ($n: Int = 1) { a { f(items: [1], where: {x: 1}) g: f(items: [$n], where: {x: $n}) } }")
    for _ in range(3):
        answer = engine.execute(plan, variables={}, context=None)
        assert answer.data == {"a": [{"f": "[1, 9] {'x': 2}", "g": "[1, 9] {'x': 2}"}] * 2}


def test_argument_without_a_value_is_an_error_at_each_place() -> None:
    schema = schema_with(
        "type Query { a: [A] } type A { f(x: Int! = 1): Int }",
        {"Query.a": lambda _root, _info: [1, 2], "A.f": lambda _a, _info, x: x},
    )
    source = "query ($x: Int = 1) { a { f(x: $x) } }"
    right = execute_sync(schema, parse(source), None, None, {"x": None}).formatted
    assert len(right["errors"]) == 2
    assert run(source, {"x": None}, schema=schema).formatted == right


def test_condition_without_a_value_is_an_error_where_it_stands() -> None:
    schema = schema_with("type Query { a: [A] } type A { f: Int }", {"Query.a": lambda _root, _info: [{}, {}]})
    for source in (
        "query ($s: Boolean = true) { a { f @skip(if: $s) } }",
        "query ($s: Boolean = true) { a @skip(if: $s) { f } }",
    ):
        right = execute_sync(schema, parse(source), None, None, {"s": None}).formatted
        assert right["errors"]
        assert run(source, {"s": None}, schema=schema).formatted == right


def test_variables_that_do_not_fit_are_refused_before_anything_runs() -> None:
    engine = Engine(SCHEMA)
    plan = engine.plan("query ($first: Int!) { jobs(first: $first) { id } }")
    with pytest.raises(VariablesInvalid, match="was not provided") as missing:
        engine.execute(plan, variables=None, context=Context())
    assert missing.value.errors[0].locations
    with pytest.raises(VariablesInvalid, match="cannot represent non-integer"):
        engine.execute(plan, variables={"first": "x"}, context=Context())
    with pytest.raises(VariablesInvalid, match="must be an object"):
        engine.execute(plan, variables=[1], context=Context())  # type: ignore[arg-type] - what a client may send
    assert engine.stats.executed == 0


def test_mutation_runs_its_fields_in_order_each_with_all_below_it() -> None:
    root = {1: JobRow(1, "One", 1)}
    source = "mutation { a: like(job: 1) { job { title } } b: like(job: 1) { job { title company { name } } } }"
    right = {"a": {"job": {"title": "Liked 1"}}, "b": {"job": {"title": "Liked 2", "company": {"name": "Company 1"}}}}
    assert run(source, root=root).formatted == {"data": right}


def test_mutation_stops_at_a_failed_field_that_takes_all_data() -> None:
    below = "{ job { id } }"
    source = f"mutation {{ a: like(job: 1) {below} b: likeSurely(job: 9) {below} c: like(job: 1) {below} }}"
    for way in (run, run_by_oracle):
        root = {1: JobRow(1, "One", 1)}
        answer = way(source, root=root).formatted
        assert answer["data"] is None
        assert [error["path"] for error in answer["errors"]] == [["b"]]
        assert root[1].likes == 1


def test_mutation_goes_on_after_a_failed_field_that_may_be_null() -> None:
    root = {1: JobRow(1, "One", 1)}
    answer = run("mutation { a: like(job: 9) { job { id } } b: like(job: 1) { job { id } } }", root=root).formatted
    assert answer["data"] == {"a": None, "b": {"job": {"id": "1"}}}
    assert root[1].likes == 1


def test_mutation_forgets_what_was_loaded_before_it() -> None:
    names = {1: "before"}

    def by_id(_viewer: str, keys: list[int]) -> dict[int, str]:
        return {key: names[key] for key in keys}

    def rename(_root: Any, info: Any, to: str) -> Any:
        names[1] = to
        return {"to": to}

    sdl = "type Query { a: Int } type Mutation { rename(to: String): Renamed } type Renamed { name: String }"
    schema = schema_with(
        sdl, {"Mutation.rename": rename, "Renamed.name": lambda _renamed, info: info.context.load(by_id, 1)}
    )
    source = 'mutation { a: rename(to: "first") { name } b: rename(to: "second") { name } }'
    for way in (run, run_by_oracle):
        assert way(source, schema=schema).data == {"a": {"name": "first"}, "b": {"name": "second"}}


def test_mutation_is_run_once_at_each_sight() -> None:
    root = {1: JobRow(1, "One", 1)}
    engine = Engine(SCHEMA)
    plan = engine.plan("mutation { like(job: 1) { job { id title company { name } } } }")
    for likes in range(1, 5):
        engine.execute(plan, variables=None, context=Context(), root=root)
        assert root[1].likes == likes


def test_subscription_is_left_to_graphql_core_and_counted() -> None:
    schema = build_schema("type Query { a: Int } type Subscription { tick: Int }")
    schema.subscription_type.fields["tick"].resolve = lambda _root, _info: 1
    engine = Engine(schema)
    answer = engine.execute(engine.plan("subscription { tick }"), variables=None, context=None)
    assert answer.data == {"tick": 1}
    assert engine.stats.fallback == {"subscription": 1}
    assert engine.stats.executed == 0


def test_async_resolver_is_an_error_that_says_so_and_is_counted() -> None:
    async def value(_root: Any, _info: Any) -> int:
        return 1

    async def values(_root: Any, _info: Any) -> list[int]:
        return [1]

    schema = schema_with(
        "type Query { a: Int b: [Int] c: Int }",
        {"Query.a": value, "Query.b": lambda root, info: [value(root, info), 2], "Query.c": lambda _root, _info: 3},
    )
    engine = Engine(schema)
    answer = engine.execute(engine.plan("{ a b c }"), variables=None, context=None)
    assert answer.data == {"a": None, "b": [None, 2], "c": 3}
    assert all("only synchronous resolvers are executed" in error.message for error in answer.errors or [])
    assert [error.path for error in answer.errors or []] == [["a"], ["b", 0]]
    assert engine.stats.refused == {"async resolver": 2}


def test_async_list_is_an_error_that_says_so() -> None:
    async def values(_root: Any, _info: Any) -> Any:
        yield 1

    engine = Engine(schema_with("type Query { a: [Int] }", {"Query.a": values}))
    answer = engine.execute(engine.plan("{ a }"), variables=None, context=None)
    assert answer.data == {"a": None}
    assert engine.stats.refused == {"async resolver": 1}


def test_answer_is_never_deeper_than_can_be_sent() -> None:
    schema = build_schema("type Query { name: String nested: Query }")
    root: dict[str, Any] = {"name": "x"}
    root["nested"] = root
    chain = " ".join(f"fragment F{number} on Query {{ nested {{ ...F{number + 1} }} }}" for number in range(300))
    document = parse(f"{{ ...F0 }} {chain} fragment F300 on Query {{ name }}")
    answer = Engine(schema).execute(Plan(schema, document), variables=None, context=None, root=root)
    (error,) = answer.errors or []
    assert error.message == "Selections are nested more than 200 levels deep."
    assert len(error.path or []) == 201
    assert json.loads(json.dumps(answer.formatted))["data"]["nested"]["nested"]


def test_root_field_may_be_read_off_the_root() -> None:
    schema = build_schema("type Query { a: Int b: Int }")
    assert run("{ a b }", schema=schema, root={"a": 1}).data == {"a": 1, "b": None}
    assert run("{ a b }", schema=schema, root=None).data == {"a": None, "b": None}


def test_error_that_is_no_exception_leaves_the_engine() -> None:
    def leave(_root: Any, _info: Any) -> int:
        raise SystemExit

    schema = schema_with("type Query { a: Int }", {"Query.a": leave})
    with pytest.raises(SystemExit):
        run("{ a }", schema=schema)


def test_error_with_a_path_and_extensions_keeps_them() -> None:
    def refuse(_root: Any, _info: Any) -> int:
        raise GraphQLError("No.", extensions={"code": "FORBIDDEN"})

    def refuse_plainly(_root: Any, _info: Any) -> int:
        raise Refused("plain")

    schema = schema_with("type Query { a: Int b: Int }", {"Query.a": refuse, "Query.b": refuse_plainly})
    answer = run("{ a b }", schema=schema)
    assert answer.formatted == execute_sync(schema, parse("{ a b }")).formatted
    assert (answer.errors or [])[0].extensions == {"code": "FORBIDDEN"}
    assert isinstance((answer.errors or [])[1].original_error, Refused)
