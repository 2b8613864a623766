"""What happens to accounts."""

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class SecondFactorSwitched(Event):
    """Log-ins of a person need a code from now on, or no longer."""

    about = "user_id"
    user_id: UUID
    is_on: bool


@dataclass(frozen=True)
class RecoveryCodeUsed(Event):
    """A code on paper took the place of the app's; so many are left."""

    about = "user_id"
    user_id: UUID
    codes_left: int


@dataclass(frozen=True)
class ApiKeyCreated(Event):
    """Somebody made an API key: for themselves, or for the service user of a company."""

    about = "key_id"
    key_id: UUID
    user_id: UUID
    """Whose key it is."""


@dataclass(frozen=True)
class IdentityLinked(Event):
    """An identity provider may let a person in from now on."""

    about = "user_id"
    user_id: UUID
    identity_id: UUID


@dataclass(frozen=True)
class PrincipalChanged(Event):
    """What a session, an API key or a user may do has changed; every process has to hear of it."""

    about = "principal_id"
    principal_id: UUID


@dataclass(frozen=True)
class RefreshTokenWasReused(Event):
    """A refresh token came a second time, and the session that it belonged to was ended."""

    about = "user_id"
    user_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class RegistrationRequested(Event):
    """Somebody wants an account for an address; whether there is one already shows when the mail is sent."""

    about = "token_id"
    token_id: UUID


@dataclass(frozen=True)
class AccountRegistered(Event):
    """Somebody showed that the address is theirs, and has an account from now on."""

    about = "user_id"
    user_id: UUID


@dataclass(frozen=True)
class PasswordResetRequested(Event):
    """Somebody says that they have forgotten the password of an address, which may have no account."""

    about = "token_id"
    token_id: UUID


@dataclass(frozen=True)
class PasswordChanged(Event):
    """A person has another password from now on."""

    about = "user_id"
    user_id: UUID


@dataclass(frozen=True)
class EmailChangeRequested(Event):
    """A person wants another address; the token is on its way there."""

    about = "user_id"
    user_id: UUID
    token_id: UUID


@dataclass(frozen=True)
class EmailChanged(Event):
    """A person has another address from now on."""

    about = "user_id"
    user_id: UUID


@dataclass(frozen=True)
class AccountDeactivated(Event):
    """A person switched their account off; logging in switches it on again."""

    about = "user_id"
    user_id: UUID


@dataclass(frozen=True)
class AccountReactivated(Event):
    """A person came back to an account that they had switched off."""

    about = "user_id"
    user_id: UUID


@dataclass(frozen=True)
class AccountDeleted(Event):
    """A person's data are gone; only the row is left, for what points at it."""

    about = "user_id"
    user_id: UUID


@dataclass(frozen=True)
class DataExportRequested(Event):
    """A person wants all of their data as one file."""

    about = "request_id"
    request_id: UUID


@dataclass(frozen=True)
class DataExportReady(Event):
    """The file is made and waits to be downloaded."""

    about = "request_id"
    request_id: UUID


@dataclass(frozen=True)
class StoredFileDropped(Event):
    """Nobody needs any more what lies in the store of files under this name."""

    about = "name"
    name: str


@dataclass(frozen=True)
class NotificationsDue(Event):
    """The time has come to mail a person what they were told."""

    about = "user_id"
    user_id: UUID
    mail_id: UUID
