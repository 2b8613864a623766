"""Mutations of second factors and API keys."""

from typing import Any

import graphene

from accounts.errors import SecondFactorInvalid, SecondFactorOff, SecondFactorOn, TooManyAttempts, TooManyKeys
from accounts.models import ApiKeyScope
from accounts.services import totp
from jobs.services import company_key
from kernel.errors import Forbidden, Invalid, NotFound, RecentLoginRequired
from kernel.viewer import Viewer
from schema.access.types import ApiKey
from schema.core import ids
from schema.core.inputs import tuple_of
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime
from schema.core.types import enum_of

CODE = "The six digits that the app shows now"


class TotpEnable(Mutation):
    """Begin to set up a second factor for the own log-ins. It is on once `totpConfirm` has seen a first code."""

    errors = (RecentLoginRequired, SecondFactorOn)
    is_idempotent = True

    secret = graphene.String(
        description="The secret that the app and the board share, in Base32, to be typed into the app; null when "
        "refused. It is not shown again."
    )
    address = graphene.String(
        description="The same as an `otpauth://` address, to be shown as a QR code; null when refused."
    )

    class Input:
        pass

    @classmethod
    def run(cls, viewer: Viewer) -> dict[str, Any]:
        begun = totp.enable(by=viewer)
        return {"secret": begun.secret, "address": begun.address}


class TotpConfirm(Mutation):
    """Switch the second factor on, with a first code of the app: from now on log-ins ask for one."""

    errors = (SecondFactorOff, SecondFactorOn, SecondFactorInvalid, TooManyAttempts)
    is_idempotent = True

    class Input:
        code = graphene.String(required=True, description=f"{CODE}.")

    recovery_codes = graphene.List(
        graphene.NonNull(graphene.String),
        description="Ten codes to be kept on paper: each is good for one log-in without the app. They are not shown "
        "again. Null when refused.",
    )

    @classmethod
    def run(cls, viewer: Viewer, *, code: str) -> dict[str, Any]:
        return {"recovery_codes": totp.confirm(by=viewer, code=code)}


class TotpDisable(Mutation):
    """Switch the second factor off; its recovery codes are worth nothing any more."""

    errors = (RecentLoginRequired, SecondFactorOff, SecondFactorInvalid, TooManyAttempts)

    class Input:
        code = graphene.String(required=True, description=f"{CODE}, or a recovery code.")

    @classmethod
    def run(cls, viewer: Viewer, *, code: str) -> dict[str, Any]:
        totp.disable(by=viewer, code=code)
        return {}


class ApiKeyCreate(Mutation):
    """Make an API key: of one's own, or of a company whose admin or owner one is.

    A key may do what its owner may, and of that only what its scopes name; it has no powers on the board as a whole.
    """

    errors = (RecentLoginRequired, NotFound, Forbidden, Invalid, TooManyKeys)
    is_idempotent = True

    class Input:
        name = graphene.String(required=True, description="What it is for; 1 to 100 characters.")
        scopes = graphene.List(
            graphene.NonNull(enum_of(ApiKeyScope)),
            required=True,
            description="What it may do; one at least. To write something is to read it as well. Those of jobs and "
            "companies are for recruiters, admins and owners.",
        )
        expires_at = DateTime(description="Until when it is good; until it is revoked unless given.")
        company_id = graphene.ID(
            description="The company whose key it is to be: it acts for that company and no other, and stays when its "
            "maker leaves. One's own unless given."
        )

    api_key = graphene.Field(ApiKey, description="The key, as it is listed; null when refused.")
    secret = graphene.String(
        description="The key itself, to be sent as `Authorization: Bearer <key>`. It is not shown again. Null when "
        "refused."
    )

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str | None = None, **values: Any) -> dict[str, Any]:
        values["scopes"] = tuple_of(values["scopes"], "input.scopes")
        if company_id is None:
            made = company_key.create_own(by=viewer, **values)
        else:
            company = ids.decode_as("Company", company_id, argument="input.companyId")
            made = company_key.create(by=viewer, company_id=company, **values)
        return {"api_key": made.key, "secret": made.secret}


class ApiKeyRevoke(Mutation):
    """End an API key for good, everywhere within a second: one's own, or one of a company that one is an admin of."""

    errors = (NotFound,)

    class Input:
        key_id = graphene.ID(required=True, description="The key.")

    api_key = graphene.Field(ApiKey, description="The key as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, key_id: str) -> dict[str, Any]:
        key = company_key.revoke(by=viewer, key_id=ids.decode_as("ApiKey", key_id, argument="input.keyId"))
        return {"api_key": key}
