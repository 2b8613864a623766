"""Root fields that search."""

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from jobs.search.grammar import MOST_CHARACTERS, MOST_WORDS
from jobs.search.port import Suggestion as SuggestionRow
from jobs.search.port import SuggestionKind
from jobs.selectors import search
from jobs.selectors.search import HiddenKind, KeywordMode
from jobs.services import search_use
from schema.core.connections import DEFAULT_SIZE, MAX_SIZE
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.loading import ListSize
from schema.core.types import enum_of
from schema.job.inputs import JobNearInput, JobWhere
from schema.search.inputs import (
    MAX_CENTRES,
    MAX_PER_COMPANY,
    MAX_PREFIX,
    MAX_QUERY,
    PER_COMPANY,
    JobSearchOrderInput,
    search_request,
    suggest_arguments,
)
from schema.search.types import Found, JobSearchConnection, Suggestion, found_page

# Points. A search is several statements, and the dearest of them is as dear as some pages of a list.
SEARCH_COST = 30
SUGGEST_COST = 5
SUGGESTIONS = 10
MAX_SUGGESTIONS = 20


def _job_search(root: None, info: GraphQLResolveInfo, **arguments: Any) -> Found:
    request, cursor = search_request(arguments)
    try:
        result = search_use.search(info.context.viewer, request)
    except ValueError as error:
        if request.after is None:
            raise
        raise BadRequest("This is not a cursor that this server made.", argument="after") from error
    return found_page(result, cursor, request.after)


def _suggest(root: None, info: GraphQLResolveInfo, **arguments: Any) -> list[SuggestionRow]:
    prefix, kinds, size = suggest_arguments(arguments, most=MAX_SUGGESTIONS, default=SUGGESTIONS)
    return list(search.suggest(prefix, kinds, size)) if size and kinds else []


def _switch(description: str) -> graphene.Argument:
    return graphene.Argument(graphene.Boolean, default_value=True, description=description)


job_search = costs(
    graphene.Field(
        JobSearchConnection,
        required=True,
        description="Live jobs that fit a query and a filter, the best first. "
        f"Pages hold {DEFAULT_SIZE} unless asked otherwise, at most {MAX_SIZE}, and are read forwards only.",
        resolver=_job_search,
        query=graphene.Argument(
            graphene.String,
            description='What to look for: words, "phrases", `OR`, `-not`, `prefix*`, `title:`, `company:`, `skill:`. '
            f"Whatever cannot be understood is taken as words; punctuation alone is no query. At most {MAX_QUERY:,} "
            f"characters, of which the first {MOST_CHARACTERS:,} and {MOST_WORDS} words count.",
        ),
        mode=graphene.Argument(
            enum_of(KeywordMode),
            default_value=KeywordMode.ALL.value,
            description="Where the query's words are looked for.",
        ),
        where=graphene.Argument(JobWhere, description="Which jobs; all unless given."),
        near=graphene.Argument(
            graphene.List(graphene.NonNull(JobNearInput)),
            description=f"Within one of these circles; at most {MAX_CENTRES}. Distance is counted from their centres.",
        ),
        order_by=graphene.Argument(JobSearchOrderInput, description="In which order; by relevance unless given."),
        is_corrected=_switch("Correct mistakes of spelling where next to nothing is found."),
        is_expanded=_switch("Look for synonyms, abbreviations and other names of the same work as well."),
        is_broadened=_switch("Where few jobs fit, have others follow that fit less."),
        per_company=graphene.Argument(
            graphene.Int,
            default_value=PER_COMPANY,
            description="By relevance, how many jobs of one company a page holds near the top, 0 to "
            f"{MAX_PER_COMPANY}; the others come later. 0: as many as there are.",
        ),
        hide=graphene.Argument(
            graphene.List(graphene.NonNull(enum_of(HiddenKind, name="SearchHide"))),
            description="Without jobs that the person who asks did these things with. Nothing is hidden from nobody, "
            "nor from an API key without the scope `profile:read`.",
        ),
        first=graphene.Argument(graphene.Int, description=f"How many, 0 to {MAX_SIZE}; {DEFAULT_SIZE} unless given."),
        after=graphene.Argument(graphene.String, description="Only what comes after this cursor of the same search."),
    ),
    weight=SEARCH_COST,
    list_size=ListSize(DEFAULT_SIZE, ("first",), ("edges", "nodes"), most=MAX_SIZE),
)
suggest = costs(
    graphene.Field(
        graphene.List(graphene.NonNull(Suggestion)),
        required=True,
        description="How to go on with what somebody types: titles, skills, companies and places of live jobs.",
        prefix=graphene.Argument(
            graphene.String,
            required=True,
            description="What was typed so far. Mistakes are forgiven from four letters on. "
            f"At most {MAX_PREFIX} characters count.",
        ),
        kinds=graphene.Argument(
            graphene.List(graphene.NonNull(enum_of(SuggestionKind))), description="Of these kinds; of all unless given."
        ),
        first=graphene.Argument(
            graphene.Int, description=f"How many, 0 to {MAX_SUGGESTIONS}; {SUGGESTIONS} unless given."
        ),
        resolver=_suggest,
    ),
    weight=SUGGEST_COST,
    list_size=ListSize(SUGGESTIONS, ("first",), most=MAX_SUGGESTIONS),
)
