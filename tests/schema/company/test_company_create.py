"""`companyCreate`: a person opens a company."""

import pytest

from jobs.models import Company
from jobs.services import company_profile
from schema.core import ids
from tests.door import send
from tests.factories import IndustryFactory, MembershipFactory, PlaceFactory, UserFactory
from tests.schema.account.acts import act, document, refusals

pytestmark = pytest.mark.django_db
FIELDS = (
    "company { id name slug kind website version industry { name } headquarters { name } description { text } "
    "aliases benefits sizeBand verifiedAt isFollowed }"
)


def test_a_company_is_opened_with_all_that_it_says() -> None:
    user, industry, place = UserFactory(), IndustryFactory(), PlaceFactory()
    details = {
        "kind": "NONPROFIT",
        "website": "https://lark.example",
        "description": "We **care**.",
        "aliases": ["Lark"],
        "benefits": ["Tea"],
        "sizeBand": "S11_50",
        "industry": ids.encode("Industry", industry.pk),
        "headquarters": ids.encode("Place", place.pk),
    }
    payload = act("companyCreate", {"name": "Lark & Co", "details": details}, FIELDS, by=user)
    assert payload == {
        "company": {
            "id": ids.encode("Company", Company.objects.get().pk),
            "name": "Lark & Co",
            "slug": "lark-co",
            "kind": "NONPROFIT",
            "website": "https://lark.example",
            "version": 1,
            "industry": {"name": industry.name},
            "headquarters": {"name": place.name},
            "description": {"text": "We care."},
            "aliases": ["Lark"],
            "benefits": ["Tea"],
            "sizeBand": "S11_50",
            "verifiedAt": None,
            "isFollowed": False,
        },
        "userErrors": [],
    }
    shown = send("{ viewer { memberships { role suspendedAt email company { slug } user { name } } } }", by=user).data
    assert shown["viewer"]["memberships"] == [
        {
            "role": "OWNER",
            "suspendedAt": None,
            "email": user.email,
            "company": {"slug": "lark-co"},
            "user": {"name": user.name},
        }
    ]


def test_repeated_under_one_key_it_happens_once() -> None:
    user = UserFactory()
    values = {"name": "Lark", "idempotencyKey": "k-1"}
    first, again = (act("companyCreate", values, "company { id }", by=user) for _ in range(2))
    assert first == again
    assert Company.objects.count() == 1
    other = act("companyCreate", {**values, "name": "Other"}, by=user)
    assert refusals(other) == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": " "}, ("INVALID", "name")),
        ({"name": "a\u0000"}, ("INVALID", "name")),
        ({"name": "A", "details": {"sizeBand": None, "kind": None}}, ("INVALID", "details.kind")),
        ({"name": "A", "details": {"website": "x"}}, ("INVALID", "details.website")),
        ({"name": "A", "details": {"logo": "%%%"}}, ("INVALID", "details.logo")),
    ],
)
def test_the_field_at_fault_is_named(values: dict[str, object], expected: tuple[str, str]) -> None:
    assert refusals(act("companyCreate", values, by=UserFactory())) == [expected]
    assert not Company.objects.exists()


def test_an_eleventh_is_refused() -> None:
    user = UserFactory()
    MembershipFactory.create_batch(company_profile.MOST_OWNED, user=user, role="owner")
    assert refusals(act("companyCreate", {"name": "A"}, by=user)) == [("TOO_MANY_COMPANIES", None)]


@pytest.mark.parametrize("wrong", ["x", ids.encode("Skill", 1)])
def test_what_is_no_id_of_an_industry_is_a_bad_request(wrong: str) -> None:
    values = {"name": "A", "details": {"industry": wrong}}
    answer = send(document("companyCreate"), {"input": values}, by=UserFactory())
    assert answer.codes == ["BAD_REQUEST"]
    assert answer.errors[0]["extensions"]["argument"] == "input.details.industry"
