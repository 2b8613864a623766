"""What happens in hiring."""

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class CompanyCreated(Event):
    """Somebody opened a company."""

    about = "company_id"
    company_id: UUID


@dataclass(frozen=True)
class CompanyUpdated(Event):
    """What a company says of itself was changed."""

    about = "company_id"
    company_id: UUID


@dataclass(frozen=True)
class CompanyTransferred(Event):
    """A company has another owner."""

    about = "company_id"
    company_id: UUID
    owner_id: UUID


@dataclass(frozen=True)
class DomainMailRequested(Event):
    """Somebody says that a company has a domain, and asked for a mail to an address there to prove it."""

    about = "company_id"
    company_id: UUID
    domain_id: UUID


@dataclass(frozen=True)
class DomainVerified(Event):
    """A company proved that a domain is its own."""

    about = "company_id"
    company_id: UUID
    domain_id: UUID


@dataclass(frozen=True)
class DomainLost(Event):
    """What proved a company's domain is no longer there."""

    about = "company_id"
    company_id: UUID
    domain_id: UUID


@dataclass(frozen=True)
class MemberInvited(Event):
    """Somebody was offered a role in a company."""

    about = "company_id"
    company_id: UUID
    invitation_id: UUID


@dataclass(frozen=True)
class InvitationAccepted(Event):
    """Somebody who was invited acts for the company now."""

    about = "company_id"
    company_id: UUID
    invitation_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class InvitationDeclined(Event):
    """Somebody who was invited said no."""

    about = "company_id"
    company_id: UUID
    invitation_id: UUID


@dataclass(frozen=True)
class InvitationRevoked(Event):
    """A company took an invitation back."""

    about = "company_id"
    company_id: UUID
    invitation_id: UUID


@dataclass(frozen=True)
class MemberChanged(Event):
    """A member has another role, or was suspended, or is no longer."""

    about = "company_id"
    company_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class MemberRemoved(Event):
    """Somebody acts for a company no longer."""

    about = "company_id"
    company_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class ProfileChanged(Event):
    """A person's profile says something else, or is shown to others."""

    about = "profile_id"
    profile_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class PostingsChanged(Event):
    """A batch of postings was written, and waits to be indexed. Batches have nothing to do with each other."""

    about = "batch_id"
    batch_id: UUID
