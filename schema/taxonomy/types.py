"""Types of reference rows."""

import graphene
from graphql import GraphQLResolveInfo

from jobs.models import Category as CategoryRow
from jobs.models import Industry as IndustryRow
from jobs.models import Occupation as OccupationRow
from jobs.models import Place as PlaceRow
from jobs.models import Skill as SkillRow
from jobs.models import SkillKind
from jobs.selectors import job as jobs
from jobs.selectors import taxonomy
from schema.core.connections import connection_of
from schema.core.loading import many, one
from schema.core.scalars import CountryCode
from schema.core.types import ModelType
from schema.job.lists import jobs_of


class Country(graphene.ObjectType):
    """A country."""

    code = CountryCode(required=True, description="ISO 3166-1 alpha-2 code.")
    name = graphene.String(required=True, description="In English.")


class Region(graphene.ObjectType):
    """A first-level division of a country: a state, a province."""

    code = graphene.String(required=True, description="GeoNames admin1 code.")
    name = graphene.String(description="Where known.")


class Coordinates(graphene.ObjectType):
    """A point on earth."""

    latitude = graphene.Float(required=True, description="Degrees north.")
    longitude = graphene.Float(required=True, description="Degrees east.")


class Place(ModelType):
    """A town of more than 15,000 people. Data from GeoNames, CC BY 4.0."""

    class Meta:
        model = PlaceRow
        columns = ("name", "timezone", "population")
        batch = taxonomy.places_by_id

    country = graphene.Field(Country, required=True, description="The country it lies in.")
    region = graphene.Field(Region, description="The state or province it lies in, where there is one.")
    coordinates = graphene.Field(Coordinates, required=True, description="Where its centre lies.")

    @staticmethod
    def resolve_region(place: PlaceRow, info: GraphQLResolveInfo) -> Region | None:
        return Region(code=place.region_code, name=place.region_name or None) if place.region_code else None

    @staticmethod
    def resolve_coordinates(place: PlaceRow, info: GraphQLResolveInfo) -> PlaceRow:
        return place


class Industry(ModelType):
    """What a company is in the business of."""

    class Meta:
        model = IndustryRow
        columns = ("slug", "name")
        batch = taxonomy.industries_by_id


class Category(ModelType):
    """A field of work. Categories form a tree; a job has one."""

    class Meta:
        model = CategoryRow
        columns = ("slug", "name", "depth")
        batch = taxonomy.categories_by_id

    parent = one(
        "schema.taxonomy.types.Category",
        key="parent_id",
        batch=taxonomy.categories_by_id,
        description="The wider category; null for a root.",
    )
    children = many(
        "schema.taxonomy.types.Category",
        batch=taxonomy.child_categories,
        description="The narrower categories right below, at most 50.",
    )
    jobs = jobs_of(
        "category", jobs.of_categories, jobs.counts_of_categories, description="Live jobs in this category or below it."
    )


class Occupation(ModelType):
    """What people call a kind of work, whatever a posting's title says."""

    class Meta:
        model = OccupationRow
        columns = ("slug", "title")
        batch = taxonomy.occupations_by_id

    category = one(
        Category,
        key="category_id",
        batch=taxonomy.categories_by_id,
        required=True,
        description="The field of work it belongs to.",
    )


class Skill(ModelType):
    """Something that a job asks for and a person can do."""

    class Meta:
        model = SkillRow
        columns = ("slug", "name", "kind", "aliases")
        choices = {"kind": SkillKind}
        batch = taxonomy.skills_by_id

    category = one(
        Category,
        key="category_id",
        batch=taxonomy.categories_by_id,
        description="The field of work that asks for it most, if one does.",
    )
    jobs = jobs_of(
        "skill",
        jobs.of_skills,
        jobs.counts_of_skills,
        description="Live jobs that ask for this skill, required or nice to have.",
    )


CategoryConnection = connection_of("Category", Category, "categories")
SkillConnection = connection_of("Skill", Skill, "skills")
PlaceConnection = connection_of("Place", Place, "places")
