"""Answers that need no thread: those that this process has already, for callers who have points on lease."""

import orjson
import pytest
from django.conf import LazySettings

from jobs.models import Company
from nexus.graphql import cache, documents, leases, view
from nexus.graphql.http import Request
from nexus.graphql.view import answer, answer_at_hand
from tests.door import request_for
from tests.factories import CompanyFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
COMPANIES = "query Names { companies { nodes { name } } }"


@pytest.fixture(autouse=True)
def caching(settings: LazySettings) -> None:
    settings.RESPONSE_CACHE = True
    cache.forget()
    CompanyFactory(name="Acme")


def names(body: bytes) -> list[str]:
    return [node["name"] for node in orjson.loads(body)["data"]["companies"]["nodes"]]


def test_what_was_asked_before_is_at_hand() -> None:
    request = request_for(COMPANIES)
    assert answer_at_hand(request) is None
    first = answer(request)
    second = answer_at_hand(request)
    assert second is not None
    assert (second.status, names(second.body)) == (200, names(first.body))
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert orjson.loads(second.body)["extensions"]["cost"]["actual"] == 1


def test_a_write_takes_it_away() -> None:
    request = request_for(COMPANIES)
    answer(request)
    Company.objects.update(name="Apex")
    assert answer_at_hand(request) is None
    assert names(answer(request).body) == ["Apex"]


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "elsewhere.example"},
        {"accept": "application/json"},
        {"content-type": "text/plain"},
        {"content-encoding": "gzip"},
        {"authorization": "Bearer of.a.token"},
        {"x-on-behalf-of": "somebody"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_request_that_is_to_be_understood_otherwise_is_not_at_hand(changed: dict[str, str]) -> None:
    request = request_for(COMPANIES)
    answer(request)
    other = Request("POST", request.headers | changed, "", request.body)
    assert answer_at_hand(other) is None


def test_a_signed_in_viewer_neither_gets_nor_leaves_a_shared_answer() -> None:
    anonymous, signed_in = request_for(COMPANIES), request_for(COMPANIES, by=UserFactory())
    answer(signed_in)
    assert answer_at_hand(anonymous) is None
    answer(anonymous)
    assert answer_at_hand(signed_in) is None


def test_a_caller_without_points_on_lease_waits_for_a_thread() -> None:
    request = request_for(COMPANIES)
    answer(request)
    stranger = Request("POST", request.headers, "", request.body, "203.0.113.7")
    assert answer_at_hand(stranger) is None
    assert answer(stranger).status == 200
    assert answer_at_hand(stranger) is not None
    assert leases.takes["shared"]


def test_an_answer_with_errors_is_never_at_hand() -> None:
    request = request_for('{ companies(after: "nonsense") { nodes { name } } }')
    assert "errors" in orjson.loads(answer(request).body)
    assert answer_at_hand(request) is None


def test_a_document_that_is_trusted_no_longer_is_not_at_hand(settings: LazySettings) -> None:
    request = request_for(COMPANIES)
    answer(request)
    settings.TRUSTED_DOCUMENTS = "required"
    assert answer_at_hand(request) is None
    assert documents.EXPLORER_OFF.encode() in answer(Request("GET", {"host": "localhost", "accept": "text/html"})).body


def test_an_answer_counts_once_whoever_gives_it() -> None:
    request = request_for(COMPANIES)
    answer(request)
    stranger = Request("POST", request.headers, "", request.body, "203.0.113.8")
    before = cache.counts()["process"]
    assert answer_at_hand(stranger) is None
    assert answer(stranger).status == 200
    assert cache.counts()["process"] == before + 1
    assert answer_at_hand(stranger) is not None
    assert cache.counts()["process"] == before + 2


def test_what_is_remembered_of_a_request_is_small() -> None:
    large = request_for(COMPANIES, {"undeclared": "x" * view.MAX_REMEMBERED_BYTES})
    small = request_for(COMPANIES, {"undeclared": "x"})
    for request in (large, small):
        assert answer(request).status == 200
    assert answer_at_hand(large) is None
    assert answer_at_hand(small) is not None
    recalled = cache.recall(view._fingerprint(small))
    assert recalled is not None
    assert recalled[1].operation.variables == {}
