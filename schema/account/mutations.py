"""Mutations of the own account, from the registration to the end."""

from typing import Any

import graphene
from django.utils import timezone

from accounts.errors import (
    AccountStillNeeded,
    EmailTaken,
    LinkInvalid,
    PasswordTooWeak,
    TooManyAttempts,
    WrongPassword,
)
from accounts.services import account, admission, export
from accounts.services import email as emails
from accounts.services import password as passwords
from kernel.errors import Forbidden, Invalid, RecentLoginRequired
from kernel.viewer import Viewer
from schema.account.types import DataExport, User
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime

# To hash a password takes some 0.2 s of a core and 100 MiB (Django's parameters for Argon2id).
HASH_COST = 1_000
STRENGTH = (
    "10 to 1,024 characters, whichever they are. Refused are the 20,000 most common passwords, and those that are like "
    "the person's name or address."
)
FROM_THE_LINK = "The token of the mailed link, which works once."
LOCALE = "BCP 47 tag of the language to be addressed in: `en`, `de-AT`, `zh-Hant`."
TIMEZONE = "IANA time zone: `Europe/Berlin`."
KEPT_EMAIL = "The address as it is kept: in lower case, its domain as DNS writes it; null when refused."


class AccountRegister(Mutation):
    """Ask for an account. A mail with a link goes to the address; `accountVerify` with the link's token makes it.

    The answer is the same whether or not the address has an account; one that has gets a mail that says so. Who did
    not get the mail registers again.
    """

    errors = (Invalid, PasswordTooWeak, TooManyAttempts)
    cost = HASH_COST
    is_open = True
    is_idempotent = True

    class Input:
        email = graphene.String(required=True, description="Where the mail goes, and what to log in with.")
        password = graphene.String(required=True, description=STRENGTH)
        name = graphene.String(description="What others see, up to 200 characters.")
        locale = graphene.String(description=f"{LOCALE} Default: `en`.")
        timezone = graphene.String(description=f"{TIMEZONE} Default: `UTC`.")

    email = graphene.String(description=KEPT_EMAIL)

    @classmethod
    def run(cls, viewer: Viewer, **values: Any) -> dict[str, Any]:
        return {"email": account.register(by=viewer, **_given(values))}


class AccountVerify(Mutation):
    """Follow the link of a mail: it makes the account that was registered, or gives an account its new address."""

    errors = (LinkInvalid, EmailTaken, TooManyAttempts)
    is_open = True

    class Input:
        token = graphene.String(required=True, description=FROM_THE_LINK)

    email = graphene.String(description="The address that is verified now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, token: str) -> dict[str, Any]:
        return {"email": account.verify(by=viewer, token=token).email}


class AccountChanges(graphene.InputObjectType):
    """What of an account is to change. What is left out stays; null clears it."""

    name = graphene.String(description="What others see, up to 200 characters.")
    locale = graphene.String(description=f"{LOCALE} Null: `en`.")
    timezone = graphene.String(description=f"{TIMEZONE} Null: `UTC`.")


class AccountUpdate(Mutation):
    """Change what the own account says of the person."""

    errors = (Invalid,)

    class Input:
        changes = AccountChanges(required=True, description="The new values.")

    user = graphene.Field(User, description="The account as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, changes: dict[str, Any]) -> dict[str, Any]:
        return {"user": account.update(by=viewer, changes=changes)}


class AccountDeactivate(Mutation):
    """Switch the own account off. All sessions end; logging in within 30 days brings it back.

    After that, setting a new password by mail does. Who owns a company alone transfers it first.
    """

    errors = (RecentLoginRequired, AccountStillNeeded)
    # GraphQL knows no input without a field.
    is_idempotent = True

    class Input:
        pass

    back_until = DateTime(description="Until when logging in brings the account back; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer) -> dict[str, Any]:
        account.deactivate(by=viewer)
        return {"back_until": timezone.now() + admission.COMING_BACK}


class AccountDelete(Mutation):
    """Delete the own account for good: what is kept of the person goes, and nobody can bring it back."""

    errors = (RecentLoginRequired, AccountStillNeeded)
    # GraphQL knows no input without a field.
    is_idempotent = True

    class Input:
        pass

    @classmethod
    def run(cls, viewer: Viewer) -> dict[str, Any]:
        account.delete(by=viewer)
        return {}


class EmailChange(Mutation):
    """Ask for another address of the own account. A link goes there, and a notice to the present one.

    The account keeps the present address until `accountVerify` was called with the link's token.
    """

    errors = (RecentLoginRequired, Invalid, TooManyAttempts)
    is_idempotent = True

    class Input:
        email = graphene.String(required=True, description="The new address.")

    email = graphene.String(description=KEPT_EMAIL)

    @classmethod
    def run(cls, viewer: Viewer, *, email: str) -> dict[str, Any]:
        return {"email": emails.request_change(by=viewer, email=email)}


class PasswordReset(Mutation):
    """Have a link mailed by which a new password can be set within 30 minutes.

    The answer is the same whether or not the address has an account; where it has none, no mail is sent.
    """

    errors = (Invalid, TooManyAttempts)
    is_open = True
    is_idempotent = True

    class Input:
        email = graphene.String(required=True, description="The address of the account.")

    email = graphene.String(description=KEPT_EMAIL)

    @classmethod
    def run(cls, viewer: Viewer, *, email: str) -> dict[str, Any]:
        return {"email": passwords.request_reset(by=viewer, email=email)}


class PasswordResetConfirm(Mutation):
    """Set a new password by the token of a mailed link. All sessions of the person end."""

    errors = (LinkInvalid, Invalid, PasswordTooWeak, TooManyAttempts)
    cost = HASH_COST
    is_open = True

    class Input:
        token = graphene.String(required=True, description=FROM_THE_LINK)
        password = graphene.String(required=True, description=STRENGTH)

    email = graphene.String(description="The address to log in with; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, **values: Any) -> dict[str, Any]:
        return {"email": passwords.confirm_reset(by=viewer, **values).email}


class PasswordChange(Mutation):
    """Give the own account another password. All sessions but this one end."""

    errors = (WrongPassword, RecentLoginRequired, Invalid, PasswordTooWeak, TooManyAttempts)
    cost = 2 * HASH_COST

    class Input:
        present_password = graphene.String(
            description="The password until now. Left out by somebody who has none yet and logged in just now."
        )
        password = graphene.String(required=True, description=STRENGTH)

    @classmethod
    def run(cls, viewer: Viewer, *, password: str, present_password: str | None = None) -> dict[str, Any]:
        passwords.change(by=viewer, password=password, present=present_password)
        return {}


class DataExportRequest(Mutation):
    """Ask for all that the board keeps about the person, as one JSON file.

    It is made in a moment; a mail says when. `viewer.dataExports` has the link then, for 24 hours. Whoever asks again
    meanwhile gets the same.
    """

    errors = (TooManyAttempts, Forbidden)
    is_idempotent = True

    class Input:
        pass

    data_export = graphene.Field(DataExport, description="The file, or how far it is; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer) -> dict[str, Any]:
        return {"data_export": export.request(by=viewer)}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """What is optional may be sent as null, which means the same as to leave it out."""
    return {name: value for name, value in values.items() if value is not None}
