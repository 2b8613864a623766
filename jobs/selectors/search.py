"""Searching the live jobs: what was meant, what is found, and the pages of it.

A search takes this many statements, beside those that look up synonyms, occupations and skills (`is_expanded`), stems
that were not asked for lately, and a filter's categories, circles and exchange rates:

- by relevance three if few match (an estimate, the ranking and the jobs' rows), and four to six if many do; on later
  pages one, while the ranking is kept, and two more behind its end;
- in any other order three (an estimate, the list and the rows), two where nothing is asked; by distance up to nine;
- on a first page one more to see whether the words are found at all, unless ranking them alone tells (nothing else is
  meant by them), and where they hardly are, one to see how common
  they are, one for each that is corrected, and one to see whether that finds more;
- where few are found, one for each way to broaden the question, and one for what that finds;
- one or two to count, if somebody reads `total` of what ranking has not told.

Whatever was found and is no longer live when its row is read is left out, and others take its place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from uuid import UUID

from django.utils import timezone

from jobs.models import Job
from jobs.search import occupations
from jobs.search.broadening import Broadening, BroadeningKind
from jobs.search.engine import engine
from jobs.search.expansion import Expansion, ExpansionKind, expand
from jobs.search.grammar import KeywordMode, parse, respelled, words_asked
from jobs.search.port import (
    MOST_RANKED,
    Facet,
    FacetDimension,
    Highlights,
    Hit,
    JobSearchOrderField,
    Part,
    Query,
    Ranked,
    SearchOrder,
    Suggestion,
    SuggestionKind,
    Total,
)
from jobs.search.positions import SearchPosition, Stage
from jobs.search.walk import Walk, fits, is_ranked
from jobs.search.where import Hidden, HiddenKind, JobFilter, Near
from jobs.selectors import job as jobs
from kernel.viewer import Scope, Viewer

__all__ = [
    "Broadening",
    "BroadeningKind",
    "Correction",
    "Expansion",
    "ExpansionKind",
    "FoundJob",
    "HiddenKind",
    "KeywordMode",
    "SearchPosition",
    "SearchRequest",
    "SearchResult",
    "explanations",
    "facets",
    "highlights",
    "search",
    "similar",
    "suggest",
]

HARDLY = 5
"""Words that find fewer jobs are looked at for mistakes."""
MOST_VALUES = 10


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is searched for, and which part of the result is wanted."""

    text: str = ""
    mode: KeywordMode = KeywordMode.ALL
    where: JobFilter | None = None
    near: tuple[Near, ...] = ()
    order: SearchOrder = field(default_factory=SearchOrder)
    is_corrected: bool = True
    is_expanded: bool = True
    is_broadened: bool = True
    per_company: int = 3
    """At most so many of one company near the top, by relevance; 0: as they come."""
    size: int = 20
    after: SearchPosition | None = None
    hidden: frozenset[HiddenKind] = frozenset()
    """What of the viewer's own is not to be found. Of nobody there is nothing to hide."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was asked instead of what was written, since that was probably a mistake."""

    query: str
    original: str


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job that was found, with its score where it was ranked by one."""

    job: Job
    score: float | None
    position: SearchPosition


@dataclass(frozen=True)
class SearchResult:
    """A page of what was found, and what was asked for."""

    hits: Sequence[FoundJob]
    query: Query
    correction: Correction | None = None
    expansions: Sequence[Expansion] = ()
    broadened: Broadening | None = None
    has_next: bool = False
    counted: Total | None = None
    """How many there are, where finding them told."""
    fitting: Sequence[Hit] | None = None
    """All that fit, where finding the page found them all."""

    @cached_property
    def total(self) -> Total:
        """How many jobs fit, without those of `broadened`; counted up to a thousand."""
        return self.counted or engine().total(self.query, MOST_RANKED)

    @property
    def all(self) -> Sequence[UUID] | None:
        """The ids of all that fit, where finding the page found them all."""
        return None if self.fitting is None else [hit.job_id for hit in self.fitting]


def search(viewer: Viewer, request: SearchRequest) -> SearchResult:
    """A page of the live, public jobs that a text and filters find. ValueError for a position that is of no use."""
    now = timezone.now()
    at = min(now, request.after.at) if request.after else now
    hidden = _hidden(viewer, request)
    asked = _asked(request, Query(at, None, request.where, request.near, request.order, hidden))
    start = request.after or SearchPosition(at, Stage.RANKED)
    if not fits(start, asked.query):
        raise ValueError("This position is in no result of this search.")
    walk = Walk(
        engine(),
        asked.query,
        replace(start, is_corrected=asked.correction is not None),
        size=request.size,
        per_company=request.per_company,
        may_broaden=request.is_broadened,
        ranking=asked.ranking,
    )
    found = _shown(walk, request.size + 1)
    has_next = len(found) > request.size
    if has_next and request.after is None:
        walk.keep()
    return SearchResult(
        found[: request.size],
        asked.query,
        asked.correction,
        asked.expansions,
        walk.broadened,
        has_next=has_next,
        counted=walk.counted,
        fitting=walk.all,
    )


def _hidden(viewer: Viewer, request: SearchRequest) -> Hidden | None:
    if viewer.user_id is None or not request.hidden or not viewer.allows(Scope.PROFILE_READ):
        return None
    return Hidden(viewer.user_id, tuple(sorted(request.hidden)))


def _shown(walk: Walk, size: int) -> list[FoundJob]:
    """The first jobs of a walk that are live now."""
    steps, found = iter(walk), list[FoundJob]()
    most = size
    while part := list(islice(steps, most)):
        rows = jobs.listed_by_id([step.hit.job_id for step in part])
        found += [
            FoundJob(rows[step.hit.job_id], step.score, step.position) for step in part if step.hit.job_id in rows
        ]
        if len(found) >= size or len(part) < most:
            break
        most *= 2
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request comes to."""

    query: Query
    correction: Correction | None = None
    expansions: Sequence[Expansion] = ()
    ranking: Ranked | None = None
    """Its ranking, where that was made to see whether the words are found at all."""


def _asked(request: SearchRequest, query: Query) -> _Asked:
    """The query as it was written, or corrected if that finds hardly anything and the other more."""
    asked = _understood(request, query, request.text)
    question = asked.query.question
    if question is None or not request.is_corrected or (request.after and not request.after.is_corrected):
        return asked
    found = 0
    if request.after is None:
        if is_ranked(asked.query) and not question.instead:
            asked = replace(asked, ranking=engine().ranked(asked.query))
            found = len(asked.ranking.hits) if asked.ranking else 0
        else:
            # Without what is meant: that finds something for nearly everything, and would hide a mistake.
            found = engine().total(_literal(asked.query), HARDLY).value
        if found >= HARDLY:
            return asked
    # A word that names an occupation is no mistake, though no job has it.
    titles = occupations.space()
    written = words_asked(parse(request.text, request.mode))
    corrections = engine().correct([word for word in written if not titles.has(word)])
    text = respelled(request.text, corrections)
    if not corrections or text == request.text:
        return asked
    other = _understood(request, query, text)
    if request.after is None and engine().total(_literal(other.query), found + 1).value <= found:
        return asked
    return replace(other, correction=Correction(text, request.text))


def _understood(request: SearchRequest, query: Query, text: str) -> _Asked:
    """The query with a text's question, and with what stands in for its words.

    What is meant has its say only where the best come first: among the newest it would hide what was written.
    """
    question = parse(text, request.mode)
    if not question.clauses:
        return _Asked(query)
    if not request.is_expanded:
        return _Asked(replace(query, question=question))
    question, expansions = expand(question, query.at, has_meaning=query.order.field is JobSearchOrderField.RELEVANCE)
    return _Asked(replace(query, question=question), expansions=expansions)


def _literal(query: Query) -> Query:
    assert query.question is not None
    return replace(query, question=replace(query.question, instead=()))


def facets(
    query: Query,
    dimensions: Collection[FacetDimension],
    most: int = MOST_VALUES,
    found: Collection[UUID] | None = None,
) -> Mapping[FacetDimension, Facet]:
    """How the jobs of a search spread over some dimensions; `found` are all of them, where its result has them."""
    return engine().facets(query, dimensions, most, found) if dimensions else {}


def highlights(query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Highlights]:
    """Where jobs that a search found have what was asked for."""
    return engine().highlights(query, job_ids) if query.question is not None and job_ids else {}


def explanations(query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Part]]:
    """The parts of the scores of jobs that a search found; none where it has no scores."""
    return engine().explained(query, job_ids) if is_ranked(query) and job_ids else {}


def suggest(prefix: str, kinds: Collection[SuggestionKind] = (), size: int = 10) -> Sequence[Suggestion]:
    """How to go on with what was typed, of all kinds or of some."""
    return engine().suggest(prefix, kinds or tuple(SuggestionKind), size, timezone.now())


def similar(viewer: Viewer, keys: Collection[UUID], *, size: int) -> dict[UUID, list[Job]]:
    """Live, public jobs that are like each of the jobs, the most alike first."""
    found = engine().similar(keys, size, timezone.now())
    rows = jobs.listed_by_id({key for others in found.values() for key in others})
    return {key: [rows[other] for other in others if other in rows] for key, others in found.items()}
