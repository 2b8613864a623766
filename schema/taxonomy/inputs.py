"""What lists of reference rows are filtered by."""

from typing import Any

import graphene

from jobs.models import SkillKind, TaxonomyScheme
from jobs.selectors.taxonomy import CategoryFilter, OccupationFilter, PlaceFilter, SkillFilter
from schema.core.inputs import id_list, plain_text, tuple_of
from schema.core.scalars import CountryCode
from schema.core.types import enum_of
from schema.job.inputs import NearInput, near_of


class CategoryWhere(graphene.InputObjectType):
    """Which categories. All conditions must hold."""

    is_root = graphene.Boolean(description="Only the widest categories, or only those below them.")
    parents = graphene.List(
        graphene.NonNull(graphene.ID), description="Only those right below one of these categories; at most 100."
    )


class SkillWhere(graphene.InputObjectType):
    """Which skills. All conditions must hold."""

    name_starts_with = graphene.String(
        description="The name or another spelling starts so, in any case, with or without accents."
    )
    kinds = graphene.List(graphene.NonNull(enum_of(SkillKind)), description="Only skills of one of these kinds.")
    categories = graphene.List(
        graphene.NonNull(graphene.ID),
        description="Only skills that belong most to one of these categories; at most 100.",
    )
    schemes = graphene.List(
        graphene.NonNull(enum_of(TaxonomyScheme)),
        description="Only skills of one of these vocabularies; ours have those of taxonomies linked to them.",
    )


class OccupationWhere(graphene.InputObjectType):
    """Which occupations. All conditions must hold."""

    title_starts_with = graphene.String(
        description="The title or another title for it starts so, in any case, with or without accents."
    )
    categories = graphene.List(
        graphene.NonNull(graphene.ID), description="Only occupations in one of these categories; at most 100."
    )
    schemes = graphene.List(
        graphene.NonNull(enum_of(TaxonomyScheme)),
        description="Only occupations of one of these vocabularies; ours have those of taxonomies linked to them.",
    )


class PlaceWhere(graphene.InputObjectType):
    """Which places. All conditions must hold."""

    name_starts_with = graphene.String(
        description="The name or another spelling starts so, in any case, with or without accents."
    )
    countries = graphene.List(
        graphene.NonNull(CountryCode), description="Only places in one of these countries; at most 100."
    )
    near = graphene.InputField(NearInput, description="Only places within a radius.")


def category_filter(where: dict[str, Any] | None) -> CategoryFilter | None:
    """The selector's filter for what a client wrote."""
    if not where:
        return None
    return CategoryFilter(
        is_root=where.get("is_root"), parents=id_list("Category", where.get("parents"), "where.parents")
    )


def skill_filter(where: dict[str, Any] | None) -> SkillFilter | None:
    """The selector's filter for what a client wrote."""
    if not where:
        return None
    return SkillFilter(
        name_starts_with=plain_text(where.get("name_starts_with"), "where.nameStartsWith"),
        kinds=tuple_of(where.get("kinds"), "where.kinds"),
        categories=id_list("Category", where.get("categories"), "where.categories"),
        schemes=tuple_of(where.get("schemes"), "where.schemes"),
    )


def occupation_filter(where: dict[str, Any] | None) -> OccupationFilter | None:
    """The selector's filter for what a client wrote."""
    if not where:
        return None
    return OccupationFilter(
        title_starts_with=plain_text(where.get("title_starts_with"), "where.titleStartsWith"),
        categories=id_list("Category", where.get("categories"), "where.categories"),
        schemes=tuple_of(where.get("schemes"), "where.schemes"),
    )


def place_filter(where: dict[str, Any] | None) -> PlaceFilter | None:
    """The selector's filter for what a client wrote."""
    if not where:
        return None
    return PlaceFilter(
        name_starts_with=plain_text(where.get("name_starts_with"), "where.nameStartsWith"),
        countries=tuple_of(where.get("countries"), "where.countries"),
        near=near_of(where.get("near"), "where.near"),
    )
