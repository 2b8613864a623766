"""Generated code: made at second sight, from checked names only, and given up where it meets surprises."""

import linecache
from collections import UserDict
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any

import graphene
import pytest
from graphql import build_schema, execute_sync, parse

from engine import Engine, fusing
from tests.engine.board import SCHEMA, Context, run_twice

SDL = "type Query { things: [Thing] } type Thing { name: String! other: String class: Int _n: Int id: ID }"


class Row:
    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def generated_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the types that code is generated for from now on."""
    names: list[str] = []
    generate = fusing._Generator.reader

    def noting(generator: Any, selection: Any) -> Any:
        names.append(selection.type.name)
        return generate(generator, selection)

    monkeypatch.setattr(fusing._Generator, "reader", noting)
    return names


def things_schema(rows: Any) -> Any:
    schema = build_schema(SDL)
    schema.query_type.fields["things"].resolve = lambda _root, _info: rows() if callable(rows) else rows
    return schema


def test_code_is_generated_at_second_sight_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = generated_for(monkeypatch)
    engine = Engine(SCHEMA)
    plan = engine.plan("{ jobs { id title company { name } } }")
    seen = []
    for _ in range(4):
        engine.execute(plan, variables=None, context=Context())
        seen.append(sorted(names))
    assert seen == [[], ["Company", "Job"], ["Company", "Job"], ["Company", "Job"]]


def test_generated_code_reads_all_plain_fields_without_a_resolver_call() -> None:
    reads: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            reads.append(name)
            return "x"

    rows = [Watched() for _ in range(3)]
    engine = Engine(things_schema(rows))
    plan = engine.plan("{ things { name other } }")
    for _ in range(2):
        engine.execute(plan, variables=None, context=None)
    # First by field, then, fused, by object.
    assert reads == ["name"] * 3 + ["other"] * 3 + ["name", "other"] * 3


def test_alias_is_quoted_and_a_keyword_is_left_to_the_interpreter() -> None:
    schema = things_schema([Row(name="a", _n=1, **{"class": 2}), {"name": "b", "class": 3}])
    source = "{ things { class _n lambda: name __x: name import: other None: __typename } }"
    right = execute_sync(schema, parse(source)).formatted
    engine = Engine(schema)
    plan = engine.plan(source)
    for _ in range(3):
        assert engine.execute(plan, variables=None, context=None).formatted == right


def test_nothing_of_a_document_gets_into_the_generated_source_unquoted(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str] = []

    def noting(source: str, *args: Any) -> Any:
        sources.append(source)
        return compile(source, *args)

    monkeypatch.setattr(fusing, "compile", noting, raising=False)
    schema = things_schema([Row(name="a")])
    engine = Engine(schema)
    plan = engine.plan("{ things { __import__: name exec: name } }")
    for _ in range(2):
        assert engine.execute(plan, variables=None, context=None).data == {"things": [{"__import__": "a", "exec": "a"}]}
    (source,) = sources
    assert "'__import__': value if (value := source.name)" in source
    assert source.count("__import__") == source.count("'__import__'") == 1
    assert source.count("exec") == source.count("'exec'") == 1
    assert linecache.getlines("<engine: Thing>") == []


@pytest.mark.parametrize(
    "surprise",
    [
        {"name": None},
        {"name": ValueError("no")},
        {"name": lambda _info: "called"},
        {},
        {"name": "a", "other": object()},
        {"name": "a", "id": 2.5},
        {"name": b"bytes"},
        {"name": "a", "_n": 2**31},
        {"name": "a", "_n": -(2**31) - 1},
        {"name": "a", "_n": True},
    ],
)
def test_surprise_is_left_to_the_interpreter(surprise: dict[str, Any]) -> None:
    usual = {"name": "a", "other": None, "id": 1, "_n": 1}
    rows: list[Any] = [Row(**usual)]
    schema = things_schema(lambda: rows)
    source = "{ things { name other id _n } }"
    engine = Engine(schema)
    plan = engine.plan(source)
    for _ in range(2):
        engine.execute(plan, variables=None, context=None)
    rows.append(Row(**usual | surprise) if surprise else Row())
    right = execute_sync(schema, parse(source)).formatted
    for _ in range(2):
        assert engine.execute(plan, variables=None, context=None).formatted == right
    rows.pop()
    right = execute_sync(schema, parse(source)).formatted
    assert engine.execute(plan, variables=None, context=None).formatted == right


def test_code_is_given_up_after_many_surprises_in_a_row() -> None:
    rows: list[Any] = [Row(name=None)]
    engine = Engine(things_schema(lambda: rows))
    plan = engine.plan("{ things { name } }")
    for _ in range(fusing.MAX_SURPRISES + 5):
        answer = engine.execute(plan, variables=None, context=None)
        assert answer.data == {"things": [None]}
    rows[0] = Row(name="fine")
    assert engine.execute(plan, variables=None, context=None).data == {"things": [{"name": "fine"}]}


def test_code_is_kept_while_surprises_are_rare() -> None:
    reads: list[str] = []

    class Watched(Row):
        def __getattribute__(self, name: str) -> Any:
            if name in ("name", "other"):
                reads.append(name)
            return super().__getattribute__(name)

    rows = [Watched(name="a", other="b"), Watched(name="c", other="d")]
    engine = Engine(things_schema(rows))
    plan = engine.plan("{ things { name other } }")
    for turn in range(3 * fusing.MAX_SURPRISES):
        rows[0].name = None if turn % 3 else "a"
        engine.execute(plan, variables=None, context=None)
    reads.clear()
    rows[0].name = "a"
    engine.execute(plan, variables=None, context=None)
    assert reads == ["name", "other", "name", "other"]


def test_mapping_that_is_no_dict_is_read_by_key_where_graphql_core_does() -> None:
    rows = [MappingProxyType({"name": "a", "other": "b"})]
    schema = things_schema(rows)
    right = execute_sync(schema, parse("{ things { name other } }")).formatted
    assert run_twice("{ things { name other } }", schema=schema) == [right, right]
    engine = Engine(schema)
    plan = engine.plan("{ things { name other } }")
    engine.execute(plan, variables=None, context=None)
    rows[:] = [UserDict(name="a")]  # type: ignore[list-item] - with an attribute too, which is not what is asked for
    rows[0].name = rows[0].other = "wrong"  # type: ignore[attr-defined]
    for _ in range(2):
        assert engine.execute(plan, variables=None, context=None).data == {"things": [{"name": "a", "other": None}]}


def test_parents_of_both_kinds_in_one_list_are_read_right() -> None:
    class KeyedRow(dict):  # type: ignore[type-arg]
        pass

    rows = [Row(name="a"), {"name": "b"}, KeyedRow(name="c")]
    for some in (rows, rows[1:], rows[:1]):
        schema = things_schema(some)
        right = execute_sync(schema, parse("{ things { name other } }")).formatted
        engine = Engine(schema)
        plan = engine.plan("{ things { name other } }")
        for _ in range(3):
            assert engine.execute(plan, variables=None, context=None).formatted == right


def test_graphene_enum_takes_names_values_and_members() -> None:
    class Shade(Enum):
        DARK = "dark"
        LIGHT = "light"

    class OtherShade(StrEnum):
        DARK = "dark"

    class Thing(graphene.ObjectType):
        shade = graphene.Enum.from_enum(Shade)()
        default = graphene.String(default_value="by default")

    values = ["dark", "DARK", Shade.LIGHT, OtherShade.DARK, "none", None]

    class Query(graphene.ObjectType):
        things = graphene.List(Thing)

        def resolve_things(root: Any, info: Any) -> list[Any]:  # noqa: N805 - the parent, not self
            return [Row(shade=value, default="x") for value in values]

    schema = graphene.Schema(query=Query).graphql_schema
    source = "{ things { shade default } }"
    engine = Engine(schema)
    plan = engine.plan(source)
    for chosen in (values[:1], values, values[:3], [{}]):
        values[:] = chosen
        right = execute_sync(schema, parse(source)).formatted
        for _ in range(3):
            assert engine.execute(plan, variables=None, context=None).formatted == right


NESTED = """
type Query { a: A }
type A { id: ID! b: B bs: [B] sure: B! names: [String!] grid: [[Int]] loaded: Int }
type B { id: ID! n: Int a: A }
"""


class Counted:
    """An object with attributes; which of them were read is counted for all objects."""

    reads = 0

    def __init__(self, **values: Any) -> None:
        self.values = values

    def __getattr__(self, name: str) -> Any:
        if name not in ("id", "b", "bs", "sure", "names", "grid", "n", "a"):
            raise AttributeError(name)
        Counted.reads += 1
        return self.values.get(name)


class Other(Counted):
    """A B of another class."""


def nested_schema(**values: Any) -> Any:
    schema = build_schema(NESTED)
    schema.query_type.fields["a"].resolve = lambda _root, _info: Counted(**values)  # type: ignore[union-attr]
    schema.type_map["A"].fields["loaded"].resolve = lambda _a, _info: 1  # type: ignore[attr-defined]
    return schema


B1, B2 = Counted(id=1, n=5), Other(id=2)


@pytest.mark.parametrize(
    "values",
    [
        {"id": 1, "b": B1, "bs": [B1, None, B2], "sure": B1, "names": ["x", "y"], "grid": [[1, None], None, []]},
        {"id": 1, "b": None, "bs": None, "sure": B2, "names": None, "grid": None},
        {"id": 1, "b": B2, "bs": (B2, B1), "sure": None},
        {"id": 1, "b": B1, "bs": [], "sure": B1, "names": ["x", None]},
        {"id": 1, "b": Counted(id=None), "bs": [Counted(id=None), B1], "sure": B1},
        {"id": 1, "b": ValueError("no b"), "bs": [ValueError("no b"), B1], "sure": B1, "grid": [["x"], 5]},
        {"id": 1, "b": {"id": 7}, "bs": [{"id": 8}, B1], "sure": {"id": 9, "n": 2**40}},
        {"id": 1, "b": lambda _info: B1, "bs": lambda _info: [B1], "sure": B1},
        {"id": 1, "b": B1, "bs": "no list", "sure": B1},
    ],
)
@pytest.mark.parametrize("rest", ["", "loaded", "bs { id }", "b { a { id b { n } } }"])
def test_objects_below_are_read_together_and_give_the_answer_of_graphql_core(values: dict[str, Any], rest: str) -> None:
    schema = nested_schema(**values)
    source = f"{{ a {{ id b {{ id n __typename }} all: bs {{ id }} sure {{ id }} names grid {rest} }} }}"
    right = execute_sync(schema, parse(source)).formatted
    engine = Engine(schema)
    plan = engine.plan(source)
    costs = set()
    for _ in range(2 * fusing.MAX_SURPRISES + 3):
        result = engine.execute(plan)
        assert result.formatted == right
        costs.add(result.cost)
    assert len(costs) == 1


def test_objects_below_are_read_with_their_parents_in_one_comprehension(monkeypatch: pytest.MonkeyPatch) -> None:
    names = generated_for(monkeypatch)
    engine = Engine(nested_schema(id=1, b=Counted(id=2, a=Counted(id=3, sure=Counted(id=4, n=5)))))
    plan = engine.plan("{ a { id b { id a { id sure { n } } } } }")
    for _ in range(3):
        answer = engine.execute(plan)
    assert answer.data == {"a": {"id": "1", "b": {"id": "2", "a": {"id": "3", "sure": {"n": 5}}}}}
    assert names == ["A"]


def test_objects_below_that_surprise_often_are_no_longer_read_with_their_parents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = generated_for(monkeypatch)
    engine = Engine(nested_schema(id=1, b=Counted(id=None)))
    plan = engine.plan("{ a { id b { id } } }")
    counts = []
    for _ in range(3 * fusing.MAX_SURPRISES):
        assert engine.execute(plan).data == {"a": {"id": "1", "b": None}}
        counts.append(names.count("A"))
    assert counts[:2] == [0, 1]
    assert counts[fusing.MAX_SURPRISES - 1] == 1
    assert counts[fusing.MAX_SURPRISES + 2 :] == [2] * (2 * fusing.MAX_SURPRISES - 2)
    Counted.reads = 0
    engine.execute(plan)
    # The parent's id, the object below, and its id: nothing is read twice any more.
    assert Counted.reads == 3
