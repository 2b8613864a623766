"""`invitationAccept`, `invitationDecline` and `viewer.invitations`."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jobs.models import Invitation
from schema.core import ids
from tests.door import send
from tests.factories import InvitationFactory, MembershipFactory, UserFactory, invitation_token
from tests.schema.account.acts import act, act_from, refusals

pytestmark = pytest.mark.django_db
MINE = "{ viewer { invitations { role status company { name } } } }"


def invited(**fields: object) -> tuple[User, Invitation, dict[str, str]]:
    user = UserFactory()
    row = InvitationFactory(email=user.email, **fields)
    return user, row, {"token": invitation_token(row)}


def test_the_person_sees_it_and_joins() -> None:
    user, row, token = invited(role="hiring_manager")
    InvitationFactory()
    told = {"role": "HIRING_MANAGER", "status": "OPEN", "company": {"name": row.company.name}}
    assert send(MINE, by=user).data["viewer"]["invitations"] == [told]
    fields = "membership { id role company { name } user { name } }"
    joined = act("invitationAccept", token, fields, by=user)
    assert joined["userErrors"] == []
    assert joined["membership"]["role"] == "HIRING_MANAGER"
    assert joined["membership"]["company"] == {"name": row.company.name}
    assert send(MINE, by=user).data["viewer"]["invitations"] == []


def test_every_refusal_of_an_acceptance() -> None:
    user, row, token = invited()
    assert refusals(act("invitationAccept", {"token": "x"}, by=user)) == [("NOT_FOUND", "token")]
    assert refusals(act("invitationAccept", token, by=UserFactory())) == [("FORBIDDEN", None)]
    inactive, _, inactive_token = invited(company__status="suspended")
    assert refusals(act("invitationAccept", inactive_token, by=inactive)) == [("COMPANY_INACTIVE", None)]
    MembershipFactory(company=row.company, user=user)
    assert refusals(act("invitationAccept", token, by=user)) == [("ALREADY_MEMBER", None)]
    late, _, late_token = invited(expires_at=timezone.now() - timedelta(seconds=1))
    assert refusals(act("invitationAccept", late_token, by=late)) == [("INVITATION_NOT_OPEN", None)]


def test_guesses_are_counted() -> None:
    told = [refusals(act_from("192.0.2.7", "invitationDecline", {"token": str(n)})) for n in range(101)]
    assert told[-2:] == [[("NOT_FOUND", "token")], [("TOO_MANY_ATTEMPTS", None)]]
    user, _, _ = invited()
    assert refusals(act("invitationAccept", {"token": "x"}, by=user)) == [("NOT_FOUND", "token")], "from elsewhere"


def test_whoever_has_the_mail_declines_once() -> None:
    _, row, token = invited()
    declined = act("invitationDecline", token, "company { name }")
    assert declined == {"company": {"name": row.company.name}, "userErrors": []}
    assert refusals(act("invitationDecline", token)) == [("INVITATION_NOT_OPEN", None)]


def test_an_invitation_is_found_by_its_id_by_those_whom_it_concerns() -> None:
    user, row, _ = invited()
    query = "query($id: ID!) { node(id: $id) { ... on Invitation { email } } }"
    key = {"id": ids.encode("Invitation", row.pk)}
    recruiter = MembershipFactory(company=row.company).user
    for by in (user, recruiter, UserFactory(platform_admin=True)):
        assert send(query, key, by=by).data == {"node": {"email": user.email}}
    for by in (None, UserFactory(), UserFactory(moderator=True), MembershipFactory().user):
        assert send(query, key, by=by).data == {"node": None}
