"""What is asked once a class: `is_type_of`, the types behind interfaces and unions, and what is told value by value."""

from functools import partial
from typing import Any

import graphene
import pytest
from graphql import GraphQLSchema, build_schema, execute_sync, parse

from engine import Engine
from tests.engine.board import run_twice


class Cat:
    name = "Tom"


class Dog:
    name = "Rex"


SDL = """
interface Pet { name: String }
type Cat implements Pet { name: String }
type Dog implements Pet { name: String }
union Any = Cat | Dog
type Query { cats: [Cat]  pets: [Pet]  anything: [Any] }
"""


class Counted:
    """A schema whose `is_type_of` calls are counted."""

    def __init__(self, values: list[Any]) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.schema: GraphQLSchema = build_schema(SDL)
        for class_ in (Cat, Dog):
            self.schema.type_map[class_.__name__].is_type_of = partial(self.is_a, class_)
        for name in ("cats", "pets", "anything"):
            self.schema.query_type.fields[name].resolve = lambda _root, _info: values

    def is_a(self, class_: type, value: Any, _info: Any) -> bool:
        self.asked.append((class_.__name__, value))
        return isinstance(value, class_)


def test_type_predicate_is_asked_once_for_a_class() -> None:
    counted = Counted([Cat() for _ in range(5)])
    first, second = run_twice("{ cats { name } }", schema=counted.schema)
    assert first == second == {"data": {"cats": [{"name": "Tom"}] * 5}}
    assert len(counted.asked) == 1


def test_type_predicate_is_asked_again_for_a_class_that_it_refused() -> None:
    counted = Counted([Dog(), Cat(), Dog()])
    right = execute_sync(counted.schema, parse("{ cats { name } }")).formatted
    assert len(right["errors"]) == 2
    # A refused value is quoted by its address, which is the same: the values are.
    assert run_twice("{ cats { name } }", schema=counted.schema) == [right, right]


@pytest.mark.parametrize("field", ["pets", "anything"])
def test_runtime_type_is_found_once_for_a_class(field: str) -> None:
    counted = Counted([Cat(), Dog(), Cat(), Dog()])
    source = f"{{ {field} {{ __typename ... on Dog {{ name }} ... on Cat {{ n: name }} }} }}"
    right = execute_sync(counted.schema, parse(source)).formatted
    counted.asked.clear()
    assert run_twice(source, schema=counted.schema) == [right, right]
    # Cat: found, then accepted. Dog: Cat says no, found, then accepted.
    assert [name for name, _ in counted.asked] == ["Cat", "Cat", "Dog", "Cat", "Dog"]


def test_typename_that_a_value_carries_is_read_each_time() -> None:
    schema = build_schema(SDL)
    pets = [{"__typename": "Cat", "name": "A"}, {"__typename": "Dog", "name": "B"}, {"__typename": "Fish"}]
    schema.query_type.fields["pets"].resolve = lambda _root, _info: pets
    source = "{ pets { __typename name } }"
    right = execute_sync(schema, parse(source)).formatted
    assert run_twice(source, schema=schema) == [right, right]


def test_resolve_type_of_ones_own_is_asked_for_each_value() -> None:
    class Row:
        def __init__(self, kind: str) -> None:
            self.kind = kind
            self.name = kind

    schema = build_schema(SDL)
    schema.type_map["Pet"].resolve_type = lambda row, _info, _type: row.kind
    rows = [Row("Cat"), Row("Dog"), Row("Cat"), Row("Pet"), Row("Nothing"), Row(None)]  # type: ignore[arg-type]
    schema.query_type.fields["pets"].resolve = lambda _root, _info: rows
    source = "{ pets { __typename name } }"
    right = execute_sync(schema, parse(source)).formatted
    assert len(right["errors"]) == 3
    assert run_twice(source, schema=schema) == [right, right]


def graphene_schema(*, own_resolve_type: bool) -> tuple[GraphQLSchema, list[str]]:
    asked: list[str] = []

    class Animal(graphene.Interface):
        name = graphene.String()

    class Telling(graphene.Interface):
        name = graphene.String()

        @classmethod
        def resolve_type(cls, instance: Any, info: Any) -> Any:
            asked.append("resolve_type")
            return {Cat: Kitten, Dog: Puppy}[type(instance)]

    living_type = Telling if own_resolve_type else Animal

    class Kitten(graphene.ObjectType):
        class Meta:
            interfaces = (living_type,)

        @classmethod
        def is_type_of(cls, root: Any, info: Any) -> bool:
            asked.append("Kitten")
            return isinstance(root, Cat)

    class Puppy(graphene.ObjectType):
        class Meta:
            interfaces = (living_type,)

        @classmethod
        def is_type_of(cls, root: Any, info: Any) -> bool:
            asked.append("Puppy")
            return isinstance(root, Dog)

    class Query(graphene.ObjectType):
        living = graphene.List(living_type)

        def resolve_living(root: Any, info: Any) -> list[Any]:  # noqa: N805 - the parent, not self
            return [Cat(), Dog(), Cat(), Dog()]

    return graphene.Schema(query=Query, types=[Kitten, Puppy]).graphql_schema, asked


def test_graphenes_default_way_is_asked_once_for_a_class() -> None:
    schema, asked = graphene_schema(own_resolve_type=False)
    first, second = run_twice("{ living { __typename name } }", schema=schema)
    assert first == second
    assert [pet["__typename"] for pet in first["data"]["living"]] == ["Kitten", "Puppy"] * 2
    assert asked == ["Kitten", "Kitten", "Puppy", "Kitten", "Puppy"]


def test_resolve_type_of_a_graphene_interface_is_asked_for_each_value() -> None:
    schema, asked = graphene_schema(own_resolve_type=True)
    first, second = run_twice("{ living { __typename name } }", schema=schema)
    assert first == second
    assert asked.count("resolve_type") == 8


def test_proxy_is_known_by_the_class_that_it_shows() -> None:
    class Proxy:
        def __init__(self, target: Any) -> None:
            self.__dict__["target"] = target

        @property
        def __class__(self) -> type:  # type: ignore[override] - as Django's lazy objects do
            return type(self.__dict__["target"])

        def __getattr__(self, name: str) -> Any:
            return getattr(self.__dict__["target"], name)

    counted = Counted([Proxy(Cat()), Cat(), Proxy(Dog())])
    engine = Engine(counted.schema)
    plan = engine.plan("{ cats { name } }")
    for _ in range(2):
        answer = engine.execute(plan, variables=None, context=None)
        assert answer.data == {"cats": [{"name": "Tom"}, {"name": "Tom"}, None]}


def test_async_type_predicate_is_an_error_that_says_so() -> None:
    async def is_cat(_value: Any, _info: Any) -> bool:
        return True

    schema = build_schema(SDL)
    schema.type_map["Cat"].is_type_of = is_cat
    schema.query_type.fields["cats"].resolve = lambda _root, _info: [Cat()]
    first, second = run_twice("{ cats { name } }", schema=schema)
    assert first["data"] == second["data"] == {"cats": [None]}
    assert "only synchronous resolvers" in first["errors"][0]["message"]
