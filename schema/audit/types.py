"""What audit entries say, in words and types."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import graphene

from accounts.models import AuditEntry as AuditEntryRow
from accounts.models import AuditKind
from accounts.selectors import audit
from accounts.selectors import user as users
from jobs.selectors import audit as company_audit
from schema.core.connections import connection_of
from schema.core.costs import costs
from schema.core.loading import Computed, ListSize, Relation, one
from schema.core.types import ModelType
from schema.core.visibility import SHOWN, Rule

# No act changes as many things.
MOST_CHANGES = 50

COMPANY_AUDIT = Rule(
    "company audit log",
    "For the company's admins and owners, and for platform admins.",
    batch=company_audit.readable,
)


class AuditChange(graphene.ObjectType):
    """One thing that an act changed."""

    field = graphene.String(required=True, description="What was changed: `role`.")
    before = graphene.String(description="As it was; null where there was nothing.")
    after = graphene.String(description="As it became; null where there is nothing.")


class AuditEntry(ModelType):
    """Who did what, and when. Entries are never changed, and never deleted."""

    class Meta:
        model = AuditEntryRow
        columns = ("at", "kind", "act", "target_type", "address")
        choices = {"kind": AuditKind}
        private_to = SHOWN

    actor = one(
        "schema.account.types.User",
        key="actor_id",
        batch=users.named,
        description="Who did it; null for the board itself, and for somebody who is gone.",
    )
    acted_as = one(
        "schema.account.types.User",
        key="acted_as_id",
        batch=users.named,
        description="In whose name a member of the board's staff did it; null where in the own.",
    )
    key_prefix = graphene.String(description="The first characters of the API key that did it; null without one.")
    target = graphene.String(required=True, description="Which thing of the target's type: its id, as logs have it.")
    request = graphene.String(description="The request that did it: its id, as logs have it; null where none did.")
    changes = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(AuditChange)),
            required=True,
            description=f"What it changed, in the order of the alphabet. At most {MOST_CHANGES}.",
        ),
        list_size=ListSize(MOST_CHANGES),
    )

    resolve_target = Computed(attrgetter("target_id"))
    resolve_request = Computed(lambda row: row.request_id or None)
    resolve_key_prefix = Relation(audit.key_prefixes, "key_id")
    resolve_changes = Computed(lambda row: _changes(row.before or {}, row.after or {}))


AuditEntryConnection = connection_of("AuditEntry", AuditEntry, "audit entries")


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[AuditChange]:
    return [
        AuditChange(field=name, before=_text(before.get(name)), after=_text(after.get(name)))
        for name in sorted({*before, *after})[:MOST_CHANGES]
    ]


def _text(value: Any) -> str | None:
    """A value as people read it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
    return str(value)
