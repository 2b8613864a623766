"""Jobs that people do not want to be shown: put aside with a reason, and taken back."""

from uuid import UUID

from django.db import transaction

from jobs import policies
from jobs.errors import TooManyDismissals
from jobs.models import DismissReason, InteractionEvent, InteractionKind, Job, JobDismissal, JobSearch
from jobs.selectors import job as jobs
from jobs.services import interaction
from jobs.services.turns import take_turn
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Viewer

MOST_DISMISSED = 5_000
_TURN = "dismissals"


@transaction.atomic
def dismiss(*, by: Viewer, job_id: UUID, reason: str = DismissReason.NOT_INTERESTED) -> JobDismissal:
    """Show the viewer this job no more, nor what says the same, and give back what was put down.

    A job that was dismissed before gets the reason, and keeps its time. Of several who dismiss at once, one does.
    """
    if reason not in DismissReason.values:
        raise Invalid("There is no such reason.", field="reason")
    person = _person(by)
    job = Job.objects.filter(jobs.visible_to(by), pk=job_id).only("pk").first()
    if job is None:
        raise NotFound(field="job_id")
    likeness = JobSearch.objects.filter(pk=job_id).values_list("likeness", flat=True).first()
    take_turn(person, _TURN)
    dismissed, is_new = JobDismissal.objects.get_or_create(
        user_id=person, job=job, defaults={"reason": reason, "likeness": likeness}
    )
    if is_new:
        if JobDismissal.objects.filter(user_id=person).count() > MOST_DISMISSED:
            raise TooManyDismissals
        interaction.note(person, job_id, InteractionKind.HIDE, dismissed.dismissed_at, key=dismissed.pk)
    elif dismissed.reason != reason:
        dismissed.reason = reason
        dismissed.save(update_fields=["reason", "updated_at"])
    return dismissed


@transaction.atomic
def undo(*, by: Viewer, job_id: UUID) -> JobDismissal:
    """Take a dismissal back, whether or not the job can still be seen, and give back what it was.

    Nothing is left of it that a feed could learn from. Raises `NotFound` if there was none.
    """
    person = _person(by)
    take_turn(person, _TURN)
    dismissed = JobDismissal.objects.filter(user_id=person, job_id=job_id).first()
    if dismissed is None:
        raise NotFound(field="job_id")
    JobDismissal.objects.filter(pk=dismissed.pk).delete()
    InteractionEvent.objects.filter(pk=(dismissed.pk, dismissed.dismissed_at)).delete()
    return dismissed


def _person(by: Viewer) -> UUID:
    """Who dismisses it: a person, and none of the board's own."""
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden
    return by.user_id
