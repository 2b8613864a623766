"""Connections: lists that can grow, read page by page with opaque cursors (Relay cursor connections).

A cursor names the list and order that it was made in and a row's position there, so that one from another
list is refused. It is treated as hostile input: its parts are checked before they reach a query.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import graphene
import orjson
from graphene_django import DjangoObjectType
from graphql import GraphQLResolveInfo

from engine import Computed, ListSize
from kernel import caching
from kernel.rows import Page, Position, Slice
from schema.core import visibility
from schema.core.cached import Cache, Cached
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.visibility import Rule

DEFAULT_SIZE = 20
MAX_SIZE = 100
# Points. A page is a statement of its own, with whatever its filter takes; a count looks at the whole list.
PAGE_COST = 10
COUNT_COST = 50
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
class PageOfList:
    """A page together with how its cursors are written and how its whole list is counted, when that is asked for.

    `counted_as` names the list and its filter, as plain values, where everybody counts the same; the count is cached.
    """

    page: Page[Any]
    codec: Callable[[], CursorCodec]
    count: Callable[[GraphQLResolveInfo], Any]
    counted_as: Hashable = None


class PageEdge(NamedTuple):
    """A row and its place in a list."""

    node: Any
    position: Position
    codec: CursorCodec


def _edges(listed: PageOfList) -> list[PageEdge]:
    codec = listed.codec()
    return [
        PageEdge(row, position, codec) for row, position in zip(listed.page.rows, listed.page.positions, strict=True)
    ]


def _cursor(edge: PageEdge) -> str:
    return edge.codec.encode(edge.position)


def _start_cursor(listed: PageOfList) -> str | None:
    positions = listed.page.positions
    return listed.codec().encode(positions[0]) if positions else None


def _end_cursor(listed: PageOfList) -> str | None:
    positions = listed.page.positions
    return listed.codec().encode(positions[-1]) if positions else None


class PageInfo(graphene.ObjectType):
    """Whether there is more of a list, and the cursors to ask for it with."""

    has_next_page = graphene.Boolean(required=True, description="There are objects after this page.")
    has_previous_page = graphene.Boolean(required=True, description="There are objects before this page.")
    start_cursor = graphene.String(description="Cursor of the first object; null when the page is empty.")
    end_cursor = graphene.String(description="Cursor of the last object; null when the page is empty.")

    resolve_has_next_page = Computed(attrgetter("page.has_next"))
    resolve_has_previous_page = Computed(attrgetter("page.has_previous"))
    resolve_start_cursor = Computed(_start_cursor)
    resolve_end_cursor = Computed(_end_cursor)


class Connection(graphene.ObjectType):
    """A page of a list. Subclasses are made by `connection_of`."""

    class Meta:
        abstract = True

    resolve_edges = Computed(_edges)
    resolve_nodes = Computed(attrgetter("page.rows"))
    resolve_page_info = Computed(lambda listed: listed)


def _total_count(listed: PageOfList, info: GraphQLResolveInfo) -> Any:
    return listed.count(info)


def _counter(node: type[DjangoObjectType]) -> Callable[..., Any]:
    """The resolver of `totalCount`: cached, where the rows are of a kind that is."""
    model = node._meta.model
    if caching.tag_of(model) is None:
        return _total_count
    return Cached(_total_count, Cache(of=model, key=attrgetter("counted_as")))


def connection_of(name: str, node: Any, plural: str) -> type[Connection]:
    """The connection and edge types of a list of `node`: `JobConnection` and `JobEdge` for the name `Job`."""
    edge = type(
        f"{name}Edge",
        (graphene.ObjectType,),
        {
            "__doc__": f"One of the {plural} of a list, with its place in it.",
            "cursor": graphene.String(required=True, description="Opaque place in the list, for `after` and `before`."),
            "node": graphene.Field(node, required=True, description="The object."),
            "resolve_cursor": Computed(_cursor),
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
            "total_count": costs(
                graphene.Field(
                    graphene.Int,
                    required=True,
                    description=f"How many {plural} the whole list has. Counted only when asked for.",
                    resolver=_counter(node),
                ),
                weight=COUNT_COST,
            ),
        },
    )


def connection_field(
    connection: type[Connection] | str,
    *,
    resolver: Callable[..., Any],
    description: str,
    visible_to: Rule | None = None,
    **arguments: graphene.Argument,
) -> graphene.Field:
    """A field that is a page of a list, with the four paging arguments after its own.

    With `visible_to` it is null, and FORBIDDEN, for all whom that rule does not allow.
    """
    field = graphene.Field(
        connection,
        required=visible_to is None,
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
    if visible_to is not None:
        visibility.visible_to(field, visible_to)
    size = ListSize(DEFAULT_SIZE, ("first", "last"), ("edges", "nodes"), most=MAX_SIZE)
    return costs(field, weight=PAGE_COST, list_size=size)
