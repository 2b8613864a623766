"""`memberInvite`, `invitationRevoke` and `Company.invitations`."""

from typing import Any

import pytest

from accounts.models import User
from jobs.models import Company, Invitation
from kernel.models import OutboxEvent
from schema.core import ids
from tests.door import send, send_to_oracle
from tests.factories import CompanyFactory, InvitationFactory, MembershipFactory, UserFactory
from tests.schema.account.acts import act, refusals

pytestmark = pytest.mark.django_db
FIELDS = "invitation { id email role status expiresAt company { slug } invitedBy { name } }"
LISTED = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Company {
  invitations(first: $first, after: $after) {
    totalCount nodes { email role status } pageInfo { hasNextPage endCursor } } } } }"""


def owner() -> tuple[User, Company]:
    membership = MembershipFactory(role="owner")
    return membership.user, membership.company


def invite(by: User, company: Company, **values: Any) -> Any:
    values = {
        "companyId": ids.encode("Company", company.pk),
        "email": "Ann@Example.org",
        "role": "INTERVIEWER",
        **values,
    }
    return act("memberInvite", values, FIELDS, by=by)


def test_somebody_is_invited() -> None:
    user, company = owner()
    invitation = invite(user, company)["invitation"]
    row = Invitation.objects.get()
    assert invitation == {
        "id": ids.encode("Invitation", row.pk),
        "email": "ann@example.org",
        "role": "INTERVIEWER",
        "status": "OPEN",
        "expiresAt": invitation["expiresAt"],
        "company": {"slug": company.slug},
        "invitedBy": {"name": user.name},
    }


def test_whether_there_is_an_account_is_not_told() -> None:
    user, company = owner()
    known = UserFactory()
    answers = [invite(user, company, email=email) for email in (known.email, "stranger@example.org")]
    for answer in answers:
        for one in ("id", "email", "expiresAt"):
            del answer["invitation"][one]
    assert answers[0] == answers[1]


def test_asked_twice_under_one_key_one_mail_goes_out() -> None:
    user, company = owner()
    first, again = (invite(user, company, idempotencyKey="one") for _ in range(2))
    assert first == again
    assert OutboxEvent.objects.filter(kind="MemberInvited").count() == 1


def test_every_refusal() -> None:
    user, company = owner()
    there = MembershipFactory(company=company, role="recruiter")
    assert refusals(invite(user, CompanyFactory(status="closed"))) == [("NOT_FOUND", "companyId")]
    assert refusals(invite(there.user, company, role="ADMIN")) == [("FORBIDDEN", None)]
    assert refusals(invite(user, company, email="x")) == [("INVALID", "email")]
    assert refusals(invite(user, company, email=there.user.email)) == [("ALREADY_MEMBER", "email")]
    invite(user, company)
    assert refusals(invite(user, company)) == [("ALREADY_INVITED", "email")]
    InvitationFactory.create_batch(100, company=company)
    assert refusals(invite(user, company, email="b@example.org")) == [("TOO_MANY_INVITATIONS", None)]
    codes = [refusals(invite(there.user, company, email="b@example.org")) for _ in range(101)]
    assert codes[-1] == [("TOO_MANY_ATTEMPTS", None)]


def test_an_invitation_is_taken_back() -> None:
    user, company = owner()
    row = InvitationFactory(company=company)
    key = {"id": ids.encode("Invitation", row.pk)}
    assert refusals(act("invitationRevoke", key, by=UserFactory())) == [("NOT_FOUND", "id")]
    recruiter = MembershipFactory(company=company, role="recruiter").user
    assert refusals(act("invitationRevoke", key, by=recruiter)) == [("FORBIDDEN", None)]
    revoked = act("invitationRevoke", key, "invitation { status }", by=user)
    assert revoked == {"invitation": {"status": "REVOKED"}, "userErrors": []}
    assert refusals(act("invitationRevoke", key, by=user)) == [("INVITATION_NOT_OPEN", None)]


def test_invitations_are_read_page_by_page_by_those_who_may() -> None:
    user, company = owner()
    rows = [InvitationFactory(company=company) for _ in range(3)]
    InvitationFactory()
    key = ids.encode("Company", company.pk)
    first = send(LISTED, {"id": key, "first": 2}, by=user).data["node"]["invitations"]
    assert first["totalCount"] == 3
    assert [node["email"] for node in first["nodes"]] == [rows[2].email, rows[1].email]
    rest = {"id": key, "after": first["pageInfo"]["endCursor"]}
    assert [n["email"] for n in send(LISTED, rest, by=user).data["node"]["invitations"]["nodes"]] == [rows[0].email]
    assert send_to_oracle(LISTED, {"id": key, "first": 2}, by=user)["data"]["node"]["invitations"] == first
    for by in (None, UserFactory(), MembershipFactory(company=company, role="interviewer").user):
        answer = send(LISTED, {"id": key}, by=by)
        assert (answer.content["data"]["node"]["invitations"], answer.codes) == (None, ["FORBIDDEN"])
