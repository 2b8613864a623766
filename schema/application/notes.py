"""Notes on applications, and the tags of people."""

from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from accounts.selectors import user as users
from jobs.models import Note as NoteRow
from jobs.selectors import application as applications
from jobs.selectors import note as notes
from jobs.services import note
from jobs.services.note import MOST_MENTIONS, MOST_TAGS, People
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.rows import Slice
from kernel.viewer import Scope, Viewer
from schema.application.rules import COMPANY
from schema.core import ids
from schema.core.connections import CursorCodec, PageOfList, connection_field, connection_of, slice_of
from schema.core.errors import BadRequest
from schema.core.inputs import tuple_of
from schema.core.loading import Relation, many, one
from schema.core.mutations import Mutation
from schema.core.scalars import DateTime
from schema.core.types import ModelType
from schema.core.visibility import SHOWN

USER = "schema.account.types.User"
APPLICATION = "schema.application.types.Application"


class Note(ModelType):
    """What a colleague wrote on an application. The person never sees it."""

    class Meta:
        model = NoteRow
        columns = ("text",)
        batch = notes.by_id
        private_to = SHOWN

    created_at = DateTime(required=True, description="When it was written.")
    author = one(USER, key="author_id", batch=users.named, description="Who wrote it; null for who is gone.")
    mentioned = many(USER, batch=notes.mentioned, at_most=MOST_MENTIONS, description="Who is mentioned in it.")
    application = one(
        APPLICATION, key="application_id", batch=applications.by_id, description="The application that it is on."
    )


NoteConnection = connection_of("Note", Note, "notes")


class NoteAdd(Mutation):
    """Write a note on an application, mention colleagues in it, and change the tags of the person.

    For all whom the company lets read the application: also interviewers of its hiring team, who read their own notes
    and those in which they are mentioned. Tags are for those who may move it. The person sees none of it.
    """

    errors = (NotFound, Forbidden, Invalid)
    scope = Scope.APPLICATIONS_WRITE
    is_idempotent = True

    class Input:
        application_id = graphene.ID(required=True, description="The application.")
        text = graphene.String(description="Plain text, at most 10,000 characters; may be left out to change tags.")
        mention_ids = graphene.List(
            graphene.NonNull(graphene.ID),
            description=f"Users or memberships: at most {MOST_MENTIONS} colleagues who may read the application.",
        )
        add_tags = graphene.List(
            graphene.NonNull(graphene.String), description=f"Tags that the person gets, of {MOST_TAGS} at most."
        )
        remove_tags = graphene.List(graphene.NonNull(graphene.String), description="Tags that the person loses.")

    note = graphene.Field(Note, description="The note; null when refused, or where nothing was written.")
    application = graphene.Field(APPLICATION, description="The application; null when refused.")

    @classmethod
    def run(
        cls,
        viewer: Viewer,
        *,
        application_id: str,
        text: str | None = None,
        mention_ids: list[str] | None = None,
        add_tags: list[str] | None = None,
        remove_tags: list[str] | None = None,
    ) -> dict[str, Any]:
        key = ids.decode_as("Application", application_id, argument="input.applicationId")
        _, made = note.add(
            by=viewer,
            application_id=key,
            text=text or "",
            mentioned=_people(mention_ids),
            add_tags=tuple_of(add_tags, "input.addTags") or (),
            remove_tags=tuple_of(remove_tags, "input.removeTags") or (),
        )
        return {"note": made, "application": applications.by_id(viewer, [key]).get(key)}


class NoteDelete(Mutation):
    """Delete a note for good: one's own; the company's admins and owners, any."""

    errors = (NotFound, Forbidden)
    scope = Scope.APPLICATIONS_WRITE

    class Input:
        id = graphene.ID(required=True, description="The note.")

    application = graphene.Field(APPLICATION, description="The application that it was on; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str) -> dict[str, Any]:
        key = note.delete(by=viewer, note_id=ids.decode_as("Note", id, argument="input.id")).pk
        return {"application": applications.by_id(viewer, [key]).get(key)}


def _people(mention_ids: list[str] | None) -> People:
    decoded = [ids.decode(one, argument="input.mentionIds") for one in tuple_of(mention_ids, "input.mentionIds") or ()]
    if any(kind not in ("User", "Membership") for kind, _ in decoded):
        raise BadRequest("Mention users or memberships.", argument="input.mentionIds")
    return People(
        user_ids=[key for kind, key in decoded if kind == "User"],
        membership_ids=[key for kind, key in decoded if kind == "Membership"],
    )


def _codec(application_id: UUID) -> CursorCodec:
    return CursorCodec(f"application.{application_id}.notes", value=UUID, key=UUID)


def _count(application_id: UUID, info: GraphQLResolveInfo) -> Any:
    return info.context.load(notes.counts_of_applications, application_id).then(lambda number: number or 0)


def _lists(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
    found: dict[UUID, PageOfList | BadRequest] = {}
    asked: dict[Slice, list[UUID]] = {}
    for key in keys:
        try:
            asked.setdefault(slice_of(_codec(key), arguments), []).append(key)
        except BadRequest as error:
            found[key] = error
    for wanted, owners in asked.items():
        for key, page in notes.of_applications(viewer, owners, wanted=wanted).items():
            found[key] = PageOfList(page, partial(_codec, key), partial(_count, key))
    return found


notes_of_application = connection_field(
    NoteConnection,
    description="What colleagues wrote on it, as far as one may read it, the newest first.",
    visible_to=COMPANY,
    resolver=Relation(_lists, "pk"),
)
