"""Arguments that are coerced once, and what a resolver may do with the ones that it is given."""

from typing import Any

import graphene
import pytest
from graphql import build_schema

from engine import Engine

SDL = """
    scalar Word
    input Where { words: [Word!] near: Where limit: Int = 5 }
    type Query { found(where: Where, words: [Word!] = ["default"]): Int rows: [Row!]! }
    type Row { found(where: Where): Int }
"""


class Asked:
    """A schema that notes what its resolvers were given, and how often a word was coerced."""

    def __init__(self, parse: Any = str) -> None:
        self.given: list[dict[str, Any]] = []
        self.coerced = 0
        schema = build_schema(SDL)
        self._parse = parse
        types: Any = schema.type_map
        types["Word"].parse_value = self.parse
        types["Word"].parse_literal = lambda node, _variables=None: self.parse(node.value)
        types["Query"].fields["found"].resolve = types["Row"].fields["found"].resolve = self.found
        types["Query"].fields["rows"].resolve = lambda _root, _info: [{}, {}, {}]
        self.engine = Engine(schema)

    def parse(self, value: str) -> Any:
        self.coerced += 1
        return self._parse(value)

    def found(self, _source: Any, _info: Any, **arguments: Any) -> int:
        self.given.append(arguments)
        return len(self.given)

    def run(self, source: str, variables: dict[str, Any] | None = None) -> Any:
        result = self.engine.execute(self.engine.plan(source), variables=variables)
        assert result.errors is None
        return result.data


def test_literals_are_coerced_once_however_often_and_for_how_many_objects() -> None:
    asked = Asked()
    source = '{ rows { found(where: {words: ["a", "b"], near: {words: ["c"]}}) } }'
    for _ in range(3):
        asked.run(source)
    where = {"words": ["a", "b"], "near": {"words": ["c"], "limit": 5}, "limit": 5}
    assert asked.given == [{"where": where}] * 9
    # Validation looks at each literal too, once a document.
    assert asked.coerced == 6


def test_what_a_resolver_does_to_its_arguments_stays_with_it() -> None:
    asked = Asked()
    source = '{ rows { found(where: {words: ["a"], near: {words: ["c"]}}) } found(words: ["d"]) }'
    for _ in range(3):
        asked.run(source)
        for arguments in asked.given:
            if "where" in arguments:
                assert arguments == {"where": {"words": ["a"], "near": {"words": ["c"], "limit": 5}, "limit": 5}}
                arguments["where"]["near"]["words"].append("changed")
                arguments["where"]["limit"] = 0
            else:
                assert arguments == {"words": ["d"]}
                arguments["words"].clear()
        asked.given.clear()


def test_default_that_is_a_list_stays_as_it_was_declared() -> None:
    asked = Asked()
    for _ in range(3):
        asked.run("{ found }")
        assert asked.given.pop() == {"words": ["default"]}


def test_objects_with_variables_in_them_follow_the_variables() -> None:
    asked = Asked()
    source = "query($word: Word!) { found(where: {near: {words: [$word]}}) }"
    for word in ("a", "b"):
        asked.run(source, {"word": word})
    assert [arguments["where"]["near"]["words"] for arguments in asked.given] == [["a"], ["b"]]


def test_a_scalar_that_gives_something_of_its_own_is_coerced_for_each_object() -> None:
    asked = Asked(parse=lambda value: {value})
    asked.run('{ rows { found(where: {words: ["a"]}) } }')
    first, second, third = (arguments["where"]["words"][0] for arguments in asked.given)
    assert first == second == third == {"a"}
    assert first is not second
    assert second is not third


@pytest.mark.parametrize("sights", [1, 3])
def test_graphene_input_object_is_a_new_one_with_its_attributes_each_time(sights: int) -> None:
    given: list[Any] = []

    class Near(graphene.InputObjectType):
        place_name = graphene.String()
        radius_km = graphene.Int()

    class Where(graphene.InputObjectType):
        near = Near()
        ids = graphene.List(graphene.NonNull(graphene.ID))

    class Query(graphene.ObjectType):
        found = graphene.Int(where=Where(), resolver=lambda _root, _info, where: found(where))

    def found(where: Any) -> int:
        given.append(where)
        assert (where.near.place_name, where.near.radius_km, where.ids) == ("Graz", None, ["1"])
        assert where == {"near": {"place_name": "Graz"}, "ids": ["1"]}
        where.near.place_name = where.near["place_name"] = "changed"
        where.ids.append("2")
        return len(given)

    engine = Engine(graphene.Schema(query=Query).graphql_schema)
    plan = engine.plan('{ a: found(where: {near: {placeName: "Graz"}, ids: ["1"]}) }')
    answers = [engine.execute(plan) for _ in range(sights)]
    assert [answer.errors for answer in answers] == [None] * sights
