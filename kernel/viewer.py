"""Who is asking. Selectors and services take a `Viewer`, never a request."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a request: nobody, or a user with a role on the platform."""

    user_id: UUID | None = None
    platform_role: str = "user"

    @property
    def is_authenticated(self) -> bool:
        return self.user_id is not None

    @property
    def is_staff(self) -> bool:
        """May read what is not public, to moderate it or to run the board."""
        return self.is_authenticated and self.platform_role in ("moderator", "admin")


ANONYMOUS = Viewer()
