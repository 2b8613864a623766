"""Search and suggestions."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers

from jobs.models import EmploymentType, Seniority, Workplace
from jobs.search.port import Facet, FacetDimension, JobSearchOrderField, Precision, SuggestionKind
from jobs.search.where import HiddenKind
from jobs.selectors import company as companies
from jobs.selectors import search, taxonomy
from jobs.selectors.search import BroadeningKind, ExpansionKind, KeywordMode, SearchResult
from jobs.services import search_use
from nexus.rest.asking import Asking
from nexus.rest.companies import DIRECTIONS
from nexus.rest.job_parameters import JobConditions, centres_of, where_of
from nexus.rest.job_shapes import JobShape, amount, jobs_shown
from nexus.rest.jobs import JOB_POINTS
from nexus.rest.reading import Listed, Read, size_of
from nexus.rest.shapes import EnumField, FlagField, Parameters, Shape, WordsField, list_of
from schema.core import ids
from schema.core.connections import DEFAULT_SIZE, MAX_SIZE
from schema.core.errors import BadRequest
from schema.search.cursors import MAX_CURSOR
from schema.search.facets import FACET_COST, MAX_VALUES
from schema.search.inputs import MAX_PER_COMPANY, MAX_PREFIX, MAX_QUERY, search_request, suggest_arguments
from schema.search.queries import MAX_SUGGESTIONS, SEARCH_COST, SUGGEST_COST, SUGGESTIONS
from schema.search.types import HIGHLIGHTS_COST, MOST_EXPANSIONS, explanations

DEFAULT_FACET_VALUES = 10
SWITCHES = ("is_corrected", "is_expanded", "is_broadened")


class TotalShape(Shape):
    """How many jobs were found."""

    value = serializers.IntegerField(help_text="So many.")
    precision = EnumField(Precision, help_text="Whether there may be more.")


class CorrectionShape(Shape):
    """What was searched for instead of a query with mistakes, which found next to nothing."""

    query = serializers.CharField(help_text="The query that was asked.")
    original = serializers.CharField(help_text="The query as it was written.")


class ExpansionShape(Shape):
    """Something that was looked for beside what was written. It counts less than that."""

    written = serializers.CharField(help_text="The words of the query that it stands for.")
    kind = EnumField(ExpansionKind, help_text="What it is to them.")
    text = serializers.CharField(help_text="What was looked for.")
    weight = serializers.FloatField(help_text="How much it counts, from 0 to 1; what was written counts 1.")


class BroadeningShape(Shape):
    """Jobs behind those that fit, which fit less: few did."""

    how = EnumField(BroadeningKind, help_text="What was asked for less strictly.")
    count = serializers.IntegerField(help_text="How many there are of them; at most as many as are looked for.")


class HighlightsShape(Shape):
    """Where a job has what was searched for. Safe to show: the only mark-up is `<mark>`."""

    title = serializers.CharField(allow_null=True, help_text="Null where nothing of it was searched for.")
    company = serializers.CharField(allow_null=True, help_text="Null where nothing of it was searched for.")
    skills = serializers.ListField(child=serializers.CharField(), help_text="Names of skills that were searched for.")
    text = serializers.ListField(child=serializers.CharField(), help_text="Pieces of the description.")


class ScorePartShape(Shape):
    """A summand of a score."""

    name = serializers.CharField(help_text="What it is for: a field that has a word, for example.")
    detail = serializers.CharField(help_text="Which word or instant that is.")
    value = serializers.FloatField(help_text="How much it adds.")


class ExplanationShape(Shape):
    """Why a job has the score that it has. For developers: parts come and go."""

    total = serializers.FloatField(help_text="The score: the sum of the parts.")
    parts = ScorePartShape(many=True, help_text="What adds up to it, the greatest first.")


class FoundJobShape(Shape):
    """A job that was found."""

    job = JobShape(help_text="The job.")
    score = serializers.FloatField(
        allow_null=True, help_text="How well it fits, within one search; null without a query or in another order."
    )
    highlights = HighlightsShape(allow_null=True, help_text="Null where they were not asked for, or without a query.")
    explanation = ExplanationShape(allow_null=True, help_text="Null where it was not asked for, or without a score.")


class FacetValueShape(Shape):
    """A value, and how many of the found jobs have it."""

    value = serializers.CharField(
        help_text="An id, a code or a word that the parameter of that name takes; of pay the least in euros a year, of "
        "`PUBLISHED` a number of days."
    )
    name = serializers.CharField(help_text="The value in words.")
    count = serializers.IntegerField(help_text="How many of the found jobs.")


class FacetShape(Shape):
    """How many of the found jobs there are by one dimension. Its own filter is left out of its counts."""

    dimension = EnumField(FacetDimension, help_text="What is counted by.")
    values = FacetValueShape(many=True, help_text="The counts, most first; buckets in their order.")
    is_approximate = serializers.BooleanField(help_text="Counted in a part of the found jobs, and scaled up.")


class FoundShape(Shape):
    """A page of the jobs that a search found, the best first."""

    items = FoundJobShape(many=True, help_text="The jobs of the page.")
    total = TotalShape(
        allow_null=True, help_text="How many jobs fit, without those of `broadened`; null where it was not asked for."
    )
    next = serializers.URLField(allow_null=True, help_text="The address of the page after this one.")
    end_cursor = serializers.CharField(allow_null=True, help_text="Cursor of the last job of the page, for `after`.")
    correction = CorrectionShape(allow_null=True, help_text="What was searched for instead; null where nothing was.")
    expansions = ExpansionShape(many=True, help_text="What was looked for beside what was written.")
    broadened = BroadeningShape(allow_null=True, help_text="What comes behind those that fit; null if they are enough.")
    facets = FacetShape(many=True, help_text="Those that were asked for.")


class SearchParameters(JobConditions):
    """What to look for, and where."""

    query = WordsField(
        required=False,
        max_length=MAX_QUERY,
        help_text='Words, "phrases", OR, -not, prefix*, title:, company:, skill:. What cannot be understood is words.',
    )
    mode = EnumField(KeywordMode, required=False, help_text="Where the words are looked for; ALL unless given.")
    order_by = EnumField(JobSearchOrderField, required=False, help_text="What to order by: RELEVANCE unless given.")
    direction = serializers.ChoiceField(
        DIRECTIONS, required=False, help_text="Which end comes first: ASC for distance and DESC for all else."
    )
    is_corrected = FlagField(required=False, help_text="Correct mistakes where next to nothing is found; true.")
    is_expanded = FlagField(required=False, help_text="Look for synonyms and other names of the same work too; true.")
    is_broadened = FlagField(required=False, help_text="Where few jobs fit, have others follow that fit less; true.")
    per_company = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_PER_COMPANY,
        help_text="How many jobs of one company a page holds near the top; 0: as many as there are.",
    )
    hide = list_of(EnumField(HiddenKind), "Without jobs that the person who asks did these things with.")
    with_total = FlagField(required=False, help_text="Also count the jobs that fit.")
    with_highlights = FlagField(required=False, help_text="Also say where each job has what was searched for.")
    explain = FlagField(required=False, help_text="Also say what each job's score is made of.")
    facets = list_of(EnumField(FacetDimension), "Count the found jobs by these.")
    facet_size = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_VALUES,
        help_text=f"How many values of each facet; {DEFAULT_FACET_VALUES} unless given.",
    )
    first = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_SIZE, help_text=f"How many; {DEFAULT_SIZE} unless given."
    )
    after = serializers.CharField(
        required=False, max_length=MAX_CURSOR, help_text="Only what comes after this cursor of the same search."
    )


class Search(Read):
    """Live jobs that fit a query and a filter, the best first."""

    tag = "search"
    parameters: ClassVar[Any] = SearchParameters
    shape = FoundShape

    def cost(self, asked: dict[str, Any]) -> int:
        told = sum(HIGHLIGHTS_COST for name in ("with_highlights", "explain") if asked.get(name))
        return SEARCH_COST + FACET_COST * len(asked.get("facets", ())) + (JOB_POINTS + told) * size_of(asked)

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        request, cursor = search_request(_arguments(asked))
        try:
            result = search_use.search(asking.viewer, request)
        except ValueError as error:
            if request.after is None:
                raise
            raise BadRequest("This is not a cursor that this server made.", argument="after") from error
        asking.check()
        ends = [cursor.encode(hit.position) for hit in result.hits[-1:]]
        end = ends[0] if ends else None
        page = Listed([], has_next=result.has_next, end_cursor=end)
        query = asking.query_parameters()
        return {
            "items": _items(asking, asked, result),
            "total": result.total if asked.get("with_total") else None,
            "next": page.links(asking.request.path, query, size_of(asked))["next"],
            "end_cursor": end,
            "correction": result.correction,
            "expansions": result.expansions[:MOST_EXPANSIONS],
            "broadened": result.broadened,
            "facets": _facets(asking, asked, result),
        }


def _arguments(asked: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `jobSearch`, as the schema's reader takes them."""
    arguments: dict[str, Any] = {"where": where_of(asked), "near": centres_of(asked)}
    for name in ("query", "mode", "per_company", "first", "after", "hide", *SWITCHES):
        if name in asked:
            arguments[name] = asked[name]
    if "order_by" in asked or "direction" in asked:
        field = asked.get("order_by", JobSearchOrderField.RELEVANCE)
        direction = asked["direction"].lower() if "direction" in asked else None
        arguments["order_by"] = {"field": field, "direction": direction}
    return arguments


def _items(asking: Asking, asked: dict[str, Any], result: SearchResult) -> list[dict[str, Any]]:
    rows = [hit.job for hit in result.hits]
    shown = jobs_shown(asking, rows)
    keys = [row.pk for row in rows]
    marked = search.highlights(result.query, keys) if asked.get("with_highlights") and keys else {}
    explained = explanations(result.query, keys) if asked.get("explain") else {}
    return [
        {
            "job": job,
            "score": hit.score,
            "highlights": marked.get(hit.job.pk),
            "explanation": explained.get(hit.job.pk),
        }
        for hit, job in zip(result.hits, shown, strict=True)
    ]


def _facets(asking: Asking, asked: dict[str, Any], result: SearchResult) -> list[dict[str, Any]]:
    dimensions = [FacetDimension(value) for value in dict.fromkeys(asked.get("facets", ()))]
    if not dimensions:
        return []
    found = search.facets(result.query, dimensions, asked.get("facet_size", DEFAULT_FACET_VALUES), result.all)
    return [
        {
            "dimension": dimension,
            "values": _values(asking, dimension, found[dimension]),
            "is_approximate": found[dimension].is_approximate,
        }
        for dimension in dimensions
        if dimension in found
    ]


# Of dimensions whose values are rows: their type, who finds them, and how they write their keys.
_ROWS: dict[FacetDimension, tuple[str, Callable[..., Any]]] = {
    FacetDimension.PLACE: ("Place", taxonomy.places_by_id),
    FacetDimension.CATEGORY: ("Category", taxonomy.categories_by_id),
    FacetDimension.SKILL: ("Skill", taxonomy.skills_by_id),
    FacetDimension.COMPANY: ("Company", companies.of_jobs),
    FacetDimension.COUNTRY: ("", taxonomy.countries_by_code),
}
_CHOICES: dict[FacetDimension, Any] = {
    FacetDimension.EMPLOYMENT_TYPE: EmploymentType,
    FacetDimension.WORKPLACE: Workplace,
    FacetDimension.SENIORITY: Seniority,
}


def _values(asking: Asking, dimension: FacetDimension, facet: Facet) -> list[dict[str, Any]]:
    if dimension in _ROWS:
        type_name, batch = _ROWS[dimension]
        rows = batch(asking.viewer, [value.value for value in facet.values])
        return [
            {
                "value": ids.encode(type_name, value.value) if type_name else value.value,
                "name": rows[value.value].name,
                "count": value.count,
            }
            for value in facet.values
            if value.value in rows
        ]
    return [
        dict(zip(("value", "name"), _worded(dimension, value.value), strict=True)) | {"count": value.count}
        for value in facet.values
    ]


def _worded(dimension: FacetDimension, value: Any) -> tuple[str, str]:
    """A value that is no row, as it is written, and in words."""
    if dimension in _CHOICES:
        choice = _CHOICES[dimension](value)
        return choice.name, str(choice.label)
    if dimension is FacetDimension.PAY:
        euros = amount(value, 2)
        return f"{euros:f}", f"From EUR {euros:,.0f} a year"
    return str(value), f"In the last {value} days"


class SuggestionShape(Shape):
    """A way to go on with what was typed."""

    kind = EnumField(SuggestionKind, help_text="What it is.")
    text = serializers.CharField(help_text="As it is shown, and can be searched for.")
    count = serializers.IntegerField(help_text="How many live jobs have it, as of some minutes ago.")
    is_corrected = serializers.BooleanField(help_text="It does not begin with what was typed, but nearly so.")
    id = serializers.CharField(allow_null=True, help_text="Of the skill, company or place; null for a title.")


class SuggestParameters(Parameters):
    """What was typed."""

    prefix = WordsField(
        max_length=MAX_QUERY,
        help_text="What was typed so far. Mistakes are forgiven from four letters on. "
        f"The first {MAX_PREFIX} characters count.",
    )
    kinds = list_of(EnumField(SuggestionKind), "Of these kinds; of all unless given.")
    first = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_SUGGESTIONS, help_text=f"How many; {SUGGESTIONS} unless given."
    )


class Suggest(Read):
    """How to go on with what somebody types: titles, skills, companies and places of live jobs."""

    tag = "search"
    parameters: ClassVar[Any] = SuggestParameters
    shape = SuggestionShape
    is_many = True

    def cost(self, asked: dict[str, Any]) -> int:
        return SUGGEST_COST + int(asked.get("first", SUGGESTIONS))

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        prefix, kinds, size = suggest_arguments(asked, most=MAX_SUGGESTIONS, default=SUGGESTIONS)
        found = search.suggest(prefix, kinds, size) if size else ()
        return [
            {
                "kind": row.kind,
                "text": row.text,
                "count": row.count,
                "is_corrected": row.is_corrected,
                "id": None if row.kind == SuggestionKind.TITLE else ids.encode(row.kind.name.capitalize(), row.key),
            }
            for row in found
        ]
