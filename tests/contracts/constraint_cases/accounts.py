"""Cases of the tables of accounts."""

from collections.abc import Callable

from django.db import models

from accounts.models import AuditEntry
from tests.contracts.constraint_cases import change
from tests.factories import UserFactory

VIOLATIONS: dict[str, Callable[[], object]] = {
    "user_kind_is_known": lambda: change(UserFactory(), kind="robot"),
    "audit_entry_kind_is_known": lambda: AuditEntry.objects.create(
        act="a", target_type="t", target_id="1", kind="dream"
    ),
}
DOUBLES: dict[tuple[type[models.Model], str], Callable[[], object]] = {}
