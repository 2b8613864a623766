"""Where somebody who applies came from: tokens that stand in links, signed and kept nowhere.

A token names a job, and what a member of its company calls the place where the link stands; or the person who sends a
friend there. Whoever changes one gets no token: what was not signed here is kept as the text that it is, so that links
which others made (`?source=newsletter`) count as well, and never names a person.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from jobs.services import profile_values as read
from kernel.errors import Invalid

LONGEST_SOURCE = 100
LONGEST_TOKEN = 500
_SALT = "nexus.application-source"
_REFERRAL = "referral"


@dataclass(frozen=True, slots=True)
class Source:
    """Where somebody came from, and who sent them, if somebody did."""

    name: str = ""
    referrer_id: UUID | None = None


NOWHERE = Source()


def for_place(job_id: UUID, label: str) -> str:
    """The token of a link to a job that stands somewhere. Raises `Invalid` for a label that is none."""
    return _signer().sign_object([job_id.hex, read.line(label, "label", longest=LONGEST_SOURCE, is_required=True), ""])


def for_referral(job_id: UUID, person_id: UUID) -> str:
    """The token of a link by which a person sends others to a job."""
    return _signer().sign_object([job_id.hex, _REFERRAL, person_id.hex])


def read_token(token: str | None, job_id: UUID) -> Source:
    """What a token says of an application for a job. A token of another job says its place, and nobody's name.

    Raises `Invalid` for what is neither a token nor a short line of text.
    """
    if not token or not token.strip():
        return NOWHERE
    if len(token) > LONGEST_TOKEN:
        raise Invalid("This is no source.", field="source_token")
    try:
        job, label, person = _signer().unsign_object(token)
        is_of_job = UUID(job) == job_id
        return Source(str(label), UUID(person) if person and is_of_job else None)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return Source(read.line(token, "source_token", longest=LONGEST_SOURCE, is_required=True))


def _signer() -> signing.Signer:
    """Without the time: the same place has the same token, and links stand for years."""
    return signing.Signer(salt=_SALT)
