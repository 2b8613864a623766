"""`costOf` and `rateLimit`: what asking costs, told without asking, and what is left."""

from typing import Any

import pytest
from django.conf import LazySettings

from tests.door import send
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

COST_OF = """
    query ($document: String!, $name: String, $variables: String) {
        costOf(document: $document, operationName: $name, variables: $variables) {
            cost most isAllowed depth selections
        }
    }
"""
TWO = """
    query A { jobs { nodes { title } } }
    query B($n: Int = 5) { jobs(first: $n) { ...F } }
    fragment F on JobConnection { totalCount nodes { id } }
"""


def cost_of(document: str, name: str | None = None, variables: str | None = None) -> dict[str, Any]:
    data: dict[str, Any] = send(COST_OF, {"document": document, "name": name, "variables": variables}).data
    found: dict[str, Any] = data["costOf"]
    return found


def test_cost_is_told_without_running_the_operation() -> None:
    found = cost_of('mutation { tokenCreate(input: {email: "a@example.com", password: "x"}) { token } }')
    assert found == {"cost": 1_001, "most": 200_000, "isAllowed": True, "depth": 2, "selections": 2}


@pytest.mark.parametrize(
    ("name", "variables", "cost"),
    [("A", None, 10 + 1 + 20), ("B", None, 10 + 1 + 50 + 5), ("B", '{"n": 90}', 10 + 1 + 50 + 90)],
)
def test_cost_is_that_of_the_operation_and_its_variables(name: str, variables: str | None, cost: int) -> None:
    assert cost_of(TWO, name, variables)["cost"] == cost


def test_operation_that_costs_too_much_is_told_as_such(settings: LazySettings) -> None:
    settings.COST_LIMIT = 1_000
    found = cost_of("{ jobs(first: 100) { nodes { skills { level } } } }")
    assert found == {"cost": 10_111, "most": 1_000, "isAllowed": False, "depth": 4, "selections": 4}


@pytest.mark.parametrize(
    ("arguments", "extensions", "words"),
    [
        ({"document": "{ jobs {"}, {"code": "BAD_REQUEST", "argument": "document"}, "Syntax Error"),
        ({"document": "{ lost }"}, {"code": "BAD_REQUEST", "argument": "document"}, "Cannot query field 'lost'"),
        ({"document": TWO}, {"code": "BAD_REQUEST", "argument": "document"}, "operation name"),
        ({"document": TWO, "variables": "{"}, {"code": "BAD_REQUEST", "argument": "variables"}, "not JSON"),
        ({"document": TWO, "variables": "[1]"}, {"code": "BAD_REQUEST", "argument": "variables"}, "JSON object"),
        (
            {"document": TWO, "name": "B", "variables": '{"n": "x"}'},
            {"code": "BAD_REQUEST", "argument": "variables"},
            "Int cannot represent",
        ),
        (
            {"document": "{ jobs(first: 101) { totalCount } }"},
            {"code": "BAD_REQUEST", "argument": "first"},
            "between 0 and 100",
        ),
        (
            {"document": "{ " + "__typename " * 30 + "}"},
            {"code": "DOCUMENT_TOO_COMPLEX", "argument": "document", "limit": "rootFields", "most": 20, "found": 30},
            "30 root fields",
        ),
    ],
)
def test_what_is_wrong_with_the_document_is_an_error_at_the_field(
    arguments: dict[str, str], extensions: dict[str, Any], words: str
) -> None:
    answer = send(COST_OF, arguments)
    assert answer.content["data"] is None
    (error,) = answer.errors
    assert error["path"] == ["costOf"]
    assert error["extensions"] == extensions
    assert words in error["message"]


def test_pricing_a_document_costs_more_than_a_small_page() -> None:
    answer = send(COST_OF, {"document": "{ jobs { totalCount } }"})
    assert answer.content["extensions"]["cost"]["requested"] == 501
    assert answer.content["extensions"]["cost"]["actual"] == 501


def test_documents_priced_inside_documents_are_priced_and_not_run() -> None:
    inner = '{ costOf(document: "{ jobs(first: 3) { nodes { id } } }") { cost } }'
    assert cost_of(inner)["cost"] == 501


def test_rate_limit_is_null_where_nothing_is_counted(settings: LazySettings) -> None:
    settings.RATE_LIMIT = settings.RATE_LIMIT_ADDRESS = 0
    assert send("{ rateLimit { remaining } }").data == {"rateLimit": None}


def test_rate_limit_tells_what_is_left(settings: LazySettings) -> None:
    settings.RATE_LIMIT = 10_000
    user = UserFactory()
    asked = "{ rateLimit { limit cost remaining resetAt } jobs(first: 5) { nodes { id } } }"
    first = send(asked, by=user).data["rateLimit"]
    assert (first["limit"], first["cost"]) == (10_000, 1 + 10 + 1 + 5)
    assert first["remaining"] <= 10_000 - first["cost"]
    second = send(asked, by=user)
    assert second.data["rateLimit"]["remaining"] <= first["remaining"]
    assert second.data["rateLimit"]["resetAt"].endswith("Z") or "+" in second.data["rateLimit"]["resetAt"]
