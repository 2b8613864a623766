"""Cases of the tables of companies and their teams."""

from collections.abc import Callable

from django.db import models
from django.utils import timezone

from jobs.models import CompanyDomain, Invitation
from tests.contracts.constraint_cases import change, share, twice
from tests.factories import (
    CompanyDomainFactory,
    CompanyFactory,
    FollowFactory,
    HiringTeamFactory,
    InvitationFactory,
)


def two_verified_domains() -> None:
    for company in (CompanyFactory(), CompanyFactory()):
        CompanyDomainFactory(company=company, domain="twice.example", verified_at=timezone.now())


def two_invitations() -> None:
    company = CompanyFactory()
    twice(lambda: InvitationFactory(company=company, email="twice@example.org"))


VIOLATIONS: dict[str, Callable[[], object]] = {
    "company_domain_is_unique": lambda: share(CompanyDomainFactory(), CompanyDomainFactory(), "company", "domain"),
    "company_domain_has_one_owner": two_verified_domains,
    "company_domain_method_fits": lambda: change(CompanyDomainFactory(), method="email"),
    "company_domain_is_lower_case": lambda: change(CompanyDomainFactory(), domain="Example.com"),
    "follow_is_unique": lambda: share(FollowFactory(), FollowFactory(), "user", "company"),
    "hiring_team_is_unique": lambda: share(HiringTeamFactory(), HiringTeamFactory(), "job", "user"),
    "hiring_team_role_is_known": lambda: change(HiringTeamFactory(), role="friend"),
    "invitation_one_open": two_invitations,
    "invitation_one_outcome": lambda: change(
        InvitationFactory(), accepted_at=timezone.now(), declined_at=timezone.now()
    ),
    "invitation_role_is_known": lambda: change(InvitationFactory(), role="founder"),
    "invitation_email_is_lower_case": lambda: change(InvitationFactory(), email="Ann@example.org"),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {
    (CompanyDomain, "token_hash"): lambda: share(CompanyDomainFactory(), CompanyDomainFactory(), "token_hash"),
    (Invitation, "token_hash"): lambda: share(InvitationFactory(), InvitationFactory(), "token_hash"),
}
