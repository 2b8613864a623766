"""Values become results as the specification says; graphql-core is the judge."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, execute_sync, parse

from tests.engine.board import Refused, run_twice

SDL = """
scalar Odd
enum Color { RED GREEN }
type Query { list: [Thing]  full: [Thing!]  sure: [Thing!]!  grid: [[Int!]]  odd: Odd  color: Color  thing: Thing }
type Thing { id: ID!  n: Int!  f: Float  s: String  b: Boolean  color: Color  thing: Thing  odd: Odd }
"""


def odd(value: Any) -> Any:
    if value == "nothing":
        return None
    if value % 2 == 0:
        raise Refused(f"{value} is even")
    return value


def schema_for(root_field: str, value: Any) -> GraphQLSchema:
    schema = build_schema(SDL)
    schema.type_map["Odd"].serialize = odd
    schema.query_type.fields[root_field].resolve = lambda _root, _info: value() if callable(value) else value
    return schema


def broken_off() -> Iterator[Any]:
    yield {"id": 1}
    yield {"id": 2, "n": 2}
    raise Refused("the list broke off")


THING = "{ id n f s b color odd thing { n } }"
WHOLE = {"id": 1, "n": 1}

CASES = {
    "null in a list": ("list", [None, WHOLE]),
    "null in a list of non-null": ("full", [WHOLE, None]),
    "null up to the root": ("sure", [WHOLE, None]),
    "error in a list": ("list", [Refused("a"), WHOLE, Refused("b")]),
    "error in a list of non-null": ("full", [Refused("a"), Refused("b")]),
    "two errors below one null": ("full", [{"id": 1, "f": "x", "thing": {}}, {"id": None, "n": "y"}]),
    "error after the one that nulls": ("list", [{"id": 1, "n": None, "f": "x"}, {"f": "x", "id": None, "n": 2}]),
    "no list": ("list", 5),
    "a string is no list": ("list", "things"),
    "a dict is no list": ("list", {"id": 1}),
    "a tuple": ("list", (WHOLE,)),
    "a generator": ("list", lambda: (dict(WHOLE, id=number) for number in range(3))),
    "a set of numbers": ("grid", [{1}, [2]]),
    "a list that breaks off": ("list", broken_off),
    "a non-null list that breaks off": ("sure", broken_off),
    "an empty list": ("list", []),
    "lists of lists with holes": ("grid", [[1, 2], None, [], [None], ["x", 3], 4]),
    "a scalar that refuses": ("odd", 2),
    "a scalar that gives nothing": ("odd", "nothing"),
    "an unknown enum value": ("color", "PINK"),
    "an unhashable enum value": ("color", ["RED"]),
    "leaves of other classes": ("thing", {"id": 5, "n": True, "f": 3, "s": 1.5, "b": 0, "color": "GREEN", "odd": 3}),
    "numbers out of range": ("thing", {"id": 2.5, "n": 2**31, "f": float("inf"), "s": b"x", "b": "yes", "odd": 4}),
    "the last number in range": ("thing", {"id": "1", "n": -(2**31), "f": float("nan")}),
    "a callable": ("thing", {"id": lambda _info: "called", "n": lambda _info: 1, "s": lambda _info: Refused("s")}),
    "an exception in place of an object": ("thing", Refused("no thing")),
    "an exception in place of a leaf": ("thing", {"id": 1, "n": 1, "s": Refused("no s"), "f": Refused("no f")}),
    "an exception in place of a non-null leaf": ("thing", {"id": Refused("no id"), "n": 1}),
    "a deep null": ("thing", {**WHOLE, "thing": {"n": None}}),
}


@pytest.mark.parametrize("case", CASES)
def test_value_is_completed_as_by_graphql_core(case: str) -> None:
    name, value = CASES[case]
    schema = schema_for(name, value)
    selection = THING if "Thing" in str(schema.query_type.fields[name].type) else ""
    source = f"{{ {name} {selection} }}"
    right = execute_sync(schema, parse(source)).formatted
    assert run_twice(source, schema=schema) == [right, right]


def test_error_of_a_shared_exception_is_told_at_each_of_its_places() -> None:
    shared = Refused("shared")
    first, second = run_twice("{ list { id } }", schema=schema_for("list", [shared, shared]))
    assert first == second
    assert [error["path"] for error in first["errors"]] == [["list", 0], ["list", 1]]
