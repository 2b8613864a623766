"""The jobs that a feed considers for a person: at most a thousand, each by an index, each within the hard constraints.

There are several ways to come among them, and each brings a bounded number. What the board has too many of to look at
each (an occupation of thousands of postings) is narrowed by what else is known of the person.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from jobs.feed.activity import Activity
from jobs.feed.constraints import eligible_often
from jobs.feed.match import Source
from jobs.feed.person import Person
from jobs.feed.ways import SHARES, Way, all_indexed, comes_to_few, rough_rank, ways
from jobs.search.postgres.fragment import Fragment, all_of, join, rows, rows_planned
from jobs.services import heat

MOST_CONSIDERED = 1_000
MOST_OF_MANY = 600
"""So many where the person may come to very many: the next ones hardly ever come to be among the best."""
LOOKED_AT = 6_000
"""Of all that the ways to many lead to so many rows are looked at. They lead mostly to the same ones."""
LOOKED_AT_WHOLE = 1_000
"""And so many of what is looked for by its kind of work alone."""
WALKED = 500
"""Of the newest on the board so many are looked at."""
HOTTEST = 240
"""And so many of what people do most with, more than one person can."""
MOST_RANKED = 200
"""A session holds no more jobs. Where all ways together bring fewer that differ, it goes on with the newest."""
WALKED_ON = 3_000
"""So many of the newest are looked at for these."""
FEW = 20
WALKED_FAR = 50_000
"""So many, where all ways together bring no more than `FEW`: better a slow feed than an empty one."""

_BITS = {source: 1 << place for place, source in enumerate(Source)}
# How surely a title is of an occupation, by the label that the index gives it (`occupations.label`).
SURENESS = {"A": 1.0, "B": 0.45, "C": 0.15, "": 0.05}
_OCCUPATION = re.compile(r"'o:(\d+)':\d+([ABC]?)")


class CandidateRow(NamedTuple):
    """What features and reasons are made of: one job as the index has it, and how it came to be considered."""

    job_id: UUID
    company_id: UUID
    sources: int
    likeness: int
    title_key: int
    title_length: int
    age_days: float
    """Since it was published."""
    language: str
    workplace: str
    seniority: str
    terms: int
    """How many terms of employment it names."""
    place_ids: list[int]
    countries: list[str]
    skill_ids: list[int]
    required_skill_ids: list[int]
    pay_currency: str
    pay_top_minor: int | None
    """A year's, at most, in the currency's minor units."""
    pay_common: int | None
    """The same in cents of the euro."""
    is_company_verified: bool
    head: str
    """Title, skills, company and concepts, as PostgreSQL writes a tsvector."""
    exposure: float
    """How often it was shown to anybody of late."""
    signals: int
    """What people did with it, ever."""
    occupations: Mapping[int, float] = MappingProxyType({})
    """By occupation: how surely the title is of it."""
    distance_km: float | None = None
    """From the person's home to the nearest of its places, if that is not far beyond the radius."""

    def named_sources(self) -> tuple[Source, ...]:
        """How it came to be considered."""
        return _named(self.sources)


_WORKPLACE, _PLACES, _HEAD = map(CandidateRow._fields.index, ("workplace", "place_ids", "head"))


@cache
def _named(sources: int) -> tuple[Source, ...]:
    return tuple(source for source, bit in _BITS.items() if sources & bit)


_COLUMNS = """s.job_id, s.company_id, {sources}, s.likeness, s.title_key, s.title_length::int,
    greatest(date_part('epoch', %(at)s - s.published_at) / 86400, 0), s.language, s.workplace, s.seniority,
    cardinality(s.employment_types), s.place_ids, s.countries, s.skill_ids, s.required_skill_ids, s.pay_currency,
    s.pay_top_minor, s.pay_common, s.is_company_verified, s.head::text,
    coalesce(h.exposure * power(0.5::float8, greatest(
        date_part('epoch', %(at)s - h.exposed_at) / 604800, 0
    )), 0), coalesce(h.signals, 0)"""
_FOUND = "s.job_id, s.ctid AS row, s.published_at, s.likeness, s.company_id"
# A job by each of the ways that lead to it: its bits say which.
_BY_WAY = """SELECT s.job_id, s.row, s.published_at, s.likeness, s.company_id, s.rank, way.number
    FROM {} s JOIN unnest({}::int[], {}::int[]) AS way (bit, number) ON s.ways & way.bit <> 0"""
# All that leads to few jobs, in one walk through their rows. What may not be shown has no rank.
_FEW = f"""(
        SELECT {_FOUND}, {{}} AS rank, {{}} AS ways
        FROM (SELECT ctid, * FROM job_search s WHERE {{}} OFFSET 0) s WHERE {{}} OFFSET 0
    )"""  # noqa: S608
# All that may lead to many, as few are looked at as is said: planned as if all of it were wanted, so by an index.
_MANY = f"""{{name}} AS MATERIALIZED (
    SELECT {_FOUND}, CASE WHEN s.is_allowed THEN {{{{}}}} END AS rank, CASE WHEN s.is_allowed THEN {{{{}}}} END AS ways
    FROM (SELECT ctid, *, {{{{}}}} AS is_allowed FROM job_search s WHERE {{{{}}}} OFFSET 0) s
)"""  # noqa: S608
_WAY = f"""{{name}} AS MATERIALIZED (
    SELECT {_FOUND}, CASE WHEN {{{{}}}} THEN {{{{}}}} END AS rank FROM job_search s WHERE {{{{}}}}
)"""  # noqa: S608
_NEWEST = f"""SELECT {_FOUND}, {{}} AS rank, {{}}::int AS number FROM (
    SELECT ctid, * FROM job_search w WHERE w.published_at <= %(at)s
    ORDER BY w.published_at DESC, w.job_id DESC LIMIT {WALKED}
) s WHERE {{}}"""  # noqa: S608 - our own number
_POPULAR = f"""SELECT {_FOUND}, {{}} AS rank, {{}}::int AS number FROM (
    SELECT job_id FROM job_heat WHERE heat > {{}} ORDER BY heat DESC, job_id DESC LIMIT {HOTTEST}
) hot JOIN job_search s USING (job_id) WHERE {{}}"""  # noqa: S608 - our own number
# Of each way the best; of all, those that most ways lead to. What is hidden is asked once of all that was found: the
# planner would else plan it way by way.
_CANDIDATE = """candidate AS (
    SELECT row, bit_or(source) AS sources FROM (
        SELECT s.job_id, s.row, s.rank, s.number, ({}::int[])[s.number] AS source, row_number() OVER (
            PARTITION BY s.number ORDER BY s.rank DESC, s.published_at DESC, s.job_id DESC
        ) AS place
        FROM ({} OFFSET 0) s WHERE s.rank IS NOT NULL AND {}
    ) best WHERE place <= ({}::int[])[number]
    GROUP BY job_id, row ORDER BY count(*) DESC, max(rank) DESC, job_id LIMIT {}
)"""
# Read no further than to the last that is wanted.
_AFAR = f"""candidate AS MATERIALIZED (SELECT s.ctid AS row, {_BITS[Source.FRESH]} AS sources FROM (
    SELECT ctid, * FROM job_search w WHERE w.published_at <= %(at)s
    ORDER BY w.published_at DESC, w.job_id DESC LIMIT {{}}
) s WHERE {{}} LIMIT {{}})"""  # noqa: S608 - our own numbers
_HEAT = "LEFT JOIN job_heat h ON h.job_id = s.job_id"
# Looked up where they were just seen.
_SEEN = "candidate, LATERAL (SELECT * FROM job_search w WHERE w.ctid = candidate.row OFFSET 0) s"


def considered(person: Person, activity: Activity, at: datetime, most: int | None = None) -> list[CandidateRow]:
    """The jobs to be judged for a person. One statement, and one more for words not asked for lately.

    And one where fewer come than a session holds, and the board has more: it looks further back.
    """
    hidden, allowed, shown = eligible_often(person.constraints, at)
    found = ways(person, activity)
    if most is None:
        most = MOST_CONSIDERED if comes_to_few(person) else MOST_OF_MANY
    rows_found = _found([*hidden, *_tables(person, found, allowed, shown, at, most)], person, at)
    # What says the same comes once.
    said = {row.likeness for row in rows_found}
    if len(said) < MOST_RANKED and person.counts.get("", 0) > len(rows_found):
        walked = WALKED_FAR if len(said) <= FEW else WALKED_ON
        other = Fragment.of("s.likeness <> ALL({}::bigint[])", list(said))
        # Of these some may say the same.
        wanted = 2 * (MOST_RANKED - len(said))
        afar = Fragment.of(_AFAR, walked, all_of([allowed, other, shown]), wanted)
        rows_found += _found([*hidden, afar], person, at)
    return rows_found


def _found(tables: Sequence[Fragment], person: Person, at: datetime) -> list[CandidateRow]:
    """The rows of the last table, `candidate`."""
    select = Fragment(f" SELECT {_COLUMNS.format(sources='candidate.sources')} FROM {_SEEN} {_HEAT}", {"at": at})  # noqa: S608
    statement = Fragment("WITH ") + Fragment(", ".join(table.text for table in tables)) + select
    params = {name: value for table in tables for name, value in table.params.items()}
    found = rows_planned(Fragment(statement.text, {**params, **select.params}))
    return [_read(record, person) for record in found]


def these(person: Person, job_ids: Collection[UUID], at: datetime) -> list[CandidateRow]:
    """The rows of these very jobs, as far as the index has them. One statement."""
    keys = "(SELECT unnest(%(keys)s::uuid[]) AS job_id) asked"
    text = f"SELECT {_COLUMNS.format(sources='0')} FROM {keys} JOIN job_search s USING (job_id) {_HEAT}"  # noqa: S608
    return [_read(record, person) for record in rows(Fragment(text, {"keys": list(job_ids), "at": at}))]


def _read(record: tuple[Any, ...], person: Person) -> CandidateRow:
    """A record of `_COLUMNS`, with what follows from it."""
    occupations = {int(key): SURENESS[label] for key, label in _OCCUPATION.findall(record[_HEAD])}
    distance = None
    places = record[_PLACES]
    if person.distances and places and record[_WORKPLACE] != "remote":
        distance = min([person.distances[key] for key in places if key in person.distances], default=None)
    return CandidateRow._make((*record, occupations, distance))


def _tables(
    person: Person, found: Sequence[Way], allowed: Fragment, shown: Fragment, at: datetime, most: int
) -> Iterator[Fragment]:
    """A common table expression for the ways that may lead to many jobs, each that is walked, and `candidate`."""
    rank = rough_rank(person)
    parts = []
    numbered = [*enumerate(found, 1)]
    few = [(number, way) for number, way in numbered if way.walked is None and not way.is_many]
    if few:
        ways_met, *by = _met(few)
        condition = all_indexed([way for _, way in few])
        parts.append(Fragment.of(_BY_WAY, Fragment.of(_FEW, rank, ways_met, condition, allowed), *by))
    for name, is_whole, looked_at in (("many", False, LOOKED_AT), ("whole", True, LOOKED_AT_WHOLE)):
        many = [(number, way) for number, way in numbered if way.is_many and way.is_whole == is_whole]
        if many:
            ways_met, *by = _met(many)
            condition = all_indexed([way for _, way in many])
            yield Fragment.of(_MANY.format(name=name), rank, ways_met, allowed, condition)
            parts.append(Fragment.of(_BY_WAY, Fragment(f"(SELECT * FROM {name} LIMIT {looked_at})"), *by))  # noqa: S608
    for number, way in numbered:
        if way.walked is not None:
            # Read no further than to the bound.
            yield Fragment.of(_WAY.format(name=f"way{number}"), allowed, rank, way.indexed)
            parts.append(Fragment(f"(SELECT *, {number} AS number FROM way{number} LIMIT {way.walked})"))  # noqa: S608
    parts.append(Fragment.of(_NEWEST, rank, len(found) + 1, allowed))
    parts.append(Fragment.of(_POPULAR, rank, len(found) + 2, heat.of(heat.OF_ONE, at), allowed))
    sources = [*(way.source for way in found), Source.FRESH, Source.POPULAR]
    yield Fragment.of(
        _CANDIDATE,
        [_BITS[source] for source in sources],
        join(" UNION ALL ", parts),
        shown,
        [SHARES[source] for source in sources],
        most,
    )


def _met(numbered: Sequence[tuple[int, Way]]) -> tuple[Fragment, list[int], list[int]]:
    """Which of the ways lead to a row, a bit each; the bits, and the numbers of the ways that they stand for."""
    bits = [1 << place for place in range(len(numbered))]
    met = [
        Fragment.of(f"CASE WHEN {{}} THEN {bit} ELSE 0 END", way.condition)
        for bit, (_, way) in zip(bits, numbered, strict=True)
    ]
    return join(" | ", met), bits, [number for number, _ in numbered]
