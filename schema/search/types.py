"""Types of what a search finds."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.models import Job as JobRow
from jobs.search.expansion import ExpansionKind
from jobs.search.port import Part, Precision, Query, SuggestionKind
from jobs.search.port import Suggestion as SuggestionRow
from jobs.selectors import company as companies
from jobs.selectors import search, taxonomy
from jobs.selectors.search import BroadeningKind, FoundJob, SearchPosition, SearchResult
from kernel.rows import Page
from schema.core.connections import Connection, PageInfo
from schema.core.costs import costs
from schema.core.loading import Batch, Computed, ListSize, Relation
from schema.core.scalars import HTML
from schema.core.types import enum_of
from schema.job.types import Job
from schema.search.cursors import SearchCursor
from schema.search.facets import Counted, JobSearchFacets
from schema.taxonomy.types import Place, Skill

# Points. Of a page, both read the texts of its jobs once.
HIGHLIGHTS_COST = 2
TOTAL_COST = 10
MOST_EXPANSIONS = 50
MOST_PARTS = 100
MOST_FRAGMENTS = 3
MOST_SKILLS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A page of a search, as a connection reads it."""

    result: SearchResult
    cursor: SearchCursor
    page: Page[JobRow]

    def codec(self) -> SearchCursor:
        """How its cursors are written."""
        return self.cursor


class Explanation(NamedTuple):
    """The values of a `ScoreExplanation`."""

    total: float
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class FoundEdge:
    """A found job, and the page that it is on."""

    of: Found
    job: FoundJob


def found_page(result: SearchResult, cursor: SearchCursor, after: SearchPosition | None) -> Found:
    """The page of a search's result."""
    rows = [found.job for found in result.hits]
    positions: list[Any] = [found.position for found in result.hits]
    return Found(result, cursor, Page(rows, positions, has_next=result.has_next, has_previous=after is not None))


def explanations(query: Query, jobs: Collection[UUID]) -> dict[UUID, Explanation]:
    """The parts of each job's score, the greatest first. Past the most there may be, the least are one."""
    told = {}
    for job_id, parts in search.explanations(query, jobs).items():
        ordered = sorted(parts, key=lambda part: -abs(part.value))
        if len(ordered) > MOST_PARTS:
            rest = fsum(part.value for part in ordered[MOST_PARTS - 1 :])
            ordered[MOST_PARTS - 1 :] = [Part("rest", "All that adds little", rest)]
        told[job_id] = Explanation(fsum(part.value for part in ordered), ordered)
    return told


def _of_page(read: Callable[[Query, list[UUID]], Mapping[UUID, Any]]) -> Batch:
    """A resolver of edges that reads something for all the jobs of a page at once."""

    def values(edges: list[FoundEdge], info: GraphQLResolveInfo) -> list[Any]:
        keys: dict[Found, list[UUID]] = {}
        for edge in edges:
            keys.setdefault(edge.of, []).append(edge.job.job.pk)
        told = {found: read(found.result.query, jobs) for found, jobs in keys.items()}
        return [told[edge.of].get(edge.job.job.pk) for edge in edges]

    return Batch(values)


class JobTotal(graphene.ObjectType):
    """How many jobs were found."""

    value = graphene.Int(required=True, description="So many.")
    precision = enum_of(Precision)(required=True, description="Whether there may be more.")


class Correction(graphene.ObjectType):
    """What was searched for instead of a query with mistakes, which found next to nothing."""

    query = graphene.String(required=True, description="The query that was asked.")
    original = graphene.String(required=True, description="The query as it was written.")


class Expansion(graphene.ObjectType):
    """Something that was looked for beside what was written. It counts less than that."""

    written = graphene.String(required=True, description="The words of the query that it stands for.")
    kind = enum_of(ExpansionKind)(required=True, description="What it is to them.")
    text = graphene.String(required=True, description="What was looked for.")
    weight = graphene.Float(required=True, description="How much it counts, from 0 to 1; what was written counts 1.")


class Broadening(graphene.ObjectType):
    """Jobs behind those that fit, which fit less: few did."""

    how = enum_of(BroadeningKind)(required=True, description="What was asked for less strictly.")
    count = graphene.Int(required=True, description="How many there are of them; at most as many as are looked for.")


class ScorePart(graphene.ObjectType):
    """A summand of a score."""

    name = graphene.String(required=True, description="What it is for: a field that has a word, for example.")
    detail = graphene.String(required=True, description="Which word or instant that is.")
    value = graphene.Float(required=True, description="How much it adds.")


class ScoreExplanation(graphene.ObjectType):
    """Why a job has the score that it has."""

    total = graphene.Float(required=True, description="The score: the sum of the parts.")
    parts = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(ScorePart)),
            required=True,
            description=f"What adds up to it, the greatest first. At most {MOST_PARTS}.",
        ),
        list_size=ListSize(MOST_PARTS),
    )


class JobHighlights(graphene.ObjectType):
    """Where a job has what was searched for. Safe to show: the only mark-up is `<mark>`."""

    title = HTML(description="The title; null where nothing of it was searched for.")
    company = HTML(description="The name of the company; null where nothing of it was searched for.")
    skills = graphene.List(
        graphene.NonNull(HTML),
        required=True,
        description=f"Names of skills that were searched for. At most {MOST_SKILLS}.",
    )
    text = graphene.List(
        graphene.NonNull(HTML),
        required=True,
        description=f"Pieces of the description with what was searched for. At most {MOST_FRAGMENTS}.",
    )


class JobSearchEdge(graphene.ObjectType):
    """A job that was found, with its place among the others."""

    cursor = graphene.String(required=True, description="Opaque place in the result of this very search, for `after`.")
    node = graphene.Field(Job, required=True, description="The job.")
    score = graphene.Float(
        description="How well it fits the query, comparable within one search only; null where the order is another, "
        "or nothing was written."
    )
    highlights = costs(
        graphene.Field(
            JobHighlights,
            description="Where it has what was searched for; null where no query was written.",
            resolver=_of_page(search.highlights),
        ),
        weight=HIGHLIGHTS_COST,
    )
    explanation = costs(
        graphene.Field(
            ScoreExplanation,
            description="Why it has this score; null where it has none. For developers: parts come and go.",
            resolver=_of_page(explanations),
        ),
        weight=HIGHLIGHTS_COST,
    )

    resolve_cursor = Computed(lambda edge: edge.of.cursor.encode(edge.job.position))
    resolve_node = Computed(attrgetter("job.job"))
    resolve_score = Computed(attrgetter("job.score"))


class JobSearchConnection(Connection):
    """A page of the jobs that a search found."""

    edges = graphene.List(
        graphene.NonNull(JobSearchEdge), required=True, description="The page's jobs, each with how it was found."
    )
    nodes = graphene.List(graphene.NonNull(Job), required=True, description="The page's jobs.")
    page_info = graphene.Field(PageInfo, required=True, description="Whether there is more, and how to ask for it.")
    total_count = costs(
        graphene.Field(
            JobTotal,
            required=True,
            description="How many jobs fit, without those of `broadened`; counted up to a thousand.",
            resolver=lambda found, info: found.result.total,
        ),
        weight=TOTAL_COST,
    )
    facets = graphene.Field(JobSearchFacets, required=True, description="How the jobs that fit spread.")
    correction = graphene.Field(
        Correction, description="What was searched for instead of what was written; null where that was not corrected."
    )
    expansions = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(Expansion)),
            required=True,
            description=f"What was looked for beside what was written. At most {MOST_EXPANSIONS}.",
        ),
        list_size=ListSize(MOST_EXPANSIONS),
    )
    broadened = graphene.Field(
        Broadening, description="What comes behind the jobs that fit; null where these were enough."
    )

    resolve_edges = Computed(lambda found: [FoundEdge(found, hit) for hit in found.result.hits])
    resolve_facets = Computed(lambda found: Counted(found.result.query, found.result.all))
    resolve_correction = Computed(attrgetter("result.correction"))
    resolve_expansions = Computed(lambda found: found.result.expansions[:MOST_EXPANSIONS])
    resolve_broadened = Computed(attrgetter("result.broadened"))


class Suggestion(graphene.ObjectType):
    """A way to go on with what was typed. Live jobs have it."""

    kind = enum_of(SuggestionKind)(required=True, description="What it is.")
    text = graphene.String(required=True, description="As it is shown; of a place, with its country.")
    count = graphene.Int(required=True, description="How many live jobs have it, as of some minutes ago.")
    is_corrected = graphene.Boolean(required=True, description="It does not begin with what was typed, but nearly so.")
    skill = graphene.Field(Skill, description="The skill, where it is one.")
    company = graphene.Field("schema.company.types.Company", description="The company, where it is one.")
    place = graphene.Field(Place, description="The place, where it is one.")

    resolve_skill = Relation(taxonomy.skills_by_id, lambda row: _key(row, SuggestionKind.SKILL))
    resolve_company = Relation(companies.by_id, lambda row: _key(row, SuggestionKind.COMPANY))
    resolve_place = Relation(taxonomy.places_by_id, lambda row: _key(row, SuggestionKind.PLACE))


def _key(row: SuggestionRow, kind: SuggestionKind) -> Any:
    return row.key if row.kind == kind else None
