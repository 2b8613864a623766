"""What a search engine is asked, and what it answers.

Above the port: parsing, expansion, the decision to correct or to broaden, diversity, cursors. Behind it: one engine,
today PostgreSQL's. `tests/jobs/search/contract.py` is what each engine has to do.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import TextChoices

from jobs.search.where import Hidden, JobFilter, Near


class SearchField(TextChoices):
    """Where in a posting a word is looked for."""

    ANY = "any", "Title, skills, company or text"
    TITLE = "title", "The title"
    SKILL = "skill", "The names of the skills that it asks for"
    COMPANY = "company", "The name of the company"


@dataclass(frozen=True, slots=True)
class Atom:
    """Something that the index is asked for. Several words have to follow one another; `words` are as `words_of` cuts.

    `weight` is 1 for what was written, and less for what stands in for it. An atom with `occupation`, `code` (of an
    occupation in a taxonomy, by its key) or `skill` asks for the concept, and has no words.
    """

    words: tuple[str, ...] = ()
    field: SearchField = SearchField.ANY
    is_prefix: bool = False
    weight: float = 1.0
    occupation: int | None = None
    code: int | None = None
    skill: int | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One of `any_of` has to be there, what was written before what stands in for it; or none of them, if excluded.

    What is optional (a stop word) need not be there, and counts where it is.
    """

    any_of: tuple[Atom, ...]
    is_excluded: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a text asks for: all of the clauses, or one of `instead`, which stand in for the whole (alternate titles).

    What is excluded is excluded from both. `at_least`, for broadened questions: how much of the clauses' weight, from 0
    to 1, has to be there instead of all of it. `exactly` is the whole text's words, to find the title that is just so.
    """

    clauses: tuple[Clause, ...] = ()
    instead: tuple[Atom, ...] = ()
    at_least: float = 1.0
    exactly: tuple[str, ...] = ()


class JobSearchOrderField(TextChoices):
    """What found jobs can be ordered by."""

    RELEVANCE = "relevance", "How well it fits the query; without a query, when it went live"
    PUBLISHED = "published", "When it last went live"
    PAY = "pay", "What it pays in a year, at most, whatever the currency; unknown pay comes last"
    DISTANCE = "distance", "How far it is from the nearest centre of `near`"


@dataclass(frozen=True, slots=True)
class SearchOrder:
    """An order of found jobs; ties are settled by id. Relevance is descending only."""

    field: JobSearchOrderField = JobSearchOrderField.RELEVANCE
    is_descending: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """Which jobs, in which order, as of an instant: those live `at` it, and recency is counted back from it."""

    at: datetime
    question: Question | None = None
    where: JobFilter | None = None
    near: tuple[Near, ...] = ()
    order: SearchOrder = field(default_factory=SearchOrder)
    hidden: Hidden | None = None


class Precision(TextChoices):
    """What a number of jobs says."""

    EXACT = "exact", "There are so many"
    AT_LEAST = "at_least", "There are so many, or more"


@dataclass(frozen=True, slots=True)
class Total:
    """How many jobs are found."""

    value: int
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class Hit:
    """A job that was found. `value` is what it is ordered by: score, instant, yearly pay, kilometres."""

    job_id: UUID
    value: Any
    company_id: UUID
    likeness: int
    """Equal for postings that say the same over again (diversity)."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best hits of a query by relevance, best first, at most `MOST_RANKED`; and whether these are all there are.

    `bounds` say, in texts and numbers, what they were chosen from: given back with the same query, they make the engine
    choose from the same again, less what has gone.
    """

    hits: Sequence[Hit]
    is_all: bool
    bounds: tuple[Any, ...] = ()
    is_many: bool = False
    """Whether there are more than `MOST_RANKED`, if ranking has shown it."""

    @property
    def total(self) -> "Total | None":
        """How many there are; None where ranking has not told."""
        if self.is_all:
            return Total(len(self.hits))
        return Total(MOST_RANKED, Precision.AT_LEAST) if self.is_many else None


MOST_RANKED = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A summand of a score: for what, and how much. All of a job's parts add up to its score."""

    name: str
    detail: str
    value: float


@dataclass(frozen=True, slots=True)
class Highlights:
    """Where a job has what was asked for: safe HTML in which only `<mark>` is mark-up. None where nothing matches."""

    title: str | None = None
    company: str | None = None
    skills: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


class FacetDimension(TextChoices):
    """What found jobs can be counted by."""

    PLACE = "place"
    COUNTRY = "country"
    CATEGORY = "category"
    EMPLOYMENT_TYPE = "employment_type"
    WORKPLACE = "workplace"
    SENIORITY = "seniority"
    PAY = "pay"
    SKILL = "skill"
    COMPANY = "company"
    PUBLISHED = "published"


PAY_BOUNDS = tuple(1_000_00 * thousands for thousands in (0, 20, 40, 60, 80, 100, 120, 150, 200))
"""Where the buckets of yearly pay begin, in cents of the euro; each ends where the next begins, the last nowhere."""
PUBLISHED_DAYS = (1, 3, 7, 14, 30)
"""The ages that found jobs are counted up to. Unlike pay's, these buckets hold one another."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value and how many of the found jobs have it.

    Of the top of the pay it is one of `PAY_BOUNDS`, of the age one of `PUBLISHED_DAYS`; of all else the key or the
    choice itself.
    """

    value: Any
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The commonest values of one dimension, most first (buckets in their order); the dimension's own filter is left
    out of its counts.
    """

    values: Sequence[FacetValue]
    is_approximate: bool = False


class SuggestionKind(TextChoices):
    """What a suggestion is."""

    TITLE = "title", "A title that live postings have"
    SKILL = "skill", "A skill that live postings ask for"
    COMPANY = "company", "A company with live postings"
    PLACE = "place", "A place with live postings"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on with what was typed. `key` is the row's key of a skill, company or place; None for a title."""

    kind: SuggestionKind
    text: str
    count: int
    key: Any = None
    is_corrected: bool = False


class Engine(Protocol):
    """A search engine. Everything is about live, public jobs only; keyset positions are `(value, job_id)`."""

    def total(self, query: Query, most: int) -> Total:
        """How many jobs there are, exact below `most`."""

    def ranked(self, query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
        """The best jobs by relevance; with the bounds of a ranking as of the same instant, of those that it is of."""

    def listed(
        self, query: Query, size: int, *, after: tuple[Any, UUID] | None = None, without: Collection[UUID] = ()
    ) -> Sequence[Hit]:
        """The next jobs in an order other than relevance (which here stands for the newest first)."""

    def explained(self, query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Part]]:
        """Why jobs have the score that they have."""

    def highlights(self, query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Highlights]:
        """Where jobs have what was asked for."""

    def facets(
        self, query: Query, dimensions: Collection[FacetDimension], most: int, found: Collection[UUID] | None = None
    ) -> Mapping[FacetDimension, Facet]:
        """How the found jobs spread over the dimensions; `most` values of each. `found`: all of them, if known."""

    def suggest(self, prefix: str, kinds: Collection[SuggestionKind], size: int, at: datetime) -> Sequence[Suggestion]:
        """How to go on with what was typed."""

    def correct(self, words: Sequence[str]) -> Mapping[str, str]:
        """What words were probably meant to be; those that the index knows, or that nothing is like, are left out."""

    def similar(self, job_ids: Collection[UUID], size: int, at: datetime) -> Mapping[UUID, Sequence[UUID]]:
        """Live jobs that are like each of the jobs, the most alike first."""

    def index(self, job_ids: Collection[UUID]) -> None:
        """Make the index say of the jobs what the tables say; jobs that are not live leave it. In one transaction."""
