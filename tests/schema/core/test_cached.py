"""`cache=` on a field: what is kept, for whom, and that both executors tell the same."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import graphene
import pytest
from django.conf import LazySettings
from django.db import transaction
from graphql import graphql_sync
from promise import Promise

from accounts.models import User
from engine import Engine, Loaders
from jobs.models import Skill
from kernel import caching
from kernel.caching import Versions
from kernel.viewer import ANONYMOUS
from schema.core import cached
from schema.core.cached import Cache, Cached
from tests.door import send, send_to_oracle
from tests.factories import CategoryFactory, CompanyFactory, JobFactory, SkillFactory, UserFactory

BY_NAME = Cache(of=Skill, key=lambda parent: parent["name"])


@pytest.fixture(autouse=True)
def empty(empty_cache: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is cached, and nothing counted."""
    monkeypatch.setattr(caching, "versions", Versions())
    monkeypatch.setattr(caching, "_away_until", 0.0)
    cached.counts.clear()
    yield
    assert not cached._flights._flights, "a flight never landed"


class Resolver:
    """Gives values one by one, and remembers for which parents it was asked."""

    def __init__(self, give: Any = lambda name: name.upper()) -> None:
        self.give = give
        self.asked: list[str] = []

    def __call__(self, parent: dict[str, str], info: Any, **arguments: Any) -> Any:
        self.asked.append(parent["name"])
        return self.give(parent["name"])


def run(resolver: Any, *names: str, rule: Cache = BY_NAME, asked: str = "value") -> Any:
    """The answer of the engine for parents of these names."""
    schema = schema_of(Cached(resolver, rule), names)
    result = Engine(schema).execute(Engine(schema).plan(f"{{ parents {{ {asked} }} }}"), context=context())
    return result if result.errors else [parent["value"] for parent in result.data["parents"]]


def schema_of(resolver: Any, names: tuple[str, ...]) -> Any:
    parent = type(
        "Parent",
        (graphene.ObjectType,),
        {"value": graphene.Field(graphene.String, times=graphene.Int(), resolver=resolver)},
    )
    query = type(
        "Query",
        (graphene.ObjectType,),
        {"parents": graphene.List(parent, resolver=lambda root, info: [{"name": name} for name in names])},
    )
    return graphene.Schema(query=query).graphql_schema


def context() -> Any:
    return SimpleNamespace(viewer=ANONYMOUS, loaders=Loaders(ANONYMOUS))


def test_a_value_is_made_once() -> None:
    resolver = Resolver()
    assert run(resolver, "a", "b") == ["A", "B"]
    assert run(resolver, "b", "c", "b") == ["B", "C", "B"]
    assert resolver.asked == ["a", "b", "c"]
    assert cached.counts == {"hit": 2, "miss": 3, "bypass": 0}


def test_arguments_make_other_values() -> None:
    resolver = Resolver()
    run(resolver, "a", asked="value(times: 1)")
    run(resolver, "a", asked="value(times: 2)")
    run(resolver, "a", asked="value(times: 1)")
    assert resolver.asked == ["a", "a"]


def test_a_write_to_the_tag_makes_values_old() -> None:
    resolver = Resolver()
    run(resolver, "a")
    caching.versions.bump({"company"})
    run(resolver, "a")
    assert resolver.asked == ["a"]
    caching.versions.bump({"taxonomy"})
    run(resolver, "a")
    assert resolver.asked == ["a", "a"]


def test_what_is_not_everybodys_is_not_kept() -> None:
    resolver = Resolver()
    mine = Cache(of=Skill, key=lambda parent: None)
    assert run(resolver, "a", rule=mine) == run(resolver, "a", rule=mine) == ["A"]
    assert resolver.asked == ["a", "a"]
    assert cached.counts["bypass"] == 2


def test_rows_of_people_cannot_be_cached() -> None:
    with pytest.raises(TypeError, match="Rows of User have no tag"):
        Cached(Resolver(), Cache(of=User, key=lambda parent: "mine"))


def test_an_object_cannot_be_cached() -> None:
    result = run(Resolver(lambda name: object()), "a")
    assert "plain values, and not a object" in str(result.errors[0])


def test_an_error_is_told_to_whom_it_befell_and_not_kept() -> None:
    def give(name: str) -> str:
        if name == "bad":
            raise ValueError("no such thing")
        return name

    resolver = Resolver(give)
    for _ in range(2):
        result = run(resolver, "good", "bad")
        assert result.data == {"parents": [{"value": "good"}, {"value": None}]}
        assert [error.path for error in result.errors] == [["parents", 1, "value"]]
    assert resolver.asked == ["good", "bad", "bad"]


def test_promised_values_are_kept_once_all_have_come() -> None:
    resolver = Resolver(lambda name: Promise.resolve(name).then(str.upper))
    assert run(resolver, "a", "b") == ["A", "B"]
    assert run(resolver, "a", "b") == ["A", "B"]
    assert resolver.asked == ["a", "b"]


def test_a_null_is_a_value() -> None:
    resolver = Resolver(lambda name: None)
    assert run(resolver, "a") == run(resolver, "a") == [None]
    assert resolver.asked == ["a"]


def test_graphql_core_is_told_the_same() -> None:
    resolver = Resolver()
    schema = schema_of(Cached(resolver, BY_NAME), ("a", "b"))
    for _ in range(2):
        result = graphql_sync(schema, "{ parents { value } }", context_value=context())
        assert result.data == {"parents": [{"value": "A"}, {"value": "B"}]}
    assert run(resolver, "a", "b") == ["A", "B"]
    assert resolver.asked == ["a", "b"]


def test_of_many_who_miss_a_value_one_makes_it() -> None:
    threads = 8
    together, go_on, begun = threading.Barrier(threads), threading.Event(), threading.Event()

    def give(name: str) -> str:
        begun.set()
        go_on.wait(10)
        return name

    resolver = Resolver(give)

    def ask() -> Any:
        together.wait(10)
        return run(resolver, "a")

    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask) for _ in range(threads)]
        assert begun.wait(10)
        go_on.set()
        assert [future.result() for future in asked] == [["a"]] * threads
    assert len(resolver.asked) == 1


def test_without_the_cache_server_every_value_is_made(settings: LazySettings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    resolver = Resolver()
    assert run(resolver, "a") == run(resolver, "a") == ["A"]
    assert resolver.asked == ["a", "a"]


@pytest.mark.django_db(transaction=True)
def test_counts_are_cached_for_everybody_and_follow_every_change() -> None:
    skill, category, company = SkillFactory(), CategoryFactory(), CompanyFactory()
    JobFactory(company=company, category=category, skills=[skill])
    somebody = UserFactory()
    feed = "{ jobs { totalCount } companies { nodes { jobs { totalCount } } } }"
    first = send(feed).data
    assert first == {"jobs": {"totalCount": 1}, "companies": {"nodes": [{"jobs": {"totalCount": 1}}]}}
    assert cached.counts == {"hit": 0, "miss": 2, "bypass": 0}
    assert send(feed, by=somebody).data == send_to_oracle(feed)["data"] == first
    assert cached.counts == {"hit": 4, "miss": 2, "bypass": 0}
    filtered = "query($where: JobWhere) { jobs(where: $where) { totalCount } }"
    assert send(filtered, {"where": {"countries": ["DE"]}}).data == {"jobs": {"totalCount": 0}}
    JobFactory(company=company)
    assert send(feed).data["jobs"]["totalCount"] == 2
    with transaction.atomic():
        JobFactory(company=company)
        assert send(feed).data["companies"]["nodes"][0]["jobs"]["totalCount"] == 3
        transaction.set_rollback(True)
    assert send(feed).data["companies"]["nodes"][0]["jobs"]["totalCount"] == 2
