"""How companies are looked up, filtered and ordered."""

from typing import Any

import graphene

from jobs.models import CompanyKind, SizeBand
from jobs.selectors.company import CompanyFilter, CompanyOrder, CompanyOrderField
from schema.core import ids
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


class CompanyDetails(graphene.InputObjectType):
    """What a company says of itself. What is left out stays as it is; null clears it."""

    kind = graphene.InputField(enum_of(CompanyKind), description="What sort of organisation it is; not null.")
    website = graphene.String(description="The address of its own site, http or https; at most 500 characters.")
    description = graphene.String(description="In Markdown; at most 100,000 characters.")
    aliases = graphene.List(
        graphene.NonNull(graphene.String), description="Other names it goes by: at most 20, of 200 characters each."
    )
    benefits = graphene.List(
        graphene.NonNull(graphene.String),
        description="What everybody who works there gets: at most 50, of 100 characters each.",
    )
    size_band = graphene.InputField(enum_of(SizeBand), description="How many people work there.")
    industry = graphene.ID(description="What it is in the business of.")
    headquarters = graphene.ID(description="The place that it is led from.")
    logo = graphene.String(
        description="A PNG, JPEG, WebP or GIF in base64 (RFC 4648, section 4): at most 700,000 bytes, and 4,096 pixels "
        "a side. It is made anew, as WebP of at most 512 pixels a side, without anything but the picture in it."
    )


class CompanyChanges(CompanyDetails):
    """What is to be said of a company from now on. What is left out stays as it is; null clears it."""

    name = graphene.String(description="Its trading name, 1 to 200 characters; not null. Its slug stays.")


def company_changes(values: dict[str, Any], within: str) -> dict[str, Any]:
    """The service's changes for what a client wrote."""
    changes = {name: plain_value(value) for name, value in values.items()}
    for name, type_name in (("industry", "Industry"), ("headquarters", "Place")):
        if changes.get(name) is not None:
            changes[name] = ids.decode_as(type_name, changes[name], argument=f"input.{within}.{name}")
    return changes
