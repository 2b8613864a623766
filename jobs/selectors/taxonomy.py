"""Reads of reference rows: categories, skills, places. Everybody may see them all."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.models import Category, Currency, Industry, Occupation, Place, PlaceName, Skill, SkillAlias
from jobs.selectors.job_filter import Near, within
from jobs.text import fold
from kernel.errors import Invalid
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Viewer

BY_PATH = Order("path")
BY_NAME = Order("name")
BY_POPULATION = Order("population", is_descending=True)


@dataclass(frozen=True, slots=True)
class CategoryFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    is_root: bool | None = None
    parents: tuple[int, ...] | None = None

    def condition(self) -> Q:
        kept = Q()
        if self.is_root is not None:
            kept &= Q(parent__isnull=self.is_root)
        if self.parents is not None:
            kept &= Q(parent_id__in=self.parents)
        return kept


@dataclass(frozen=True, slots=True)
class SkillFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    name_starts_with: str | None = None
    kinds: tuple[str, ...] | None = None
    categories: tuple[int, ...] | None = None

    def condition(self) -> Q:
        kept = Q()
        if self.name_starts_with is not None:
            kept &= _spelled(SkillAlias.objects.filter(skill=OuterRef("pk")), "alias", self.name_starts_with)
        if self.kinds is not None:
            kept &= Q(kind__in=self.kinds)
        if self.categories is not None:
            kept &= Q(category_id__in=self.categories)
        return kept


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    name_starts_with: str | None = None
    countries: tuple[str, ...] | None = None
    near: Near | None = None

    def condition(self) -> Q:
        kept = Q()
        if self.name_starts_with is not None:
            kept &= _spelled(PlaceName.objects.filter(place=OuterRef("pk")), "name", self.name_starts_with)
        if self.countries is not None:
            kept &= Q(country_id__in=self.countries)
        if self.near is not None:
            kept &= Q(pk__in=within(Place.objects.all(), self.near).values("pk"))
        return kept


def _spelled(spellings: QuerySet[SkillAlias] | QuerySet[PlaceName], column: str, prefix: str) -> Q:
    """One of the folded spellings starts so. An empty prefix starts any; one without a letter or digit starts none."""
    folded = fold(prefix)
    if not folded and prefix.strip():
        return Q(pk__in=[])
    return Q(Exists(spellings.filter(**{f"{column}__startswith": folded})))


def _category_rows(where: CategoryFilter | None) -> QuerySet[Category]:
    return Category.objects.filter(where.condition()) if where else Category.objects.all()


def _skill_rows(where: SkillFilter | None) -> QuerySet[Skill]:
    return Skill.objects.filter(where.condition()) if where else Skill.objects.all()


def _place_rows(where: PlaceFilter | None) -> QuerySet[Place]:
    places = Place.objects.select_related("country")
    return places.filter(where.condition()) if where else places


def category_page(where: CategoryFilter | None, wanted: Slice) -> Page[Category]:
    """One page of categories, in the tree's order."""
    return Listing(_category_rows(where), BY_PATH).page(wanted)


def skill_page(where: SkillFilter | None, wanted: Slice) -> Page[Skill]:
    """One page of skills, by name."""
    return Listing(_skill_rows(where), BY_NAME).page(wanted)


def place_page(where: PlaceFilter | None, wanted: Slice) -> Page[Place]:
    """One page of places, the largest first, with their country."""
    return Listing(_place_rows(where), BY_POPULATION).page(wanted)


def category_count(where: CategoryFilter | None) -> int:
    """How many categories a filter keeps."""
    return _category_rows(where).count()


def skill_count(where: SkillFilter | None) -> int:
    """How many skills a filter keeps."""
    return _skill_rows(where).count()


def place_count(where: PlaceFilter | None) -> int:
    """How many places a filter keeps."""
    return _place_rows(where).count()


def categories_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Category]:
    """Categories by id."""
    return Category.objects.in_bulk(list(keys))


def child_categories(viewer: Viewer, keys: Collection[int]) -> dict[int, list[Category]]:
    """The categories right below others, in order."""
    children: dict[int, list[Category]] = {}
    for category in Category.objects.filter(parent_id__in=keys).order_by("position", "pk"):
        children.setdefault(category.parent_id or 0, []).append(category)
    return children


def skills_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Skill]:
    """Skills by id."""
    return Skill.objects.in_bulk(list(keys))


def places_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Place]:
    """Places by GeoNames id, with their country."""
    return Place.objects.select_related("country").in_bulk(list(keys))


def occupations_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Occupation]:
    """Occupations by id."""
    return Occupation.objects.in_bulk(list(keys))


def industries_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Industry]:
    """Industries by id."""
    return Industry.objects.in_bulk(list(keys))


_digits: dict[str, int] = {}


def currency_digits(code: str, *, field: str) -> int:
    """Decimal places of a currency's minor unit. Raises `Invalid` for a code that is no currency.

    ISO 4217 does not change a currency's digits, so what was read once is kept.
    """
    if code not in _digits:
        _digits.update(Currency.objects.filter(code=code).values_list("code", "digits"))
    if code not in _digits:
        raise Invalid(f"There is no currency {code}.", field=field)
    return _digits[code]
