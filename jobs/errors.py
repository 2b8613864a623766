"""Every way the hiring rules can refuse.

DomainError                     kernel: a refusal that the caller can act on
├── NotFound                    kernel: no such object, or the viewer may not know that it exists
├── Invalid                     kernel: a value is not acceptable; `field` says which one
├── Forbidden                   kernel: the viewer sees the object, but may not do this to it
├── CompanyInactive             a suspended or closed company publishes nothing
├── JobNotPublishable           the posting stands where nothing can be published from
│   ├── JobAlreadyPublished     … because it is live already
│   ├── JobAlreadyClosed        … because it has ended (closing refuses with this, too)
│   ├── JobExpiredLongAgo       … because its time to be reopened is over
│   ├── JobIncomplete           … because something is missing that readers need
│   ├── JobFrozen               … because a moderator holds it
│   └── JobRepeatsAnother       … because its company has the same posting live already
├── JobNotClosable              the posting has never been on its way to the public
├── JobChangedMeanwhile         somebody else has written the posting since it was read
├── CompanyChangedMeanwhile     somebody else has edited the company since it was read
├── TooManyCompanies            nobody owns more companies than ten
├── DomainRefused               this domain can belong to no company: everybody has mail there, or under it
├── DomainNotProved             neither the record nor the token is there
├── DomainTaken                 another company has proved that the domain is its own
├── DomainUnreachable           the domain's name servers do not answer at this moment
├── AlreadyMember               the person acts for the company already
├── AlreadyInvited              the address has an open invitation to the company
├── TooManyInvitations          a company has at most a hundred open invitations
├── InvitationNotOpen           the invitation was accepted, declined or revoked, or its time is over
├── NotAMember                  the person does not act for the company
├── LastOwner                   a company is never without an owner
├── SourceBusy                  somebody else imports the same source at this moment
├── ProfileChangedMeanwhile     the profile was written since it was read
├── TooManyBlocks               a person blocks a thousand employers at most
├── TooManySavedJobs            a person keeps five thousand jobs at most
├── TooManyDismissals           a person dismisses five thousand jobs at most
└── TooManySignals              more signals wait to be written than there is room for
"""

from kernel.errors import DomainError


class CompanyInactive(DomainError):
    """A suspended or closed company publishes nothing."""

    code = "COMPANY_INACTIVE"
    message = "This company is suspended or closed."


class JobNotPublishable(DomainError):
    """A posting is published from draft, approved, paused, or shortly after it expired."""

    code = "JOB_NOT_PUBLISHABLE"
    message = "A job can only be published from draft, approved, paused, or shortly after it expired."


class JobAlreadyPublished(JobNotPublishable):
    """The posting is published and its time is not over."""

    code = "JOB_ALREADY_PUBLISHED"
    message = "This job is already published."


class JobAlreadyClosed(JobNotPublishable):
    """The posting has ended, and an ended posting stays ended."""

    code = "JOB_ALREADY_CLOSED"
    message = "This job is closed."


class JobExpiredLongAgo(JobNotPublishable):
    """An expired posting can be reopened for 30 days."""

    code = "JOB_EXPIRED_LONG_AGO"
    message = "This job expired more than 30 days ago; post it anew."


class JobIncomplete(JobNotPublishable):
    """The posting lacks what every reader needs; `field` says what."""

    code = "JOB_INCOMPLETE"
    message = "This job lacks something that readers need."


class JobFrozen(JobNotPublishable):
    """A moderator has frozen or removed the posting."""

    code = "JOB_FROZEN"
    message = "A moderator holds this job."


class JobRepeatsAnother(JobNotPublishable):
    """The company has a live posting with the same title, places and text; the message names it by its slug."""

    code = "JOB_REPEATS_ANOTHER"
    message = "This company has the same job live already."


class JobNotClosable(DomainError):
    """Only a posting that is published, paused, expired or scheduled can be closed; a draft is discarded."""

    code = "JOB_NOT_CLOSABLE"
    message = "Only a job that is published, paused, expired or scheduled can be closed."


class JobChangedMeanwhile(DomainError):
    """Somebody else has written the posting since the caller read it; nothing of theirs is lost."""

    code = "JOB_CHANGED_MEANWHILE"
    message = "Somebody else has changed this job since you opened it. Look at it again."


class SourceBusy(DomainError):
    """One import of a source at a time: of two, each would take what the other saw for vanished."""

    code = "SOURCE_BUSY"
    message = "This source is being imported at this moment."


class CompanyChangedMeanwhile(DomainError):
    """Somebody else has edited the company since the caller read it; nothing of theirs is lost."""

    code = "COMPANY_CHANGED_MEANWHILE"
    message = "Somebody else has changed this company since you opened it. Look at it again."


class TooManyCompanies(DomainError):
    """One person owns ten companies at most."""

    code = "TOO_MANY_COMPANIES"
    message = "You own ten companies already. Transfer one that others run before you create another."


class DomainRefused(DomainError):
    """A domain that no company can have for its own: strangers have addresses at it, or domains below it."""

    code = "DOMAIN_REFUSED"
    message = "This domain cannot belong to one company. Use the domain of the company's own site."


class DomainNotProved(DomainError):
    """What proves the domain was not found: no such TXT record, or a token that is wrong or too old."""

    code = "DOMAIN_NOT_PROVED"
    message = "The proof is not there yet."
    is_retryable = True


class DomainTaken(DomainError):
    """Another company has proved that the domain is its own."""

    code = "DOMAIN_TAKEN"
    message = "Another company has proved that this domain is its own."


class DomainUnreachable(DomainError):
    """The name servers of the domain did not answer; nothing is known of the proof."""

    code = "DOMAIN_UNREACHABLE"
    message = "The domain's name servers do not answer. Try again in a few minutes."
    is_retryable = True


class AlreadyMember(DomainError):
    """The person has a role in the company; change it instead."""

    code = "ALREADY_MEMBER"
    message = "This person is a member already."


class AlreadyInvited(DomainError):
    """The address has an open invitation to the company."""

    code = "ALREADY_INVITED"
    message = "This address has an open invitation. Revoke it to send another one."


class TooManyInvitations(DomainError):
    """A company has a hundred open invitations at most."""

    code = "TOO_MANY_INVITATIONS"
    message = "A hundred invitations are open. Revoke some first."


class InvitationNotOpen(DomainError):
    """An invitation ends once: it was accepted, declined or revoked, or its seven days are over."""

    code = "INVITATION_NOT_OPEN"
    message = "This invitation has ended. Ask for another one."


class NotAMember(DomainError):
    """The person does not act for the company, or is suspended there."""

    code = "NOT_A_MEMBER"
    message = "This person is no active member of the company."


class LastOwner(DomainError):
    """The act would leave the company without an owner who can act for it."""

    code = "LAST_OWNER"
    message = "A company needs an owner. Make somebody else an owner first."


class ProfileChangedMeanwhile(DomainError):
    """The profile was written since the caller read it; nothing of that is lost."""

    code = "PROFILE_CHANGED_MEANWHILE"
    message = "Your profile was changed elsewhere since you opened it. Look at it again."


class TooManyBlocks(DomainError):
    """A person blocks a thousand employers at most."""

    code = "TOO_MANY_BLOCKS"
    message = "You have blocked a thousand employers. Unblock one first."


class TooManySavedJobs(DomainError):
    """A person keeps five thousand jobs at most."""

    code = "TOO_MANY_SAVED_JOBS"
    message = "You have saved five thousand jobs. Remove some first."


class TooManyDismissals(DomainError):
    """A person dismisses five thousand jobs at most."""

    code = "TOO_MANY_DISMISSALS"
    message = "You have dismissed five thousand jobs. Take some of that back first."


class TooManySignals(DomainError):
    """More signals wait to be written than there is room for."""

    code = "TOO_MANY_SIGNALS"
    message = "Too many signals wait to be written. Try again in a minute."
    is_retryable = True
