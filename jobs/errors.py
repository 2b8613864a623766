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
└── SourceBusy                  somebody else imports the same source at this moment
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
