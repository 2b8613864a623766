"""Resolvers that are not called parent by parent: batches, relations, and what is computed."""

# ruff: noqa: N805 - the first argument of a Graphene resolver is the parent

from dataclasses import dataclass
from typing import Any

import graphene
import pytest
from promise import Promise

from engine import Batch, Computed, Engine, Relation
from tests.engine.board import (
    COMPANIES,
    JOBS,
    Context,
    JobRow,
    Refused,
    companies_by_id,
    half_refusing,
    jobs_of_companies,
    run,
    run_by_oracle,
    run_twice,
)


def both_ways(source: str) -> tuple[Any, dict[str, int]]:
    """The answer, the same from engine and oracle, and the engine's calls."""
    context = Context()
    answer = run(source, context=context).formatted
    assert answer == run_by_oracle(source).formatted
    return answer, context.calls()


def test_relation_is_loaded_once_for_all_parents() -> None:
    answer, calls = both_ways("{ jobs { title company { name } } }")
    assert calls == {"companies_by_id": 1}
    assert answer["data"]["jobs"][4] == {"title": "Job 4", "company": {"name": "Company 2"}}


def test_two_relations_over_one_selector_share_one_call() -> None:
    asked: list[list[int]] = []

    def selector(_viewer: str, keys: list[int]) -> dict[int, Any]:
        asked.append(list(keys))
        return {key: COMPANIES[key] for key in keys}

    class Person(graphene.ObjectType):
        name = graphene.String()

    class Post(graphene.ObjectType):
        company = graphene.Field(Person, resolver=Relation(selector, "company_id"))
        client = graphene.Field(Person, resolver=Relation(selector, "client_id"))
        loaded = graphene.Field(Person)

        def resolve_loaded(job: JobRow, info: Any) -> Any:
            return info.context.load(selector, job.id + 5)

    class Query(graphene.ObjectType):
        posts = graphene.List(Post)
        more = graphene.List(Post)

        def resolve_posts(_root: Any, _info: Any) -> list[JobRow]:
            return [JobRow(1, "one", 1, 2), JobRow(2, "two", 2, 3)]

        def resolve_more(_root: Any, _info: Any) -> list[JobRow]:
            return [JobRow(3, "three", 9, None)]

    schema = graphene.Schema(query=Query).graphql_schema
    source = "{ posts { company { name } client { name } loaded { name } } more { company { name } client { name } } }"
    answer = run(source, schema=schema).formatted
    assert "errors" not in answer
    assert answer["data"]["more"] == [{"company": {"name": "Company 9"}, "client": None}]
    assert [sorted(keys) for keys in asked] == [[1, 2, 3, 6, 7, 9]]


def test_each_level_calls_a_selector_once() -> None:
    _, calls = both_ways("{ jobs { company { parent { parent { parent { name } } } } } }")
    assert calls == {"companies_by_id": 4}


def test_objects_of_one_level_that_came_by_different_ways_share_a_call() -> None:
    class Leaf(graphene.ObjectType):
        name = graphene.String()

    class Middle(graphene.ObjectType):
        company = graphene.Field(Leaf, resolver=Relation(companies_by_id, "company_id"))

    class Top(graphene.ObjectType):
        plain = graphene.Field(Middle)
        related = graphene.Field(Middle, resolver=Relation(lambda _viewer, keys: {1: JOBS[5]}, "id"))

        def resolve_plain(_top: Any, _info: Any) -> JobRow:
            return JOBS[1]

    class Query(graphene.ObjectType):
        top = graphene.Field(Top)

        def resolve_top(_root: Any, _info: Any) -> JobRow:
            return JOBS[1]

    schema = graphene.Schema(query=Query).graphql_schema
    context = Context()
    run("{ top { plain { company { name } } related { company { name } } } }", schema=schema, context=context)
    assert context.calls()["companies_by_id"] == 1


def test_remembered_values_are_not_loaded_again() -> None:
    context = Context()
    answer = run("{ jobs { company { jobs { company { jobs { company { name } } } } } } }", context=context)
    assert answer.errors is None
    assert context.calls() == {"companies_by_id": 1, "jobs_of_companies": 1}


def test_arguments_part_the_calls_of_a_selector() -> None:
    answer, calls = both_ways(
        "{ jobs(first: 3) { company { a: jobs { id } b: jobs(first: 1) { id } c: jobs { id } } } }"
    )
    assert calls == {"companies_by_id": 1, "jobs_of_companies": 2}
    company = answer["data"]["jobs"][0]["company"]
    assert [len(company[key]) for key in "abc"] == [2, 1, 2]


def test_null_key_gives_null_or_an_empty_list_without_a_call() -> None:
    class Thing(graphene.ObjectType):
        name = graphene.String()

    class Query(graphene.ObjectType):
        one = graphene.Field(Thing, resolver=Relation(companies_by_id, lambda _root: None))
        many = graphene.List(Thing, resolver=Relation(companies_by_id, lambda _root: None, many=True))

    schema = graphene.Schema(query=Query).graphql_schema
    context = Context()
    for way in (run, run_by_oracle):
        answer = way("{ one { name } many { name } }", schema=schema, context=context)
        assert answer.formatted == {"data": {"one": None, "many": []}}
    assert context.calls() == {}


def test_key_without_a_value_gives_null_or_an_empty_list() -> None:
    class Thing(graphene.ObjectType):
        name = graphene.String()

    class Query(graphene.ObjectType):
        one = graphene.Field(Thing, resolver=Relation(companies_by_id, lambda _root: 77))
        many = graphene.List(Thing, resolver=Relation(companies_by_id, lambda _root: 78, many=True))

    schema = graphene.Schema(query=Query).graphql_schema
    for way in (run, run_by_oracle):
        assert way("{ one { name } many { name } }", schema=schema).formatted == {"data": {"one": None, "many": []}}


def test_selector_that_raises_is_an_error_at_each_of_its_keys() -> None:
    answer, calls = both_ways("{ jobs(first: 2) { title refusing { name } } }")
    assert calls == {"refusing": 1}
    assert [error["path"] for error in answer["errors"]] == [["jobs", 0, "refusing"], ["jobs", 1, "refusing"]]
    assert answer["errors"][0]["message"] == "no [1, 2]"
    assert answer["data"]["jobs"][0] == {"title": "Job 0", "refusing": None}


def test_exception_as_a_value_is_an_error_at_its_key() -> None:
    answer, _ = both_ways("{ jobs(first: 3) { halfRefusing { name } } }")
    assert [error["message"] for error in answer["errors"]] == ["no 1", "no 3"]
    assert answer["data"]["jobs"][1] == {"halfRefusing": {"name": "Company 2"}}


def test_selector_that_gives_no_mapping_is_an_error_that_says_so() -> None:
    def listing(_viewer: str, keys: list[int]) -> Any:
        return [COMPANIES[key] for key in keys]

    class Query(graphene.ObjectType):
        one = graphene.String(resolver=Relation(listing, lambda _root: 1))

    schema = graphene.Schema(query=Query).graphql_schema
    for way in (run, run_by_oracle):
        (error,) = way("{ one }", schema=schema).errors or []
        assert "gave list, not a mapping of keys" in error.message


@pytest.mark.parametrize(
    ("key", "message"),
    [("nothing", "no attribute 'nothing'"), (lambda row: [row.id], "unhashable type: 'list'")],
)
def test_key_that_cannot_be_had_is_an_error_at_its_place(key: Any, message: str) -> None:
    class Post(graphene.ObjectType):
        id = graphene.ID()
        company = graphene.String(resolver=Relation(companies_by_id, key))

    class Query(graphene.ObjectType):
        post = graphene.Field(Post)

        def resolve_post(_root: Any, _info: Any) -> JobRow:
            return JOBS[1]

    schema = graphene.Schema(query=Query).graphql_schema
    answer = run("{ post { id company } }", schema=schema).formatted
    assert answer == run_by_oracle("{ post { id company } }", schema=schema).formatted
    assert answer["data"] == {"post": {"id": "1", "company": None}}
    assert message in answer["errors"][0]["message"]


def test_relation_without_loaders_behind_the_context_is_a_plain_resolver() -> None:
    class Lonely:
        def load(self, selector: Any, key: int) -> Any:
            return selector("viewer", [key])[key]

    answer = run("{ jobs(first: 1) { company { name } } }", context=Lonely())
    assert answer.formatted == {"data": {"jobs": [{"company": {"name": "Company 1"}}]}}


def test_batch_is_called_once_for_all_parents_with_its_arguments() -> None:
    answer, _ = both_ways("{ jobs(first: 14) { score(factor: 3) } }")
    assert [job["score"] for job in answer["data"]["jobs"]] == [*(3 * number for number in range(13)), None]
    assert [error["path"] for error in answer["errors"]] == [["jobs", 13, "score"]]


def test_batch_of_the_wrong_length_is_an_error_at_each_place() -> None:
    class Query(graphene.ObjectType):
        score = graphene.Int(resolver=Batch(lambda sources, _info: [1, *sources]))

    schema = graphene.Schema(query=Query).graphql_schema
    for way in (run, run_by_oracle):
        (error,) = way("{ score }", schema=schema).errors or []
        assert error.message == "The batch resolver of Query.score gave 2 values for 1 objects."


def test_batch_that_raises_is_an_error_at_each_place() -> None:
    class Post(graphene.ObjectType):
        score = graphene.Int(resolver=Batch(lambda sources, _info: 1 / 0))

    class Query(graphene.ObjectType):
        posts = graphene.List(Post, resolver=lambda _root, _info: JOBS[:2])

    schema = graphene.Schema(query=Query).graphql_schema
    first, second = run_twice("{ posts { score } }", schema=schema)
    assert first == second == run_by_oracle("{ posts { score } }", schema=schema).formatted
    assert [error["path"] for error in first["errors"]] == [["posts", 0, "score"], ["posts", 1, "score"]]


def test_resolver_may_carry_its_relation_as_an_attribute() -> None:
    relation = Relation(companies_by_id, lambda _root: 3)

    def resolve(root: Any, info: Any) -> Any:
        raise AssertionError("the engine resolves by the relation")

    resolve.batch = relation  # type: ignore[attr-defined]

    class Thing(graphene.ObjectType):
        name = graphene.String()

    class Query(graphene.ObjectType):
        one = graphene.Field(Thing, resolver=resolve)

    schema = graphene.Schema(query=Query).graphql_schema
    assert run("{ one { name } }", schema=schema).formatted == {"data": {"one": {"name": "Company 3"}}}


@dataclass
class Money:
    minor: int | None
    currency: str = "EUR"


def amount_of(money: Money) -> Any:
    """Something else for each kind of money."""
    if money.minor == 13:
        raise Refused("unlucky")
    if money.minor == 14:
        return Refused("unluckier")
    return money.minor


class Coin(graphene.ObjectType):
    amount = graphene.Int()
    sure = graphene.Int(required=True)
    digits = graphene.List(graphene.NonNull(graphene.Int), required=True)
    itself = graphene.Field(lambda: Coin)
    promised = graphene.Int()

    resolve_amount = Computed(amount_of)
    resolve_sure = Computed(amount_of)
    resolve_digits = Computed(lambda money: [int(digit) for digit in str(money.minor)])
    resolve_itself = Computed(lambda money: None if money.minor == 2 else money)
    resolve_promised = Computed(lambda money: Promise.resolve(money.minor))


def purse(*minors: int | None) -> Any:
    """A schema with these coins, in an object below the root."""

    class Purse(graphene.ObjectType):
        coins = graphene.List(Coin)

        resolve_coins = Computed(lambda minors: [None if minor == 0 else Money(minor) for minor in minors])

    class Query(graphene.ObjectType):
        purse = graphene.Field(Purse)

        def resolve_purse(_root: Any, _info: Any) -> tuple[int | None, ...]:
            return minors

    return graphene.Schema(query=Query).graphql_schema


@pytest.mark.parametrize(
    "minors",
    [(), (1, 20, 3), (1, 0, 2), (2, 13), (14, 1), (1, None), (13, 14, None, 0)],
)
@pytest.mark.parametrize(
    "fields",
    [
        "amount",
        "amount digits",
        "sure",
        "itself { amount itself { digits } }",
        "amount promised",
        "itself { sure promised }",
    ],
)
def test_computed_value_is_the_same_on_both_executors(minors: tuple[int | None, ...], fields: str) -> None:
    schema = purse(*minors)
    source = f"{{ purse {{ coins {{ __typename {fields} }} }} }}"
    right = run_by_oracle(source, schema=schema).formatted
    engine = Engine(schema)
    plan = engine.plan(source)
    for _ in range(4):
        assert engine.execute(plan, context=Context()).formatted == right


def test_computed_is_a_pure_function_of_the_parent_that_resolvers_may_share() -> None:
    computed = Computed(amount_of)
    assert computed(Money(7), None) == 7  # type: ignore[arg-type]  # any info does
    with pytest.raises(Refused):
        computed(Money(13), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [1, 4])
def test_relation_with_something_to_do_then_gives_the_same_on_both_executors(first: int) -> None:
    def name_of(company: Any) -> str:
        if company.id == 3:
            raise Refused("no name for 3")
        return str(company.name)

    class Post(graphene.ObjectType):
        name = graphene.String(resolver=Relation(half_refusing, "company_id", then=name_of))
        client = graphene.String(resolver=Relation(companies_by_id, "client_id", then=name_of))
        ids = graphene.List(
            graphene.Int,
            resolver=Relation(jobs_of_companies, "client_id", many=True, then=lambda jobs: [job.id for job in jobs]),
        )
        nowhere = graphene.String(resolver=Relation(companies_by_id, lambda _job: 77, then=name_of))
        nothing = graphene.String(resolver=Relation(companies_by_id, lambda _job: None, then=name_of))

    class Query(graphene.ObjectType):
        posts = graphene.List(Post, resolver=lambda _root, _info: JOBS[:first])

    schema = graphene.Schema(query=Query).graphql_schema
    source = "{ posts { name client ids nowhere nothing } }"
    right = run_by_oracle(source, schema=schema).formatted
    assert right["errors"]
    assert run_twice(source, schema=schema) == [right, right]
