"""A team is changed by those who run it, and a company keeps an owner who can act for it."""

from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User, UserKind, UserStatus
from jobs.models import Company, HiringTeam, Membership, MembershipRole
from jobs.selectors import job as jobs
from jobs.selectors import membership as memberships
from jobs.services import membership
from kernel.errors import DomainError
from kernel.models import OutboxEvent
from kernel.viewer import Viewer
from tests.factories import (
    CompanyFactory,
    HiringTeamFactory,
    JobFactory,
    MembershipFactory,
    UserFactory,
    viewer_of,
)
from tests.jobs.services.races import at_once

pytestmark = pytest.mark.django_db
OWNER, ADMIN, RECRUITER = MembershipRole.OWNER, MembershipRole.ADMIN, MembershipRole.RECRUITER
INTERVIEWER, HIRING_MANAGER = MembershipRole.INTERVIEWER, MembershipRole.HIRING_MANAGER


def viewer(user: User) -> Viewer:
    """Somebody who has just logged in."""
    return replace(viewer_of(user), authenticated_at=timezone.now())


def team(*roles: str) -> list[Membership]:
    company = CompanyFactory()
    return [MembershipFactory(company=company, role=role) for role in roles]


def refusal(act: object) -> str:
    with pytest.raises(DomainError) as refused:
        act()  # type: ignore[operator]
    return refused.value.code


def owners(company: Company) -> int:
    return Membership.objects.filter(company=company, role=OWNER, suspended_at=None).count()


def test_a_role_is_changed_and_written_down() -> None:
    owner, member = team(OWNER, INTERVIEWER)
    changed = membership.change(by=viewer(owner.user), membership_id=member.pk, role=RECRUITER)
    assert changed.role == RECRUITER
    entry = AuditEntry.objects.get()
    assert entry.before == {"role": "interviewer", "is_suspended": False, "user_id": str(member.user_id)}
    assert entry.after == {"role": "recruiter", "is_suspended": False, "user_id": str(member.user_id)}
    assert entry.company_id == member.company_id
    assert [event.kind for event in OutboxEvent.objects.all()] == ["MemberChanged"]


def test_a_change_to_what_is_so_already_leaves_no_trace() -> None:
    owner, member = team(OWNER, RECRUITER)
    membership.change(by=viewer(owner.user), membership_id=member.pk, role=RECRUITER, is_suspended=False)
    assert not AuditEntry.objects.exists()


def test_a_suspended_member_has_no_rights_at_once_and_may_get_them_back() -> None:
    owner, member = team(OWNER, RECRUITER)
    by = viewer_of(member.user)
    draft = JobFactory(company=member.company, draft=True)
    assert jobs.by_id(by, [draft.pk])
    membership.change(by=viewer(owner.user), membership_id=member.pk, is_suspended=True)
    assert memberships.roles(by) == {}
    assert not jobs.by_id(by, [draft.pk])
    assert memberships.team_readable(by, [member.company_id]) == []
    membership.change(by=viewer(owner.user), membership_id=member.pk, is_suspended=False)
    assert jobs.by_id(by, [draft.pk])


@pytest.mark.parametrize(
    ("role", "touched", "wanted"),
    [
        (ADMIN, OWNER, ADMIN),
        (ADMIN, RECRUITER, OWNER),
        (RECRUITER, INTERVIEWER, HIRING_MANAGER),
        (HIRING_MANAGER, INTERVIEWER, RECRUITER),
        (INTERVIEWER, RECRUITER, INTERVIEWER),
    ],
)
def test_nobody_reaches_above_their_own(role: str, touched: str, wanted: str) -> None:
    actor, member, _ = team(role, touched, OWNER)
    by = viewer(actor.user)
    hidden = role in (INTERVIEWER, HIRING_MANAGER)
    assert refusal(lambda: membership.change(by=by, membership_id=member.pk, role=wanted)) == (
        "NOT_FOUND" if hidden else "FORBIDDEN"
    )
    member.refresh_from_db()
    assert member.role == touched


def test_nobody_raises_themselves() -> None:
    admin, _ = team(ADMIN, OWNER)
    by = viewer(admin.user)
    assert refusal(lambda: membership.change(by=by, membership_id=admin.pk, role=OWNER)) == "FORBIDDEN"


def test_what_concerns_owners_needs_a_recent_login() -> None:
    owner, member, other = team(OWNER, RECRUITER, OWNER)
    stale = viewer_of(owner.user)
    assert refusal(lambda: membership.change(by=stale, membership_id=member.pk, role=OWNER)) == "RECENT_LOGIN_REQUIRED"
    assert refusal(lambda: membership.remove(by=stale, membership_id=other.pk)) == "RECENT_LOGIN_REQUIRED"
    membership.change(by=stale, membership_id=member.pk, role=ADMIN)


def test_an_unknown_role_is_refused() -> None:
    owner, member = team(OWNER, RECRUITER)
    assert refusal(lambda: membership.change(by=viewer(owner.user), membership_id=member.pk, role="king")) == "INVALID"


def test_the_last_owner_stays() -> None:
    owner, admin = team(OWNER, ADMIN)
    by = viewer(owner.user)
    assert refusal(lambda: membership.remove(by=by, membership_id=owner.pk)) == "LAST_OWNER"
    assert refusal(lambda: membership.change(by=by, membership_id=owner.pk, role=ADMIN)) == "LAST_OWNER"
    assert refusal(lambda: membership.change(by=by, membership_id=owner.pk, is_suspended=True)) == "LAST_OWNER"
    platform = viewer(UserFactory(platform_admin=True))
    assert refusal(lambda: membership.remove(by=platform, membership_id=owner.pk)) == "LAST_OWNER"
    assert owners(owner.company) == 1
    assert not AuditEntry.objects.exists()
    membership.remove(by=viewer_of(admin.user), membership_id=admin.pk)


@pytest.mark.parametrize("state", ["suspended", "deactivated"])
def test_an_owner_who_cannot_act_is_none(state: str) -> None:
    owner, other = team(OWNER, OWNER)
    if state == "suspended":
        Membership.objects.filter(pk=other.pk).update(suspended_at=timezone.now())
    else:
        User.objects.filter(pk=other.user_id).update(status=UserStatus.DEACTIVATED)
    assert refusal(lambda: membership.remove(by=viewer(owner.user), membership_id=owner.pk)) == "LAST_OWNER"


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays() -> None:
    for _ in range(5):
        one, other = team(OWNER, OWNER)
        acts = [lambda m=m: membership.remove(by=viewer(m.user), membership_id=m.pk) for m in (one, other)]
        assert sorted(at_once(*acts)) == ["LAST_OWNER", "done"]
        assert owners(one.company) == 1


@pytest.mark.django_db(transaction=True)
def test_one_owner_leaves_while_the_other_steps_down_or_is_suspended() -> None:
    for changes in ({"role": ADMIN}, {"is_suspended": True}):
        one, other = team(OWNER, OWNER)
        outcomes = at_once(
            lambda m=one: membership.remove(by=viewer(m.user), membership_id=m.pk),
            lambda m=other, c=changes: membership.change(by=viewer(m.user), membership_id=m.pk, **c),
        )
        assert sorted(outcomes) == ["LAST_OWNER", "done"]
        assert owners(one.company) == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_do_not_both_go() -> None:
    one, other = team(OWNER, OWNER)
    outcomes = at_once(
        lambda: membership.remove(by=viewer(one.user), membership_id=other.pk),
        lambda: membership.remove(by=viewer(other.user), membership_id=one.pk),
    )
    assert sorted(outcomes)[1] == "done"
    assert set(outcomes) < {"done", "FORBIDDEN", "NOT_FOUND", "LAST_OWNER"}
    assert owners(one.company) == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_no_longer_an_admin_by_the_time_does_nothing() -> None:
    owner, admin, member = team(OWNER, ADMIN, RECRUITER)
    outcomes = at_once(
        lambda: membership.remove(by=viewer(owner.user), membership_id=admin.pk),
        lambda: membership.change(by=viewer(admin.user), membership_id=member.pk, role=INTERVIEWER),
    )
    assert outcomes[0] == "done"
    member.refresh_from_db()
    assert (member.role == INTERVIEWER) is (outcomes[1] == "done")


def test_who_is_removed_leaves_the_hiring_teams_of_that_company_only() -> None:
    owner, member = team(OWNER, INTERVIEWER)
    HiringTeamFactory(job=JobFactory(company=owner.company), user=member.user)
    elsewhere = HiringTeamFactory(user=member.user)
    membership.remove(by=viewer(owner.user), membership_id=member.pk)
    assert list(HiringTeam.objects.all()) == [elsewhere]
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert AuditEntry.objects.get().act == "member.remove"


def test_a_suspended_member_may_leave() -> None:
    _, member = team(OWNER, RECRUITER)
    Membership.objects.filter(pk=member.pk).update(suspended_at=timezone.now())
    membership.remove(by=viewer_of(member.user), membership_id=member.pk)
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_members_of_another_company_look_like_none() -> None:
    (stranger,) = team(OWNER)
    (_, member) = team(OWNER, RECRUITER)
    by = viewer(stranger.user)
    assert refusal(lambda: membership.change(by=by, membership_id=member.pk, role=ADMIN)) == "NOT_FOUND"
    assert refusal(lambda: membership.remove(by=by, membership_id=member.pk)) == "NOT_FOUND"
    assert refusal(lambda: membership.remove(by=by, membership_id=2**31)) == "NOT_FOUND"


def test_a_company_s_programs_are_no_members() -> None:
    owner, program = team(OWNER, ADMIN)
    User.objects.filter(pk=program.user_id).update(kind=UserKind.SERVICE)
    by = viewer(owner.user)
    assert refusal(lambda: membership.change(by=by, membership_id=program.pk, role=OWNER)) == "NOT_FOUND"
    assert refusal(lambda: transfer(owner, program)) == "NOT_A_MEMBER"


def transfer(giver: Membership, heir: Membership) -> Company:
    return membership.transfer(by=viewer(giver.user), company_id=giver.company_id, membership_id=heir.pk)


def test_a_company_is_handed_over() -> None:
    owner, partner, heir = team(OWNER, OWNER, RECRUITER)
    transfer(owner, heir)
    roles = dict(Membership.objects.filter(company=owner.company).values_list("pk", "role"))
    assert roles == {owner.pk: ADMIN, partner.pk: OWNER, heir.pk: OWNER}
    assert AuditEntry.objects.get().act == "company.transfer"
    assert [event.kind for event in OutboxEvent.objects.all()] == ["CompanyTransferred"]


def test_the_board_hands_a_company_over_from_all_its_owners() -> None:
    one, other, heir = team(OWNER, OWNER, INTERVIEWER)
    by = viewer(UserFactory(platform_admin=True))
    membership.transfer(by=by, company_id=one.company_id, membership_id=heir.pk)
    roles = dict(Membership.objects.filter(company=one.company).values_list("pk", "role"))
    assert roles == {one.pk: ADMIN, other.pk: ADMIN, heir.pk: OWNER}


def test_a_transfer_is_refused() -> None:
    owner, admin, suspended = team(OWNER, ADMIN, RECRUITER)
    (stranger,) = team(RECRUITER)
    Membership.objects.filter(pk=suspended.pk).update(suspended_at=timezone.now())
    assert refusal(lambda: transfer(admin, admin)) == "FORBIDDEN"
    assert refusal(lambda: transfer(owner, owner)) == "INVALID"
    assert refusal(lambda: transfer(owner, suspended)) == "NOT_A_MEMBER"
    assert refusal(lambda: transfer(owner, stranger)) == "NOT_A_MEMBER"
    stale = viewer_of(owner.user)
    ask = {"company_id": owner.company_id, "membership_id": admin.pk}
    assert refusal(lambda: membership.transfer(by=stale, **ask)) == "RECENT_LOGIN_REQUIRED"
    hidden = {**ask, "company_id": CompanyFactory(status="suspended").pk}
    assert refusal(lambda: membership.transfer(by=viewer(owner.user), **hidden)) == "NOT_FOUND"
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_company_that_is_handed_over_while_the_heir_leaves_has_an_owner() -> None:
    for _ in range(5):
        owner, heir = team(OWNER, RECRUITER)
        outcomes = at_once(
            lambda o=owner, h=heir: transfer(o, h),
            lambda h=heir: membership.remove(by=viewer(h.user), membership_id=h.pk),
        )
        assert owners(owner.company) == 1, outcomes


def test_owned_alone_names_what_would_be_orphaned() -> None:
    alone, _ = team(OWNER, ADMIN)
    MembershipFactory(user=alone.user, role=OWNER, company=team(OWNER)[0].company)
    MembershipFactory(user=alone.user, role=ADMIN)
    assert membership.owned_alone(alone.user_id) == [alone.company]
