"""Keeps jobs for people, and lets go of them."""

from uuid import UUID

from django.db import transaction

from jobs import policies
from jobs.errors import TooManySavedJobs
from jobs.models import InteractionKind, Job, SavedJob
from jobs.selectors import job as jobs
from jobs.services import interaction
from jobs.services import profile_values as read
from jobs.services.turns import take_turn
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Viewer

LONGEST_NOTE = 2_000
MOST_SAVED = 5_000
_TURN = "saved jobs"


@transaction.atomic
def save(*, by: Viewer, job_id: UUID, note: str | None = None) -> SavedJob:
    """Keep a job for later, with a note of 2,000 characters at most, and give back what is kept.

    A job that is kept already gets the note, if there is one; an empty one takes the note away. Of several who save
    at once, one does.
    """
    written = read.text(note, "note", longest=LONGEST_NOTE)
    person = _person(by)
    job = Job.objects.filter(jobs.visible_to(by), pk=job_id).only("title").first()
    if job is None:
        raise NotFound(field="job_id")
    take_turn(person, _TURN)
    saved, is_new = SavedJob.objects.get_or_create(
        user_id=person, job=job, defaults={"title": job.title, "note": written}
    )
    if is_new:
        if SavedJob.objects.filter(user_id=person).count() > MOST_SAVED:
            raise TooManySavedJobs
        interaction.note(person, job_id, InteractionKind.SAVE, saved.saved_at)
    elif note is not None and saved.note != written:
        saved.note = written
        saved.save(update_fields=["note", "updated_at"])
    return saved


@transaction.atomic
def unsave(*, by: Viewer, job_id: UUID) -> SavedJob:
    """Let go of a job that was kept, whether or not it can still be seen, and give back what was kept.

    Raises `NotFound` if nothing was.
    """
    person = _person(by)
    take_turn(person, _TURN)
    saved = SavedJob.objects.filter(user_id=person, job_id=job_id).first()
    if saved is None:
        raise NotFound(field="job_id")
    SavedJob.objects.filter(pk=saved.pk).delete()
    return saved


def _person(by: Viewer) -> UUID:
    """Who keeps it: a person, and none of the board's own."""
    if by.user_id is None or not policies.may_look_for_work(by):
        raise Forbidden
    return by.user_id
