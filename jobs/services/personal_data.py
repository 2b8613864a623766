"""What teams keep of a person: given to them as data, and gone with their account."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.errors import AccountStillNeeded
from accounts.models import User
from accounts.services import erasure, export
from jobs.models import CompanyDomain, Follow, HiringTeam, Invitation, JobReport, Membership, MembershipRole
from jobs.selectors.invitation import OPEN
from jobs.services import membership


@erasure.guard
def owns_no_company_alone(user: User) -> None:
    """Raises `AccountStillNeeded` while a company would be left without an owner who can act for it."""
    owned = Membership.objects.filter(user=user, role=MembershipRole.OWNER).order_by("company_id")
    for company_id in owned.values_list("company_id", flat=True):
        membership.lock(company_id)
    if companies := membership.owned_alone(user.pk):
        names = ", ".join(company.name for company in companies)
        raise AccountStillNeeded(f"Nobody else owns {names}: transfer what you own alone to somebody first.")


@erasure.eraser
def forget_member(user: User) -> None:
    """Take the person off every team, and take back what they offered, and what was offered to their address."""
    now = timezone.now()
    HiringTeam.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).delete()
    Follow.objects.filter(user=user).delete()
    Invitation.objects.filter(email=user.email).delete()
    sent = Invitation.objects.filter(invited_by=user)
    sent.filter(OPEN).update(revoked_at=now, updated_at=now)
    sent.update(invited_by=None)
    CompanyDomain.objects.filter(asked_by=user).update(asked_by=None)
    # What was proved by a mail to the person's address stays proved.
    proved = CompanyDomain.objects.filter(email=user.email)
    proved.update(email=Concat(Value("deleted@"), F("domain")))


@erasure.eraser
def forget_reporter(user: User) -> None:
    """What was reported stays a report, of nobody and without its words."""
    JobReport.objects.filter(reporter=user).update(reporter=None, text="")


@export.section("memberships")
def memberships_of(user: User) -> list[Any]:
    """For which companies the person acts, and as what."""
    rows = Membership.objects.filter(user=user).order_by("pk")
    return list(rows.values("company_id", "role", "created_at", "suspended_at", company_name=F("company__name")))


@export.section("hiring_teams")
def hiring_teams_of(user: User) -> list[Any]:
    """On which jobs of companies the person works, and as what."""
    rows = HiringTeam.objects.filter(user=user).order_by("pk")
    return list(rows.values("job_id", "role", "created_at", job_title=F("job__title")))


@export.section("follows")
def follows_of(user: User) -> list[Any]:
    """Of which companies the person wants to hear."""
    rows = Follow.objects.filter(user=user).order_by("pk")
    return list(rows.values("company_id", "created_at", company_name=F("company__name")))


@export.section("invitations")
def invitations_of(user: User) -> list[Any]:
    """What companies offered to the person's address."""
    rows = Invitation.objects.filter(email=user.email).order_by("pk")
    columns = ("role", "created_at", "expires_at", "accepted_at", "declined_at", "revoked_at")
    return list(rows.values("company_id", *columns, company_name=F("company__name")))


@export.section("job_reports")
def job_reports_of(user: User) -> list[Any]:
    """What the person told moderators of postings."""
    rows = JobReport.objects.filter(reporter=user).order_by("pk")
    return list(rows.values("reason", "text", "created_at", job_id=F("case__job_id"), job_title=F("case__job__title")))
