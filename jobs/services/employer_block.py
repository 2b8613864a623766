"""Hides people from employers of their choice."""

from uuid import UUID

from django.db import transaction

from accounts.services import audit
from jobs import policies
from jobs.errors import TooManyBlocks
from jobs.models import Company, EmployerBlock
from jobs.selectors import company as companies
from jobs.services.turns import take_turn
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Viewer

MOST_BLOCKED = 1_000
_TURN = "employer blocks"


@transaction.atomic
def block(*, by: Viewer, company_id: UUID) -> EmployerBlock:
    """See to it that nobody who acts for a company is shown the own profile. To say it again changes nothing.

    The audit log says that it was done, and not to whom: nobody but the person knows.
    """
    person = _person(by)
    if not Company.objects.filter(companies.visible_to(by), pk=company_id).exists():
        raise NotFound(field="company_id")
    take_turn(person, _TURN)
    made, is_new = EmployerBlock.objects.get_or_create(user_id=person, company_id=company_id)
    if is_new:
        if EmployerBlock.objects.filter(user_id=person).count() > MOST_BLOCKED:
            raise TooManyBlocks
        audit.record("employer.block", by=by, target=("User", person))
    return made


@transaction.atomic
def unblock(*, by: Viewer, company_id: UUID) -> EmployerBlock:
    """Take a block back, whether or not the company can still be seen, and give it back.

    Raises `NotFound` if there was none.
    """
    person = _person(by)
    take_turn(person, _TURN)
    block = EmployerBlock.objects.filter(user_id=person, company_id=company_id).first()
    if block is None:
        raise NotFound(field="company_id")
    EmployerBlock.objects.filter(pk=block.pk).delete()
    audit.record("employer.unblock", by=by, target=("User", person))
    return block


def _person(by: Viewer) -> UUID:
    """Who keeps it: a person, and none of the board's own."""
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden
    return by.user_id
