"""The lists of a company's team, read page by page; a cursor belongs to the list of one company."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.selectors import invitation as invitations
from jobs.selectors import membership as memberships
from kernel.rows import Slice
from kernel.viewer import Viewer
from schema.core.connections import Connection, CursorCodec, PageOfList, connection_field, slice_of
from schema.core.errors import BadRequest
from schema.core.loading import BatchSelector, Relation
from schema.team.types import TEAM, InvitationConnection, MembershipConnection


def _of_company(
    name: str, connection: type[Connection], pages: BatchSelector, counts: BatchSelector, key_type: type, words: str
) -> graphene.Field:
    """A list of each company that those see who may see its team: the pages of all of them come in one statement."""

    def codec(company_id: UUID) -> CursorCodec:
        return CursorCodec(f"company.{company_id}.{name}", value=key_type, key=key_type)

    def count(company_id: UUID, info: GraphQLResolveInfo) -> Any:
        return info.context.load(counts, company_id).then(lambda number: number or 0)

    def lists(viewer: Viewer, keys: list[UUID], **arguments: Any) -> dict[UUID, PageOfList | BadRequest]:
        found: dict[UUID, PageOfList | BadRequest] = {}
        asked: dict[Slice, list[UUID]] = {}
        for key in keys:
            try:
                asked.setdefault(slice_of(codec(key), arguments), []).append(key)
            except BadRequest as error:
                found[key] = error
        for wanted, owners in asked.items():
            for key, page in pages(viewer, owners, wanted=wanted).items():
                found[key] = PageOfList(page, partial(codec, key), partial(count, key))
        return found

    resolver: Callable[..., Any] = Relation(lists, "pk")
    return connection_field(connection, description=words, visible_to=TEAM, resolver=resolver)


members_of_company = _of_company(
    "members",
    MembershipConnection,
    memberships.of_companies,
    memberships.counts_of_companies,
    int,
    "Who acts for it, also who is suspended; who came first comes first.",
)
invitations_of_company = _of_company(
    "invitations",
    InvitationConnection,
    invitations.of_companies,
    invitations.counts_of_companies,
    UUID,
    "Whom it invited, the newest first.",
)
