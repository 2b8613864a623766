"""An invitation is for one address, and ends once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import TooManyAttempts
from accounts.models import AuditEntry, User
from accounts.services import account
from jobs.models import Company, Invitation, Membership, MembershipRole
from jobs.services import invitation, membership
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import (
    CompanyFactory,
    InvitationFactory,
    MembershipFactory,
    UserFactory,
    invitation_token,
    viewer_of,
)
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db


def member(company: Company, role: str) -> Viewer:
    """Somebody who has just logged in."""
    return replace(viewer_of(MembershipFactory(company=company, role=role).user), authenticated_at=timezone.now())


def refusal(act: object) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        act()  # type: ignore[operator]
    return refused.value.code, refused.value.field


def invite(
    company: Company, role: str = "interviewer", email: str = "Ann@Example.org", by: str = "owner"
) -> Invitation:
    return invitation.invite(by=member(company, by), company_id=company.pk, email=email, role=role)


def test_an_invitation_is_for_an_address_in_any_case_and_good_for_seven_days() -> None:
    row = invite(CompanyFactory())
    row.refresh_from_db()
    assert row.email == "ann@example.org"
    assert timedelta(days=6, hours=23) < row.expires_at - timezone.now() < timedelta(days=7)
    assert invitation_token(row) not in str(row.__dict__), "only its hash is kept"
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.company_id, entry.after) == ("member.invite", row.company_id, {"role": "interviewer"})
    event = OutboxEvent.objects.get()
    assert event.payload == {"company_id": str(row.company_id), "invitation_id": str(row.pk)}


@pytest.mark.parametrize(
    ("by", "role", "is_allowed"),
    [
        ("interviewer", "interviewer", False),
        ("hiring_manager", "interviewer", False),
        ("recruiter", "interviewer", True),
        ("recruiter", "hiring_manager", False),
        ("recruiter", "recruiter", False),
        ("admin", "interviewer", True),
        ("admin", "recruiter", True),
        ("admin", "admin", True),
        ("admin", "owner", False),
        ("owner", "owner", True),
    ],
)
def test_roles_invite_what_they_may(by: str, role: str, is_allowed: bool) -> None:
    company = CompanyFactory()
    if is_allowed:
        assert invite(company, role, by=by).role == role
    else:
        assert refusal(lambda: invite(company, role, by=by)) == ("FORBIDDEN", None)


def test_the_board_invites_an_owner() -> None:
    by = replace(viewer_of(UserFactory(platform_admin=True)), authenticated_at=timezone.now())
    row = invitation.invite(by=by, company_id=CompanyFactory().pk, email="a@example.org", role="owner")
    assert row.role == "owner"


def test_an_owner_is_invited_after_a_recent_login_only() -> None:
    company = CompanyFactory()
    by = replace(member(company, "owner"), authenticated_at=timezone.now() - timedelta(hours=1))
    ask = {"by": by, "company_id": company.pk, "email": "a@example.org"}
    assert refusal(lambda: invitation.invite(**ask, role="owner"))[0] == "RECENT_LOGIN_REQUIRED"
    assert invitation.invite(**ask, role="admin")


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "@example.org", "a b@example.org", "ann\x00@example.org", "a@" + "b" * 300 + ".org"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert refusal(lambda: invite(CompanyFactory(), email=email)) == ("INVALID", "email")


def test_an_unknown_role_is_refused() -> None:
    assert refusal(lambda: invite(CompanyFactory(), role="king")) == ("INVALID", "role")


def test_a_hidden_company_looks_like_none() -> None:
    by = viewer_of(UserFactory())
    for key in (uuid7(), CompanyFactory(status="suspended").pk):
        ask = {"by": by, "company_id": key, "email": "a@example.org", "role": "interviewer"}
        assert refusal(lambda ask=ask: invitation.invite(**ask)) == ("NOT_FOUND", "company_id")


def test_an_address_is_invited_once_at_a_time() -> None:
    company = CompanyFactory()
    first = invite(company)
    assert refusal(lambda: invite(company)) == ("ALREADY_INVITED", "email")
    assert invite(CompanyFactory()), "another company may"
    invitation.revoke(by=member(company, "owner"), invitation_id=first.pk)
    assert invite(company).pk != first.pk


def test_what_nobody_answered_in_time_makes_way() -> None:
    old = InvitationFactory(email="ann@example.org", expires_at=timezone.now() - timedelta(seconds=1))
    assert invite(old.company)
    old.refresh_from_db()
    assert old.revoked_at is not None


def test_a_member_is_not_invited() -> None:
    there = MembershipFactory()
    assert refusal(lambda: invite(there.company, email=there.user.email)) == ("ALREADY_MEMBER", "email")


def test_whether_an_address_has_an_account_makes_no_difference() -> None:
    company, other = CompanyFactory(), CompanyFactory()
    by, by_other = member(company, "owner"), member(other, "owner")
    known = UserFactory()
    counts = []
    for viewer, place, email in ((by, company, known.email), (by_other, other, "stranger@example.org")):
        with CaptureQueriesContext(connection) as queries:
            invitation.invite(by=viewer, company_id=place.pk, email=email, role="interviewer")
        counts.append([query["sql"].split(" ")[0] for query in queries])
    assert counts[0] == counts[1]


def test_a_hundred_invitations_are_open_at_most() -> None:
    company = CompanyFactory()
    over = timezone.now() - timedelta(days=1)
    InvitationFactory.create_batch(invitation.MOST_OPEN - 1, company=company)
    InvitationFactory(company=company, expires_at=over)
    InvitationFactory(company=company, declined_at=over)
    assert invite(company)
    assert refusal(lambda: invite(company, email="b@example.org"))[0] == "TOO_MANY_INVITATIONS"


def test_one_person_sends_a_hundred_an_hour() -> None:
    company = CompanyFactory()
    by = member(company, "recruiter")
    ask = {"by": by, "company_id": company.pk, "role": "interviewer"}
    for number in range(100):
        row = invitation.invite(**ask, email=f"p{number}@example.org")
        invitation.revoke(by=by, invitation_id=row.pk)
    with pytest.raises(TooManyAttempts):
        invitation.invite(**ask, email="one.more@example.org")
    assert Invitation.objects.count() == 100


def invited(**fields: object) -> tuple[User, Invitation]:
    user = UserFactory()
    return user, InvitationFactory(email=user.email, **fields)


def test_who_accepts_is_a_member() -> None:
    user, row = invited(role="hiring_manager")
    joined = invitation.accept(by=viewer_of(user), token=invitation_token(row))
    assert (joined.user, joined.company, joined.role) == (user, row.company, "hiring_manager")
    assert Invitation.objects.get().status == "accepted"
    assert AuditEntry.objects.get().act == "invitation.accept"
    assert OutboxEvent.objects.get().kind == "InvitationAccepted"
    assert refusal(lambda: invitation.accept(by=viewer_of(user), token=invitation_token(row)))[0] == (
        "INVITATION_NOT_OPEN"
    )


def test_only_the_person_with_the_verified_address_accepts() -> None:
    user, row = invited()
    token = invitation_token(row)
    assert refusal(lambda: invitation.accept(by=viewer_of(UserFactory()), token=token))[0] == "FORBIDDEN"
    User.objects.filter(pk=user.pk).update(email_verified_at=None)
    assert refusal(lambda: invitation.accept(by=viewer_of(user), token=token))[0] == "FORBIDDEN"
    assert not Membership.objects.exists()
    assert Invitation.objects.get().status == "open"


@pytest.mark.parametrize("token", ["", "x", "x" * 1_000_000, "\x00", "\ud800"])
def test_a_token_of_nobody_s_finds_nothing(token: str) -> None:
    user, _ = invited()
    for act in (invitation.accept, invitation.decline):
        assert refusal(lambda act=act: act(by=viewer_of(user), token=token)) == ("NOT_FOUND", "token")


@pytest.mark.parametrize("end", ["declined_at", "revoked_at", "accepted_at"])
def test_what_has_ended_stays_ended(end: str) -> None:
    user, row = invited(**{end: timezone.now()})
    token = invitation_token(row)
    assert refusal(lambda: invitation.accept(by=viewer_of(user), token=token))[0] == "INVITATION_NOT_OPEN"
    assert refusal(lambda: invitation.decline(by=viewer_of(user), token=token))[0] == "INVITATION_NOT_OPEN"
    by = member(row.company, "owner")
    assert refusal(lambda: invitation.revoke(by=by, invitation_id=row.pk))[0] == "INVITATION_NOT_OPEN"


def test_after_seven_days_it_is_too_late() -> None:
    user, row = invited(expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal(lambda: invitation.accept(by=viewer_of(user), token=invitation_token(row)))[0] == (
        "INVITATION_NOT_OPEN"
    )


def test_who_has_joined_meanwhile_keeps_the_role() -> None:
    user, row = invited(role="admin")
    MembershipFactory(company=row.company, user=user, role="interviewer")
    assert refusal(lambda: invitation.accept(by=viewer_of(user), token=invitation_token(row)))[0] == "ALREADY_MEMBER"
    assert Membership.objects.get().role == MembershipRole.INTERVIEWER


def test_nobody_joins_a_company_that_is_suspended() -> None:
    user, row = invited(company__status="suspended")
    assert refusal(lambda: invitation.accept(by=viewer_of(user), token=invitation_token(row)))[0] == "COMPANY_INACTIVE"


def test_a_company_that_is_suspended_invites_nobody() -> None:
    company = CompanyFactory(status="suspended")
    assert refusal(lambda: invite(company))[0] == "COMPANY_INACTIVE"
    assert not OutboxEvent.objects.exists()


def test_who_has_the_mail_declines() -> None:
    _, row = invited()
    invitation.decline(by=Viewer(address="192.0.2.1"), token=invitation_token(row))
    assert Invitation.objects.get().status == "declined"
    assert AuditEntry.objects.get().actor_id is None


def test_the_invited_person_does_not_revoke() -> None:
    user, row = invited()
    assert refusal(lambda: invitation.revoke(by=viewer_of(user), invitation_id=row.pk))[0] == "FORBIDDEN"
    assert refusal(lambda: invitation.revoke(by=viewer_of(UserFactory()), invitation_id=row.pk))[0] == "NOT_FOUND"


def test_a_recruiter_revokes_what_a_recruiter_may_send() -> None:
    row = InvitationFactory(role="interviewer")
    above = InvitationFactory(company=row.company, role="admin")
    by = member(row.company, "recruiter")
    assert invitation.revoke(by=by, invitation_id=row.pk).status == "revoked"
    assert refusal(lambda: invitation.revoke(by=by, invitation_id=above.pk))[0] == "FORBIDDEN"


def test_what_somebody_offered_ends_when_they_may_no_longer_offer_it() -> None:
    company = CompanyFactory()
    owner, admin = (member(company, role) for role in ("owner", "admin"))
    rows = {
        role: invitation.invite(by=admin, company_id=company.pk, email=f"{role}@example.org", role=role)
        for role in ("interviewer", "recruiter", "admin")
    }
    other = invitation.invite(by=owner, company_id=company.pk, email="other@example.org", role="admin")
    held = Membership.objects.get(company=company, role="admin")

    def statuses() -> dict[str, str]:
        return {role: Invitation.objects.get(pk=row.pk).status.value for role, row in rows.items()}

    membership.change(by=owner, membership_id=held.pk, role="recruiter")
    assert statuses() == {"interviewer": "open", "recruiter": "revoked", "admin": "revoked"}
    membership.remove(by=owner, membership_id=held.pk)
    assert statuses()["interviewer"] == "revoked"
    assert Invitation.objects.get(pk=other.pk).status == "open"
    assert AuditEntry.objects.filter(act="invitation.revoke", actor_id=owner.user_id).count() == 3


def test_an_invitation_of_somebody_who_is_suspended_or_hands_over_ends() -> None:
    company = CompanyFactory()
    owner, heir = (member(company, role) for role in ("owner", "admin"))
    sent = invitation.invite(by=heir, company_id=company.pk, email="ann@example.org", role="recruiter")
    held = Membership.objects.get(company=company, role="admin")
    membership.change(by=owner, membership_id=held.pk, is_suspended=True)
    assert Invitation.objects.get(pk=sent.pk).status == "revoked"
    membership.change(by=owner, membership_id=held.pk, is_suspended=False)
    second = invitation.invite(by=owner, company_id=company.pk, email="bob@example.org", role="owner")
    membership.transfer(by=owner, company_id=company.pk, membership_id=held.pk)
    assert Invitation.objects.get(pk=second.pk).status == "revoked"


@pytest.mark.django_db(transaction=True)
def test_of_fifty_acceptances_at_once_one_makes_a_member() -> None:
    user, row = invited()
    by, token = viewer_of(user), invitation_token(row)
    outcomes = at_once(*[lambda: invitation.accept(by=by, token=token)] * 50)
    assert sorted(outcomes) == ["INVITATION_NOT_OPEN"] * 49 + ["done"]
    assert Membership.objects.filter(company=row.company).count() == 1
    assert AuditEntry.objects.filter(act="invitation.accept").count() == 1
    assert OutboxEvent.objects.filter(kind="InvitationAccepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepted_declined_and_revoked_at_once_it_ends_in_one_way() -> None:
    for _ in range(5):
        user, row = invited()
        by, token = viewer_of(user), invitation_token(row)
        owner = member(row.company, "owner")
        outcomes = at_once(
            lambda b=by, t=token: invitation.accept(by=b, token=t),
            lambda b=by, t=token: invitation.decline(by=b, token=t),
            lambda o=owner, r=row: invitation.revoke(by=o, invitation_id=r.pk),
        )
        assert outcomes.count("done") == 1, outcomes
        row.refresh_from_db()
        assert Membership.objects.filter(user=user).exists() is (row.status == "accepted")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_invite_an_address_at_once_one_does() -> None:
    company = CompanyFactory()
    viewers = [member(company, "owner"), member(company, "admin")]
    ask = {"company_id": company.pk, "email": "a@example.org", "role": "interviewer"}
    outcomes = at_once(*[lambda by=by: invitation.invite(by=by, **ask) for by in viewers])
    assert sorted(outcomes) == ["ALREADY_INVITED", "done"]


@pytest.mark.django_db(transaction=True)
def test_who_accepts_while_the_account_is_deleted_joins_nothing() -> None:
    for _ in range(5):
        user, row = invited()
        by, token = viewer_of(user), invitation_token(row)
        leaving = replace(by, authenticated_at=timezone.now())
        outcomes = at_once(
            lambda b=by, t=token: invitation.accept(by=b, token=t),
            lambda b=leaving: account.delete(by=b),
        )
        assert outcomes[1] == "done", outcomes
        assert not Membership.objects.filter(user=user).exists()
