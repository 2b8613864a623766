"""Jobs that people do not want to be shown: put aside with a reason, and taken back."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from jobs import policies
from jobs.errors import TooManyDismissals
from jobs.models import (
    DismissReason,
    InteractionEvent,
    InteractionKind,
    Job,
    JobDismissal,
    JobFingerprint,
    JobSearch,
)
from jobs.selectors import job as jobs
from jobs.services import interaction
from jobs.services.turns import take_turn
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

MOST_DISMISSED = 5_000
_TURN = "dismissals"
# What says the same elsewhere is not kept out of the feed by these.
_HERE_ALONE = Q(reason=DismissReason.WRONG_PLACE)


@transaction.atomic
def dismiss(*, by: Viewer, job_id: UUID, reason: str | None = None) -> JobDismissal:
    """Show the viewer this job no more, nor what says the same (elsewhere, too, unless the place was wrong), and give
    back what was put down.

    Without a reason it is `NOT_INTERESTED`. A job that was dismissed before gets the reason, if one is given, and keeps
    its time. Of several who dismiss at once, one does.
    """
    if reason is not None and reason not in DismissReason.values:
        raise Invalid("There is no such reason.", field="reason")
    person = _person(by)
    job = Job.objects.filter(jobs.visible_to(by), pk=job_id).only("pk").first()
    if job is None:
        raise NotFound(field="job_id")
    likeness = _likeness(job_id)
    take_turn(person, _TURN)
    dismissed, is_new = JobDismissal.objects.get_or_create(
        user_id=person,
        job=job,
        defaults={"reason": reason or DismissReason.NOT_INTERESTED, "likeness": likeness},
    )
    if is_new:
        if JobDismissal.objects.filter(user_id=person).count() > MOST_DISMISSED:
            raise TooManyDismissals
        interaction.note(person, job_id, InteractionKind.HIDE, dismissed.dismissed_at, key=dismissed.pk)
    elif reason is not None and dismissed.reason != reason:
        dismissed.reason = reason
        dismissed.save(update_fields=["reason", "updated_at"])
    return dismissed


@transaction.atomic
def undo(*, by: Viewer, job_id: UUID) -> JobDismissal:
    """Take a dismissal back, whether or not the job can still be seen, and give back what it was.

    With it go those of what says the same: each of them keeps the job out of the feed. Of a job that was not dismissed
    itself, but is kept out by such a one, the newest of them is given back. Nothing is left of any that a feed could
    learn from. Raises `NotFound` if there was none.
    """
    person = _person(by)
    take_turn(person, _TURN)
    own = JobDismissal.objects.filter(user_id=person)
    dismissed = own.filter(job_id=job_id).first()
    alike = list(own.filter(_said_by(job_id, by, dismissed)).exclude(_HERE_ALONE).order_by("-dismissed_at", "-pk"))
    dismissed = dismissed or next(iter(alike), None)
    if dismissed is None:
        raise NotFound(field="job_id")
    taken_back = {one.pk: one.dismissed_at for one in (dismissed, *alike)}
    own.filter(pk__in=taken_back).delete()
    InteractionEvent.objects.filter(pk__in=list(taken_back.items())).delete()
    return dismissed


def _said_by(job_id: UUID, by: Viewer, dismissed: JobDismissal | None) -> Q:
    """Which dismissals say the same as a job does now; of one that the viewer cannot see, as it did when dismissed."""
    if not Job.objects.filter(jobs.visible_to(by), pk=job_id).exists():
        return Q(likeness=dismissed.likeness) if dismissed and dismissed.likeness is not None else Q(pk__in=[])
    cluster = JobFingerprint.objects.filter(pk=job_id, cluster__isnull=False).values("cluster")
    likeness = _likeness(job_id)
    alike = Q(job__fingerprint__cluster__in=cluster)
    return alike if likeness is None else alike | Q(likeness=likeness)


def _likeness(job_id: UUID) -> int | None:
    """What all have in common that say the same; of what is not on the board, nothing."""
    return JobSearch.objects.filter(pk=job_id).values_list("likeness", flat=True).first()


def _person(by: Viewer) -> UUID:
    """Who dismisses it: a person, and none of the board's own."""
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden
    return by.user_id
