"""Reads of reference rows: categories, skills, places. Everybody may see them all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from jobs.models import (
    Category,
    Country,
    Currency,
    Industry,
    IndustryCode,
    Occupation,
    OccupationCode,
    OccupationLabel,
    OccupationSkill,
    OccupationTerm,
    Place,
    PlaceName,
    RelatedOccupation,
    Skill,
    SkillAlias,
    SkillCode,
    SkillLabel,
)
from jobs.search.near import within
from jobs.search.where import Near
from jobs.text import fold
from kernel.caching import Entities
from kernel.errors import Invalid
from kernel.reading import Reading
from kernel.rows import Listing, Order, Page, Slice
from kernel.viewer import Viewer

BY_PATH = Order("path")
BY_NAME = Order("name")
BY_TITLE = Order("title")
BY_POPULATION = Order("population", is_descending=True)

# How much of what hangs on one row is read.
MOST_CODES = 50
MOST_SKILLS = 50
MOST_RELATED = 20
MOST_CHILDREN = 100


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
    schemes: tuple[str, ...] | None = None

    def condition(self) -> Q:
        kept = Q()
        if self.name_starts_with is not None:
            kept &= _named(
                self.name_starts_with,
                SkillAlias.objects.values("skill"),
                "alias",
                SkillLabel.objects.values("skill"),
            )
        if self.kinds is not None:
            kept &= Q(kind__in=self.kinds)
        if self.categories is not None:
            kept &= Q(category_id__in=self.categories)
        if self.schemes is not None:
            kept &= Q(scheme__in=self.schemes)
        return kept


@dataclass(frozen=True, slots=True)
class OccupationFilter:
    """Conditions that must all hold. A field that is None says nothing."""

    title_starts_with: str | None = None
    categories: tuple[int, ...] | None = None
    schemes: tuple[str, ...] | None = None

    def condition(self) -> Q:
        kept = Q()
        if self.title_starts_with is not None:
            kept &= _named(
                self.title_starts_with,
                OccupationTerm.objects.values("occupation"),
                "term",
                OccupationLabel.objects.values("occupation"),
            )
        if self.categories is not None:
            kept &= Q(category_id__in=self.categories)
        if self.schemes is not None:
            kept &= Q(scheme__in=self.schemes)
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
            kept &= _spelled(self.name_starts_with)
        if self.countries is not None:
            kept &= Q(country_id__in=self.countries)
        if self.near is not None:
            kept &= Q(pk__in=within(Place.objects.all(), self.near).values("pk"))
        return kept


def _spelled(prefix: str) -> Q:
    """One of a place's names starts so. An empty prefix starts any; one without a letter or digit starts none."""
    folded = fold(prefix)
    if not folded and prefix.strip():
        return Q(pk__in=[])
    return Q(Exists(PlaceName.objects.filter(place=OuterRef("pk"), name__startswith=folded)))


def _named(prefix: str, words: QuerySet[Any, Any], word: str, labels: QuerySet[Any, Any]) -> Q:
    """A word or a label starts so; both querysets give the owner's key. For empty prefixes see `_spelled`."""
    folded = fold(prefix)
    if not folded:
        return Q(pk__in=[]) if prefix.strip() else Q()
    # Either is read from its own index. Asked row by row, the two of them would take the planner's way out.
    found = words.filter(**{f"{word}__startswith": folded}).union(labels.filter(label__startswith=folded))
    return Q(pk__in=found)


def _category_rows(where: CategoryFilter | None) -> QuerySet[Category]:
    return Category.objects.filter(where.condition()) if where else Category.objects.all()


def _skill_rows(where: SkillFilter | None) -> QuerySet[Skill]:
    skills = Skill.objects.filter(is_retired=False)
    return skills.filter(where.condition()) if where else skills


def _occupation_rows(where: OccupationFilter | None) -> QuerySet[Occupation]:
    occupations = Occupation.objects.filter(is_retired=False)
    return occupations.filter(where.condition()) if where else occupations


def _place_rows(where: PlaceFilter | None) -> QuerySet[Place]:
    places = Place.objects.select_related("country")
    return places.filter(where.condition()) if where else places


def category_page(where: CategoryFilter | None, wanted: Slice) -> Page[Category]:
    """One page of categories, in the tree's order."""
    return Listing(_category_rows, (where,), BY_PATH).page(wanted)


def skill_page(where: SkillFilter | None, wanted: Slice) -> Page[Skill]:
    """One page of skills, by name, without retired ones."""
    return Listing(_skill_rows, (where,), BY_NAME).page(wanted)


def occupation_page(where: OccupationFilter | None, wanted: Slice) -> Page[Occupation]:
    """One page of occupations, by title, without retired ones."""
    return Listing(_occupation_rows, (where,), BY_TITLE).page(wanted)


def place_page(where: PlaceFilter | None, wanted: Slice) -> Page[Place]:
    """One page of places, the largest first, with their country."""
    return Listing(_place_rows, (where,), BY_POPULATION).page(wanted)


def category_count(where: CategoryFilter | None) -> int:
    """How many categories a filter keeps."""
    return _category_rows(where).count()


def skill_count(where: SkillFilter | None) -> int:
    """How many skills a filter keeps."""
    return _skill_rows(where).count()


def occupation_count(where: OccupationFilter | None) -> int:
    """How many occupations a filter keeps."""
    return _occupation_rows(where).count()


def place_count(where: PlaceFilter | None) -> int:
    """How many places a filter keeps."""
    return _place_rows(where).count()


def _first[Row: Model](
    rows: Callable[[], QuerySet[Row]], owner: str, order: tuple[str, ...], most: int
) -> Reading[Row]:
    """The first rows of each owner in an order."""

    def placed() -> QuerySet[Any]:
        place = Window(RowNumber(), partition_by=F(owner), order_by=order)
        return rows().annotate(_place=place).filter(_place__lte=most).order_by(owner, "_place")

    return Reading(placed, by=owner)


def _needs() -> QuerySet[OccupationSkill]:
    """What occupations take. Where two taxonomies name a skill, the stronger word counts."""
    stronger = OccupationSkill.objects.filter(occupation=OuterRef("occupation"), skill=OuterRef("skill")).filter(
        Q(relevance__lt=OuterRef("relevance")) | Q(relevance=OuterRef("relevance"), pk__lt=OuterRef("pk"))
    )
    return OccupationSkill.objects.filter(~Exists(stronger)).select_related("skill")


_CATEGORIES = Reading(Category.objects.all)
_SKILLS = Reading(Skill.objects.all)
_PLACES = Reading(lambda: Place.objects.select_related("country"))
_OCCUPATIONS = Reading(Occupation.objects.all)
_INDUSTRIES = Reading(Industry.objects.all)
_COUNTRIES = Reading(Country.objects.all)
_CURRENCIES = Reading(Currency.objects.all)
_CHILD_CATEGORIES = Reading(lambda: Category.objects.order_by("position", "pk"), by="parent_id")
_CHILD_INDUSTRIES = _first(
    lambda: Industry.objects.filter(is_retired=False), "parent_id", ("name", "pk"), MOST_CHILDREN
)
_INDUSTRY_CODES = _first(IndustryCode.objects.all, "industry_id", ("scheme", "code"), MOST_CODES)
_OCCUPATION_CODES = _first(OccupationCode.objects.all, "occupation_id", ("scheme", "code"), MOST_CODES)
_SKILL_CODES = _first(SkillCode.objects.all, "skill_id", ("scheme", "code"), MOST_CODES)
_OCCUPATION_SKILLS = _first(_needs, "occupation_id", ("relevance", "-is_hot", "skill__name", "pk"), MOST_SKILLS)
_RELATED_OCCUPATIONS = _first(
    lambda: RelatedOccupation.objects.select_related("related"), "occupation_id", ("rank", "pk"), MOST_RELATED
)

# Everybody sees them alike, and they change when a taxonomy is loaded.
_CATEGORIES_KEPT: Entities[int, Category] = Entities(Category, most=5_000)
_SKILLS_KEPT: Entities[int, Skill] = Entities(Skill, most=20_000)
_PLACES_KEPT: Entities[int, Place] = Entities(Place, most=20_000)
_OCCUPATIONS_KEPT: Entities[int, Occupation] = Entities(Occupation, most=10_000)
_INDUSTRIES_KEPT: Entities[int, Industry] = Entities(Industry, most=5_000)
_COUNTRIES_KEPT: Entities[str, Country] = Entities(Country, most=500)
_CURRENCIES_KEPT: Entities[str, Currency] = Entities(Currency, most=500)


def categories_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Category]:
    """Categories by id."""
    return _CATEGORIES_KEPT.through(keys, _CATEGORIES.one)


def child_categories(viewer: Viewer, keys: Collection[int]) -> dict[int, list[Category]]:
    """The categories right below others, in order."""
    return _CHILD_CATEGORIES.many(keys)


def skills_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Skill]:
    """Skills by id."""
    return _SKILLS_KEPT.through(keys, _SKILLS.one)


def places_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Place]:
    """Places by GeoNames id, with their country."""
    return _PLACES_KEPT.through(keys, _PLACES.one)


def countries_by_code(viewer: Viewer, keys: Collection[str]) -> dict[str, Country]:
    """Countries by ISO 3166 code."""
    return _COUNTRIES_KEPT.through(keys, _COUNTRIES.one)


def currencies_by_code(viewer: Viewer, keys: Collection[str]) -> dict[str, Currency]:
    """Currencies by ISO 4217 code."""
    return _CURRENCIES_KEPT.through(keys, _CURRENCIES.one)


def occupations_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Occupation]:
    """Occupations by id."""
    return _OCCUPATIONS_KEPT.through(keys, _OCCUPATIONS.one)


def industries_by_id(viewer: Viewer, keys: Collection[int]) -> dict[int, Industry]:
    """Industries by id."""
    return _INDUSTRIES_KEPT.through(keys, _INDUSTRIES.one)


def child_industries(viewer: Viewer, keys: Collection[int]) -> dict[int, list[Industry]]:
    """The industries right below others, by name, without retired ones; `MOST_CHILDREN` of each."""
    return _CHILD_INDUSTRIES.many(keys)


def codes_of_industries(viewer: Viewer, keys: Collection[int]) -> dict[int, list[IndustryCode]]:
    """What taxonomies call industries; `MOST_CODES` of each."""
    return _INDUSTRY_CODES.many(keys)


def codes_of_occupations(viewer: Viewer, keys: Collection[int]) -> dict[int, list[OccupationCode]]:
    """What taxonomies call occupations; `MOST_CODES` of each."""
    return _OCCUPATION_CODES.many(keys)


def codes_of_skills(viewer: Viewer, keys: Collection[int]) -> dict[int, list[SkillCode]]:
    """What taxonomies call skills; `MOST_CODES` of each."""
    return _SKILL_CODES.many(keys)


def skills_of_occupations(viewer: Viewer, keys: Collection[int]) -> dict[int, list[OccupationSkill]]:
    """What occupations take, with the skills: essential ones first, then hot technologies; `MOST_SKILLS` of each."""
    return _OCCUPATION_SKILLS.many(keys)


def related_occupations(viewer: Viewer, keys: Collection[int]) -> dict[int, list[Occupation]]:
    """Occupations like others, the closest first; `MOST_RELATED` of each."""
    found = _RELATED_OCCUPATIONS.many(keys)
    return {key: [relation.related for relation in relations] for key, relations in found.items()}


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
