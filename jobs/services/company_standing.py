"""What those who run the board do to a company: they take it off the board, and put it back."""

from uuid import UUID

from django.db import transaction

from accounts.services import audit
from jobs import policies
from jobs.models import Company, CompanyStatus
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer


def suspend(*, by: Viewer, company_id: UUID) -> Company:
    """Take a company and its jobs off the board at once, and give it back. Raises `Forbidden` and `Invalid`."""
    return _turn(by, company_id, CompanyStatus.ACTIVE, CompanyStatus.SUSPENDED, "company.suspend")


def restore(*, by: Viewer, company_id: UUID) -> Company:
    """Put a suspended company back, and give it back; its jobs are live as they were. Raises as `suspend` does."""
    return _turn(by, company_id, CompanyStatus.SUSPENDED, CompanyStatus.ACTIVE, "company.restore")


@transaction.atomic
def _turn(by: Viewer, company_id: UUID, present: CompanyStatus, wanted: CompanyStatus, act: str) -> Company:
    if not policies.is_platform_admin(by):
        raise Forbidden
    company = Company.objects.select_for_update(of=("self",), no_key=True).filter(pk=company_id).first()
    if company is None:
        raise NotFound(field="company_id")
    if company.status != present:
        raise Invalid(f"This company is {company.status}, not {present}.")
    company.status = wanted
    company.save(update_fields=["status", "updated_at"])
    audit.record(
        act,
        by=by,
        target=("Company", company.pk),
        company_id=company.pk,
        before={"status": present},
        after={"status": wanted},
    )
    return company
