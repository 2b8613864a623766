"""Who is asking. Selectors and services take a `Viewer`, never a request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from kernel.errors import RecentLoginRequired, SignInRequired

RECENT = timedelta(minutes=10)


class Scope(StrEnum):
    """What an API key may be made for. A person who is signed in has all of them."""

    ACCOUNT_READ = "account:read"
    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    COMPANY_READ = "company:read"
    COMPANY_WRITE = "company:write"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is behind a request, made once for it: nobody, a person who is signed in, or an API key of a user."""

    user_id: UUID | None = None
    platform_role: str = "user"
    session_id: UUID | None = None
    """The session of a person who is signed in."""
    key_id: UUID | None = None
    """The API key, where one asks. It has no powers on the platform, whatever its owner's role."""
    scopes: frozenset[Scope] | None = None
    """What a key may do; None: all that its user may."""
    authenticated_at: datetime | None = None
    """When the person last proved who they are, by a password or at an identity provider."""
    impersonator_id: UUID | None = None
    """The member of staff who acts as this person."""
    address: str = ""
    """Where the request came from: an IP address, or empty for a command or a task."""
    request_id: str = ""

    @property
    def is_authenticated(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        """May read what is not public, to moderate it or to run the board."""
        return self.is_authenticated and self.key_id is None and self.platform_role in ("moderator", "admin")

    def allows(self, scope: Scope) -> bool:
        """Whether this is somebody, and nothing less than the scope was given to their key."""
        return self.is_authenticated and (self.scopes is None or scope in self.scopes)

    def require_user(self) -> UUID:
        """The id of the user behind the request. Raises `SignInRequired` where there is none."""
        if self.user_id is None:
            raise SignInRequired
        return self.user_id

    def require_recent_login(self) -> None:
        """Refuse a dangerous act to keys, to staff in another's name, and to a login of more than ten minutes ago.

        Raises `RecentLoginRequired`.
        """
        is_personal = self.is_authenticated and self.key_id is None and self.impersonator_id is None
        proved_at = self.authenticated_at
        if not is_personal or proved_at is None or timezone.now() - proved_at > RECENT:
            raise RecentLoginRequired


ANONYMOUS = Viewer()
