"""The server's limits at the door: what is refused, with which code and numbers, and that nobody is exempt."""

import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.test import Client
from graphql import get_introspection_query

from accounts.models import PlatformRole, User
from nexus.graphql.http import Request
from nexus.graphql.limits import DOCUMENT_LIMITS, MAX_VARIABLE_VALUES, REFUSAL_COST, reading_cost
from nexus.graphql.planning import engine
from nexus.graphql.view import EXPLORER_OFF, answer
from tests.door import send
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

DEEP = "{ jobs(first: 1) { nodes { " + "company { jobs(first: 1) { nodes { " * 6 + "id" + " } } }" * 6 + " } } }"


@pytest.mark.parametrize(
    ("source", "limit", "most", "found"),
    [
        ("{ " + "viewer { user { name } } " * 1_000 + "}", "tokens", 5_000, 5_001),
        ("{ viewer { user { name } } }".ljust(50_001), "characters", 50_000, 50_001),
        (" ".join(f"query Q{n} {{ __typename }}" for n in range(6)), "operations", 5, 6),
        (DEEP, "depth", 16, 21),
        ("{ " + "__typename " * 21 + "}", "rootFields", 20, 21),
        ("{ jobs { " + " ".join(f"a{n}: totalCount" for n in range(101)) + " } }", "aliases", 100, 101),
        ("{ jobs { totalCount " + "@skip(if: false) " * 101 + "} }", "directives", 100, 101),
        ("{ jobs { " + "totalCount " * 2_000 + "} }", "selections", 2_000, 2_001),
        ("{ jobs(where: " + "{and: [" * 10 + "{}" + "]}" * 10 + ") { totalCount } }", "valueDepth", 20, 21),
        (
            "{ categories { nodes { children { jobs { nodes { skills { level } } } } } } }",
            "nestedLists",
            3,
            4,
        ),
    ],
)
def test_document_beyond_a_limit_is_refused_with_the_numbers(source: str, limit: str, most: int, found: int) -> None:
    answer = send(source)
    assert answer.response.status == 400
    assert "data" not in answer.content
    told = {error["extensions"]["limit"]: error["extensions"] for error in answer.errors}
    assert told[limit] == {"code": "DOCUMENT_TOO_COMPLEX", "limit": limit, "most": most, "found": found}


def test_the_limits_are_those_of_the_guide() -> None:
    """docs/limits.md names these numbers; a change of one is a change of both."""
    from django.conf import settings

    guide = (settings.BASE_DIR / "docs" / "limits.md").read_text(encoding="utf-8")
    lines = [line.split("|") for line in guide.splitlines() if line.count("|") > 3]
    rows = {cells[1].strip(" `"): cells[2].strip() for cells in lines}
    for name in ("characters", "tokens", "operations", "fragments", "depth", "selections", "aliases", "directives"):
        assert rows[name] == f"{getattr(DOCUMENT_LIMITS, name):,}", name
    assert rows["rootFields"] == str(DOCUMENT_LIMITS.root_fields)
    assert rows["nestedLists"] == str(DOCUMENT_LIMITS.nested_lists)
    assert rows["valueDepth"] == str(DOCUMENT_LIMITS.value_depth)
    assert rows["cost"] == f"{settings.COST_LIMIT:,}"
    assert rows["variableValues"] == f"{MAX_VARIABLE_VALUES:,}"


def test_operation_that_could_cost_too_much_is_refused_with_its_price(settings: LazySettings) -> None:
    settings.COST_LIMIT = 1_000
    assert send("{ jobs(first: 100) { nodes { title } } }").data
    answer = send("{ jobs(first: 100) { nodes { skills { level } } } }")
    assert "data" not in answer.content
    (error,) = answer.errors
    assert error["extensions"] == {"code": "COST_EXCEEDED", "cost": 10_111, "most": 1_000}
    assert "10,111 points; at most 1,000" in error["message"]


@pytest.mark.parametrize("variables", [{"n": 9}, {"n": 10}])
def test_price_is_that_of_the_variables(settings: LazySettings, variables: dict[str, Any]) -> None:
    settings.COST_LIMIT = 1_000
    answer = send("query ($n: Int) { jobs(first: $n) { nodes { skills { level } } } }", variables)
    assert answer.codes == ([] if variables["n"] < 10 else ["COST_EXCEEDED"])


def test_nobody_is_exempt(settings: LazySettings) -> None:
    settings.COST_LIMIT = 1_000
    admin = UserFactory(platform_role=PlatformRole.ADMIN)
    assert send(DEEP, by=admin).codes == ["DOCUMENT_TOO_COMPLEX", "DOCUMENT_TOO_COMPLEX"]
    assert send("{ jobs(first: 100) { nodes { skills { level } } } }", by=admin).codes == ["COST_EXCEEDED"]


@pytest.mark.parametrize(
    ("source", "variables", "argument"),
    [
        ("{ jobs(first: 101) { totalCount } }", None, "first"),
        ("query ($n: Int) { jobs(last: $n) { totalCount } }", {"n": 101}, "last"),
        ("{ jobs(first: -1) { totalCount } }", None, "first"),
    ],
)
def test_page_that_is_too_large_is_told_in_one_sentence(source: str, variables: Any, argument: str) -> None:
    (error,) = send(source, variables).errors
    assert error["message"] == f"`{argument}` must be between 0 and 100."
    assert error["extensions"] == {"code": "BAD_REQUEST", "argument": argument}


def test_introspection_of_the_explorer_is_answered() -> None:
    asked = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    directives = {directive["name"]: directive for directive in send(asked).data["__schema"]["directives"]}
    assert [argument["name"] for argument in directives["cost"]["args"]] == ["weight"]
    assert len(directives["listSize"]["args"]) == 4


LISTED = "query ($where: JobWhere) { jobs(first: 1, where: $where) { totalCount } }"


@pytest.mark.parametrize("values", [{"and": [{}] * 8_000}, {"and": [{"and": [{}] * 2_000}] * 4}, {"x": [1] * 300_000}])
def test_variables_of_too_many_values_are_refused_before_they_are_read(values: dict[str, Any]) -> None:
    started = time.process_time()
    answer = send(LISTED, {"where": values})
    assert time.process_time() - started < 0.5
    (error,) = answer.errors
    assert error["extensions"] == {
        "code": "DOCUMENT_TOO_COMPLEX",
        "limit": "variableValues",
        "most": 8_000,
        "found": 8_001,
    }


def test_variables_of_as_many_values_as_allowed_are_read() -> None:
    """`where`, `companies` and the values in it."""
    answer = send(LISTED, {"where": {"companies": ["x"] * (MAX_VARIABLE_VALUES - 2)}})
    assert answer.errors[0]["extensions"]["argument"] == "where.companies"


def left(user: User, query: str, variables: Any = None) -> int:
    """Points that the viewer has after this request."""
    send(query, variables, by=user)
    remaining: int = send("{ rateLimit { remaining } }", by=user).data["rateLimit"]["remaining"]
    return remaining


def test_reading_a_document_is_paid_once_and_a_refusal_each_time() -> None:
    user = UserFactory()
    left(user, "{ __typename }")
    document = "{ jobs(first: 0) { nodes { id } } } # " + "new to this process, " * 50
    before = left(user, "{ __typename }")
    first = left(user, document)
    second = left(user, document)
    assert before - first - (first - second) == reading_cost(document) == len(document)
    asked = "query ($n: Int) { jobs(first: $n) { nodes { id } } }"
    left(user, asked, {"n": 1})
    before = left(user, "{ __typename }")
    assert before - left(user, asked, {"n": "x"}) >= REFUSAL_COST
    before = left(user, "{ __typename }")
    assert before - left(user, asked, {"n": 101}) >= REFUSAL_COST
    before = left(user, "{ __typename }")
    assert before - left(user, asked, {"n": ["x"] * 3_000}) >= 3_000


def test_pricing_a_document_costs_what_reading_it_costs() -> None:
    user = UserFactory()
    asked = "query ($d: String!) { costOf(document: $d) { cost } }"
    small, large = "{ jobs { totalCount } }", "{ jobs { totalCount } }".ljust(40_000)
    left(user, asked, {"d": small})
    before = left(user, "{ __typename }")
    after_small = left(user, asked, {"d": small})
    assert (before - after_small) - (after_small - left(user, asked, {"d": large})) == REFUSAL_COST - 40_000


@pytest.fixture
def without_introspection(settings: LazySettings) -> Iterator[None]:
    settings.INTROSPECTION = False
    engine.cache_clear()
    yield
    engine.cache_clear()


@pytest.mark.usefixtures("without_introspection")
@pytest.mark.parametrize(
    "asked",
    [
        get_introspection_query(),
        '{ __type(name: "Job") { name } }',
        "query A { __typename } query B { x: __schema { queryType { name } } }",
        "{ ...F } fragment F on Query { ... { __schema { queryType { name } } } }",
    ],
)
def test_without_introspection_nobody_is_told_the_schema(asked: str) -> None:
    answer = send(asked, by=UserFactory(platform_role=PlatformRole.ADMIN))
    assert (answer.response.status, "data" in answer.content) == (403, False)
    assert answer.codes[0] == "FORBIDDEN"
    assert "does not tell its schema" in answer.errors[0]["message"]
    assert answer.errors[0]["locations"]
    assert send("{ __typename }").data == {"__typename": "Query"}


@pytest.mark.usefixtures("without_introspection")
def test_without_introspection_the_written_schema_is_not_there_either() -> None:
    assert Client().get("/schema.graphql").status_code == 404


def test_the_explorer_can_be_switched_off(settings: LazySettings) -> None:
    page = Request("GET", {"host": "localhost", "accept": "text/html"})
    assert answer(page).status == 200
    settings.EXPLORER = False
    refused = answer(page)
    assert (refused.status, orjson.loads(refused.body)["errors"][0]["message"]) == (404, EXPLORER_OFF)
