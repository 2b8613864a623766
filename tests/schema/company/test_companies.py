"""`companies` and `company`: who is hiring."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import CompanyKind, SizeBand
from schema.core import ids
from tests.door import send
from tests.factories import CompanyFactory, CountryFactory, IndustryFactory, JobFactory, PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db

NAMES = """
query Names($where: CompanyWhere, $orderBy: CompanyOrder, $first: Int, $after: String) {
  companies(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    totalCount nodes { name } pageInfo { hasNextPage endCursor }
  }
}
"""


def names(where: dict[str, Any] | None = None, **more: Any) -> list[str]:
    companies = send(NAMES, {"where": where, **more}).data["companies"]
    found = [company["name"] for company in companies["nodes"]]
    assert companies["totalCount"] == len(found)
    return found


def test_each_filter_keeps_what_it_says() -> None:
    industry = IndustryFactory()
    paris = PlaceFactory(country=CountryFactory(code="FR", name="France", continent="EU"))
    bakery = CompanyFactory(name="Bakery", kind=CompanyKind.EMPLOYER, industry=industry, size_band=SizeBand.S1_10)
    CompanyFactory(name="agency", kind=CompanyKind.AGENCY, headquarters=paris)
    JobFactory(company=bakery)
    assert names() == ["Bakery", "agency"]
    assert names({"nameStartsWith": "bAK"}) == ["Bakery"]
    assert names({"nameStartsWith": "%"}) == []
    assert names({"industries": [ids.encode("Industry", industry.pk)]}) == ["Bakery"]
    assert names({"kinds": ["AGENCY"]}) == ["agency"]
    assert names({"sizeBands": ["S1_10"]}) == ["Bakery"]
    assert names({"countries": ["FR"]}) == ["agency"]
    assert names({"isHiring": True}) == ["Bakery"]
    assert names({"isHiring": False}) == ["agency"]
    assert names({"isVerified": True}) == []


@pytest.mark.parametrize("order", [None, {"field": "NAME", "direction": "DESC"}, {"field": "CREATED"}])
def test_pages_are_complete_in_every_order(order: dict[str, str] | None) -> None:
    for number in range(12):
        CompanyFactory(name=f"Same name {number // 4}")
    whole = send(NAMES, {"orderBy": order, "first": 100}).data["companies"]["nodes"]
    gathered, after, more = [], None, True
    while more:
        found = send(NAMES, {"orderBy": order, "first": 5, "after": after}).data["companies"]
        gathered += found["nodes"]
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert gathered == whole
    assert len(whole) == 12


def test_all_that_a_profile_tells() -> None:
    company = CompanyFactory(
        name="Bakery",
        aliases=["The Bakery"],
        benefits=["Bread"],
        description_html="<p>We bake.</p>",
        description_text="We bake.",
        headquarters=PlaceFactory(name="Kassel"),
        industry=IndustryFactory(name="Food"),
    )
    selection = (
        "name aliases benefits website sizeBand kind verifiedAt industry { name } description { html text }"
        " headquarters { name country { name } coordinates { latitude } }"
    )
    query = "query($id: ID!) { company(by: {id: $id}) { %s } }" % selection
    assert send(query, {"id": ids.encode("Company", company.pk)}).data["company"] == {
        "name": "Bakery",
        "aliases": ["The Bakery"],
        "benefits": ["Bread"],
        "website": None,
        "sizeBand": None,
        "kind": "EMPLOYER",
        "verifiedAt": None,
        "industry": {"name": "Food"},
        "description": {"html": "<p>We bake.</p>", "text": "We bake."},
        "headquarters": {"name": "Kassel", "country": {"name": "Germany"}, "coordinates": {"latitude": 52.52}},
    }


def test_long_texts_are_read_where_they_are_asked_for_and_all_at_once() -> None:
    JobFactory(company=CompanyFactory(name="A", description_html="<p>We bake.</p>", description_text="We bake."))
    JobFactory(company=CompanyFactory(name="B"))
    somebody = UserFactory()

    def texts(asked: str) -> tuple[Any, int]:
        with CaptureQueriesContext(connection) as statements:
            data = send(asked, by=somebody).data
        return data, sum("description_text" in statement["sql"] for statement in statements)

    assert texts("{ companies { nodes { name } } jobs { nodes { company { name } } } }")[1] == 0
    told, read = texts("{ companies { nodes { description { html text } } } }")
    assert told["companies"]["nodes"] == [
        {"description": {"html": "<p>We bake.</p>", "text": "We bake."}},
        {"description": None},
    ]
    assert read == 1
    told, read = texts("{ jobs { nodes { company { description { text } } } } }")
    shown = [node["company"]["description"] for node in told["jobs"]["nodes"]]
    assert sorted(shown, key=bool) == [None, {"text": "We bake."}]
    assert read == 1
