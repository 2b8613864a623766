"""`companyFollow`, `companyUnfollow`, `Company.isFollowed` and `viewer.followedCompanies`."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nexus.graphql import cache
from schema.core import ids
from tests.door import send, send_to_oracle
from tests.factories import CompanyFactory, FollowFactory, UserFactory
from tests.schema.account.acts import act, refusals

pytestmark = pytest.mark.django_db
SHOWN = "query($slug: String!) { company(by: {slug: $slug}) { name isFollowed } }"
MINE = """query($first: Int, $after: String) { viewer { followedCompanies(first: $first, after: $after) {
  totalCount nodes { name isFollowed } pageInfo { hasNextPage endCursor } } } }"""


def test_a_company_is_followed_and_unfollowed() -> None:
    user, company = UserFactory(), CompanyFactory()
    values = {"companyId": ids.encode("Company", company.pk)}
    for _ in range(2):
        followed = act("companyFollow", values, "company { isFollowed }", by=user)
        assert followed == {"company": {"isFollowed": True}, "userErrors": []}
    assert send(SHOWN, {"slug": company.slug}, by=user).data["company"]["isFollowed"] is True
    for _ in range(2):
        left = act("companyUnfollow", values, "company { isFollowed }", by=user)
        assert left == {"company": {"isFollowed": False}, "userErrors": []}


@pytest.mark.parametrize("name", ["companyFollow", "companyUnfollow"])
def test_every_refusal(name: str) -> None:
    hidden = {"companyId": ids.encode("Company", CompanyFactory(status="closed").pk)}
    assert refusals(act(name, hidden, by=UserFactory())) == [("NOT_FOUND", "companyId")]
    shown = {"companyId": ids.encode("Company", CompanyFactory().pk)}
    assert refusals(act(name, shown, by=UserFactory(moderator=True))) == [("FORBIDDEN", None)]


def test_the_followed_companies_are_read_page_by_page() -> None:
    user = UserFactory()
    names = [FollowFactory(user=user).company.name for _ in range(3)]
    FollowFactory()
    first = send(MINE, {"first": 2}, by=user).data["viewer"]["followedCompanies"]
    assert first["totalCount"] == 3
    assert first["nodes"] == [{"name": name, "isFollowed": True} for name in (names[2], names[1])]
    rest = {"first": 2, "after": first["pageInfo"]["endCursor"]}
    second = send(MINE, rest, by=user).data["viewer"]["followedCompanies"]
    assert (second["nodes"], second["pageInfo"]["hasNextPage"]) == ([{"name": names[0], "isFollowed": True}], False)
    assert send(MINE, {"after": "x"}, by=user).codes == ["BAD_REQUEST"]
    assert send_to_oracle(MINE, {"first": 2}, by=user)["data"]["viewer"]["followedCompanies"] == first


def test_whether_many_are_followed_is_asked_in_one_statement() -> None:
    user = UserFactory()
    FollowFactory.create_batch(10, user=user)
    query = "{ companies { nodes { isFollowed } } }"

    def statements(by: Any) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            send(query, by=by).data  # noqa: B018 - it asserts that there are no errors
        return [one["sql"] for one in queries if "jobs_follow" in one["sql"]]

    assert len(statements(user)) == 1
    assert statements(None) == [], "nobody follows anything"


@pytest.mark.django_db(transaction=True)
def test_who_follows_is_told_so_whatever_was_cached_for_nobody(settings: LazySettings, empty_cache: None) -> None:
    settings.RESPONSE_CACHE = True
    follow = FollowFactory()
    asked = {"slug": follow.company.slug}
    before = cache.counts()
    for _ in range(2):
        assert send(SHOWN, asked).data["company"]["isFollowed"] is False
    assert sum(cache.counts()[kind] - before[kind] for kind in ("process", "redis")) == 1, "nobody's is shared"
    answer = send(SHOWN, asked, by=follow.user)
    assert answer.data["company"]["isFollowed"] is True
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert send(SHOWN, asked, by=UserFactory()).data["company"]["isFollowed"] is False
    assert send(SHOWN, asked).data["company"]["isFollowed"] is False
