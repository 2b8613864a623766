"""Pages of rows by keyset: every page costs the same, and stays true while rows come and go.

A row's *position* in a list is its value in the ordering column and its key. Positions are plain
values here; the GraphQL door writes them into opaque cursors and checks what comes back.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import F, Model, Q, QuerySet, Value

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
    """A queryset as a list that can be read page by page."""

    queryset: QuerySet[Row]
    order: Order = field(default_factory=lambda: Order("pk"))

    def page(self, wanted: Slice) -> Page[Row]:
        """One page, in one statement."""
        return _page(list(self._cut(self.queryset, wanted)), wanted)

    def pages(self, parts: Mapping[Hashable, Q], wanted: Slice) -> dict[Hashable, Page[Row]]:
        """The same slice of each part of the list, in one statement that reads no more than the pages' rows.

        `parts` maps a key to the condition that selects its rows.
        """
        branches = [
            self._cut(self.queryset.filter(condition), wanted).annotate(_part=Value(number))
            for number, condition in enumerate(parts.values())
        ]
        if not branches:
            return {}
        first, *others = branches
        rows: Iterable[Any] = first.union(*others, all=True) if others else first
        found: list[list[Row]] = [[] for _ in branches]
        for row in rows:
            found[row._part].append(row)
        return {key: _page(part, wanted) for key, part in zip(parts, found, strict=True)}

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
