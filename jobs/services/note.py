"""Notes that colleagues write on applications, and the tags that they put on people. Those who applied see neither."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.services import audit
from accounts.text import refuse_unreadable
from jobs import policies
from jobs.events import NoteAdded
from jobs.models import (
    Application,
    ApplicationTransition,
    Candidate,
    HiringTeam,
    Membership,
    Note,
    RejectionMail,
)
from jobs.selectors import application as applications
from jobs.selectors import membership
from jobs.selectors import note as notes
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.events import emit
from kernel.viewer import Viewer

LONGEST_TEXT, LONGEST_TAG = 10_000, 40
MOST_MENTIONS, MOST_TAGS = 20, 20
TEAM = policies.READS_TEAM_APPLICATIONS | policies.READS_REDACTED


@dataclass(frozen=True, slots=True)
class People:
    """Who is mentioned: by user, or by membership."""

    user_ids: Collection[UUID] = ()
    membership_ids: Collection[int] = ()


@transaction.atomic
def add(
    *,
    by: Viewer,
    application_id: UUID,
    text: str = "",
    mentioned: People = People(),
    add_tags: Collection[str] = (),
    remove_tags: Collection[str] = (),
) -> tuple[Application, Note | None]:
    """Write a note, mention colleagues in it, and change the tags of the person; any of it, but not nothing.

    Mentioned are people who may read the application. Tags are for those who may move it. Raises `NotFound`,
    `Forbidden`, `Invalid`.
    """
    application, standing = _seen(by, application_id)
    if not policies.may_write_notes(by, standing, application):
        raise Forbidden
    said = _text(text)
    if not said and (mentioned.user_ids or mentioned.membership_ids):
        raise Invalid("A note that mentions somebody says something.", field="text")
    if add_tags or remove_tags:
        if not policies.may_move_application(by, standing, application):
            raise Forbidden("Tags are for those who may move the application.", field="add_tags")
        _tag(by, application, add_tags, remove_tags)
    elif not said:
        raise Invalid("Write something, or change the tags.", field="text")
    if not said:
        return application, None
    note = Note.objects.create(
        application=application, author_id=by.user_id, text=said, mentioned=_colleagues(application, mentioned)
    )
    company_id = application.job.company_id
    told = NoteAdded(application_id=application.pk, job_id=application.job_id, company_id=company_id, note_id=note.pk)
    emit(told, by=by)
    audit.record("note.add", by=by, target=("Note", note.pk), company_id=company_id)
    return application, note


@transaction.atomic
def delete(*, by: Viewer, note_id: UUID) -> Application:
    """Delete a note for good, and give its application back: one's own, or any of a company that one runs."""
    note = Note.objects.filter(pk__in=notes.by_id(by, [note_id])).select_for_update().first()
    if note is None:
        raise NotFound(field="id")
    application, standing = _seen(by, note.application_id)
    if not policies.may_delete_note(by, standing, application, note.author_id):
        raise Forbidden
    audit.record("note.delete", by=by, target=("Note", note.pk), company_id=application.job.company_id)
    note.delete()
    return application


def forget(candidate_ids: Collection[UUID]) -> None:
    """Forget in words what companies kept of people who are to be nobody: notes, comments, tags and unsent mail."""
    theirs = Q(application__candidate__in=list(candidate_ids))
    Note.objects.filter(theirs).delete()
    ApplicationTransition.objects.filter(theirs).exclude(comment="").update(comment="")
    RejectionMail.objects.filter(theirs).delete()
    Candidate.objects.filter(pk__in=list(candidate_ids)).update(tags=[])


def _seen(by: Viewer, application_id: UUID) -> tuple[Application, policies.Standing]:
    rows = Application.objects.filter(applications.readable_by(by), pk=application_id)
    application = rows.select_related("job", "candidate").first()
    if application is None:
        raise NotFound(field="application_id")
    return application, membership.standing(by)


def _text(text: str) -> str:
    refuse_unreadable(text, field="text")
    said = text.strip()
    if len(said) > LONGEST_TEXT:
        raise Invalid(f"At most {LONGEST_TEXT} characters.", field="text")
    return said


def _colleagues(application: Application, mentioned: People) -> list[UUID]:
    """The users who are mentioned. Whoever may not read the application is none of them."""
    users, keys = set(mentioned.user_ids), set(mentioned.membership_ids)
    if len(users) + len(keys) > MOST_MENTIONS:
        raise Invalid(f"A note mentions at most {MOST_MENTIONS} people.", field="mention_ids")
    if not users and not keys:
        return []
    named = Membership.objects.filter(membership.PEOPLE, Q(pk__in=keys) | Q(user__in=users), suspended_at=None)
    held = {row.pk: row for row in named.filter(company=application.job.company_id)}
    team = HiringTeam.objects.filter(job=application.job_id, user__in=[row.user_id for row in held.values()])
    on_team = set(team.values_list("user_id", flat=True))
    readers = {
        key: row
        for key, row in held.items()
        if row.role in policies.READS_APPLICATIONS or (row.role in TEAM and row.user_id in on_team)
        if row.user_id != application.candidate.user_id
    }
    found = {row.user_id for row in readers.values()}
    if not keys <= readers.keys() or not users <= found:
        raise Invalid("Somebody who is mentioned may not read this application.", field="mention_ids")
    return sorted(found)


def _tag(by: Viewer, application: Application, added: Collection[str], removed: Collection[str]) -> None:
    """Tags as the company wrote them first; case makes no other tag."""
    candidate = Candidate.objects.select_for_update().get(pk=application.candidate_id)
    gone = {_tag_of(tag, "remove_tags").casefold() for tag in removed}
    tags = {tag.casefold(): tag for tag in candidate.tags if tag.casefold() not in gone}
    for tag in added:
        said = _tag_of(tag, "add_tags")
        tags.setdefault(said.casefold(), said)
    if len(tags) > MOST_TAGS:
        raise Invalid(f"A person has at most {MOST_TAGS} tags.", field="add_tags")
    before, after = candidate.tags, list(tags.values())
    if before == after:
        return
    candidate.tags = after
    candidate.save(update_fields=["tags", "updated_at"])
    audit.record(
        "candidate.tag",
        by=by,
        target=("Candidate", candidate.pk),
        company_id=candidate.company_id,
        before={"tags": before},
        after={"tags": after},
    )
    application.candidate = candidate


def _tag_of(tag: str, field: str) -> str:
    refuse_unreadable(tag, field=field)
    said = " ".join(tag.split())
    if not 0 < len(said) <= LONGEST_TAG:
        raise Invalid(f"A tag has 1 to {LONGEST_TAG} characters.", field=field)
    return said
