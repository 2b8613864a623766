"""The mail that events of teams and domains call for."""

from accounts.auth.links import link_token
from accounts.models import User, UserStatus
from accounts.notifications.mail import client_link, send
from jobs import notifications
from jobs.events import (
    DomainLost,
    DomainMailRequested,
    MemberInvited,
)
from jobs.models import CompanyDomain, Invitation, InvitationStatus, Membership, MembershipRole
from jobs.services import company_domain, invitation
from kernel.subscribers import Telling, subscriber

RUNS_TEAM = (MembershipRole.ADMIN, MembershipRole.OWNER)


@subscriber(MemberInvited)
def mail_invitation(event: MemberInvited, telling: Telling) -> None:
    """The link, to the address that was invited, unless the invitation has ended meanwhile."""
    row = Invitation.objects.select_related("company").filter(pk=event.invitation_id).first()
    if row is None or row.status != InvitationStatus.OPEN:
        return
    owner = User.objects.filter(email=row.email).first()
    send(
        notifications.INVITATION,
        to=row.email,
        context={
            "company": row.company.name,
            "role": row.role.replace("_", " "),
            "link": client_link("invitation", token=link_token(invitation.PURPOSE, row.pk)),
            "expires_at": row.expires_at,
        },
        locale=owner.locale if owner else "en",
        timezone=owner.timezone if owner else "UTC",
        telling=telling,
    )


@subscriber(DomainMailRequested)
def mail_domain_proof(event: DomainMailRequested, telling: Telling) -> None:
    """The link, to the address at the domain, unless it was asked for anew meanwhile."""
    row = (
        CompanyDomain.objects.select_related("company", "asked_by").filter(pk=event.domain_id, verified_at=None).first()
    )
    if row is None or not row.email:
        return
    asker = row.asked_by
    token = link_token(company_domain.PURPOSE, row.pk)
    send(
        notifications.VERIFY_DOMAIN,
        to=row.email,
        context={
            "company": row.company.name,
            "domain": row.domain,
            "link": client_link("verify-domain", token=token, domain=row.domain),
            "expires_at": row.created_at + company_domain.MAIL_GOOD_FOR,
        },
        locale=asker.locale if asker else "en",
        timezone=asker.timezone if asker else "UTC",
        telling=telling,
    )


@subscriber(DomainLost)
def mail_domain_lost(event: DomainLost, telling: Telling) -> None:
    """Word to whoever proved the domain, while they run the company's team."""
    row = CompanyDomain.objects.select_related("company").filter(pk=event.domain_id, verified_at=None).first()
    if row is None:
        return
    team = Membership.objects.filter(company=row.company, suspended_at=None, role__in=RUNS_TEAM)
    asker = team.filter(user=row.asked_by, user__status=UserStatus.ACTIVE).select_related("user").first()
    if asker is None:
        return
    send(
        notifications.DOMAIN_LOST,
        to=asker.user.email,
        context={"company": row.company.name, "domain": row.domain, "link": client_link("company-domains")},
        locale=asker.user.locale,
        timezone=asker.user.timezone,
        telling=telling,
    )
