from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from jobs.search.engine import engine
from jobs.search.postgres import terms
from tests.door import send, send_to_oracle
from tests.factories import CompanyFactory, PlaceFactory
from tests.search_board import live_job, live_jobs

pytestmark = pytest.mark.django_db

SEARCH = """
query Search(
  $query: String, $mode: KeywordMode, $where: JobWhere, $near: [JobNearInput!], $orderBy: JobSearchOrder,
  $isCorrected: Boolean, $isExpanded: Boolean, $isBroadened: Boolean, $perCompany: Int, $first: Int, $after: String
) {
  jobSearch(
    query: $query, mode: $mode, where: $where, near: $near, orderBy: $orderBy, isCorrected: $isCorrected,
    isExpanded: $isExpanded, isBroadened: $isBroadened, perCompany: $perCompany, first: $first, after: $after
  ) {
    edges { cursor score node { title } }
    nodes { title }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount { value precision }
    correction { query original }
    expansions { written kind text weight }
    broadened { how count }
  }
}
"""


def search(query: str | None = None, **variables: Any) -> Any:
    return send(SEARCH, {"query": query, **variables}).data["jobSearch"]


def titles(found: Any) -> list[str]:
    return [node["title"] for node in found["nodes"]]


def pages(query: str | None = None, **variables: Any) -> Iterator[Any]:
    after = None
    while True:
        page = search(query, after=after, **variables)
        yield page
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def test_the_best_comes_first_and_says_how_well_it_fits() -> None:
    live_job("Cook", description_text="You may bake bread as a baker does")
    live_job("Baker")
    live_job("Gardener")
    found = search("baker")
    assert titles(found) == ["Baker", "Cook"]
    one, other = (edge["score"] for edge in found["edges"])
    assert one > other > 0
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    assert found["totalCount"] == {"value": 2, "precision": "EXACT"}
    assert found["correction"] is None


def test_without_a_query_all_come_the_newest_first_and_have_no_score() -> None:
    now = timezone.now()
    for hours, title in ((3, "Oldest"), (1, "Newest"), (2, "Middle")):
        live_job(title, published_at=now - timedelta(hours=hours))
    for query in (None, "", "?!…", " "):
        found = search(query)
        assert titles(found) == ["Newest", "Middle", "Oldest"]
        assert {edge["score"] for edge in found["edges"]} == {None}


def test_pages_follow_one_another_to_the_end() -> None:
    made = {job.title for job in live_jobs(*(f"Baker {number}" for number in range(7)))}
    for order in (None, {"field": "PUBLISHED"}, {"field": "PAY"}):
        read = list(islice(pages("baker", orderBy=order, first=3), 10))
        assert [len(page["nodes"]) for page in read] == [3, 3, 1]
        assert {title for page in read for title in titles(page)} == made
        assert [page["pageInfo"]["hasPreviousPage"] for page in read] == [False, True, True]
        for page in read:
            assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
            assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]


def test_a_page_of_none_says_whether_there_is_something() -> None:
    live_jobs("Baker")
    found = search("baker", first=0)
    assert found["edges"] == []
    assert found["pageInfo"]["endCursor"] is None
    assert found["totalCount"]["value"] == 1


def test_a_filter_and_a_circle_narrow_it_down() -> None:
    hamburg = PlaceFactory(latitude=53.55, longitude=10.0)
    rome = PlaceFactory(latitude=41.9, longitude=12.5)
    for title, place in (("Baker in Hamburg", hamburg), ("Baker in Rome", rome)):
        live_job(title, places=[place])
    near = [{"latitude": 53.5, "longitude": 9.9, "radiusKm": 30}]
    assert titles(search("baker", near=near)) == ["Baker in Hamburg"]
    both = [*near, {"latitude": 41.8, "longitude": 12.4, "radiusKm": 30}]
    by_distance = search("baker", near=both, orderBy={"field": "DISTANCE"})
    assert set(titles(by_distance)) == {"Baker in Hamburg", "Baker in Rome"}
    assert titles(search("baker", where={"workplaces": ["REMOTE"]}, isBroadened=False)) == []


def test_a_mistake_is_corrected_and_said() -> None:
    live_jobs(*(["Carpenter"] * 6))
    terms.rebuild()
    found = search("carpetner")
    assert found["correction"] == {"query": "carpenter", "original": "carpetner"}
    assert found["totalCount"]["value"] == 6
    plain = search("carpetner", isCorrected=False, isExpanded=False, isBroadened=False)
    assert (plain["correction"], plain["nodes"]) == (None, [])


def test_what_fits_less_follows_and_is_counted() -> None:
    live_job("Baker of rye bread")
    live_job("Baker")
    found = search("baker rye zeppelin", isExpanded=False)
    assert titles(found)[:1] == ["Baker of rye bread"]
    assert found["totalCount"] == {"value": 0, "precision": "EXACT"}
    assert found["broadened"]["how"] == "WORDS"
    assert found["broadened"]["count"] >= 1
    strict = search("baker rye zeppelin", isExpanded=False, isBroadened=False)
    assert (strict["nodes"], strict["broadened"]) == ([], None)


EDGES = """
query($query: String, $first: Int) {
  jobSearch(query: $query, first: $first) {
    edges {
      score
      node { title }
      highlights { title company skills text }
      explanation { total parts { name detail value } }
    }
  }
}
"""


def test_highlights_and_explanations_are_read_once_for_a_page() -> None:
    live_jobs(*(f"Baker {number}" for number in range(5)), description_text="A baker bakes.")
    with (
        patch.object(engine(), "highlights", wraps=engine().highlights) as highlights,
        patch.object(engine(), "explained", wraps=engine().explained) as explanations,
    ):
        search("baker")
        assert (highlights.call_count, explanations.call_count) == (0, 0)
        edges = send(EDGES, {"query": "baker"}).data["jobSearch"]["edges"]
    assert (highlights.call_count, explanations.call_count) == (1, 1)
    assert len(edges) == 5
    for edge in edges:
        assert edge["highlights"]["title"].startswith("<mark>Baker</mark> ")
        explanation = edge["explanation"]
        assert explanation["total"] == pytest.approx(sum(part["value"] for part in explanation["parts"]))
        assert explanation["total"] == pytest.approx(edge["score"], rel=1e-4)


def test_without_a_query_there_is_nothing_to_mark_or_to_explain() -> None:
    live_jobs("Baker")
    (edge,) = send(EDGES).data["jobSearch"]["edges"]
    assert edge == {"score": None, "node": {"title": "Baker"}, "highlights": None, "explanation": None}


def test_marks_are_the_only_mark_up() -> None:
    live_job("Baker <script>alert(1)</script>", description_text="A baker & <b>more</b>")
    (edge,) = send(EDGES, {"query": "baker"}).data["jobSearch"]["edges"]
    told = [edge["highlights"]["title"], *edge["highlights"]["text"]]
    assert "<mark>" in told[0]
    for html in told:
        assert "<" not in html.replace("<mark>", "").replace("</mark>", "")


def test_two_searches_of_one_document_are_told_apart() -> None:
    live_jobs("Baker", "Cook")
    data = send(
        """
        fragment Told on JobSearchConnection {
          edges { highlights { title } }
          facets { workplaces { values { count } } }
        }
        {
          a: jobSearch(query: "baker", isBroadened: false, isExpanded: false) { ...Told }
          b: jobSearch(query: "cook", isBroadened: false, isExpanded: false) { ...Told }
        }"""
    ).data
    assert [edge["highlights"]["title"] for edge in data["a"]["edges"]] == ["<mark>Baker</mark>"]
    assert [edge["highlights"]["title"] for edge in data["b"]["edges"]] == ["<mark>Cook</mark>"]


def test_it_is_the_same_with_the_engine_off() -> None:
    live_jobs("Baker", "Baker and cook")
    one = send(EDGES, {"query": "baker"}).content
    other = send_to_oracle(EDGES, {"query": "baker"})
    # Recency is counted back from the moment of each.
    for content in (one, other):
        for edge in content["data"]["jobSearch"]["edges"]:
            edge["score"] = round(edge["score"], 3)
            edge["explanation"] = len(edge["explanation"]["parts"])
    assert one["data"] == other["data"]
    assert "errors" not in one


def test_jobs_of_a_company_that_is_hidden_are_not_found() -> None:
    hidden = CompanyFactory(status="suspended", name="Hidden bakery")
    live_job("Baker", company=hidden)
    found = search("baker")
    assert (found["nodes"], found["totalCount"]["value"]) == ([], 0)
