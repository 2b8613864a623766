"""The résumés that a person keeps, of which one is the default while there is one."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from jobs import policies
from jobs.models import Application, ApplicationDraft, File, Resume
from jobs.services.turns import take_turn
from kernel.errors import Forbidden, NotFound
from kernel.viewer import Viewer

_TURN = "files"


def keep(file: File, *, is_default: bool) -> Resume:
    """Keep a file as one of its owner's résumés, in the caller's turn. The first is the default, whatever is asked."""
    kept, _ = Resume.objects.get_or_create(file=file, defaults={"user_id": file.owner_id})
    if is_default or not Resume.objects.filter(user_id=file.owner_id, is_default=True).exists():
        _set_default(kept)
    return kept


@transaction.atomic
def make_default(*, by: Viewer, resume_id: UUID) -> Resume:
    """Use this résumé from now on where none is named. Raises `NotFound`."""
    row = _own(by, resume_id)
    _set_default(row)
    return row


@transaction.atomic
def delete(*, by: Viewer, resume_id: UUID) -> Resume:
    """Keep a résumé no longer; applications and drafts that have it keep it. The newest of the others is the default.

    Raises `NotFound`.
    """
    row = _own(by, resume_id)
    # Whoever applies with it at this moment holds its file.
    file = File.objects.select_for_update().defer("text").get(pk=row.file_id)
    drop(file)
    if not (Application.objects.filter(resume=file).exists() or ApplicationDraft.objects.filter(resume=file).exists()):
        file.expires_at = timezone.now()
        file.save(update_fields=["expires_at", "updated_at"])
    return row


def drop(file: File) -> None:
    """Take a file off its owner's list, if it is there; another becomes the default."""
    Resume.objects.filter(file=file).delete()
    left = Resume.objects.filter(user_id=file.owner_id).order_by("-pk")
    if not left.filter(is_default=True).exists() and (newest := left.first()):
        _set_default(newest)


def _own(by: Viewer, resume_id: UUID) -> Resume:
    """The person's own résumé, in their turn."""
    if by.user_id is None or not policies.may_apply(by):
        raise Forbidden
    take_turn(by.user_id, _TURN)
    row = Resume.objects.select_related("file").filter(pk=resume_id, user_id=by.user_id).first()
    if row is None:
        raise NotFound(field="resume_id")
    return row


def _set_default(row: Resume) -> None:
    Resume.objects.filter(user_id=row.user_id, is_default=True).exclude(pk=row.pk).update(is_default=False)
    row.is_default = True
    row.save(update_fields=["is_default", "updated_at"])
