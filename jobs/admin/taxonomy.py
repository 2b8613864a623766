"""Reference data. They come from files, and are shown."""

from django.contrib import admin

from accounts.staff.table import Shown
from jobs.models import Category, Country, Currency, Industry, Occupation, Place, Skill


@admin.register(Category)
class CategoryAdmin(Shown):
    list_display = ("name", "slug", "path")
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    ordering = ("path",)


@admin.register(Industry)
class IndustryAdmin(Shown):
    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Occupation)
class OccupationAdmin(Shown):
    list_display = ("title", "slug", "category")
    list_select_related = ("category",)
    search_fields = ("title", "slug")
    ordering = ("title",)


@admin.register(Skill)
class SkillAdmin(Shown):
    list_display = ("name", "slug", "kind", "category")
    list_select_related = ("category",)
    list_filter = ("kind",)
    search_fields = ("name", "slug")
    ordering = ("name",)


@admin.register(Place)
class PlaceAdmin(Shown):
    list_display = ("name", "region_name", "country", "population")
    list_select_related = ("country",)
    search_fields = ("ascii_name", "name")
    ordering = ("-population", "id")


@admin.register(Country)
class CountryAdmin(Shown):
    list_display = ("code", "name", "continent")
    search_fields = ("name", "=code")
    ordering = ("name",)


@admin.register(Currency)
class CurrencyAdmin(Shown):
    list_display = ("code", "name", "digits")
    search_fields = ("name", "=code")
    ordering = ("code",)
