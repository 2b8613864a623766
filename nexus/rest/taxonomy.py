"""Categories, skills and places."""

from typing import Any, ClassVar

from rest_framework import serializers

from jobs.models import Category, Place, Skill, SkillKind
from jobs.selectors import taxonomy
from nexus.rest.asking import Asking
from nexus.rest.reading import Listed, PagingWithTotal, Read, ReadPage, listed, one_by, page_of, wanted
from nexus.rest.shapes import CountryField, EnumField, FlagField, IdField, Shape, TextField, list_of
from schema.core.connections import CursorCodec
from schema.taxonomy.inputs import category_filter, place_filter, skill_filter

# As the lists of the schema have them, so that a cursor of one is good in the other.
CATEGORIES = CursorCodec("categories", value=str, key=int)
SKILLS = CursorCodec("skills", value=str, key=int)
PLACES = CursorCodec("places", value=int, key=int)
PREFIX = "The name or another spelling starts so, in any case, with or without accents."


class CategoryNameShape(Shape):
    """A field of work, by its name."""

    id = IdField("Category", help_text="Opaque, and the same as in GraphQL.")
    slug = serializers.CharField(help_text="Stands for the category in addresses.")
    name = serializers.CharField(help_text="In English.")


class CategoryShape(CategoryNameShape):
    """A field of work. Categories form a tree; a job has one."""

    depth = serializers.IntegerField(help_text="0 for a root.")
    parent = CategoryNameShape(allow_null=True, help_text="The wider category; null for a root.")


class CategoryDetailShape(CategoryShape):
    """A field of work with the narrower ones right below it."""

    children = CategoryNameShape(many=True, help_text="The narrower categories right below, in order.")


class SkillNameShape(Shape):
    """A skill, by its name."""

    id = IdField("Skill", help_text="Opaque, and the same as in GraphQL.")
    slug = serializers.CharField(help_text="Stands for the skill in addresses.")
    name = serializers.CharField(help_text="As practitioners write it.")


class SkillShape(SkillNameShape):
    """Something that a job asks for and a person can do."""

    kind = EnumField(SkillKind, help_text="What sort of skill it is.")
    aliases = serializers.ListField(child=serializers.CharField(), help_text="Other ways to write it.")


class CountryShape(Shape):
    """A country."""

    code = CountryField(help_text="ISO 3166-1 alpha-2 code.")
    name = serializers.CharField(help_text="In English.")


class RegionShape(Shape):
    """A first-level division of a country: a state, a province."""

    code = serializers.CharField(help_text="GeoNames admin1 code.")
    name = serializers.CharField(allow_null=True, help_text="Where known.")


class CoordinatesShape(Shape):
    """A point on earth."""

    latitude = serializers.FloatField(help_text="Degrees north.")
    longitude = serializers.FloatField(help_text="Degrees east.")


class PlaceShape(Shape):
    """A town of more than 15,000 people. Data from GeoNames, CC BY 4.0."""

    id = IdField("Place", help_text="Opaque, and the same as in GraphQL.")
    name = serializers.CharField(help_text="In its own spelling.")
    timezone = serializers.CharField(help_text="IANA time zone.")
    population = serializers.IntegerField(help_text="How many people live there.")
    country = CountryShape(help_text="The country it lies in.")
    region = RegionShape(allow_null=True, help_text="The state or province it lies in, where there is one.")
    coordinates = CoordinatesShape(help_text="Where its centre lies.")


def categories_shown(asking: Asking, rows: list[Any]) -> list[dict[str, Any]]:
    """The values of `CategoryShape`."""
    parents = taxonomy.categories_by_id(asking.viewer, {row.parent_id for row in rows if row.parent_id})
    return [
        {
            "pk": row.pk,
            "slug": row.slug,
            "name": row.name,
            "depth": row.depth,
            "parent": parents.get(row.parent_id),
        }
        for row in rows
    ]


def place_shown(place: Any) -> dict[str, Any] | None:
    """The values of `PlaceShape`."""
    if place is None:
        return None
    region = {"code": place.region_code, "name": place.region_name or None} if place.region_code else None
    return {
        "pk": place.pk,
        "name": place.name,
        "timezone": place.timezone,
        "population": place.population,
        "country": place.country,
        "region": region,
        "coordinates": place,
    }


class CategoryParameters(PagingWithTotal):
    is_root = FlagField(required=False, help_text="Only the widest categories, or only those below them.")
    parents = list_of(TextField(), "Only those right below one of these categories, by id.")


class SkillParameters(PagingWithTotal):
    name_starts_with = TextField(required=False, help_text=PREFIX)
    kinds = list_of(EnumField(SkillKind), "Only skills of one of these kinds.")
    categories = list_of(TextField(), "Only skills that belong most to one of these categories, by id.")


class PlaceParameters(PagingWithTotal):
    name_starts_with = TextField(required=False, help_text=PREFIX)
    countries = list_of(CountryField(), "Only places in one of these countries.")


class Categories(ReadPage):
    """Fields of work, each followed by the narrower ones below it."""

    tag = "taxonomy"
    parameters: ClassVar[Any] = CategoryParameters
    shape = page_of(CategoryShape, "categories")
    reads = Category

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        where = category_filter(asked)
        page = taxonomy.category_page(where, wanted(CATEGORIES, asked))
        total = taxonomy.category_count(where) if asked.get("with_total") else None
        return listed(page, CATEGORIES, categories_shown(asking, list(page.rows)), total)


class OneCategory(Read):
    """One field of work, by its id."""

    tag = "taxonomy"
    shape = CategoryDetailShape
    reads = Category

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        row = one_by("Category", path["key"], asking.viewer, taxonomy.categories_by_id)
        [shown] = categories_shown(asking, [row])
        return {**shown, "children": taxonomy.child_categories(asking.viewer, [row.pk]).get(row.pk, [])}


class Skills(ReadPage):
    """Skills by name."""

    tag = "taxonomy"
    parameters: ClassVar[Any] = SkillParameters
    shape = page_of(SkillShape, "skills")
    reads = Skill

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        where = skill_filter(asked)
        page = taxonomy.skill_page(where, wanted(SKILLS, asked))
        total = taxonomy.skill_count(where) if asked.get("with_total") else None
        return listed(page, SKILLS, page.rows, total)


class OneSkill(Read):
    """One skill, by its id."""

    tag = "taxonomy"
    shape = SkillShape
    reads = Skill

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        return one_by("Skill", path["key"], asking.viewer, taxonomy.skills_by_id)


class Places(ReadPage):
    """Towns, the largest first."""

    tag = "taxonomy"
    parameters: ClassVar[Any] = PlaceParameters
    shape = page_of(PlaceShape, "places")
    reads = Place

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        where = place_filter(asked)
        page = taxonomy.place_page(where, wanted(PLACES, asked))
        total = taxonomy.place_count(where) if asked.get("with_total") else None
        return listed(page, PLACES, list(map(place_shown, page.rows)), total)


class OnePlace(Read):
    """One town, by its id."""

    tag = "taxonomy"
    shape = PlaceShape
    reads = Place

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        return place_shown(one_by("Place", path["key"], asking.viewer, taxonomy.places_by_id))
