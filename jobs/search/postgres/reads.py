"""What is read of the rows of `job_search s` that a search finds: as they come in an order, or packed, best first."""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from jobs.search.hits import PackedHits
from jobs.search.postgres.fragment import TRUE, Fragment, rows_planned

HIT = "s.job_id, s.company_id, s.likeness"
BEST_FIRST = "s.score DESC, s.job_id DESC"
# As `PackedHits` reads them.
PACKED = (
    "string_agg(float8send(s.score) || uuid_send(s.job_id) || uuid_send(s.company_id) || int8send(s.likeness), ''"
    f" ORDER BY {BEST_FIRST})"
)


@dataclass(frozen=True, slots=True)
class Order:
    """A column to order by, which the job's id makes unique. Nulls come last in either direction."""

    column: str
    is_descending: bool = True
    is_nullable: bool = False

    def by(self, value: str, key: str) -> str:
        """The order, of rows that have these."""
        direction = "DESC" if self.is_descending else "ASC"
        nulls = " NULLS LAST" if self.is_nullable else ""
        return f"ORDER BY {value} {direction}{nulls}, {key} {direction}"

    def beyond(self, after: tuple[Any, UUID] | None, value: str, key: str) -> Fragment:
        """Those that come later than a position."""
        if after is None:
            return TRUE
        sign = "<" if self.is_descending else ">"
        if after[0] is None:
            return Fragment.of(f"({value} IS NULL AND {key} {sign} {{}}::uuid)", after[1])
        found = Fragment.of(f"({value}, {key}) {sign} ({{}}, {{}}::uuid)", *after)
        return Fragment.of(f"({{}} OR {value} IS NULL)", found) if self.is_nullable else found


NEWEST = Order("s.published_at")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest rows, best first, and the place of the oldest of them among the newest."""

    hits: PackedHits
    oldest: tuple[datetime, UUID] | None

    def __len__(self) -> int:
        return len(self.hits)


class Read[T](Protocol):
    """Reads what the table `found` of some common table expressions has, in an order; `shown` are its columns.

    With `is_counted` they have `n` as well, a count that is given with it.
    """

    def __call__(self, tables: Fragment, shown: Fragment, order: Order, *, is_counted: bool) -> tuple[int, T]: ...


def in_order(
    tables: Fragment, shown: Fragment, order: Order, *, is_counted: bool
) -> tuple[int, Sequence[tuple[Any, ...]]]:
    """As they come in the order: `HIT`, and what they are ordered by."""
    by = order.by("s.value", "s.job_id")
    counted, joined = ("n.count, ", "n LEFT JOIN") if is_counted else ("0, ", "")
    given = f"SELECT {counted}s.* FROM {joined} ({{}}) s {'ON TRUE ' if is_counted else ''}{by}"
    read = rows_planned(Fragment.of("WITH {} " + given, tables, shown))
    return read[0][0] if read else 0, [row[1:] for row in read if row[1] is not None]


def best_first(tables: Fragment, shown: Fragment, order: Order, *, is_counted: bool) -> tuple[int, Newest]:
    """The newest, by their scores."""
    assert order == NEWEST
    given = Fragment.of(
        f"WITH {{}} SELECT {'(SELECT count FROM n)' if is_counted else '0'}, b.*, o.*"
        f" FROM (SELECT {PACKED} FROM ({{}} OFFSET 0) s) b"
        " LEFT JOIN (SELECT value, job_id FROM found ORDER BY value, job_id LIMIT 1) o ON TRUE",
        *(tables, shown),
    )
    ((count, packed, value, job_id),) = rows_planned(given)
    return count, Newest(PackedHits(packed or b""), (value, job_id) if packed else None)
