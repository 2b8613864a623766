"""Who sees teams, invitations and domains: `membership`, `invitation` and `company_domain`."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jobs.models import Company
from jobs.selectors import company_domain as domains
from jobs.selectors import invitation as invitations
from jobs.selectors import membership as memberships
from kernel.ids import uuid7
from kernel.rows import Slice
from kernel.viewer import ANONYMOUS, Scope, Viewer
from tests.factories import (
    CompanyDomainFactory,
    CompanyFactory,
    InvitationFactory,
    MembershipFactory,
    UserFactory,
    viewer_of,
)

pytestmark = pytest.mark.django_db


def viewers(company: Company) -> dict[str, Viewer]:
    """Somebody of every kind."""
    people = {
        role: MembershipFactory(company=company, role=role).user
        for role in ("interviewer", "hiring_manager", "recruiter", "admin", "owner")
    }
    suspended = MembershipFactory(company=company, role="owner", suspended_at=timezone.now()).user
    owner = viewer_of(people["owner"])
    return {
        "nobody": ANONYMOUS,
        "seeker": viewer_of(UserFactory()),
        **{role: viewer_of(user) for role, user in people.items()},
        "suspended": viewer_of(suspended),
        "outsider": viewer_of(MembershipFactory(role="owner").user),
        "moderator": viewer_of(UserFactory(moderator=True)),
        "platform admin": viewer_of(UserFactory(platform_admin=True)),
        "key": replace(owner, key_id=uuid7(), scopes=frozenset()),
        "key for companies": replace(owner, key_id=uuid7(), scopes=frozenset({Scope.COMPANY_READ})),
    }


TEAM = {"recruiter", "admin", "owner", "platform admin", "key for companies"}


def test_the_team_is_seen_by_those_who_may_add_to_it() -> None:
    company = CompanyFactory()
    everybody = viewers(company)
    other = MembershipFactory(company=company)
    row = InvitationFactory(company=company)
    for see in (
        lambda by: memberships.of_companies(by, [company.pk], wanted=Slice()),
        lambda by: memberships.counts_of_companies(by, [company.pk]),
        lambda by: memberships.by_id(by, [other.pk]),
        lambda by: memberships.readable(by, [company.pk]),
        lambda by: invitations.of_companies(by, [company.pk], wanted=Slice()),
        lambda by: invitations.counts_of_companies(by, [company.pk]),
        lambda by: invitations.by_id(by, [row.pk]),
    ):
        assert {name for name, by in everybody.items() if see(by)} == TEAM


def test_domains_are_seen_by_those_who_prove_them() -> None:
    company = CompanyFactory()
    everybody = viewers(company)
    row = CompanyDomainFactory(company=company)
    for see in (
        lambda by: domains.by_id(by, [row.pk]),
        lambda by: domains.of_companies(by, [company.pk]),
        lambda by: memberships.domains_shown(by, [company.pk]),
    ):
        assert {name for name, by in everybody.items() if see(by)} == {"admin", "owner", "key for companies"}


def test_everybody_sees_the_own_membership_also_while_suspended() -> None:
    member = MembershipFactory(role="interviewer")
    by = viewer_of(member.user)
    assert memberships.by_id(by, [member.pk])[member.pk].role == "interviewer"
    member.suspended_at = timezone.now()
    member.save()
    assert memberships.by_id(by, [member.pk])
    assert memberships.own(by, [by.user_id])[by.user_id][0].suspended_at
    member.company.status = "suspended"
    member.company.save()
    assert not any(memberships.own(by, [by.user_id]).values()), "of a company that is hidden from them"


def test_invitations_are_for_the_person_with_the_verified_address() -> None:
    user = UserFactory()
    row = InvitationFactory(email=user.email)
    InvitationFactory(email=user.email, declined_at=timezone.now())
    InvitationFactory(email=user.email, expires_at=timezone.now())
    InvitationFactory()
    by = viewer_of(user)
    assert [found.pk for found in invitations.received(by, [user.pk])[user.pk]] == [row.pk]
    assert invitations.by_id(by, [row.pk])
    assert invitations.received(viewer_of(UserFactory()), [user.pk]) == {}
    User.objects.filter(pk=user.pk).update(email_verified_at=None)
    assert invitations.received(by, [user.pk]) == {user.pk: []}
    assert invitations.by_id(by, [row.pk]) == {}


def test_teams_of_many_companies_are_read_in_two_statements() -> None:
    owner = UserFactory()
    keys = []
    for _ in range(8):
        company = CompanyFactory()
        MembershipFactory(company=company, user=owner, role="owner")
        MembershipFactory.create_batch(3, company=company)
        keys.append(company.pk)
    with CaptureQueriesContext(connection) as queries:
        pages = memberships.of_companies(viewer_of(owner), keys, wanted=Slice(size=2))
    assert [(len(page.rows), page.has_next) for page in pages.values()] == [(2, True)] * 8
    assert len(queries) == 2
