"""The ways to the rows of `job_search s` that match a query: which is short, the planner's estimates say.

- A walk: the newest rows that the filters keep (or the first of another order), each looked at for the words.
- A window: what an index of words finds among the rows of the last days, as many days as are likely to do.
- What the indexes of words and filters find, sorted. The index of words has most filters as well, and passes over what
  does not have both: then it costs as much as the rarer of them.

Where a walk or a window was too short, or there is more than can be sorted, the next way is taken. So an estimate that
is wrong costs time, and never a row.

Where a common table expression is limited only by who reads it, the planner plans it as if all of it were wanted, and
takes the index; the executor still stops when it has enough.
"""

# ruff: noqa: S608 - the texts are our own; whatever comes from outside is a parameter

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from math import ceil, inf, log2
from typing import Any
from uuid import UUID

from jobs.models.search import LEVELS
from jobs.search.hits import PackedHits
from jobs.search.port import Query
from jobs.search.postgres import estimates
from jobs.search.postgres.conditions import marked
from jobs.search.postgres.estimates import Guess
from jobs.search.postgres.fragment import TRUE, Fragment, all_of, rows_planned
from jobs.search.postgres.matching import asked, filtered, has_words, is_narrowed, live
from jobs.search.postgres.reads import BEST_FIRST, NEWEST, PACKED, Newest, Order, Read, best_first, in_order

MOST_SORTED = 10_000
"""Of what the indexes find."""
MOST_COUNTED = 5_000
"""Of what may be few."""
MOST_WINDOWS = 2
MARGIN = 2.0
"""So many times the rows that are likely to do are walked before the next way is taken."""
LEAST_MARGIN, MOST_MARGIN = 1.5, 4.0
"""And lie in a window: the more, the less it costs beside finding the words once more in the next one."""
SPARE = 1.3
"""So many times the rows that are enough to be counted are looked for in a part of the board."""
# Measured, in microseconds: to read a row, to look into its text and into its head, to read an entry of the index of
# words and to pass over one, to go from an entry to that of another list, the same from those of a level, which are
# many, and to read an entry of an index of instants.
ROW, TEXT, HEAD, POSTING, PASSED, STEP, LEAP, ENTRY = 2.0, 5.0, 0.7, 0.13, 0.01, 0.5, 0.05, 0.1
# Of thousands of rows that are met no more is read than their first columns; of those that are found, the others.
MET = "s.job_id, s.ctid"
FOUND = "f.job_id, s.company_id, s.likeness, f.value"
SHOWN = "s.company_id, s.likeness"
# What a score is made from. A vector in which many words are looked for is opened once for all of them: what is in an
# array has been fetched from where it is kept.
SCORED = f"{SHOWN}, s.published_at, s.title_length, s.title_key, ARRAY[s.head] AS heads"


class Way(Enum):
    """How rows are found."""

    WALK = auto()
    WINDOW = auto()
    INDEX = auto()


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for what matches a query: anywhere, or in title, skills, company and as a concept (`is_head`).

    `score` is what the best are known by, as SQL. `others` keeps rows out.
    """

    query: Query
    guess: Guess
    is_head: bool = False
    score: Fragment | None = None
    others: Fragment = TRUE

    def first(self, order: Order, size: int, after: tuple[Any, UUID] | None = None) -> Sequence[tuple[Any, ...]]:
        """The first rows of an order: `HIT`, and what they are ordered by."""
        return self._first(in_order, order, size, after)

    def newest(self, size: int) -> Newest:
        """The newest rows with their scores."""
        return self._first(best_first, NEWEST, size, None)

    def _first[T: Sized](self, read: Read[T], order: Order, size: int, after: tuple[Any, UUID] | None) -> T:
        if not is_narrowed(self.query):
            return self._walked(read, order, size, after, None)
        way = self.way(size, has_window=order == NEWEST)
        found: T | None = None
        if way is Way.WALK:
            found = self._walked(read, order, size, after, self._far(size))
        elif way is Way.WINDOW:
            found = self._within(read, size, after)
        if found is None or len(found) < size:
            found = self._sorted(read, order, size, after)
        return self._walked(read, order, size, after, None) if found is None else found

    def few(self, few: int, most: int) -> tuple[int, Newest]:
        """How many rows there are, counted up to one more than `MOST_COUNTED`, and all of them with their scores unless
        they are more than `few`: then the newest `most` of them; and of more than are counted none.
        """
        found = Fragment.of(
            "{}, found AS MATERIALIZED (SELECT * FROM met"
            f" WHERE (SELECT count FROM n) <= {{}} {NEWEST.by('value', 'job_id')}"
            " LIMIT (SELECT CASE WHEN count <= {} THEN count ELSE {} END FROM n))",
            *(self._met(f"{MET}, {NEWEST.column} AS value", most=MOST_COUNTED), MOST_COUNTED, few, most),
        )
        count, newest = best_first(found, self._shown("found"), NEWEST, is_counted=True)
        if count <= MOST_COUNTED and not self.is_head:
            estimates.learn(self.query, count)
        return count, newest

    def all(self, most: int, size: int) -> tuple[int, PackedHits]:
        """How many rows there are, counted up to one more than `most`; unless there are more, the `size` best."""
        statement = Fragment.of(
            "WITH {}, found AS (SELECT * FROM met WHERE (SELECT count FROM n) <= {})"
            f" SELECT n.count, (SELECT {PACKED} FROM (SELECT * FROM ({{}}) s ORDER BY {BEST_FIRST} LIMIT {{}}) s)"
            " FROM n",
            *(self._met(f"{MET}, NULL::timestamptz AS value", most=most), most, self._shown("found"), size),
        )
        ((count, best),) = rows_planned(statement)
        return count, PackedHits(best or b"")

    def count(self, most: int, after: tuple[Any, UUID] | None = None) -> int:
        """How many rows there are, behind a position among the newest if there is one; counted up to `most`."""
        has_end = is_narrowed(self.query)
        costs = self._costs(most, has_window=False, is_sorted=False) if has_end else {Way.WALK: 0.0}
        way = min(costs, key=lambda way: costs[way])
        level = self._level(most)
        if level and self._by_level(most, level) < costs[way]:
            # So many of a part are enough to know; of fewer the whole has to tell.
            count = self._counted(most, after, level)
            if count >= most:
                return count
        if way is Way.WALK:
            walk = self._walk(NEWEST, most, after, self._far(most) if has_end else None)
            ((count,),) = rows_planned(Fragment.of("SELECT count(*) FROM ({}) s", walk))
            if count >= most or not has_end:
                return int(count)
        return self._counted(most, after)

    def _counted(self, most: int, after: tuple[Any, UUID] | None, level: int = 0) -> int:
        met = self._met("s.job_id", after=after, most=most - 1, level=level)
        ((count,),) = rows_planned(Fragment.of("WITH {} SELECT count FROM n", met))
        return int(count)

    def _level(self, size: int) -> int:
        """The smallest part of the board that is likely to have so many rows; nought is all of it."""
        return max(0, min(LEVELS, int(log2(max(self.guess.likely / (SPARE * size), 1)))))

    def _by_level(self, size: int, level: int) -> float:
        """What it takes to find so many of the rows of a level in the index, which has it beside the words."""
        guess = self.guess
        if not has_words(self.query.question) or not guess.is_sure or not (guess.is_joint or guess.kept >= guess.board):
            return inf
        part = min(guess.kept, guess.rarest, guess.board / 2**level)
        return guess.postings * PASSED + part * (guess.lists + 1) * LEAP + size * ROW

    def way(self, size: int, *, has_window: bool = False, is_sorted: bool = True) -> Way:
        """The one that is likely to be the shortest to so many rows; `is_sorted`: the first ones of an order."""
        costs = self._costs(size, has_window=has_window, is_sorted=is_sorted)
        return min(costs, key=lambda way: costs[way])

    def _costs(self, size: int, *, has_window: bool, is_sorted: bool) -> dict[Way, float]:
        """What each way is likely to take."""
        guess = self.guess
        by_index = min(self._by_words(inf if is_sorted else size), self._by_filters)
        # Of the rows that the filters keep, how many have to be looked at.
        share = size / max(guess.likely, 1.0)
        if share * MARGIN >= 1:
            return {Way.INDEX: by_index}
        costs = {
            # To what is not known to be common a walk may be without an end.
            Way.WALK: inf
            if not guess.is_sure
            else min(share * guess.board, inf if guess.is_scanned else guess.kept) * ROW
            + share * guess.kept * self._opened,
            Way.INDEX: by_index,
        }
        if has_window:
            costs[Way.WINDOW] = self._entries + self._margin(size) * self._in_window(size)
        return costs

    def _in_window(self, size: int) -> float:
        """What it takes to read the rows of so many days that so many matches are likely to be in them."""
        return size * ROW + size / max(self.guess.likely, 1.0) * self.guess.board * ENTRY

    def _margin(self, size: int) -> float:
        return max(LEAST_MARGIN, min(MOST_MARGIN, self._entries / self._in_window(size) / 2))

    @property
    def _opened(self) -> float:
        """What it takes to look for the words in a row."""
        if not has_words(self.query.question):
            return 0.0
        return HEAD if self.is_head else TEXT

    def _by_words(self, most: float = inf) -> float:
        """What it takes to read so many of the rows that an index of words finds, or, without words, of filters."""
        if not has_words(self.query.question) and self.guess.is_scanned:
            return inf
        return self._entries + min(self.guess.matches, most) * ROW

    @property
    def _entries(self) -> float:
        """What it takes to find in the index of words what has all of them, and what the filters ask for, if it can."""
        guess = self.guess
        alone = guess.postings * POSTING
        return min(alone, min(guess.kept, guess.rarest) * guess.lists * STEP) if guess.is_joint else alone

    @property
    def _by_filters(self) -> float:
        """What it takes to look at each row that the filters keep, if an index of their own knows them."""
        return inf if self.guess.is_scanned or self.guess.is_joint else self.guess.kept * (ROW + self._opened)

    def _far(self, size: int) -> int:
        return ceil(MARGIN * size * self.guess.kept / max(self.guess.likely, 1.0)) + 100

    def _asked(self, *, is_walked: bool) -> Fragment:
        return asked(self.query.question, is_head=self.is_head, is_walked=is_walked)

    def _walk(self, order: Order, size: int, after: tuple[Any, UUID] | None, far: int | None) -> Fragment:
        """The first rows of the order; with `far`, only among so many that the filters keep."""
        by, columns = order.by(order.column, "s.job_id"), f"{MET}, {order.column} AS value"
        kept = all_of([live(self.query), filtered(self.query), order.beyond(after, order.column, "s.job_id")])
        words = all_of([self._asked(is_walked=True), self.others])
        if far is None:
            rest = all_of([kept, words])
            return Fragment.of(f"SELECT {columns} FROM job_search s WHERE {{}} {by} LIMIT {{}}", rest, size)
        # What is sorted, if it comes by an index of the filters, had better be narrow.
        some = Fragment.of(
            f"SELECT {MET}, {order.column}, s.head, s.tsv FROM job_search s WHERE {{}} {by} LIMIT {{}}",
            kept,
            far,
        )
        return Fragment.of(f"SELECT {columns} FROM ({{}}) s WHERE {{}} {by} LIMIT {{}}", some, words, size)

    def _walked[T](self, read: Read[T], order: Order, size: int, after: tuple[Any, UUID] | None, far: int | None) -> T:
        walk = self._walk(order, size, after, far)
        _, found = read(Fragment.of("found AS MATERIALIZED ({})", walk), self._shown("found"), order, is_counted=False)
        return found

    def _within[T: Sized](self, read: Read[T], size: int, after: tuple[Any, UUID] | None) -> T | None:
        """The newest rows of the last days: of as many as are likely to do, and if they do not, of some more."""
        by, columns = NEWEST.by("value", "job_id"), f"{MET}, {NEWEST.column} AS value"
        share = self._margin(size) * size / max(self.guess.likely, 1.0)
        found: T | None = None
        for _ in range(MOST_WINDOWS):
            since = estimates.since(after[0] if after else self.query.at, share)
            if since is None:
                break
            met = self._met(columns, NEWEST, after, since=since)
            window = Fragment.of(f"{{}}, found AS MATERIALIZED (SELECT * FROM met {by} LIMIT {{}})", met, size)
            _, found = read(window, self._shown("found"), NEWEST, is_counted=False)
            if len(found) in (0, size):
                break
            share *= MARGIN * size / len(found)
        return found

    def _sorted[T](self, read: Read[T], order: Order, size: int, after: tuple[Any, UUID] | None) -> T | None:
        """The first of all rows; None if there are too many of them."""
        by = order.by("value", "job_id")
        some = Fragment.of(
            f"{{}}, found AS MATERIALIZED (SELECT * FROM met WHERE (SELECT count FROM n) <= {{}} {by} LIMIT {{}})",
            *(self._met(f"{MET}, {order.column} AS value", order, after, most=MOST_SORTED), MOST_SORTED, size),
        )
        count, found = read(some, self._shown("found"), order, is_counted=True)
        if count > MOST_SORTED:
            return None
        if after is None and not self.is_head and self.others is TRUE:
            estimates.learn(self.query, count)
        return found

    def _met(
        self,
        columns: str,
        order: Order = NEWEST,
        after: tuple[Any, UUID] | None = None,
        *,
        since: datetime | None = None,
        most: int | None = None,
        level: int = 0,
    ) -> Fragment:
        """Common table expressions: `met` are the rows behind a position.

        With `most`, `n` counts them up to one over it. If there are more, no more of them are read.
        """
        # With many entries in the index of words, and few rows by the filters, these are looked at one by one.
        words = self._asked(is_walked=not level and self._by_filters < self._by_words())
        kept = filtered(self.query, is_marked=has_words(self.query.question))
        conditions = [live(self.query), kept, order.beyond(after, order.column, "s.job_id")]
        if since is not None:
            conditions.append(Fragment.of("s.published_at >= {}", since))
        if level:
            conditions.append(marked("", [level]))
        rest = all_of([*conditions, words, self.others])
        found = Fragment.of(f"met AS MATERIALIZED (SELECT {columns} FROM job_search s WHERE {{}})", rest)
        if most is None:
            return found
        return Fragment.of("{}, n AS (SELECT count(*) FROM (SELECT FROM met LIMIT {}) s)", found, most + 1)

    def _shown(self, name: str) -> Fragment:
        # Looked up one by one, where they were just seen: for some thousands the planner might read the whole table.
        one = "SELECT {} FROM job_search s WHERE s.ctid = f.ctid OFFSET 0"
        if self.score is None:
            return Fragment(f"SELECT {FOUND} FROM {name} f, LATERAL ({one.format(SHOWN)}) s")
        texts, opened = (", ARRAY[s.tsv] AS texts", ", o.texts[1] AS tsv") if "s.tsv" in self.score.text else ("", "")
        one = f"SELECT o.*, o.heads[1] AS head{opened} FROM ({one.format(SCORED + texts)}) o"
        return Fragment.of(f"SELECT {FOUND}, {{}} AS score FROM {name} f, LATERAL ({one}) s", self.score)
