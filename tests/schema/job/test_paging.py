"""Paging through jobs: complete and stable in every order, forward and backward, while jobs come and go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.door import send
from tests.factories import CompanyFactory, CurrencyFactory, JobFactory

pytestmark = pytest.mark.django_db

PAGE = """
query Page($orderBy: JobOrder, $first: Int, $after: String, $last: Int, $before: String) {
  jobs(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { title } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
ORDERS = [
    {"field": "PUBLISHED", "direction": "DESC"},
    {"field": "PUBLISHED", "direction": "ASC"},
    {"field": "PAY", "direction": "DESC", "currency": "EUR"},
    {"field": "PAY", "direction": "ASC", "currency": "EUR"},
]
each_order = pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order['field']}-{order['direction']}")


@pytest.fixture
def board() -> None:
    """Jobs with ties in both orders, some without pay and some paid in another currency."""
    company, dollars = CompanyFactory(), CurrencyFactory(code="USD", name="Dollar")
    now = timezone.now()
    for number in range(23):
        pay: dict[str, Any] = {}
        if number % 3:
            pay = {"pay": (1, (number % 4) * 10_000_00 + 1)}
        if number % 5 == 1:
            pay = {"pay": (1, 1_000_00), "pay__currency": dollars}
        JobFactory(title=f"{number}", company=company, published_at=now - timedelta(hours=number // 4 + 1), **pay)


def page(**variables: Any) -> dict[str, Any]:
    return send(PAGE, variables).data["jobs"]


def names(found: dict[str, Any]) -> list[str]:
    return [edge["node"]["title"] for edge in found["edges"]]


def walk(order: dict[str, Any], size: int) -> Iterator[dict[str, Any]]:
    found = page(orderBy=order, first=size)
    yield found
    while found["pageInfo"]["hasNextPage"]:
        found = page(orderBy=order, first=size, after=found["pageInfo"]["endCursor"])
        yield found


@each_order
@pytest.mark.parametrize("size", [1, 7, 23, 100])
def test_pages_hold_every_job_once_in_the_order_of_the_whole_list(
    board: None, order: dict[str, Any], size: int
) -> None:
    whole = names(page(orderBy=order, first=100))
    assert sorted(whole, key=int) == [str(number) for number in range(23)]
    assert [name for found in walk(order, size) for name in names(found)] == whole


@each_order
@pytest.mark.parametrize("size", [1, 7, 30])
def test_walking_backward_gives_the_same_list(board: None, order: dict[str, Any], size: int) -> None:
    whole = names(page(orderBy=order, first=100))
    found = page(orderBy=order, last=size)
    gathered = names(found)
    while found["pageInfo"]["hasPreviousPage"]:
        found = page(orderBy=order, last=size, before=found["pageInfo"]["startCursor"])
        gathered = names(found) + gathered
    assert gathered == whole


@each_order
def test_after_and_before_cut_the_list_on_both_sides(board: None, order: dict[str, Any]) -> None:
    edges = page(orderBy=order, first=100)["edges"]
    between = page(orderBy=order, first=100, after=edges[4]["cursor"], before=edges[18]["cursor"])
    assert between["edges"] == edges[5:18]


@each_order
def test_jobs_that_come_and_go_neither_repeat_nor_hide_others(board: None, order: dict[str, Any]) -> None:
    seen: list[str] = []
    for turn, found in enumerate(walk(order, 5)):
        seen += names(found)
        JobFactory(title=f"{100 + turn}", published_at=timezone.now() - timedelta(minutes=1), pay=(1, 10**10))
        JobFactory(title=f"{200 + turn}", published_at=timezone.now() - timedelta(days=25), pay=(1, 1))
        if turn == 1:
            from jobs.models import Job

            Job.objects.filter(title=seen[0]).update(moderation="frozen")
    assert len(seen) == len(set(seen))
    assert {name for name in seen if int(name) < 100} == {str(number) for number in range(23)}


@each_order
def test_the_last_page_says_so(board: None, order: dict[str, Any]) -> None:
    *_, last = walk(order, 10)
    assert last["pageInfo"]["hasNextPage"] is False
    assert last["pageInfo"]["hasPreviousPage"] is True
    assert page(orderBy=order, first=10)["pageInfo"]["hasPreviousPage"] is False


def test_first_zero_is_an_empty_page_that_says_whether_there_are_jobs(board: None) -> None:
    found = page(first=0)
    assert (found["edges"], found["pageInfo"]["hasNextPage"]) == ([], True)


def test_a_cursor_of_another_order_or_list_is_refused(board: None) -> None:
    by_pay = page(orderBy=ORDERS[2], first=1)["pageInfo"]["endCursor"]
    of_company = "{ companies { nodes { jobs(first: 1) { pageInfo { endCursor } } } } }"
    (company,) = send(of_company).data["companies"]["nodes"]
    for cursor in (by_pay, company["jobs"]["pageInfo"]["endCursor"]):
        (error,) = send(PAGE, {"after": cursor}).errors
        assert error["message"] == "This cursor belongs to another list or another order."
        assert error["extensions"] == {"code": "BAD_REQUEST", "argument": "after"}
