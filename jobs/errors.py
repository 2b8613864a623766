"""Every way the hiring rules can refuse.

DomainError                     kernel: a refusal that the caller can act on
├── NotFound                    kernel: no such object, or the viewer may not know that it exists
├── Invalid                     kernel: a value is not acceptable; `field` says which one
├── Forbidden                   kernel: the viewer sees the object, but may not do this to it
├── CompanyInactive             a suspended or closed company publishes nothing
├── JobAlreadyPublished         the posting is live already
├── JobAlreadyClosed            the posting has ended
├── JobExpiredLongAgo           the posting's time to be reopened is over
├── JobIncomplete               something is missing that readers of the posting need
├── JobFrozen                   a moderator holds the posting
├── JobRepeatsAnother           its company has the same posting live already
├── JobNeedsReview              the company's postings are looked at first
├── JobIsTemplate               it is a template, and no posting
├── JobMoveRefused              the act does not lead on from where the posting stands
├── JobQuotaReached             the company has as many postings as it may have, or makes too many a day
├── AlreadyReported             the person has reported the posting already
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
├── TooManySignals              more signals wait to be written than there is room for
├── JobNotApplicable            the posting takes no applications here, or none any more
├── AlreadyApplied              the person has an application for the job that is not withdrawn
├── FormChangedMeanwhile        the questions are others than those that were answered
├── ApplicationChangedMeanwhile somebody else has moved the application since it was read
├── ApplicationMoveRefused      the act does not lead on from where the application stands
├── OpeningFilled               somebody is hired for the job already
├── StageInUse                  applications are in the stage
├── TooManyStages               a job has at most thirty stages
├── FileRefused                 the file is none that is taken; the message says why
├── FileNotReady                the file has not come, or was not looked at yet
├── TooManyFiles                a person keeps at most a hundred files
└── ExportUnderWay              the company's last export of the kind is not ready yet
"""

from typing import Self
from uuid import UUID

from kernel.errors import DomainError


class CompanyInactive(DomainError):
    """A suspended or closed company publishes nothing."""

    code = "COMPANY_INACTIVE"
    message = "This company is suspended or closed."


class JobAlreadyPublished(DomainError):
    """The posting is published and its time is not over."""

    code = "JOB_ALREADY_PUBLISHED"
    message = "This job is already published."


class JobAlreadyClosed(DomainError):
    """The posting has ended, and an ended posting stays ended."""

    code = "JOB_ALREADY_CLOSED"
    message = "This job is closed."


class JobExpiredLongAgo(DomainError):
    """An expired posting can be reopened for 30 days."""

    code = "JOB_EXPIRED_LONG_AGO"
    message = "This job expired more than 30 days ago; post it anew."


class JobIncomplete(DomainError):
    """The posting lacks what every reader needs; `field` says what."""

    code = "JOB_INCOMPLETE"
    message = "This job lacks something that readers need."


class JobFrozen(DomainError):
    """A moderator has frozen or removed the posting."""

    code = "JOB_FROZEN"
    message = "A moderator holds this job."


class JobRepeatsAnother(DomainError):
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


class JobNeedsReview(DomainError):
    """The company is not verified yet: a moderator has to approve its postings."""

    code = "JOB_NEEDS_REVIEW"
    message = "A moderator has to approve this company's jobs first: submit it."


class JobIsTemplate(DomainError):
    """Others are begun from a template; it is never published itself."""

    code = "JOB_IS_TEMPLATE"
    message = "This is a template. Clone it to publish a job."


class JobMoveRefused(DomainError):
    """The act does not lead on from where the posting stands; the message says where that is."""

    code = "JOB_MOVE_REFUSED"
    message = "This cannot be done to the job as it stands."


class JobQuotaReached(DomainError):
    """An unverified company has few postings at a time, and nobody makes very many a day."""

    code = "JOB_QUOTA_REACHED"
    message = "Your company has as many jobs as it may have."


class AlreadyReported(DomainError):
    """The person has reported the posting, and moderators have not decided yet."""

    code = "ALREADY_REPORTED"
    message = "You have reported this job. Moderators will look at it."


class JobNotApplicable(DomainError):
    """Applications are taken while a posting is live, and here only where it says so."""

    code = "JOB_NOT_APPLICABLE"
    message = "This job takes no applications here."


class AlreadyApplied(DomainError):
    """One application of a person for a job at a time."""

    code = "ALREADY_APPLIED"
    message = "You have applied for this job already."
    application_id: UUID | None = None
    """The one that there is."""

    @classmethod
    def of(cls, application_id: UUID) -> Self:
        """The refusal that names the application."""
        refusal = cls(field="job_id")
        refusal.application_id = application_id
        return refusal


class FormChangedMeanwhile(DomainError):
    """The questions were changed since the person read them."""

    code = "FORM_CHANGED_MEANWHILE"
    message = "The questions have changed since you opened them. Look at them again."


class ApplicationChangedMeanwhile(DomainError):
    """Somebody else has moved the application since the caller read it; nothing of theirs is lost."""

    code = "APPLICATION_CHANGED_MEANWHILE"
    message = "Somebody else has changed this application since you opened it. Look at it again."


class ApplicationMoveRefused(DomainError):
    """The act does not lead on from where the application stands; the message says where that is."""

    code = "APPLICATION_MOVE_REFUSED"
    message = "This cannot be done to the application as it stands."


class OpeningFilled(DomainError):
    """A job is one opening, unless whoever hires says that it is for another one."""

    code = "OPENING_FILLED"
    message = "Somebody is hired for this job already. Say so if this is another opening of it."


class StageInUse(DomainError):
    """Applications are in the stage: move them first."""

    code = "STAGE_IN_USE"
    message = "Applications are in this stage. Move them first."


class TooManyStages(DomainError):
    """A job has at most thirty stages."""

    code = "TOO_MANY_STAGES"
    message = "A job has at most thirty stages."


class FileRefused(DomainError):
    """The file is too large, empty, or of no kind that is taken."""

    code = "FILE_REFUSED"
    message = "This file cannot be taken."


class FileNotReady(DomainError):
    """The file has not come yet, or nobody has looked at it yet."""

    code = "FILE_NOT_READY"
    message = "This file is not there yet. Try again in a moment."
    is_retryable = True


class TooManyFiles(DomainError):
    """A person keeps at most a hundred files."""

    code = "TOO_MANY_FILES"
    message = "You have a hundred files. Wait until some of them are forgotten."


class ExportUnderWay(DomainError):
    """One export of a kind at a time."""

    code = "EXPORT_UNDER_WAY"
    message = "An export of this kind is being made."
