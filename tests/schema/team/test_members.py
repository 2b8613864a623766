"""`memberUpdateRole`, `memberRemove`, `companyTransfer` and `Company.members`."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jobs.models import Company, Membership
from schema.core import ids
from tests.door import send, send_to_oracle, token_for
from tests.factories import CompanyFactory, MembershipFactory, UserFactory
from tests.schema.account.acts import act, document, refusals

pytestmark = pytest.mark.django_db
MEMBERS = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Company {
  members(first: $first, after: $after) {
    totalCount nodes { id role suspendedAt email user { name email } } pageInfo { hasNextPage endCursor } } } } }"""


def team(*roles: str) -> list[Membership]:
    company = CompanyFactory()
    return [MembershipFactory(company=company, role=role) for role in roles]


def key(member: Membership) -> str:
    return ids.encode("Membership", member.pk)


def change(by: Membership | User, member: Membership, **changes: Any) -> Any:
    user = by.user if isinstance(by, Membership) else by
    return act("memberUpdateRole", {"id": key(member), "changes": changes}, "membership { role suspendedAt }", by=user)


def remove(by: Membership | User, member: Membership) -> Any:
    user = by.user if isinstance(by, Membership) else by
    return act("memberRemove", {"id": key(member)}, "company { slug }", by=user)


def transfer(by: User, company: Company, heir: Membership) -> Any:
    values = {"companyId": ids.encode("Company", company.pk), "membershipId": key(heir)}
    return act("companyTransfer", values, "company { members { nodes { role } } }", by=by)


def stale(name: str, values: dict[str, Any], user: User) -> list[tuple[str, str | None]]:
    """What somebody is told who logged in an hour ago."""
    token = token_for(user, at=timezone.now() - timedelta(hours=1))
    return refusals(send(document(name), {"input": values}, authorization=f"Bearer {token}").data[name])


def test_a_member_is_changed_suspended_and_restored() -> None:
    owner, member = team("owner", "interviewer")
    assert change(owner, member, role="RECRUITER")["membership"] == {"role": "RECRUITER", "suspendedAt": None}
    assert change(owner, member, isSuspended=True)["membership"]["suspendedAt"]
    assert change(owner, member, isSuspended=False)["membership"]["suspendedAt"] is None
    assert change(owner, member, role=None)["membership"]["role"] == "RECRUITER", "null leaves alone"
    assert change(owner, member, role="OWNER")["membership"]["role"] == "OWNER"


def test_every_refusal_of_a_change() -> None:
    owner, admin, recruiter = team("owner", "admin", "recruiter")
    assert refusals(change(UserFactory(), recruiter, role="ADMIN")) == [("NOT_FOUND", "id")]
    assert refusals(change(recruiter, admin, role="RECRUITER")) == [("FORBIDDEN", None)]
    assert refusals(change(owner, owner, role="ADMIN")) == [("LAST_OWNER", None)]
    values = {"id": key(recruiter), "changes": {"role": "OWNER"}}
    assert stale("memberUpdateRole", values, owner.user) == [("RECENT_LOGIN_REQUIRED", None)]


def test_a_member_is_removed_or_leaves() -> None:
    owner, member, other = team("owner", "recruiter", "interviewer")
    assert remove(owner, member) == {
        "company": {"slug": owner.company.slug},
        "userErrors": [],
    }
    assert refusals(remove(owner, member)) == [("NOT_FOUND", "id")]
    assert remove(other, other)["company"] == {"slug": owner.company.slug}
    assert refusals(remove(owner, owner)) == [("LAST_OWNER", None)]


def test_every_refusal_of_a_removal() -> None:
    owner, partner, admin, recruiter = team("owner", "owner", "admin", "recruiter")
    assert refusals(remove(UserFactory(), recruiter)) == [("NOT_FOUND", "id")]
    assert refusals(remove(recruiter, admin)) == [("FORBIDDEN", None)]
    assert refusals(remove(admin, owner)) == [("FORBIDDEN", None)]
    assert stale("memberRemove", {"id": key(partner)}, owner.user) == [("RECENT_LOGIN_REQUIRED", None)]


def test_a_company_is_handed_over() -> None:
    owner, heir = team("owner", "recruiter")
    given = transfer(owner.user, owner.company, heir)
    assert given == {"company": {"members": {"nodes": [{"role": "ADMIN"}, {"role": "OWNER"}]}}, "userErrors": []}


def test_every_refusal_of_a_transfer() -> None:
    owner, admin = team("owner", "admin")
    (stranger,) = team("recruiter")
    hidden = CompanyFactory(status="closed")
    assert refusals(transfer(owner.user, hidden, admin)) == [("NOT_FOUND", "companyId")]
    assert refusals(transfer(admin.user, admin.company, admin)) == [("FORBIDDEN", None)]
    assert refusals(transfer(owner.user, owner.company, owner)) == [("INVALID", "membershipId")]
    assert refusals(transfer(owner.user, owner.company, stranger)) == [("NOT_A_MEMBER", "membershipId")]
    values = {"companyId": ids.encode("Company", owner.company_id), "membershipId": key(admin)}
    assert stale("companyTransfer", values, owner.user) == [("RECENT_LOGIN_REQUIRED", None)]


def test_members_are_read_page_by_page_by_those_who_may() -> None:
    members = team("owner", "recruiter", "interviewer")
    owner, company = members[0], ids.encode("Company", members[0].company_id)
    first = send(MEMBERS, {"id": company, "first": 2}, by=members[1].user).content
    shown = first["data"]["node"]["members"]
    assert shown["totalCount"] == 3
    assert [node["email"] for node in shown["nodes"]] == [member.user.email for member in members[:2]]
    assert [node["user"]["name"] for node in shown["nodes"]] == [member.user.name for member in members[:2]]
    rest = {"id": company, "first": 2, "after": shown["pageInfo"]["endCursor"]}
    assert [n["id"] for n in send(MEMBERS, rest, by=owner.user).content["data"]["node"]["members"]["nodes"]] == [
        key(members[2])
    ]
    on_oracle = send_to_oracle(MEMBERS, {"id": company, "first": 2}, by=members[1].user)
    assert on_oracle["data"]["node"]["members"] == shown
    for by in (None, UserFactory(), members[2].user, UserFactory(moderator=True)):
        answer = send(MEMBERS, {"id": company}, by=by)
        assert (answer.content["data"]["node"]["members"], answer.codes) == (None, ["FORBIDDEN"])


def test_members_of_many_companies_take_the_same_few_statements() -> None:
    user = UserFactory()
    query = (
        """{ viewer { memberships { company { members(first: 5) { totalCount nodes { email user { name } } } } } } }"""
    )

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            send(query, by=user).data  # noqa: B018 - it asserts that there are no errors
        return len(queries)

    MembershipFactory(user=user, role="owner")
    statements()
    few = statements()
    for _ in range(5):
        company = MembershipFactory(user=user, role="owner").company
        MembershipFactory.create_batch(3, company=company)
    assert statements() == few
