"""API keys: who may make which. A company's belong to its service user, so that they outlive whoever made them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import ApiKey, User, UserKind
from accounts.services import api_key
from accounts.services.api_key import MadeKey
from jobs import policies
from jobs.models import Company, Membership, MembershipRole
from jobs.selectors import company as companies
from jobs.selectors import company_key as keys
from jobs.selectors import membership
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Scope, Viewer

ABOUT_COMPANIES = frozenset({Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.COMPANY_READ, Scope.COMPANY_WRITE})


def create_own(*, by: Viewer, name: str, scopes: Collection[str], expires_at: datetime | None = None) -> MadeKey:
    """Make a key of one's own. For what concerns companies one has to be recruiter or more in one.

    Raises `Forbidden`, and what `accounts.services.api_key.create` raises.
    """
    if ABOUT_COMPANIES & set(scopes) and not policies.may_have_keys(by, membership.roles(by)):
        raise Forbidden("Only recruiters, admins and owners of a company make keys with these scopes.", field="scopes")
    return api_key.create(by=by, name=name, scopes=scopes, expires_at=expires_at)


@transaction.atomic
def create(
    *, by: Viewer, company_id: UUID, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> MadeKey:
    """Make a key of a company: it acts for this company and no other, as an admin of it, within its scopes.

    Raises `NotFound`, `Forbidden`, and what `accounts.services.api_key.create` raises.
    """
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    if not policies.may_manage_keys(by, membership.roles(by), company):
        raise Forbidden
    by.require_recent_login()
    owner = _service_user(company)
    return api_key.create(
        by=by, name=name, scopes=scopes, expires_at=expires_at, owner_id=owner.pk, company_id=company_id
    )


@transaction.atomic
def revoke(*, by: Viewer, key_id: UUID) -> ApiKey:
    """Revoke a key: one's own, or one of a company whose keys one manages. Raises `NotFound`."""
    key = keys.by_id(by, [key_id]).get(key_id)
    if key is None:
        raise NotFound(field="key_id")
    return api_key.revoke(by=by, key_id=key.pk)


def _service_user(company: Company) -> User:
    """The user whose keys are the company's. Of two who make it at once both get the same: its address is unique."""
    # A name that mail never reaches: RFC 2606, section 2.
    user = User(email=f"{company.pk.hex}@service.invalid", name=company.name, kind=UserKind.SERVICE)
    user.set_unusable_password()
    User.objects.bulk_create([user], ignore_conflicts=True)
    user = User.objects.get(email=user.email)
    Membership.objects.get_or_create(company=company, user=user, defaults={"role": MembershipRole.ADMIN})
    return user
