"""The engine that PostgreSQL is, by its own full text search and nothing beside it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from jobs.search.port import (
    Facet,
    FacetDimension,
    Highlights,
    Hit,
    Part,
    Query,
    Ranked,
    Suggestion,
    SuggestionKind,
    Total,
)
from jobs.search.postgres import document, facets, highlights, orders, plans, similar, suggestions, terms


class PostgresEngine:
    """What `Engine` asks for, on the tables of `jobs.models.search`."""

    def total(self, query: Query, most: int) -> Total:
        return plans.total(query, most)

    def ranked(self, query: Query, bounds: Sequence[Any] | None = None) -> Ranked:
        return plans.ranked(query, bounds)

    def listed(
        self, query: Query, size: int, *, after: tuple[Any, UUID] | None = None, without: Collection[UUID] = ()
    ) -> Sequence[Hit]:
        return orders.listed(query, size, after=after, without=without)

    def explained(self, query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Part]]:
        return plans.explained(query, job_ids)

    def highlights(self, query: Query, job_ids: Collection[UUID]) -> Mapping[UUID, Highlights]:
        return highlights.highlights(query, job_ids)

    def facets(
        self, query: Query, dimensions: Collection[FacetDimension], most: int, found: Collection[UUID] | None = None
    ) -> Mapping[FacetDimension, Facet]:
        return facets.facets(query, dimensions, most, found)

    def suggest(self, prefix: str, kinds: Collection[SuggestionKind], size: int, at: datetime) -> Sequence[Suggestion]:
        return suggestions.suggest(prefix, kinds, size, at)

    def correct(self, words: Sequence[str]) -> Mapping[str, str]:
        return terms.correct(words)

    def similar(self, job_ids: Collection[UUID], size: int, at: datetime) -> Mapping[UUID, Sequence[UUID]]:
        return similar.similar(job_ids, size, at)

    def index(self, job_ids: Collection[UUID]) -> None:
        document.index(job_ids)
