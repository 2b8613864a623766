"""Applications that people are writing, kept so that they can go on later. The company knows nothing of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from jobs import policies
from jobs.errors import ApplicationChangedMeanwhile
from jobs.models import ApplicationDraft, FilePurpose
from jobs.services import answers, application, form
from jobs.services import file as files
from jobs.services.answers import Answer
from jobs.services.turns import take_turn
from kernel.errors import Forbidden
from kernel.viewer import Viewer

MOST_DRAFTS = 200
_TURN = "application drafts"


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """What is to be different. None leaves alone."""

    answers: Sequence[Answer] | None = None
    """All of them; to the version of the form that is named."""
    form_version: int | None = None
    cover_letter: str | None = None
    resume_id: UUID | None = None
    has_no_resume: bool = False
    """Take the résumé out again."""


@transaction.atomic
def write(*, by: Viewer, job_id: UUID, changes: DraftChanges, version: int | None = None) -> ApplicationDraft:
    """Begin an application for a job, or go on with it, and give the draft back. Nothing has to be complete.

    `version` is that of the draft that was read: a newer one is not overwritten. Of more than two hundred drafts the
    one that was written longest ago makes way. Raises `NotFound`, `Forbidden`, `Invalid`, `JobNotApplicable`,
    `FormChangedMeanwhile`, `ApplicationChangedMeanwhile`, and what taking a file raises.
    """
    if by.user_id is None or not policies.may_apply(by):
        raise Forbidden
    job = application.applicable(by, job_id)
    take_turn(by.user_id, _TURN)
    draft = ApplicationDraft.objects.select_for_update().filter(user=by.user_id, job=job.pk).first()
    if version is not None and version != (draft.version if draft else 0):
        raise ApplicationChangedMeanwhile(
            "This draft has changed since you opened it. Look at it again.", field="version"
        )
    is_new = draft is None
    if draft is None:
        draft = ApplicationDraft(user_id=by.user_id, job_id=job.pk, version=0)
    had = _files_of(draft)
    asked = form.current(job.pk)
    if changes.answers is not None:
        asked = application.answerable(asked, changes.form_version)
        draft.answers = answers.understood(asked, changes.answers, by=by, is_complete=False).values
        draft.form_version_id = asked.pk
    if changes.cover_letter is not None:
        draft.cover_letter = answers.plain(changes.cover_letter, "cover_letter", longest=application.LONGEST_LETTER)
    if changes.resume_id is not None:
        draft.resume = files.take(by=by, file_id=changes.resume_id, purpose=FilePurpose.RESUME, field="resume_file_id")
    elif changes.has_no_resume:
        draft.resume = None
    draft.version += 1
    draft.save(force_insert=is_new)
    if left := had - _files_of(draft):
        files.release(left)
    if is_new:
        _forget_oldest(by.user_id)
    return draft


def _forget_oldest(person: UUID) -> None:
    old = ApplicationDraft.objects.filter(user=person).order_by("-updated_at", "-pk")[MOST_DRAFTS:]
    for draft in old:
        held = _files_of(draft)
        draft.delete()
        files.release(held)


def _files_of(draft: ApplicationDraft) -> set[UUID]:
    """The files that a draft needs."""
    found = {draft.resume_id} if draft.resume_id else set()
    if draft.form_version is not None:
        found |= answers.files_of(form.form_of(draft.form_version), draft.answers)
    return found
