from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from jobs.search.port import PUBLISHED_DAYS, FacetDimension
from jobs.selectors import search as searches
from tests.door import send
from tests.factories import CategoryFactory, CompanyFactory, PlaceFactory, SkillFactory
from tests.search_board import live_job

pytestmark = pytest.mark.django_db

FACETS = """
query($query: String, $where: JobWhere, $first: Int) {
  jobSearch(query: $query, where: $where) {
    facets {
      places(first: $first) { isApproximate values { count place { name } } }
      countries(first: $first) { isApproximate values { count country { code name } } }
      categories(first: $first) { isApproximate values { count category { name } } }
      employmentTypes(first: $first) { isApproximate values { count employmentType } }
      workplaces(first: $first) { isApproximate values { count workplace } }
      seniorities(first: $first) { isApproximate values { count seniority } }
      skills(first: $first) { isApproximate values { count skill { name } } }
      companies(first: $first) { isApproximate values { count company { name } } }
      pay { isApproximate values { count min { amount currency } max { amount currency } } }
      published { isApproximate values { count days } }
    }
  }
}
"""


def facets(query: str = "baker", **variables: Any) -> Any:
    return send(FACETS, {"query": query, **variables}).data["jobSearch"]["facets"]


@pytest.fixture
def board() -> None:
    rye, yeast = SkillFactory(name="Rye"), SkillFactory(name="Yeast")
    town, food = PlaceFactory(name="Larkfield"), CategoryFactory(name="Food")
    mill, oven = CompanyFactory(name="Mill"), CompanyFactory(name="Oven")
    shared: dict[str, Any] = {"category": food, "employment_types": ["full_time"], "seniority": "mid"}
    shared["published_at"] = timezone.now() - timedelta(hours=2)
    paid = {**shared, "pay": (30_000_00, 45_000_00)}
    live_job("Baker", company=mill, workplace="on_site", skills=[rye, yeast], places=[town], **paid)
    live_job("Baker of rolls", company=oven, workplace="on_site", skills=[rye], places=[town], **shared)
    live_job("Remote baker", company=mill, workplace="remote", **shared)
    live_job("Gardener", company=oven, workplace="remote", **shared)


@pytest.mark.usefixtures("board")
def test_the_found_jobs_are_counted_by_all_there_is() -> None:
    told = facets()
    assert {name for name, facet in told.items() if facet["isApproximate"]} == set()
    assert told["places"]["values"] == [{"count": 2, "place": {"name": "Larkfield"}}]
    assert told["categories"]["values"] == [{"count": 3, "category": {"name": "Food"}}]
    assert told["employmentTypes"]["values"] == [{"count": 3, "employmentType": "FULL_TIME"}]
    assert told["workplaces"]["values"] == [{"count": 2, "workplace": "ON_SITE"}, {"count": 1, "workplace": "REMOTE"}]
    assert told["seniorities"]["values"] == [{"count": 3, "seniority": "MID"}]
    assert [(value["skill"]["name"], value["count"]) for value in told["skills"]["values"]] == [
        ("Rye", 2),
        ("Yeast", 1),
    ]
    assert [(one["company"]["name"], one["count"]) for one in told["companies"]["values"]] == [("Mill", 2), ("Oven", 1)]
    assert [value["count"] for value in told["countries"]["values"]] == [2]
    assert told["published"]["values"] == [{"count": 3, "days": days} for days in PUBLISHED_DAYS]


@pytest.mark.usefixtures("board")
def test_pay_is_counted_in_buckets() -> None:
    counted = [value for value in facets()["pay"]["values"] if value["count"]]
    assert [value["count"] for value in counted] == [1]
    assert counted[0]["min"]["currency"] == "EUR"
    assert float(counted[0]["min"]["amount"]) < float(counted[0]["max"]["amount"])


@pytest.mark.usefixtures("board")
def test_a_facet_leaves_its_own_filter_out() -> None:
    told = facets(where={"workplaces": ["REMOTE"]})
    assert told["workplaces"]["values"] == [{"count": 2, "workplace": "ON_SITE"}, {"count": 1, "workplace": "REMOTE"}]
    assert told["companies"]["values"] == [{"count": 1, "company": {"name": "Mill"}}]


@pytest.mark.usefixtures("board")
def test_as_many_values_as_are_asked_for() -> None:
    told = facets(first=1)
    assert [len(told[name]["values"]) for name in ("skills", "companies", "workplaces")] == [1, 1, 1]
    assert len(told["published"]["values"]) == len(PUBLISHED_DAYS)
    assert {len(facet["values"]) for name, facet in facets(first=0).items() if name not in ("pay", "published")} == {0}


@pytest.mark.usefixtures("board")
def test_only_what_is_asked_for_is_counted_and_all_of_it_at_once() -> None:
    document = """{ jobSearch(query: "baker") {
      facets {
        skills(first: 2) { values { count } }
        few: skills(first: 1) { values { count } }
        pay { values { count } }
      }
    } }"""
    with patch.object(searches, "facets", wraps=searches.facets) as counted:
        told = send(document).data["jobSearch"]["facets"]
        send('{ jobSearch(query: "baker") { nodes { title } } }')
    (call,) = counted.call_args_list
    assert set(call.args[1]) == {FacetDimension.SKILL, FacetDimension.PAY}
    assert (len(told["skills"]["values"]), len(told["few"]["values"])) == (2, 1)


@pytest.mark.parametrize("first", [-1, 51])
def test_too_many_values_are_refused(first: int) -> None:
    answered = send(FACETS, {"first": first})
    assert set(answered.codes) <= {"BAD_REQUEST"}
    assert answered.codes
