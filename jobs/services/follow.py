"""Following a company: a person's own matter, of which the company and its audit log hear nothing."""

from uuid import UUID

from django.db import transaction

from jobs import policies
from jobs.models import Company, Follow
from jobs.selectors import company as companies
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Viewer


@transaction.atomic
def follow(*, by: Viewer, company_id: UUID) -> Company:
    """Follow a company, and give it back. To follow it again changes nothing. Raises `NotFound` and `Forbidden`."""
    user_id, company = _follower(by), _visible(by, company_id)
    Follow.objects.bulk_create([Follow(user_id=user_id, company=company)], ignore_conflicts=True)
    return company


@transaction.atomic
def unfollow(*, by: Viewer, company_id: UUID) -> Company:
    """Follow a company no longer, and give it back, whether or not it was followed."""
    user_id, company = _follower(by), _visible(by, company_id)
    Follow.objects.filter(user_id=user_id, company=company).delete()
    return company


def _follower(by: Viewer) -> UUID:
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden
    return by.user_id


def _visible(by: Viewer, company_id: UUID) -> Company:
    company = Company.objects.filter(companies.visible_to(by), pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    return company
