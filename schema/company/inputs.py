"""How companies are looked up, filtered and ordered."""

from typing import Any

import graphene

from jobs.models import CompanyKind, SizeBand
from jobs.selectors.company import CompanyFilter, CompanyOrder, CompanyOrderField
from schema.core.inputs import SortDirection, id_list, one_of, plain_text, plain_value, tuple_of
from schema.core.scalars import CountryCode
from schema.core.types import enum_of


@one_of
class CompanyBy(graphene.InputObjectType):
    """How to find one company: by exactly one of these."""

    id = graphene.ID(description="Its id.")
    slug = graphene.String(description="Its slug, or one that it had before.")


class CompanyWhere(graphene.InputObjectType):
    """Which companies. All conditions must hold."""

    name_starts_with = graphene.String(description="The name starts so, in any case.")
    industries = graphene.List(graphene.NonNull(graphene.ID), description="In one of these industries; at most 100.")
    kinds = graphene.List(graphene.NonNull(enum_of(CompanyKind)), description="Of one of these kinds.")
    size_bands = graphene.List(graphene.NonNull(enum_of(SizeBand)), description="Of one of these sizes.")
    countries = graphene.List(
        graphene.NonNull(CountryCode), description="Led from one of these countries; at most 100."
    )
    is_hiring = graphene.Boolean(description="With live jobs, or without any.")
    is_verified = graphene.Boolean(description="Proved to be who they say, or not yet.")


class CompanyOrderInput(graphene.InputObjectType):
    """How to order companies. Ties are settled by id."""

    class Meta:
        name = "CompanyOrder"

    field = graphene.InputField(enum_of(CompanyOrderField), required=True, description="What to order by.")
    direction = graphene.InputField(SortDirection, default_value="asc", description="Which end comes first.")


def company_filter(where: dict[str, Any] | None) -> CompanyFilter | None:
    """The selector's filter for what a client wrote."""
    if not where:
        return None
    return CompanyFilter(
        name_starts_with=plain_text(where.get("name_starts_with"), "where.nameStartsWith"),
        industries=id_list("Industry", where.get("industries"), "where.industries"),
        kinds=tuple_of(where.get("kinds"), "where.kinds"),
        size_bands=tuple_of(where.get("size_bands"), "where.sizeBands"),
        countries=tuple_of(where.get("countries"), "where.countries"),
        is_hiring=where.get("is_hiring"),
        is_verified=where.get("is_verified"),
    )


def company_order(value: dict[str, Any] | None) -> CompanyOrder:
    """The selector's order for what a client wrote; by name where nothing is."""
    if not value:
        return CompanyOrder()
    return CompanyOrder(CompanyOrderField(plain_value(value["field"])), plain_value(value["direction"]) == "desc")
