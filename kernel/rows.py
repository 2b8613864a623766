"""Pages of rows by keyset: every page costs the same, and stays true while rows come and go.

A row's *position* in a list is its value in the ordering column and its key. Positions are plain
values here; the GraphQL door writes them into opaque cursors and checks what comes back.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from kernel.reading import Given, Statement, array, compiled, statement_of

type Position = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """An ordering column, made unique by the primary key. Nulls come last in either direction."""

    column: str
    is_descending: bool = False
    is_nullable: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is wanted: `size` rows after and before two positions, from the front or from the back."""

    size: int = 20
    after: Position | None = None
    before: Position | None = None
    is_backward: bool = False


@dataclass(frozen=True, slots=True)
class Page[Row: Model]:
    """Some rows in the list's order, each with its position, and whether there are more on either side."""

    rows: Sequence[Row] = ()
    positions: Sequence[Position] = ()
    has_next: bool = False
    has_previous: bool = False


@dataclass(frozen=True, slots=True)
class Listing[Row: Model]:
    """A list that can be read page by page: `queryset(*arguments)` is all of it.

    The queryset may hold `Given` values of its own. It is made and compiled once for each shape: arguments, order, and
    a slice but for its positions.
    """

    queryset: Callable[..., QuerySet[Row]]
    arguments: tuple[Hashable, ...] = ()
    order: Order = field(default_factory=lambda: Order("pk"))

    def page(self, wanted: Slice, **given: Any) -> Page[Row]:
        """One page, in one statement."""
        shape = _shape(wanted)
        statement = statement_of((self, shape), lambda: compiled(self._cut(self.queryset(*self.arguments), shape)))
        return _page(statement.read(given | _positions(wanted)), wanted)

    def pages[Key: (UUID, int)](
        self, keys: Collection[Key], owned_by: Callable[[RawSQL], Q], wanted: Slice, **given: Any
    ) -> dict[Key, Page[Row]]:
        """The same slice of each owner's part of the list, in one statement that reads no more than the pages' rows.

        `owned_by` makes the condition that selects the rows of an owner whose key is the given expression.
        """
        if not keys:
            return {}
        owners = list(keys)
        shape, key_type = _shape(wanted), "uuid" if isinstance(owners[0], UUID) else "bigint"
        statement = statement_of((self, owned_by, shape, key_type), lambda: self._lateral(owned_by, shape, key_type))
        found: list[list[Row]] = [[] for _ in owners]
        for row in statement.read(given | _positions(wanted) | {"keys": array(owners)}):
            found[row._owner - 1].append(row)  # type: ignore[attr-defined]  # selected by `_lateral`
        return {key: _page(rows, wanted) for key, rows in zip(owners, found, strict=True)}

    def _lateral(self, owned_by: Callable[[RawSQL], Q], shape: Slice, key_type: str) -> Statement[list[Row]]:
        """The database walks the owners and reads a page of each by itself; only the order among owners is left to say.

        All of the text is the ORM's and ours; what comes from outside is quoted in it, or given to the statement.
        """
        part = self._cut(self.queryset(*self.arguments).filter(owned_by(RawSQL("owner.key", ()))), shape)
        page = compiled(part, extra=("_owner",))
        if not page.text:
            return page
        text = (
            "SELECT page.*, owner.number AS _owner"  # noqa: S608 - see above
            f" FROM unnest(%(keys)s::{key_type}[]) WITH ORDINALITY AS owner (key, number)"
            f" CROSS JOIN LATERAL ({page.text}) AS page"
            f" ORDER BY owner.number, {self._order_of(shape, part.model)}"
        )
        return replace(page, text=text)

    def _order_of(self, wanted: Slice, model: type[Model]) -> str:
        """The order of a slice in SQL, as `_cut` gives it to each owner's rows."""
        descending = self.order.is_descending is not wanted.is_backward
        direction = "DESC" if descending else "ASC"
        if self.order.column == "pk":
            # The position is the key. Where rows are joined to others, a page has more than one column of its name.
            return f"page._position {direction}"
        nulls = f" NULLS {'FIRST' if wanted.is_backward else 'LAST'}" if self.order.is_nullable else ""
        return f"page._position {direction}{nulls}, page.{model._meta.pk.column} {direction}"

    def _cut(self, queryset: QuerySet[Row], wanted: Slice) -> QuerySet[Row]:
        """The rows of a slice and one more, by which to know whether there are more. Backward slices come reversed."""
        descending = self.order.is_descending is not wanted.is_backward
        if wanted.after is not None:
            queryset = queryset.filter(_beyond(self.order, wanted.after, is_later=True))
        if wanted.before is not None:
            queryset = queryset.filter(_beyond(self.order, wanted.before, is_later=False))
        placed: QuerySet[Any] = queryset.annotate(_position=F(self.order.column))
        by_key = "-pk" if descending else "pk"
        if self.order.column == "pk":
            return placed.order_by(by_key)[: wanted.size + 1]
        nulls: dict[str, Literal[True]] = {}
        if self.order.is_nullable:
            nulls["nulls_first" if wanted.is_backward else "nulls_last"] = True
        column = F("_position")
        by_column = column.desc(**nulls) if descending else column.asc(**nulls)
        return placed.order_by(by_column, by_key)[: wanted.size + 1]


def _shape(wanted: Slice) -> Slice:
    """The slice with `Given` in the place of what its positions hold, but for nulls, which make another statement.

    Its size stays, so that the planner knows how few rows are wanted.
    """
    after, before = wanted.after, wanted.before
    return replace(
        wanted,
        after=after and (None if after[0] is None else Given("after_value"), Given("after_key")),
        before=before and (None if before[0] is None else Given("before_value"), Given("before_key")),
    )


def _positions(wanted: Slice) -> dict[str, Any]:
    given = {}
    if wanted.after is not None:
        given["after_value"], given["after_key"] = wanted.after
    if wanted.before is not None:
        given["before_value"], given["before_key"] = wanted.before
    return given


def _page[Row: Model](rows: list[Row], wanted: Slice) -> Page[Row]:
    has_more = len(rows) > wanted.size
    rows = rows[: wanted.size]
    if wanted.is_backward:
        rows.reverse()
    positions = [(row._position, row.pk) for row in rows]  # type: ignore[attr-defined]  # annotated by `_cut`
    if wanted.is_backward:
        return Page(rows, positions, has_next=wanted.before is not None, has_previous=has_more)
    return Page(rows, positions, has_next=has_more, has_previous=wanted.after is not None)


def _beyond(order: Order, position: Position, *, is_later: bool) -> Q:
    """The rows that come later (or earlier) in the list than `position`."""
    value, key = position
    grows = order.is_descending is not is_later
    key_beyond = Q(pk__gt=key) if grows else Q(pk__lt=key)
    if order.column == "pk":
        return key_beyond
    column = order.column
    if value is None:
        # Nulls are the list's tail: all that is not null lies before them.
        return (
            Q(**{f"{column}__isnull": True}) & key_beyond
            if is_later
            else Q(**{f"{column}__isnull": False}) | key_beyond
        )
    # Written as `column <= value and (column < value or key < …)`, so that an index on the column bounds the scan.
    bound, strictly = ("gte", "gt") if grows else ("lte", "lt")
    beyond = Q(**{f"{column}__{bound}": value}) & (Q(**{f"{column}__{strictly}": value}) | key_beyond)
    if order.is_nullable and is_later:
        beyond |= Q(**{f"{column}__isnull": True})
    return beyond
