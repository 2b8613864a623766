"""Facets: how the found jobs spread over places, pay, skills and the like."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal as Number
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import graphene
from graphql import GraphQLResolveInfo

from jobs.models import EmploymentType, Seniority, Workplace
from jobs.search.port import PAY_BOUNDS, PUBLISHED_DAYS, Facet, FacetDimension, FacetValue, Query
from jobs.selectors import company as companies
from jobs.selectors import search, taxonomy
from kernel.viewer import Viewer
from schema.core.costs import costs
from schema.core.errors import BadRequest
from schema.core.loading import Computed, ListSize, one
from schema.core.types import enum_of
from schema.job.types import Amount, Money
from schema.taxonomy.types import Category, Country, Place, Skill

DEFAULT_VALUES = 10
MAX_VALUES = 50
# Points. All the facets of a search are counted over one set of jobs, and finding that takes most of the time.
FACET_COST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the facets of one search are counted of. Another search is another one, whatever it asks."""

    query: Query
    found: Collection[UUID] | None = None
    """All jobs of the search, where finding a page has found them all."""


class Wanted(NamedTuple):
    """A facet that was asked for."""

    of: Counted
    dimension: FacetDimension
    most: int


def facets_of(viewer: Viewer, keys: Sequence[Wanted]) -> dict[Wanted, Facet]:
    """The facets that are wanted: those of one search are counted together."""
    asked: dict[Counted, list[Wanted]] = {}
    for wanted in keys:
        asked.setdefault(wanted.of, []).append(wanted)
    found: dict[Wanted, Facet] = {}
    for counted, facets in asked.items():
        most = max(facet.most for facet in facets)
        dimensions = {facet.dimension for facet in facets}
        values = search.facets(counted.query, dimensions, most, counted.found) if most else {}
        for wanted in facets:
            facet = values.get(wanted.dimension, Facet(()))
            found[wanted] = Facet(facet.values[: wanted.most], facet.is_approximate)
    return found


def _resolver(dimension: FacetDimension) -> Callable[..., Any]:
    def resolve(counted: Counted, info: GraphQLResolveInfo, first: int | None = None) -> Any:
        most = DEFAULT_VALUES if first is None else first
        if not 0 <= most <= MAX_VALUES:
            raise BadRequest(f"`first` must be between 0 and {MAX_VALUES}.", argument="first")
        return info.context.load(facets_of, Wanted(counted, dimension, most))

    return resolve


def _facet(name: str, of: FacetDimension, description: str, **values: graphene.Field) -> graphene.Field:
    """A facet and its types: `PlaceFacet` with `PlaceCount`s for the name `Place`. `values` are the fields of a count
    beside the number.
    """
    count = type(
        f"{name}Count",
        (graphene.ObjectType,),
        {
            "__doc__": "One value of a facet.",
            **values,
            "count": graphene.Int(required=True, description="How many of the found jobs have it."),
        },
    )
    facet = type(
        f"{name}Facet",
        (graphene.ObjectType,),
        {
            "__doc__": f"How many of the found jobs there are {description}.",
            "values": graphene.List(graphene.NonNull(count), required=True, description="The counts."),
            "is_approximate": graphene.Boolean(
                required=True, description="Counted in a part of the found jobs, and scaled up to all."
            ),
        },
    )
    bounds = _BUCKETS.get(of)
    is_bucket = bounds is not None
    first = graphene.Argument(
        graphene.Int, description=f"How many, 0 to {MAX_VALUES}; {DEFAULT_VALUES} unless given. The most jobs first."
    )
    field = graphene.Field(
        facet,
        required=True,
        description=f"How many there are {description}.{f' At most {len(bounds)}.' if bounds else ''}",
        resolver=_resolver(of),
        **({} if is_bucket else {"first": first}),
    )
    size = (
        ListSize(len(bounds), sized_fields=("values",))
        if bounds
        else ListSize(DEFAULT_VALUES, ("first",), ("values",), most=MAX_VALUES)
    )
    return costs(field, weight=FACET_COST, list_size=size)


_BUCKETS = {FacetDimension.PAY: PAY_BOUNDS, FacetDimension.PUBLISHED: PUBLISHED_DAYS}
_VALUE = Computed(attrgetter("value"))


def _euros(cents: int) -> Amount:
    return Amount(Number(cents).scaleb(-2), "EUR")


def _pay_end(value: FacetValue) -> Amount | None:
    later = [bound for bound in PAY_BOUNDS if bound > value.value]
    return _euros(later[0]) if later else None


class JobSearchFacets(graphene.ObjectType):
    """How the found jobs spread. What `where` itself says of a facet's own values is left out of its counts, so that
    they show what another choice would find. Only those that are asked for are counted, all of them at once.
    """

    places = _facet(
        "Place",
        FacetDimension.PLACE,
        "in each place",
        place=one(Place, key="value", batch=taxonomy.places_by_id, required=True, description="The place."),
    )
    countries = _facet(
        "Country",
        FacetDimension.COUNTRY,
        "in each country",
        country=one(Country, key="value", batch=taxonomy.countries_by_code, required=True, description="The country."),
    )
    categories = _facet(
        "Category",
        FacetDimension.CATEGORY,
        "in each category or below it",
        category=one(
            Category, key="value", batch=taxonomy.categories_by_id, required=True, description="The category."
        ),
    )
    employment_types = _facet(
        "EmploymentType",
        FacetDimension.EMPLOYMENT_TYPE,
        "on each kind of terms",
        employment_type=enum_of(EmploymentType)(required=True, description="The terms.", resolver=_VALUE),
    )
    workplaces = _facet(
        "Workplace",
        FacetDimension.WORKPLACE,
        "by where the work is done",
        workplace=enum_of(Workplace)(required=True, description="Where the work is done.", resolver=_VALUE),
    )
    seniorities = _facet(
        "Seniority",
        FacetDimension.SENIORITY,
        "for each level of experience",
        seniority=enum_of(Seniority)(required=True, description="The level of experience.", resolver=_VALUE),
    )
    skills = _facet(
        "Skill",
        FacetDimension.SKILL,
        "that ask for each skill",
        skill=one(Skill, key="value", batch=taxonomy.skills_by_id, required=True, description="The skill."),
    )
    companies = _facet(
        "Company",
        FacetDimension.COMPANY,
        "of each company",
        company=one(
            "schema.company.types.Company",
            key="value",
            batch=companies.of_jobs,
            required=True,
            description="The company.",
        ),
    )
    pay = _facet(
        "Pay",
        FacetDimension.PAY,
        "that pay so much a year at most, in euros by the newest exchange rates, where they say it",
        min=graphene.Field(
            Money, required=True, description="So much or more.", resolver=Computed(lambda value: _euros(value.value))
        ),
        max=graphene.Field(Money, description="Less than that; null in the last bucket.", resolver=Computed(_pay_end)),
    )
    published = _facet(
        "Published",
        FacetDimension.PUBLISHED,
        "that went live in the last days",
        days=graphene.Int(required=True, description="In so many days until now.", resolver=_VALUE),
    )
