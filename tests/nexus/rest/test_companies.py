"""Companies by REST: as by GraphQL."""

import pytest

from jobs.models import SlugHistory
from schema.core import ids
from tests.door import send
from tests.factories import CompanyFactory, IndustryFactory, JobFactory, MembershipFactory, PlaceFactory, UserFactory
from tests.rest_door import get

pytestmark = pytest.mark.django_db

GRAPHQL_COMPANY = """
query Company($id: ID!) {
  company(by: {id: $id}) {
    id slug name kind aliases website sizeBand benefits verifiedAt logo
    industry { id slug name }
    description { html text }
  }
}
"""


def test_a_company_is_what_graphql_says_it_is() -> None:
    company = CompanyFactory(
        kind="public",
        size_band="11-50",
        website="https://example.org",
        aliases=["The Zoo"],
        benefits=["Free entry"],
        industry=IndustryFactory(),
        headquarters=PlaceFactory(name="Köln"),
        description_html="<p>Beasts.</p>",
        description_text="Beasts.",
    )
    expected = send(GRAPHQL_COMPANY, {"id": ids.encode("Company", company.pk)}).data["company"]
    shown = get(f"companies/{company.slug}").content
    for name, value in expected.items():
        assert shown[name] == value, name
    assert shown["headquarters"]["name"] == "Köln"
    assert shown["sizeBand"] == "S11_50"


def test_a_company_is_found_by_its_former_slug() -> None:
    company = CompanyFactory()
    SlugHistory.objects.create(slug="former", company=company)
    assert get("companies/former").content["id"] == ids.encode("Company", company.pk)


def test_a_suspended_company_is_for_its_members() -> None:
    company = CompanyFactory(status="suspended")
    member = MembershipFactory(company=company).user
    for user, status in ((None, 404), (UserFactory(), 404), (member, 200)):
        assert get(f"companies/{company.slug}", by=user).status == status
        assert get(f"companies/{company.slug}/jobs", by=user).status == status
        assert get("companies", by=user).items == []


def test_companies_are_listed_filtered_and_ordered() -> None:
    zoo, ark = CompanyFactory(name="Zoo", size_band="1-10"), CompanyFactory(name="Ark", kind="nonprofit")
    JobFactory(company=zoo)
    assert [company["name"] for company in get("companies").items] == ["Ark", "Zoo"]
    assert [company["name"] for company in get("companies", direction="DESC", first=1).items] == ["Zoo"]
    assert [company["name"] for company in get("companies", orderBy="CREATED").items] == ["Zoo", "Ark"]
    for asked, found in (
        ({"nameStartsWith": "a"}, ark),
        ({"kinds": "NONPROFIT"}, ark),
        ({"sizeBands": "S1_10"}, zoo),
        ({"isHiring": "true"}, zoo),
        ({"isHiring": "false", "withTotal": "true"}, ark),
    ):
        assert [company["slug"] for company in get("companies", **asked).items] == [found.slug], asked
    assert get("companies", isVerified="true").items == []
    assert get("companies", kinds="PUBLIC", withTotal="true").content["total"] == 0


def test_pages_of_companies_follow_one_another() -> None:
    made = {company.slug for company in CompanyFactory.create_batch(5)}
    first = get("companies", first=3)
    then = get("companies", first=3, after=first.content["pageInfo"]["endCursor"])
    assert {company["slug"] for company in first.items + then.items} == made
    assert then.content["pageInfo"] | {"startCursor": "", "endCursor": ""} == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": "",
        "endCursor": "",
    }
