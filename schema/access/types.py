"""Types of second factors and API keys."""

from typing import Any
from uuid import UUID

import graphene

from accounts.models import ApiKey as ApiKeyRow
from accounts.models import ApiKeyScope
from jobs.selectors import company as companies
from jobs.selectors import company_key as company_keys
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.core.connections import CursorCodec, PageOfList, connection_field, connection_of, slice_of
from schema.core.errors import BadRequest
from schema.core.loading import Relation, one
from schema.core.scalars import DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN, Rule, private


@private(SHOWN)
class SecondFactor(graphene.ObjectType):
    """How the second factor of the own log-ins stands (TOTP, RFC 6238)."""

    is_enabled = graphene.Boolean(required=True, description="Whether log-ins ask for a code.")
    enabled_at = DateTime(description="Since when; null where they do not.")
    recovery_codes_left = graphene.Int(required=True, description="How many recovery codes were not used yet.")


class ApiKey(ModelType):
    """A key by which a program acts. The key itself is shown once, when it is made."""

    class Meta:
        model = ApiKeyRow
        columns = ("name", "prefix", "scopes", "expires_at", "last_used_at", "revoked_at")
        choices = {"scopes": ApiKeyScope}
        batch = company_keys.by_id
        private_to = SHOWN

    created_at = DateTime(required=True, description="When it was made.")
    company = one(
        "schema.company.types.Company",
        key="company_id",
        batch=companies.by_id,
        description="The company whose key it is; null for a person's own.",
    )


COMPANY_KEYS = Rule("company's API keys", "For the company's admins and owners.", batch=company_keys.shown)
ApiKeyConnection = connection_of("ApiKey", ApiKey, "API keys")


def _keys_of_companies(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
    """A page for each company whose keys the viewer may see. A cursor belongs to the list of one company."""
    found: dict[UUID, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[UUID]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in company_keys.of_companies(viewer, owners, wanted=wanted).items():
            found[key] = _listed(key, page)
    return found


def _codec(key: UUID) -> CursorCodec:
    return CursorCodec(f"company.{key}.apiKeys", value=UUID, key=UUID)


def _listed(key: UUID, page: Any) -> PageOfList:
    def count(info: Any) -> Any:
        return info.context.load(company_keys.counts_of_companies, key).then(lambda number: number or 0)

    return PageOfList(page, lambda: _codec(key), count)


api_keys_of_company = connection_field(
    ApiKeyConnection,
    description="Its API keys that were not revoked, the newest first.",
    visible_to=COMPANY_KEYS,
    resolver=Relation(_keys_of_companies, "pk"),
)
