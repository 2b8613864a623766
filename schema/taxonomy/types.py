"""Types of reference rows."""

import graphene

from jobs.models import Category as CategoryRow
from jobs.models import Industry as IndustryRow
from jobs.models import Occupation as OccupationRow
from jobs.models import Place as PlaceRow
from jobs.models import Skill as SkillRow
from jobs.models import SkillKind, SkillRelevance, TaxonomyScheme
from jobs.selectors import job as jobs
from jobs.selectors import taxonomy
from schema.core.connections import connection_of
from schema.core.loading import Computed, many, one
from schema.core.scalars import CountryCode
from schema.core.types import ModelType, enum_of
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


def _region(place: PlaceRow) -> Region | None:
    return Region(code=place.region_code, name=place.region_name or None) if place.region_code else None


class Place(ModelType):
    """A town of more than 15,000 people. Data from GeoNames, CC BY 4.0."""

    class Meta:
        model = PlaceRow
        columns = ("name", "timezone", "population")
        batch = taxonomy.places_by_id

    country = graphene.Field(Country, required=True, description="The country it lies in.")
    region = graphene.Field(Region, description="The state or province it lies in, where there is one.")
    coordinates = graphene.Field(Coordinates, required=True, description="Where its centre lies.")

    resolve_region = Computed(_region)
    resolve_coordinates = Computed(lambda place: place)


class TaxonomyCode(graphene.ObjectType):
    """What an official taxonomy calls something."""

    scheme = enum_of(TaxonomyScheme)(required=True, description="The taxonomy.")
    code = graphene.String(
        required=True,
        description="Its identifier there: ESCO's UUID, a code of O*NET, ISCO-08 or NAICS, an O*NET technology's name.",
    )
    title = graphene.String(description="Its name there, where known.")
    is_retired = graphene.Boolean(
        required=True, description="No longer in the edition of the taxonomy that was loaded last."
    )

    resolve_title = Computed(lambda code: code.title or None)


class Industry(ModelType):
    """What a company is in the business of. Industries form a tree, where a taxonomy has finer ones than ours."""

    class Meta:
        model = IndustryRow
        columns = ("slug", "name")
        batch = taxonomy.industries_by_id

    parent = one(
        "schema.taxonomy.types.Industry",
        key="parent_id",
        batch=taxonomy.industries_by_id,
        description="The wider industry; null at the top.",
    )
    children = many(
        "schema.taxonomy.types.Industry",
        batch=taxonomy.child_industries,
        at_most=100,
        description="The narrower industries right below by name.",
    )
    codes = many(
        TaxonomyCode,
        batch=taxonomy.codes_of_industries,
        at_most=50,
        description="What taxonomies call it and its parts.",
    )


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
        at_most=50,
        description="The narrower categories right below.",
    )
    jobs = jobs_of(
        "category", jobs.of_categories, jobs.counts_of_categories, description="Live jobs in this category or below it."
    )


class Occupation(ModelType):
    """What people call a kind of work, whatever a posting's title says."""

    class Meta:
        model = OccupationRow
        columns = ("slug", "title", "preparation", "is_retired")
        batch = taxonomy.occupations_by_id

    category = one(
        Category,
        key="category_id",
        batch=taxonomy.categories_by_id,
        required=True,
        description="The field of work it belongs to.",
    )
    codes = many(TaxonomyCode, batch=taxonomy.codes_of_occupations, at_most=50, description="What taxonomies call it.")
    skills = many(
        "schema.taxonomy.types.OccupationSkill",
        batch=taxonomy.skills_of_occupations,
        at_most=50,
        description="What it takes, as taxonomies see it: essential skills first, then hot technologies.",
    )
    related = many(
        "schema.taxonomy.types.Occupation",
        batch=taxonomy.related_occupations,
        at_most=20,
        description="Occupations like it, as taxonomies see it, the closest first.",
    )


class Skill(ModelType):
    """Something that a job asks for and a person can do."""

    class Meta:
        model = SkillRow
        columns = ("slug", "name", "kind", "aliases", "is_retired")
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
    codes = many(TaxonomyCode, batch=taxonomy.codes_of_skills, at_most=50, description="What taxonomies call it.")


class OccupationSkill(graphene.ObjectType):
    """A skill that an occupation takes, as a taxonomy sees it."""

    skill = graphene.Field(Skill, required=True, description="The skill.")
    relevance = enum_of(SkillRelevance)(required=True, description="How much of the occupation the skill is.")
    is_hot = graphene.Boolean(
        required=True, description="O*NET calls it a hot technology: employers often name it in their postings."
    )


CategoryConnection = connection_of("Category", Category, "categories")
OccupationConnection = connection_of("Occupation", Occupation, "occupations")
SkillConnection = connection_of("Skill", Skill, "skills")
PlaceConnection = connection_of("Place", Place, "places")
