"""What teams hold of a person is told in the export, and goes with the person."""

import threading

import pytest
from django.db import connection, transaction

from accounts.errors import AccountStillNeeded
from accounts.services import erasure, export
from jobs.models import Follow, HiringTeam, Invitation, Membership
from jobs.services import membership, personal_data
from tests.factories import (
    FollowFactory,
    HiringTeamFactory,
    InvitationFactory,
    MembershipFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db


def test_accounts_know_of_it() -> None:
    assert personal_data.owns_no_company_alone in erasure.guards
    assert personal_data.forget_member in erasure.erasers
    assert {"memberships", "hiring_teams", "invitations", "follows"} <= export.sections.keys()


def test_the_only_owner_hands_the_company_over_first() -> None:
    owner = MembershipFactory(role="owner", company__name="Larkfield")
    with pytest.raises(AccountStillNeeded, match="Larkfield"):
        personal_data.owns_no_company_alone(owner.user)
    MembershipFactory(role="owner", company=owner.company)
    personal_data.owns_no_company_alone(owner.user)


@pytest.mark.django_db(transaction=True)
def test_an_owner_who_is_forgotten_is_waited_for_by_the_other_who_leaves() -> None:
    owner = MembershipFactory(role="owner")
    other = MembershipFactory(role="owner", company=owner.company)
    outcome: list[str] = []

    def leave() -> None:
        try:
            membership.remove(by=viewer_of(other.user), membership_id=other.pk)
            outcome.append("left")
        except membership.LastOwner:
            outcome.append("stays")
        finally:
            connection.close()

    with transaction.atomic():
        personal_data.owns_no_company_alone(owner.user)
        thread = threading.Thread(target=leave)
        thread.start()
        personal_data.forget_member(owner.user)
    thread.join(30)
    assert outcome == ["stays"]
    assert Membership.objects.filter(company=owner.company, role="owner").count() == 1


def test_all_of_it_is_told_and_goes_and_nobody_else_s() -> None:
    user = UserFactory()
    MembershipFactory(user=user, company__name="Mine")
    FollowFactory(user=user, company__name="Followed")
    HiringTeamFactory(user=user, job__title="Cook")
    InvitationFactory(email=user.email, company__name="Inviting")
    others = (MembershipFactory(), FollowFactory(), HiringTeamFactory(), InvitationFactory())
    told = {name: export.sections[name](user) for name in ("memberships", "follows", "hiring_teams", "invitations")}
    assert [row["company_name"] for row in told["memberships"]] == ["Mine"]
    assert [row["company_name"] for row in told["follows"]] == ["Followed"]
    assert [row["job_title"] for row in told["hiring_teams"]] == ["Cook"]
    assert [row["company_name"] for row in told["invitations"]] == ["Inviting"]
    personal_data.forget_member(user)
    left = [model.objects.get() for model in (Membership, Follow, HiringTeam, Invitation)]
    assert tuple(left) == others
