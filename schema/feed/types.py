"""Types of feeds: jobs with why they are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import graphene
from graphql import GraphQLResolveInfo

from jobs.feed import improving, reading, reasons
from jobs.feed.improving import MOST_IMPROVEMENTS, ImprovementCode
from jobs.feed.match import Feature, Gap, Match, Reason, Rule, Source
from jobs.feed.reading import FedJob, FeedPage, FeedRequest, Improvement
from jobs.feed.reading import WhyNot as WhyNotRow
from jobs.feed.reasons import MOST_GAPS, MOST_REASONS, GapCode
from jobs.models import Job as JobRow
from jobs.search.port import Precision, Total
from kernel.rows import Page
from kernel.viewer import Viewer
from schema.core.connections import Connection, PageInfo
from schema.core.costs import costs
from schema.core.loading import Computed, ListSize, Relation
from schema.core.scalars import DateTime
from schema.core.types import enum_of
from schema.core.visibility import SHOWN, private
from schema.feed.cursors import CURSOR, FeedCursor
from schema.job.types import Job
from schema.search.types import JobTotal

# Points. What would open more jobs is counted once for a feed, however many of its jobs are asked for it.
NEW_SINCE_COST = 10
IMPROVE_COST = 50
IMPROVE_OF_MATCH_COST = 3
MOST_COUNTED_SINCE = 100

FEED_RULE = enum_of(Rule, name="FeedRule")
MATCH_FEATURE = enum_of(Feature, name="MatchFeature")
MATCH_SOURCE = enum_of(Source, name="MatchSource")


@dataclass(frozen=True, slots=True, eq=False)
class Fed:
    """A page of a feed, as a connection reads it."""

    of: FeedPage
    viewer: Viewer
    """Whose feed it is; nobody, for what is shown to everybody."""
    asked: FeedRequest
    page: Page[JobRow]

    def codec(self) -> FeedCursor:
        """How its cursors are written."""
        return CURSOR

    @property
    def asker(self) -> tuple[Any, FeedRequest] | None:
        """By what its improvements are counted; None where nobody could make them."""
        return (self.of.session_id, self.asked) if self.viewer.is_authenticated else None


@dataclass(frozen=True, slots=True)
class FedEdge:
    """A job of a feed, and the page that it is on."""

    of: Fed
    job: FedJob


class Judged(NamedTuple):
    """A match, the weights that judged it, and the feed that it is in, if it is in one."""

    match: Match
    model_version: int
    of: Fed | None = None


class Part(NamedTuple):
    """The values of a `MatchPart`."""

    feature: str
    value: float


class ExplainedRule(NamedTuple):
    """The values of a `BrokenRule`."""

    code: str
    text: str


def fed_page(page: FeedPage, viewer: Viewer, asked: FeedRequest) -> Fed:
    """A page of a feed, as the schema gives it."""
    rows = [fed.job for fed in page.jobs]
    positions: list[Any] = [fed.position for fed in page.jobs]
    listed = Page(rows, positions, has_next=page.has_next, has_previous=asked.after is not None)
    return Fed(page, viewer, asked, listed)


def _improvements(viewer: Viewer, keys: Sequence[tuple[Any, FeedRequest]]) -> dict[Any, list[Improvement]]:
    """What would open more jobs, by session. A document has one, or a few."""
    return {key: list(reading.improvements(viewer, key[0], asked=key[1])[:MOST_IMPROVEMENTS]) for key in keys}


def _new_since(fed: Fed, info: GraphQLResolveInfo) -> Total:
    return reading.new_since(fed.viewer, fed.of.session_id, MOST_COUNTED_SINCE, asked=fed.asked)


def _parts(judged: Judged) -> list[Part]:
    # None of them is minus zero.
    parts = [Part(feature, value + 0.0) for feature, value in judged.match.parts.items()]
    return sorted(parts, key=lambda part: -part.value)


def _judged(why: WhyNotRow) -> Judged | None:
    return None if why.match is None else Judged(why.match, why.model_version)


class MatchReason(graphene.ObjectType):
    """Something that speaks for a job."""

    code = MATCH_FEATURE(required=True, description="What it is about.")
    text = graphene.String(required=True, description="In a sentence, for people. In English.")
    weight = graphene.Float(required=True, description="How much it adds to the score.")

    resolve_text = Computed(reasons.text_of)


class MatchGap(graphene.ObjectType):
    """Something that speaks against a job, or that it does not say."""

    code = enum_of(GapCode)(required=True, description="What it is about.")
    text = graphene.String(required=True, description="In a sentence, for people. In English.")

    resolve_text = Computed(reasons.text_of_gap)


class MatchPart(graphene.ObjectType):
    """A summand of a match's score."""

    feature = MATCH_FEATURE(required=True, description="What the job is judged by.")
    value = graphene.Float(required=True, description="How much that adds: its weight times its value.")


class FeedImprovement(graphene.ObjectType):
    """Something that the person could say, or do without, and how many more jobs that would open."""

    code = enum_of(ImprovementCode)(required=True, description="What it is.")
    text = graphene.String(required=True, description="In a sentence, for people. In English.")
    count = graphene.Field(JobTotal, required=True, description="How many more jobs; counted up to a thousand.")

    resolve_text = Computed(improving.text_of)
    resolve_count = Computed(
        lambda improvement: Total(improvement.count, Precision.EXACT if improvement.is_exact else Precision.AT_LEAST)
    )


_IMPROVE = "What the person could say, or do without, for more jobs to fit, the most first"


class JobMatch(graphene.ObjectType):
    """How well a job fits a person, and why."""

    class Meta:
        name = "Match"

    score = graphene.Float(
        required=True, description="The sum of the parts: the more, the better; comparable within one feed only."
    )
    model_version = graphene.Int(required=True, description="The version of the weights that made it.")
    reasons = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(MatchReason)),
            required=True,
            description="What speaks for it: what is known and lifts the score most, the strongest first. At most "
            f"{MOST_REASONS}.",
        ),
        list_size=ListSize(MOST_REASONS),
    )
    gaps = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(MatchGap)),
            required=True,
            description=f"What speaks against it, or is not known. At most {MOST_GAPS}.",
        ),
        list_size=ListSize(MOST_GAPS),
    )
    sources = graphene.List(
        graphene.NonNull(MATCH_SOURCE), required=True, description="How the job came to be considered."
    )
    parts = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(MatchPart)),
            required=True,
            description=f"What adds up to the score, the most first. At most {len(Feature)}.",
        ),
        list_size=ListSize(len(Feature)),
    )
    is_exploration = graphene.Boolean(
        required=True, description="It has its place by lot, for a posting to be seen of which little is known yet."
    )
    improve = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(FeedImprovement)),
            required=True,
            description=f"{_IMPROVE}: the same for each job of a feed; none outside of one. At most "
            f"{MOST_IMPROVEMENTS}.",
            resolver=Relation(_improvements, lambda judged: judged.of and judged.of.asker, many=True),
        ),
        weight=IMPROVE_OF_MATCH_COST,
        list_size=ListSize(MOST_IMPROVEMENTS),
    )

    resolve_score = Computed(attrgetter("match.score"))
    resolve_reasons = Computed(lambda judged: _first(judged.match.reasons, MOST_REASONS))
    resolve_gaps = Computed(lambda judged: _first(judged.match.gaps, MOST_GAPS))
    resolve_sources = Computed(lambda judged: list(judged.match.sources))
    resolve_parts = Computed(_parts)
    resolve_is_exploration = Computed(attrgetter("match.is_exploration"))


def _first[Said: (Reason, Gap)](said: Sequence[Said], most: int) -> list[Said]:
    return list(said[:most])


class FeedSession(graphene.ObjectType):
    """An order of jobs that was decided once, and that pages keep to for half an hour after the last was read."""

    id = graphene.ID(required=True, description="Opaque. Say it in `signalsRecord`.")
    made_at = DateTime(required=True, description="When it was decided: what came later is counted in `newSince`.")
    model_version = graphene.Int(required=True, description="The version of the weights that made it.")
    is_restored = graphene.Boolean(
        required=True,
        description="The session of the cursor was gone, and was made again: jobs may come that were shown before.",
    )

    resolve_id = Computed(attrgetter("session_id"))
    resolve_made_at = Computed(attrgetter("at"))


class FeedEdge(graphene.ObjectType):
    """A job of a feed, with its place in it."""

    cursor = graphene.String(required=True, description="Opaque place in this very feed, for `after`.")
    node = graphene.Field(Job, required=True, description="The job.")
    match = graphene.Field(JobMatch, required=True, description="How well it fits, and why.")

    resolve_cursor = Computed(lambda edge: CURSOR.encode(edge.job.position))
    resolve_node = Computed(attrgetter("job.job"))
    resolve_match = Computed(lambda edge: Judged(edge.job.match, edge.of.of.model_version, edge.of))


class FeedConnection(Connection):
    """A page of a feed."""

    edges = graphene.List(
        graphene.NonNull(FeedEdge), required=True, description="The page's jobs, each with why it is there."
    )
    nodes = graphene.List(graphene.NonNull(Job), required=True, description="The page's jobs.")
    page_info = graphene.Field(PageInfo, required=True, description="Whether there is more, and how to ask for it.")
    session = graphene.Field(FeedSession, required=True, description="The order that the pages keep to.")
    new_since = costs(
        graphene.Field(
            JobTotal,
            required=True,
            description="How many jobs came since, that may be in a feed made now; counted up to "
            f"{MOST_COUNTED_SINCE}. None of them is in this one: ask with `refresh`.",
            resolver=_new_since,
        ),
        weight=NEW_SINCE_COST,
    )
    improve = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(FeedImprovement)),
            required=True,
            description=f"{_IMPROVE}; nothing where the feed is nobody's. At most {MOST_IMPROVEMENTS}.",
            resolver=Relation(_improvements, "asker", many=True),
        ),
        weight=IMPROVE_COST,
        list_size=ListSize(MOST_IMPROVEMENTS),
    )

    resolve_edges = Computed(lambda fed: [FedEdge(fed, job) for job in fed.of.jobs])
    resolve_session = Computed(attrgetter("of"))


class BrokenRule(graphene.ObjectType):
    """A rule of the person's feed that a job breaks. Rules are never weighed against anything."""

    code = FEED_RULE(required=True, description="Which one.")
    text = graphene.String(required=True, description="In a sentence, for people. In English.")


@private(SHOWN)
class WhyNot(graphene.ObjectType):
    """What keeps a job out of the feed of the person who asks, or where it stands in it."""

    rules = costs(
        graphene.Field(
            graphene.List(graphene.NonNull(BrokenRule)),
            required=True,
            description=f"The rules that it breaks; none: it may be in the feed. At most {len(Rule)}.",
        ),
        list_size=ListSize(len(Rule)),
    )
    match = graphene.Field(
        JobMatch,
        description="How well it fits; null where it breaks a rule, and, for who has said nothing of their work, where "
        "it is not in the current feed.",
    )
    place = graphene.Int(description="Its place in the current feed, from 0; null where it is not in it.")

    resolve_rules = Computed(
        lambda why: [ExplainedRule(rule, reasons.text_of_rule(rule)) for rule in Rule if rule in why.broken]
    )
    resolve_match = Computed(_judged)
