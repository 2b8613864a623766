"""What all endpoints have in common: parameters are checked, points are charged, and pages have cursors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Never

import orjson
from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db.models import Model
from django.http import HttpResponse, QueryDict
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from kernel import caching
from kernel.errors import NotFound
from kernel.viewer import Viewer
from nexus.rest.asking import Asking
from nexus.rest.contract import Contract
from nexus.rest.shapes import FlagField, Paging, Parameters, Shape, made
from schema.core import ids
from schema.core.connections import COUNT_COST, DEFAULT_SIZE, PAGE_COST, CursorCodec, slice_of
from schema.core.errors import BadRequest

MAX_SLUG = 200


class Read(APIView):
    """One endpoint. Subclasses say what it is given, what it answers, and find that."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    schema = Contract()

    parameters: ClassVar[type[Parameters]] = Parameters
    shape: ClassVar[type[Shape]]
    tag: ClassVar[str]
    """Under which heading the contract lists it."""
    is_many: ClassVar[bool] = False
    """Whether it answers a plain list."""
    reads: ClassVar[type[Model] | None] = None
    """Rows of which model it shows to everybody alike; None: its answers are not kept."""
    points: ClassVar[int] = 1
    """What an object of the answer costs: itself and what hangs on it."""

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        """The values of the shape. Raises what the selectors raise."""
        raise NotImplementedError

    def cost(self, asked: dict[str, Any]) -> int:
        """Points."""
        return PAGE_COST + self.points

    def get(self, request: Request, **path: str) -> HttpResponse:
        asking: Asking = request._request.asking  # `nexus.rest.answering` put it there
        try:
            asked = self.parameters.read(request.query_params)
        except (serializers.ValidationError, TooManyFieldsSent):
            asking.charge_refusal(PAGE_COST)
            raise

        def produce() -> bytes:
            found = self.find(asking, asked, **path)
            writer = made(self.shape)
            written = [writer.to_representation(each) for each in found] if self.is_many else None
            return orjson.dumps(writer.to_representation(found) if written is None else written)

        tag = caching.tag_of(self.reads) if self.reads else None
        told = sorted((name, values) for name, values in request.query_params.lists())
        canonical = orjson.dumps([request.path, told]).decode()
        answer = asking.charged(self.cost(asked), tag.reads if tag else None, canonical, produce)
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)

    def handle_exception(self, exc: Exception) -> Never:
        """`nexus.rest.answering` tells of it."""
        raise exc

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}


class PagingWithTotal(Paging):
    """Which page of a list, and whether to count the list."""

    with_total = FlagField(required=False, help_text="Also count the whole list, which costs 50 points.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of rows as values of a shape, and the cursors of its ends."""

    items: Sequence[Any]
    has_next: bool = False
    has_previous: bool = False
    start_cursor: str | None = None
    end_cursor: str | None = None
    total: int | None = None

    def links(self, path: str, query: QueryDict, size: int) -> dict[str, Any]:
        """The addresses of the pages beside this one."""

        def address(**paging: Any) -> str:
            changed = query.copy()
            for name in ("first", "after", "last", "before"):
                changed.pop(name, None)
            changed.update({name: str(value) for name, value in paging.items()})
            return f"{settings.PUBLIC_URL}{path}?{changed.urlencode()}"

        following = address(first=size, after=self.end_cursor) if self.has_next and self.end_cursor else None
        preceding = address(last=size, before=self.start_cursor) if self.has_previous and self.start_cursor else None
        return {"next": following, "previous": preceding}


class PageInfoShape(Shape):
    """Whether there is more of a list, and the cursors to ask for it with."""

    has_next_page = serializers.BooleanField(source="has_next", help_text="There are objects after this page.")
    has_previous_page = serializers.BooleanField(source="has_previous", help_text="There are objects before this page.")
    start_cursor = serializers.CharField(allow_null=True, help_text="Cursor of the first object of the page.")
    end_cursor = serializers.CharField(allow_null=True, help_text="Cursor of the last object of the page.")


def page_of(item: type[Shape], plural: str) -> type[Shape]:
    """The shape of a page of `item`s."""
    return type(
        f"{item.__name__.removesuffix('Shape')}PageShape",
        (Shape,),
        {
            "__doc__": f"A page of a list of {plural}.",
            "items": item(many=True, help_text="The objects of the page."),
            "page_info": PageInfoShape(help_text="Whether there is more."),
            "next": serializers.URLField(allow_null=True, help_text="The address of the page after this one."),
            "previous": serializers.URLField(allow_null=True, help_text="The address of the page before this one."),
            "total": serializers.IntegerField(
                allow_null=True, help_text="How many there are in all; null where `withTotal` does not ask for it."
            ),
        },
    )


class ReadPage(Read):
    """An endpoint that answers one page of a list. `list_` finds it."""

    parameters: ClassVar[type[Parameters]] = PagingWithTotal

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        """The page that is asked for."""
        raise NotImplementedError

    def cost(self, asked: dict[str, Any]) -> int:
        counting = COUNT_COST if asked.get("with_total") else 0
        return PAGE_COST + counting + self.points * size_of(asked)

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        listed = self.list_(asking, asked, **path)
        return {
            "items": listed.items,
            "page_info": listed,
            "total": listed.total,
            **listed.links(asking.request.path, asking.query_parameters(), size_of(asked)),
        }


def size_of(asked: dict[str, Any]) -> int:
    """How many objects a page may have."""
    return next((asked[name] for name in ("first", "last") if name in asked), DEFAULT_SIZE)


def listed(page: Any, codec: CursorCodec, items: Sequence[Any], total: int | None = None) -> Listed:
    """A page of a selector with its cursors."""
    ends = [codec.encode(position) for position in (page.positions[0], page.positions[-1])] if page.positions else []
    start, end = ends or (None, None)
    return Listed(items, page.has_next, page.has_previous, start, end, total)


def wanted(codec: CursorCodec, asked: dict[str, Any]) -> Any:
    """The slice that is asked for. Raises `BadRequest` for a cursor of another list."""
    return slice_of(codec, asked)


def one_by(type_name: str, text: str, viewer: Viewer, by_id: Any, by_slug: Any = None) -> Any:
    """The object of a path's id, or slug. Raises `NotFound` where there is none that the viewer may see."""
    batch, key = by_id, None
    try:
        found, decoded = ids.decode(text)
        key = decoded if found == type_name else None
    except BadRequest:
        if by_slug is not None and len(text) <= MAX_SLUG and text.isprintable():
            batch, key = by_slug, text
    row = batch(viewer, [key]).get(key) if key is not None else None
    if row is None:
        raise NotFound
    return row
