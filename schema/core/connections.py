"""Connections: lists that can grow, read page by page with opaque cursors (Relay cursor connections).

A cursor names the list and order that it was made in and a row's position there, so that one from another
list is refused. It is treated as hostile input: its parts are checked before they reach a query.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import graphene
import orjson
from graphql import GraphQLResolveInfo

from kernel.rows import Page, Position, Slice
from schema.core.errors import BadRequest

DEFAULT_SIZE = 20
MAX_SIZE = 100
_MAX_CURSOR = 500


@dataclass(frozen=True, slots=True)
class CursorCodec:
    """How the positions of one list in one order are written. `value` and `key` are the types of a position's parts."""

    list_name: str
    value: type
    key: type
    is_nullable: bool = False

    def encode(self, position: Position) -> str:
        """The cursor of a position."""
        value, key = position
        if isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat()
        return urlsafe_b64encode(orjson.dumps([self.list_name, value, key])).rstrip(b"=").decode()

    def decode(self, cursor: str, *, argument: str) -> Position:
        """The position of a cursor. Raises `BadRequest` for what this list did not make."""
        try:
            if len(cursor) > _MAX_CURSOR:
                raise ValueError(cursor)
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            content = orjson.loads(b64decode(padded, altchars=b"-_", validate=True))
            list_name, value, key = content
        except (TypeError, ValueError):
            raise BadRequest("This is not a cursor that this server made.", argument=argument) from None
        if list_name != self.list_name:
            raise BadRequest("This cursor belongs to another list or another order.", argument=argument)
        try:
            if value is None and self.is_nullable:
                return None, _parse(self.key, key)
            return _parse(self.value, value), _parse(self.key, key)
        except (TypeError, ValueError):
            raise BadRequest("This is not a cursor that this server made.", argument=argument) from None


def _parse(kind: type, value: Any) -> Any:
    if kind in (UUID, datetime) and type(value) is not str:
        raise ValueError(value)
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(value)
        return instant
    if type(value) is not kind:
        raise ValueError(value)
    if (isinstance(value, int) and abs(value) >= 2**63) or (isinstance(value, str) and "\x00" in value):
        raise ValueError(value)
    return value


def slice_of(codec: CursorCodec, arguments: dict[str, Any]) -> Slice:
    """What `first after last before` ask for. Raises `BadRequest` for sizes and cursors that make no sense."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise BadRequest("Ask for `first` or `last`, not both.", argument="last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= MAX_SIZE:
            raise BadRequest(f"`{name}` must be between 0 and {MAX_SIZE}.", argument=name)
    after, before = arguments.get("after"), arguments.get("before")
    size = last if last is not None else first
    return Slice(
        size=DEFAULT_SIZE if size is None else size,
        after=codec.decode(after, argument="after") if after is not None else None,
        before=codec.decode(before, argument="before") if before is not None else None,
        is_backward=last is not None,
    )


@dataclass(frozen=True, slots=True)
class PageEdge:
    cursor: str
    node: Any


@dataclass(frozen=True, slots=True)
class PageSummary:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageOfList:
    """A page together with how its cursors are written and how its whole list is counted."""

    page: Page[Any]
    codec: CursorCodec
    count: Callable[[], Any]


class PageInfo(graphene.ObjectType):
    """Whether there is more of a list, and the cursors to ask for it with."""

    has_next_page = graphene.Boolean(required=True, description="There are objects after this page.")
    has_previous_page = graphene.Boolean(required=True, description="There are objects before this page.")
    start_cursor = graphene.String(description="Cursor of the first object; null when the page is empty.")
    end_cursor = graphene.String(description="Cursor of the last object; null when the page is empty.")


class Connection(graphene.ObjectType):
    """A page of a list. Subclasses are made by `connection_of`."""

    class Meta:
        abstract = True

    @staticmethod
    def resolve_edges(listed: PageOfList, info: GraphQLResolveInfo) -> list[PageEdge]:
        cursors = map(listed.codec.encode, listed.page.positions)
        return [PageEdge(cursor, row) for cursor, row in zip(cursors, listed.page.rows, strict=True)]

    @staticmethod
    def resolve_nodes(listed: PageOfList, info: GraphQLResolveInfo) -> Sequence[Any]:
        return listed.page.rows

    @staticmethod
    def resolve_page_info(listed: PageOfList, info: GraphQLResolveInfo) -> PageSummary:
        positions = listed.page.positions
        return PageSummary(
            has_next_page=listed.page.has_next,
            has_previous_page=listed.page.has_previous,
            start_cursor=listed.codec.encode(positions[0]) if positions else None,
            end_cursor=listed.codec.encode(positions[-1]) if positions else None,
        )

    @staticmethod
    def resolve_total_count(listed: PageOfList, info: GraphQLResolveInfo) -> Any:
        return listed.count()


def connection_of(name: str, node: Any, plural: str) -> type[Connection]:
    """The connection and edge types of a list of `node`: `JobConnection` and `JobEdge` for the name `Job`."""
    edge = type(
        f"{name}Edge",
        (graphene.ObjectType,),
        {
            "__doc__": f"One of the {plural} of a list, with its place in it.",
            "cursor": graphene.String(required=True, description="Opaque place in the list, for `after` and `before`."),
            "node": graphene.Field(node, required=True, description="The object."),
        },
    )
    return type(
        f"{name}Connection",
        (Connection,),
        {
            "__doc__": f"A page of a list of {plural}.",
            "edges": graphene.List(
                graphene.NonNull(edge), required=True, description="The page's objects, each with its cursor."
            ),
            "nodes": graphene.List(graphene.NonNull(node), required=True, description="The page's objects."),
            "page_info": graphene.Field(
                PageInfo, required=True, description="Whether there is more, and how to ask for it."
            ),
            "total_count": graphene.Int(
                required=True, description=f"How many {plural} the whole list has. Counted only when asked for."
            ),
        },
    )


def connection_field(
    connection: type[Connection] | str,
    *,
    resolver: Callable[..., Any],
    description: str,
    **arguments: graphene.Argument,
) -> graphene.Field:
    """A field that is a page of a list, with the four paging arguments after its own."""
    return graphene.Field(
        connection,
        required=True,
        description=f"{description} Pages hold {DEFAULT_SIZE} unless asked otherwise, at most {MAX_SIZE}.",
        resolver=resolver,
        **arguments,
        first=graphene.Argument(
            graphene.Int, description=f"How many from the front, 0 to {MAX_SIZE}; {DEFAULT_SIZE} unless given."
        ),
        after=graphene.Argument(graphene.String, description="Only what comes after this cursor."),
        last=graphene.Argument(
            graphene.Int, description=f"How many from the back, 0 to {MAX_SIZE}. Not together with `first`."
        ),
        before=graphene.Argument(graphene.String, description="Only what comes before this cursor."),
    )
