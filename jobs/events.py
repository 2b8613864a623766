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


@dataclass(frozen=True)
class JobEvent(Event):
    """Something happened to a posting. Subclassed, never emitted."""

    about = "job_id"
    job_id: UUID
    company_id: UUID


@dataclass(frozen=True)
class JobCreated(JobEvent):
    """Somebody began to write a posting."""


@dataclass(frozen=True)
class JobUpdated(JobEvent):
    """A posting says something else."""


@dataclass(frozen=True)
class JobSubmitted(JobEvent):
    """A posting waits for approval."""


@dataclass(frozen=True)
class JobApproved(JobEvent):
    """A posting may be published."""


@dataclass(frozen=True)
class JobRejected(JobEvent):
    """A posting was sent back to be written anew."""


@dataclass(frozen=True)
class JobScheduled(JobEvent):
    """A posting will go live at a set time."""


@dataclass(frozen=True)
class JobHeldBack(JobEvent):
    """A posting could not go live at its time, by the refusal of this code."""

    reason: str = ""


@dataclass(frozen=True)
class JobPublished(JobEvent):
    """A posting went live."""


@dataclass(frozen=True)
class JobPaused(JobEvent):
    """A posting was taken down for a while."""


@dataclass(frozen=True)
class JobResumed(JobEvent):
    """A posting that was paused is live again."""


@dataclass(frozen=True)
class JobExpiresSoon(JobEvent):
    """The end of a live posting comes near."""


@dataclass(frozen=True)
class JobExpired(JobEvent):
    """A posting's time was over."""


@dataclass(frozen=True)
class JobReopened(JobEvent):
    """A posting whose time was over is live again."""


@dataclass(frozen=True)
class JobClosed(JobEvent):
    """A posting ended, for a reason."""


@dataclass(frozen=True)
class JobArchived(JobEvent):
    """A posting that had ended was put away."""


@dataclass(frozen=True)
class JobDiscarded(JobEvent):
    """A draft was thrown away."""


@dataclass(frozen=True)
class JobReported(JobEvent):
    """Somebody told the platform that something is wrong with a posting."""


@dataclass(frozen=True)
class JobFlagged(JobEvent):
    """Moderators are to look at a posting."""


@dataclass(frozen=True)
class JobCleared(JobEvent):
    """Moderators found nothing wrong with a posting."""


@dataclass(frozen=True)
class JobFrozen(JobEvent):
    """A moderator took a posting from public view."""


@dataclass(frozen=True)
class JobUnfrozen(JobEvent):
    """A moderator gave a posting back to public view."""


@dataclass(frozen=True)
class JobRemoved(JobEvent):
    """The platform took a posting from public view for good."""


@dataclass(frozen=True)
class ApplicationEvent(Event):
    """Something happened to an application. Subclassed, never emitted."""

    about = "application_id"
    application_id: UUID
    job_id: UUID
    company_id: UUID


@dataclass(frozen=True)
class ApplicationSubmitted(ApplicationEvent):
    """Somebody applied."""


@dataclass(frozen=True)
class ApplicationMoved(ApplicationEvent):
    """An application came into another stage."""


@dataclass(frozen=True)
class ApplicationRejected(ApplicationEvent):
    """An application was declined."""


@dataclass(frozen=True)
class ApplicationUnrejected(ApplicationEvent):
    """A rejection was taken back."""


@dataclass(frozen=True)
class ApplicationHired(ApplicationEvent):
    """Somebody who applied is hired: the hand-over to whoever employs people."""


@dataclass(frozen=True)
class ApplicationUnhired(ApplicationEvent):
    """A hire was taken back."""


@dataclass(frozen=True)
class ApplicationTransferred(ApplicationEvent):
    """An application goes on as one to another job of the company."""


@dataclass(frozen=True)
class ApplicationWithdrawn(ApplicationEvent):
    """The person took the application back."""


@dataclass(frozen=True)
class RejectionMailDue(ApplicationEvent):
    """The time has come to tell somebody that they were declined."""

    mail_id: UUID


@dataclass(frozen=True)
class NoteAdded(ApplicationEvent):
    """Somebody wrote a note on an application."""

    note_id: UUID


@dataclass(frozen=True)
class FileUploaded(Event):
    """A file came, and waits to be looked at."""

    about = "file_id"
    file_id: UUID


@dataclass(frozen=True)
class ExportRequested(Event):
    """A company asked for a file of its data."""

    about = "export_id"
    export_id: UUID
    company_id: UUID


@dataclass(frozen=True)
class ExportReady(Event):
    """A file of a company's data can be fetched."""

    about = "export_id"
    export_id: UUID
    company_id: UUID
