from unittest.mock import patch

import pytest

from jobs.search.engine import engine
from tests.door import send
from tests.factories import CompanyFactory
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db

SIMILAR = "query($first: Int) { jobs { nodes { title similar(first: $first) { title company { name } } } } }"


def test_jobs_like_each_of_a_page_are_found_in_one_call() -> None:
    live_jobs("Pastry baker", "Bread baker", "Nuclear physicist")
    with patch.object(engine(), "similar", wraps=engine().similar) as asked:
        nodes = send(SIMILAR).data["jobs"]["nodes"]
    assert asked.call_count == 1
    similar = {node["title"]: [job["title"] for job in node["similar"]] for node in nodes}
    assert similar["Pastry baker"] == ["Bread baker"]
    assert similar["Bread baker"] == ["Pastry baker"]
    assert similar["Nuclear physicist"] == []


def test_as_many_as_are_asked_for_and_none_that_is_hidden() -> None:
    live_jobs(*(f"Baker of {what}" for what in ("bread", "cakes", "pies", "rolls")))
    live_job("Baker of secrets", company=CompanyFactory(status="suspended"))
    for first in (0, 2):
        nodes = send(SIMILAR, {"first": first}).data["jobs"]["nodes"]
        assert {len(node["similar"]) for node in nodes} == {first}
        assert "Baker of secrets" not in str(nodes)


@pytest.mark.parametrize("first", [-1, 21])
def test_numbers_that_make_no_sense_are_refused(first: int) -> None:
    live_jobs("Baker")
    assert set(send(SIMILAR, {"first": first}).codes) == {"BAD_REQUEST"}
