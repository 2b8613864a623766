"""Writes to a company's team. Whatever happens at once, a company that had an owner keeps one who can act for it."""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import UserStatus
from accounts.services import audit
from jobs import policies
from jobs.errors import LastOwner, NotAMember
from jobs.events import CompanyTransferred, InvitationRevoked, MemberChanged, MemberRemoved
from jobs.models import Company, HiringTeam, Invitation, Membership, MembershipRole
from jobs.selectors import company as companies
from jobs.selectors import membership as memberships
from jobs.selectors.invitation import OPEN
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import Viewer


def lock(company_id: UUID) -> None:
    """Wait until nobody else changes the company's team, and keep others waiting until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"nexus.team {company_id}"])


@transaction.atomic
def change(*, by: Viewer, membership_id: int, role: str | None = None, is_suspended: bool | None = None) -> Membership:
    """Give a member another role, suspend or restore the member, and give the membership back. None leaves alone.

    Whoever makes an owner, or touches one, has logged in recently. Raises `NotFound`, `Forbidden`, `Invalid`,
    `RecentLoginRequired`, and `LastOwner` where nobody would be left to answer for the company.
    """
    if role is not None and role not in MembershipRole.values:
        raise Invalid(f"One of: {', '.join(MembershipRole.values)}.", field="role")
    member = _locked(by, membership_id)
    wanted = member.role if role is None else role
    _refuse_unless_managed(by, member, member.role, wanted)
    before = {"role": member.role, "is_suspended": member.suspended_at is not None}
    after = {"role": wanted, "is_suspended": before["is_suspended"] if is_suspended is None else is_suspended}
    if after == before:
        return member
    was_owner = _is_acting_owner(member)
    member.role = wanted
    if not after["is_suspended"]:
        member.suspended_at = None
    elif member.suspended_at is None:
        member.suspended_at = timezone.now()
    member.save(update_fields=["role", "suspended_at"])
    if was_owner:
        _refuse_ownerless(member.company_id)
    _take_back_offers(by, member, None if member.suspended_at else member.role)
    _record("member.change", by, member, before=before, after=after)
    emit(MemberChanged(member.company_id, member.user_id), by=by)
    return member


@transaction.atomic
def remove(*, by: Viewer, membership_id: int) -> Membership:
    """Take somebody off a company's team and off the hiring teams of its jobs, and give what is gone back.

    Everybody may leave. Raises as `change` does.
    """
    member = _locked(by, membership_id)
    if member.user_id != by.user_id or by.key_id is not None:
        _refuse_unless_managed(by, member, member.role)
    key, was_owner = member.pk, _is_acting_owner(member)
    HiringTeam.objects.filter(user=member.user_id, job__company=member.company_id).delete()
    member.delete()
    if was_owner:
        _refuse_ownerless(member.company_id)
    member.pk = key
    _take_back_offers(by, member, None)
    _record("member.remove", by, member, before={"role": member.role})
    emit(MemberRemoved(member.company_id, member.user_id), by=by)
    return member


@transaction.atomic
def transfer(*, by: Viewer, company_id: UUID, membership_id: int) -> Company:
    """Hand a company over to one of its active members, and give it back.

    The owner who does it becomes an admin; where an administrator of the board does it, all former owners do. Raises
    `RecentLoginRequired`, `NotFound`, `Forbidden`, `NotAMember`, and `Invalid` for oneself.
    """
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    lock(company.pk)
    roles = memberships.roles(by)
    if not policies.may_transfer(by, roles, company):
        raise Forbidden
    by.require_recent_login()
    members = Membership.objects.filter(company=company)
    able = members.filter(memberships.PEOPLE, suspended_at=None, user__status=UserStatus.ACTIVE)
    heir = able.filter(pk=membership_id).first()
    if heir is None:
        raise NotAMember(field="membership_id")
    if heir.user_id == by.user_id:
        raise Invalid("Name somebody else.", field="membership_id")
    owners = members.filter(role=MembershipRole.OWNER)
    leaving = owners.exclude(pk=heir.pk)
    if roles.get(company.pk) == MembershipRole.OWNER:
        leaving = leaving.filter(user=by.user_id)
    before = {"owners": sorted(owners.values_list("user_id", flat=True))}
    former = list(leaving.select_related("company"))
    leaving.update(role=MembershipRole.ADMIN)
    for member in former:
        _take_back_offers(by, member, MembershipRole.ADMIN)
    heir.role = MembershipRole.OWNER
    heir.save(update_fields=["role"])
    after = {"owners": sorted(owners.values_list("user_id", flat=True))}
    audit.record(
        "company.transfer",
        by=by,
        target=("Company", company.pk),
        company_id=company.pk,
        before=before,
        after=after,
    )
    emit(CompanyTransferred(company.pk, heir.user_id), by=by)
    return company


def owned_alone(user_id: UUID) -> list[Company]:
    """The companies that would be without an owner if this one were gone, by name."""
    owned = Membership.objects.filter(user=user_id, role=MembershipRole.OWNER).values("company")
    others = Membership.objects.filter(
        company__in=owned, role=MembershipRole.OWNER, suspended_at=None, user__status=UserStatus.ACTIVE
    ).exclude(user=user_id)
    return list(Company.objects.filter(pk__in=owned).exclude(pk__in=others.values("company")).order_by("name", "pk"))


def _locked(by: Viewer, membership_id: int) -> Membership:
    """The membership, if `by` may know of it; its company's team is locked until the transaction ends."""
    visible = Membership.objects.filter(memberships.visible_to(by), pk=membership_id)
    company_id = visible.values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound(field="id")
    lock(company_id)
    member = Membership.objects.select_related("company", "user").filter(pk=membership_id).first()
    if member is None:
        raise NotFound(field="id")
    return member


def _refuse_unless_managed(by: Viewer, member: Membership, *touched: str) -> None:
    # Read behind the lock: who was an admin a moment ago may be none any more.
    roles = memberships.roles(by)
    if not all(policies.may_manage_members(by, roles, member.company, role) for role in touched):
        raise Forbidden
    if MembershipRole.OWNER in touched:
        by.require_recent_login()


def _is_acting_owner(member: Membership) -> bool:
    is_active = member.suspended_at is None and member.user.status == UserStatus.ACTIVE
    return member.role == MembershipRole.OWNER and is_active


def _refuse_ownerless(company_id: UUID) -> None:
    owners = Membership.objects.filter(
        company=company_id, role=MembershipRole.OWNER, suspended_at=None, user__status=UserStatus.ACTIVE
    )
    if not owners.exists():
        raise LastOwner


def _take_back_offers(by: Viewer, member: Membership, role: str | None) -> None:
    """End the open invitations of a member who may no longer send such: nobody comes back by their own invitation."""
    sender, held = Viewer(user_id=member.user_id), {member.company_id: role} if role else {}
    lost = [offer for offer in MembershipRole.values if not policies.may_invite(sender, held, member.company, offer)]
    sent = Invitation.objects.filter(OPEN, company=member.company_id, invited_by=member.user_id, role__in=lost)
    for key in sent.values_list("pk", flat=True):
        now = timezone.now()
        if Invitation.objects.filter(OPEN, pk=key).update(revoked_at=now, updated_at=now):
            audit.record("invitation.revoke", by=by, target=("Invitation", key), company_id=member.company_id)
            emit(InvitationRevoked(member.company_id, key), by=by)


def _record(act: str, by: Viewer, member: Membership, **what: dict[str, object]) -> None:
    changed = {name: {"user_id": member.user_id, **values} for name, values in what.items()}
    audit.record(act, by=by, target=("Membership", member.pk), company_id=member.company_id, **changed)
