"""What has become of an application, as the person who made it may know: kinds of stages, and no names or reasons.

A step that changes neither what the person is shown of the stage nor of the status is none. That somebody was declined
is a step of when they were told: while that mail waits, or where it was taken back before, there was no such step.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from jobs.models import ApplicationStatus, ApplicationTransition, RejectionMail
from kernel.reading import Reading
from kernel.viewer import Viewer

MOST_STEPS = 100


class Step(NamedTuple):
    """Since when an application has stood there."""

    at: datetime
    kind: str
    status: str


_TRANSITIONS = Reading(
    lambda: ApplicationTransition.objects.only("application_id", "to_status", "to_kind", "at").order_by("seq"),
    by="application_id",
)
_MAILS = Reading(
    lambda: RejectionMail.objects.only("application_id", "created_at", "released_at").order_by("created_at"),
    by="application_id",
)


def steps(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[Step]]:
    """The steps of applications that the viewer has been shown, the first one first; at most the last hundred."""
    transitions, mails = _TRANSITIONS.many(keys), _MAILS.many(keys)
    return {key: told(rows, mails.get(key, ()))[-MOST_STEPS:] for key, rows in transitions.items()}


def told(transitions: Iterable[ApplicationTransition], mails: Iterable[RejectionMail]) -> list[Step]:
    """What of these steps the person was told, and when."""
    rows = list(transitions)
    declined = [row.at for row in rows if row.to_status == ApplicationStatus.REJECTED]
    # A mail is of the last rejection before it: in between there is none, until that is taken back.
    mails_of: dict[datetime, list[RejectionMail]] = defaultdict(list)
    for mail in mails:
        before = [at for at in declined if at <= mail.created_at]
        if before:
            mails_of[before[-1]].append(mail)
    found: list[Step] = []
    for row in rows:
        at = row.at
        if row.to_status == ApplicationStatus.REJECTED and mails_of[at]:
            released = [mail.released_at for mail in mails_of[at] if mail.released_at is not None]
            if not released:
                continue
            at = released[-1]
        if row.to_status == ApplicationStatus.ANONYMISED:
            continue
        if not found or (found[-1].kind, found[-1].status) != (row.to_kind, row.to_status):
            found.append(Step(at, row.to_kind, row.to_status))
    return found
