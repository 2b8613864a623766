"""`visible_to` and `private`, on a schema of their own: on the engine and on graphql-core alike."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import graphene
import pytest
from graphql import GraphQLSchema, execute_sync, parse

from engine import Batch, Computed, Engine, Loaders, PromiseExecutionContext, Relation
from kernel.ids import uuid7
from kernel.viewer import ANONYMOUS, Viewer
from schema.core.visibility import Rule, apply_visibility, private, visible_to

OWN = Rule("own", "For the person alone.", allows=lambda viewer, row: viewer.user_id == row.pk)
ME, OTHER = uuid7(), uuid7()
asked: list[Any] = []
judged: list[list[Any]] = []


def _friends(viewer: Viewer, keys: Collection[Any]) -> dict[Any, bool]:
    judged.append(list(keys))
    return {key: key == ME for key in keys}


FRIENDS = Rule("friends", "For friends.", batch=_friends)
BROKEN = Rule("broken", "For nobody knows whom.", allows=lambda viewer, row: row.no_such_attribute)


@dataclass
class Row:
    pk: Any
    phone: str = "123"
    plain: str = "plain"


def _names(viewer: Viewer, keys: Collection[Any]) -> dict[Any, str]:
    asked.extend(keys)
    return {key: f"name of {key}" for key in keys}


def _batch(rows: list[Row], info: Any) -> list[str]:
    asked.extend(row.pk for row in rows)
    return [f"batched {row.phone}" for row in rows]


class Person(graphene.ObjectType):
    phone = visible_to(graphene.Field(graphene.String, description="Phone."), OWN)
    computed = visible_to(graphene.Field(graphene.String, resolver=Computed(lambda row: row.phone)), OWN)
    related = visible_to(graphene.Field(graphene.String, resolver=Relation(_names, "pk")), OWN)
    batched = visible_to(graphene.Field(graphene.String, resolver=Batch(_batch)), OWN)
    of_friends = visible_to(graphene.Field(graphene.String, resolver=Relation(_names, "pk")), FRIENDS)
    broken = visible_to(graphene.Field(graphene.String, resolver=lambda row, info: row.phone), BROKEN)
    plain = graphene.String()


@private(OWN)
class Diary(graphene.ObjectType):
    phone = graphene.String(required=True)
    friends = visible_to(graphene.String(resolver=lambda row, info: "friends"), FRIENDS)
    plain = graphene.String()


class Query(graphene.ObjectType):
    people = graphene.List(Person, resolver=lambda root, info: [Row(ME), Row(OTHER)])
    diaries = graphene.List(Diary, resolver=lambda root, info: [Row(ME), Row(OTHER)])


@dataclass
class Context:
    viewer: Viewer
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.viewer)

    def load(self, batch: Any, key: Any, /, **arguments: Any) -> Any:
        return self.loaders.load(batch, key, **arguments)


def _schema() -> GraphQLSchema:
    made = graphene.Schema(query=Query).graphql_schema
    apply_visibility(made)
    return made


SCHEMA = _schema()


def run(query: str, executor: str, viewer: Viewer) -> tuple[Any, list[tuple[Any, ...]]]:
    """The data, and the path and code of each error in the order of the paths."""
    context = Context(viewer)
    if executor == "engine":
        engine = Engine(SCHEMA)
        result: Any = engine.execute(engine.plan(query), variables=None, context=context)
    else:
        result = execute_sync(
            SCHEMA, parse(query), context_value=context, execution_context_class=PromiseExecutionContext
        )
    errors = [(*error.path, (error.extensions or {}).get("code")) for error in result.errors or ()]
    return result.data, sorted(errors, key=str)


@pytest.fixture(autouse=True)
def _forget() -> None:
    asked.clear()
    judged.clear()


both = pytest.mark.parametrize("executor", ["engine", "graphql-core"])


@both
@pytest.mark.parametrize("name", ["phone", "computed", "related", "batched"])
def test_denied_field_is_null_with_forbidden_and_its_path(name: str, executor: str) -> None:
    data, errors = run(f"{{ people {{ plain {name} }} }}", executor, Viewer(ME))
    mine, other = data["people"]
    assert mine[name]
    assert other == {"plain": "plain", name: None}
    assert errors == [("people", 1, name, "FORBIDDEN")]
    assert OTHER not in asked, "what is denied is not even read"


@both
def test_rule_that_judges_in_batch_is_asked_once_a_level(executor: str) -> None:
    data, errors = run("{ people { ofFriends } }", executor, Viewer(ME))
    assert [row["ofFriends"] for row in data["people"]] == [f"name of {ME}", None]
    assert errors == [("people", 1, "ofFriends", "FORBIDDEN")]
    assert judged == [[ME, OTHER]]
    assert asked == [ME]


@both
def test_rule_that_fails_says_no(executor: str) -> None:
    data, errors = run("{ people { broken } }", executor, Viewer(ME))
    assert data == {"people": [{"broken": None}, {"broken": None}]}
    assert len(errors) == 2


@both
def test_fields_of_a_private_type_are_denied_unless_they_say_otherwise(executor: str) -> None:
    data, errors = run("{ diaries { plain friends } }", executor, ANONYMOUS)
    assert data["diaries"] == [{"plain": None, "friends": "friends"}, {"plain": None, "friends": None}]
    assert errors == [
        ("diaries", 0, "plain", "FORBIDDEN"),
        ("diaries", 1, "friends", "FORBIDDEN"),
        ("diaries", 1, "plain", "FORBIDDEN"),
    ]


@both
def test_denied_field_that_cannot_be_null_takes_its_object_away(executor: str) -> None:
    data, errors = run("{ diaries { phone } }", executor, Viewer(ME))
    assert data == {"diaries": [{"phone": "123"}, None]}
    assert errors == [("diaries", 1, "phone", "FORBIDDEN")]


def test_description_says_who_may() -> None:
    described = SCHEMA.type_map["Person"].fields["phone"].description
    assert described == "Phone. For the person alone. Others get null and `FORBIDDEN`."


def test_field_that_cannot_be_null_is_refused() -> None:
    class Wrong(graphene.ObjectType):
        phone = visible_to(graphene.Field(graphene.String, required=True), OWN)

    with pytest.raises(AssertionError, match="cannot be null"):
        apply_visibility(graphene.Schema(query=Wrong).graphql_schema)


def test_rule_judges_in_one_way() -> None:
    with pytest.raises(AssertionError, match="by `allows` or by `batch`"):
        Rule("neither", "For nobody.")
