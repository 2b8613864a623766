"""Searching, and noting that it was done: what for, with which filters, how much came of it and how long it took.

Who searched is noted nowhere. Counted in the process and written once a minute.
"""

import re
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from jobs.models import SearchUse, SearchYield
from jobs.search.port import JobSearchOrderField
from jobs.search.positions import Stage
from jobs.search.where import JobFilter
from jobs.selectors import search as searches
from jobs.selectors.search import KeywordMode, SearchRequest, SearchResult
from jobs.text import fold
from kernel.viewer import Viewer
from kernel.write_behind import WriteBehind

KEPT_DAYS = 90
# A day has no more rows than that, whatever somebody makes up; what is known by then is counted on.
MOST_A_DAY = 100_000
_LONGEST = SearchUse._meta.get_field("text").max_length
_LONGEST_FILTERS = SearchUse._meta.get_field("filters").max_length
# What comes first is taken out first.
_PERSONAL = (
    # From where a word begins: tried anew at each letter, a long one takes the square of its length.
    re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+"),
    # A telephone number: digits in groups, seven in all or more.
    re.compile(r"\+?\(?\d(?:[\s().\-/]{0,3}\d){6,}"),
    re.compile(r"\d{5,}"),
)
_MANY = 10

_ADD = """
    WITH noted (on_date, text, filters, found, searches, corrected, broadened, milliseconds, slowest) AS MATERIALIZED (
        SELECT * FROM unnest(
            %s::date[], %s::text[], %s::text[], %s::text[], %s::integer[], %s::integer[], %s::integer[], %s::bigint[],
            %s::integer[]
        )
    ), has_room (on_date) AS MATERIALIZED (
        SELECT on_date FROM (SELECT DISTINCT on_date FROM noted) AS day
        WHERE (
            SELECT count(*) FROM (SELECT FROM search_use WHERE search_use.on_date = day.on_date LIMIT %s) AS row
        ) < %s
    )
    INSERT INTO search_use (
        on_date, text, filters, found, searches, corrected, broadened, milliseconds, slowest
    )
    SELECT * FROM noted
    WHERE on_date IN (SELECT on_date FROM has_room) OR EXISTS (
        SELECT FROM search_use AS known
        WHERE known.on_date = noted.on_date AND known.text = noted.text
            AND known.filters = noted.filters AND known.found = noted.found
    )
    -- In one order, so that no two writers wait for one another.
    ORDER BY on_date, text, filters, found
    ON CONFLICT (on_date, text, filters, found) DO UPDATE SET
        searches = search_use.searches + excluded.searches,
        corrected = search_use.corrected + excluded.corrected,
        broadened = search_use.broadened + excluded.broadened,
        milliseconds = search_use.milliseconds + excluded.milliseconds,
        slowest = greatest(search_use.slowest, excluded.slowest)
"""


class Use(NamedTuple):
    """What is told apart."""

    on_date: date
    text: str
    filters: str
    found: str


class Tally(NamedTuple):
    """What is counted of it."""

    searches: int
    corrected: int
    broadened: int
    milliseconds: int
    slowest: int


def _add(one: Tally, other: Tally) -> Tally:
    return Tally(
        one.searches + other.searches,
        one.corrected + other.corrected,
        one.broadened + other.broadened,
        one.milliseconds + other.milliseconds,
        max(one.slowest, other.slowest),
    )


def write(noted: Mapping[Use, Tally]) -> None:
    """Add to what was counted of each day, in one statement."""
    columns = zip(*((*use, *tally) for use, tally in noted.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [*map(list, columns), MOST_A_DAY, MOST_A_DAY])


uses: WriteBehind[Use, Tally] = WriteBehind(write, _add)


def search(viewer: Viewer, request: SearchRequest) -> SearchResult:
    """The page of a search. The first is noted; those that follow are the same search."""
    began = time.perf_counter()
    result = searches.search(viewer, request)
    if request.after is None:
        milliseconds = round((time.perf_counter() - began) * 1000)
        use = Use(timezone.now().date(), without_persons(request.text), filters_of(request), _found(request, result))
        is_corrected, is_broadened = result.correction is not None, result.broadened is not None
        tally = Tally(1, int(is_corrected), int(is_broadened), milliseconds, milliseconds)
        uses.note(use, tally)
    return result


def _found(request: SearchRequest, result: SearchResult) -> str:
    """How much fitted, without counting what the search itself did not."""
    if result.counted is not None or not request.size:
        fitted = result.total.value
    else:
        fitted = sum(hit.position.stage is not Stage.BROADER for hit in result.hits)
        if result.has_next and result.broadened is None:
            fitted = max(fitted, _MANY)
    found = SearchYield.MANY if fitted >= _MANY else SearchYield.FEW if fitted else SearchYield.NONE
    return found.value


def without_persons(text: str) -> str:
    """What may be kept of a query: folded and cut, without addresses, telephone numbers and long numbers."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    for pattern in _PERSONAL:
        plain = pattern.sub(" ", plain)
    return fold(plain)[:_LONGEST].rstrip()


def filters_of(request: SearchRequest) -> str:
    """The names of what a search was narrowed down by, in the order of the alphabet."""
    names = set(_names(request.where)) if request.where else set()
    if request.near:
        names.add("near")
    if request.hidden:
        names.add("hidden")
    if request.mode is not KeywordMode.ALL:
        names.add(f"mode_{request.mode}")
    if request.order.field is not JobSearchOrderField.RELEVANCE:
        names.add(f"by_{request.order.field}")
    return " ".join(sorted(names))[:_LONGEST_FILTERS].rstrip()


def _names(where: JobFilter) -> Iterator[str]:
    for field in fields(where):
        value = getattr(where, field.name)
        if isinstance(value, JobFilter):
            yield from _names(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], JobFilter):
            for part in value:
                yield from _names(part)
        elif value is not None:
            yield field.name


def forget_old(at: datetime | None = None) -> int:
    """Forget what was searched for more than `KEPT_DAYS` days ago; how many rows that were."""
    first = (at or timezone.now()).date() - timedelta(days=KEPT_DAYS)
    return SearchUse.objects.filter(on_date__lt=first).delete()[0]
