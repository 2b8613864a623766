"""Invitations to act for a company. Each ends once, whoever answers it at the same time."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.auth import throttles
from accounts.auth.links import hash_of, link_token
from accounts.models import User
from accounts.services import audit
from accounts.text import email_address
from jobs import policies
from jobs.errors import AlreadyInvited, AlreadyMember, CompanyInactive, InvitationNotOpen, TooManyInvitations
from jobs.events import InvitationAccepted, InvitationDeclined, InvitationRevoked, MemberInvited
from jobs.models import Company, CompanyStatus, Invitation, Membership, MembershipRole
from jobs.selectors import company as companies
from jobs.selectors import invitation as invitations
from jobs.selectors import membership as memberships
from jobs.selectors.invitation import OPEN
from jobs.services import membership
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import Viewer

GOOD_FOR = timedelta(days=7)
MOST_OPEN = 100
PURPOSE = "invitation"
LONGEST_TOKEN = 100


@transaction.atomic
def invite(*, by: Viewer, company_id: UUID, email: str, role: str) -> Invitation:
    """Offer a role in a company to whoever reads mail at an address, for seven days; a subscriber sends the mail.

    It makes no difference whether the address has an account. Whoever offers to make an owner has logged in recently.
    Raises `NotFound`, `Forbidden`, `Invalid`, `RecentLoginRequired`, `CompanyInactive`, `TooManyAttempts`,
    `AlreadyMember`, `AlreadyInvited` and `TooManyInvitations`.
    """
    if role not in MembershipRole.values:
        raise Invalid(f"One of: {', '.join(MembershipRole.values)}.", field="role")
    address = email_address(email)
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    membership.lock(company.pk)
    if not policies.may_invite(by, memberships.roles(by), company, role):
        raise Forbidden
    if company.status != CompanyStatus.ACTIVE:
        raise CompanyInactive
    if role == MembershipRole.OWNER:
        by.require_recent_login()
    throttles.hit("invitation", account=str(by.user_id), address=by.address)
    _refuse_needless(company, address)
    row = Invitation(company=company, email=address, role=role, invited_by_id=by.user_id)
    row.token_hash = hash_of(link_token(PURPOSE, row.pk))
    row.expires_at = timezone.now() + GOOD_FOR
    row.save(force_insert=True)
    _record("member.invite", by, row, after={"role": role})
    emit(MemberInvited(company.pk, row.pk), by=by)
    return row


@transaction.atomic
def accept(*, by: Viewer, token: str) -> Membership:
    """Join the company, and give the membership back.

    Only the person whose verified address was invited can. Of many who answer at once, one does. Raises `NotFound`,
    `Forbidden`, `InvitationNotOpen`, `AlreadyMember`, `CompanyInactive` and `TooManyAttempts`.
    """
    row = _by_token(by, token)
    # Whoever deletes the account at this moment comes before, or after.
    user = User.objects.select_for_update(no_key=True).get(pk=by.user_id) if by.user_id else None
    if by.key_id is not None or user is None or user.email != row.email or user.email_verified_at is None:
        raise Forbidden("This invitation is for another address than that of your account, or yours is not verified.")
    if row.company.status != CompanyStatus.ACTIVE:
        raise CompanyInactive
    now = timezone.now()
    # The one who ends it waits for nobody; the others wait for its end, and then change nothing.
    if not Invitation.objects.filter(OPEN, pk=row.pk, expires_at__gt=now).update(accepted_at=now, updated_at=now):
        raise InvitationNotOpen
    member, is_new = Membership.objects.get_or_create(company=row.company, user=user, defaults={"role": row.role})
    if not is_new:
        raise AlreadyMember
    row.accepted_at = now
    _record("invitation.accept", by, row, after={"role": row.role, "user_id": user.pk})
    emit(InvitationAccepted(row.company_id, row.pk, user.pk), by=by)
    return member


@transaction.atomic
def decline(*, by: Viewer, token: str) -> Invitation:
    """Say no, and give the invitation back. Whoever has the mail may: no account is needed for it.

    Raises `NotFound`, `InvitationNotOpen` and `TooManyAttempts`.
    """
    row = _by_token(by, token)
    _end(row, "declined_at")
    _record("invitation.decline", by, row)
    emit(InvitationDeclined(row.company_id, row.pk), by=by)
    return row


@transaction.atomic
def revoke(*, by: Viewer, invitation_id: UUID) -> Invitation:
    """Take an invitation back, and give it back. Whoever may offer its role may.

    Raises `NotFound`, `Forbidden` and `InvitationNotOpen`.
    """
    visible = Invitation.objects.filter(invitations.visible_to(by), pk=invitation_id)
    row = visible.select_related("company").first()
    if row is None:
        raise NotFound(field="id")
    if not policies.may_invite(by, memberships.roles(by), row.company, row.role):
        raise Forbidden
    _end(row, "revoked_at")
    _record("invitation.revoke", by, row)
    emit(InvitationRevoked(row.company_id, row.pk), by=by)
    return row


def _by_token(by: Viewer, token: str) -> Invitation:
    throttles.hit("link", address=by.address)
    row = None
    if len(token) <= LONGEST_TOKEN:
        row = Invitation.objects.select_related("company").filter(token_hash=hash_of(token)).first()
    if row is None:
        raise NotFound("There is no such invitation.", field="token")
    return row


def _refuse_needless(company: Company, address: str) -> None:
    """Behind the team's lock. What nobody answered in time makes way for another one."""
    if Membership.objects.filter(company=company, user__email=address).exists():
        raise AlreadyMember(field="email")
    sent = Invitation.objects.filter(OPEN, company=company)
    now = timezone.now()
    sent.filter(email=address, expires_at__lte=now).update(revoked_at=now, updated_at=now)
    if sent.filter(email=address).exists():
        raise AlreadyInvited(field="email")
    if sent.filter(expires_at__gt=now).count() >= MOST_OPEN:
        raise TooManyInvitations


def _end(row: Invitation, outcome: str) -> None:
    now = timezone.now()
    if not Invitation.objects.filter(OPEN, pk=row.pk).update(**{outcome: now, "updated_at": now}):
        raise InvitationNotOpen
    setattr(row, outcome, now)


def _record(act: str, by: Viewer, row: Invitation, *, after: dict[str, object] | None = None) -> None:
    audit.record(act, by=by, target=("Invitation", row.pk), company_id=row.company_id, after=after)
