"""Companies."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers

from jobs.models import Company, CompanyKind, SizeBand
from jobs.selectors import company as companies
from jobs.selectors.company import CompanyOrderField
from nexus.rest.asking import Asking
from nexus.rest.reading import Listed, PagingWithTotal, Read, ReadPage, listed, one_by, page_of, wanted
from nexus.rest.shapes import CountryField, EnumField, FlagField, IdField, InstantField, Shape, TextField, list_of
from nexus.rest.taxonomy import PlaceShape, place_shown
from schema.company.inputs import company_filter, company_order
from schema.core.connections import CursorCodec

DIRECTIONS = [("ASC", "Smallest or oldest first"), ("DESC", "Largest or newest first")]


class CompanyNameShape(Shape):
    """An employer, as a list of jobs has it."""

    id = IdField("Company", help_text="Opaque, and the same as in GraphQL.")
    slug = serializers.CharField(help_text="Stands for the company in addresses.")
    name = serializers.CharField(help_text="Trading name.")
    logo = serializers.URLField(allow_null=True, help_text="Its logo: WebP, at most 512 pixels a side.")
    verified_at = InstantField(allow_null=True, help_text="When the company proved that it is who it says.")


class IndustryShape(Shape):
    """What a company is in the business of."""

    id = IdField("Industry", help_text="Opaque, and the same as in GraphQL.")
    slug = serializers.CharField(help_text="Stands for the industry in addresses.")
    name = serializers.CharField(help_text="In English.")


class CompanyShape(CompanyNameShape):
    """An employer."""

    kind = EnumField(CompanyKind, help_text="What sort of organisation this is.")
    aliases = serializers.ListField(child=serializers.CharField(), help_text="Other names the company goes by.")
    website = serializers.URLField(allow_null=True, help_text="The company's own site.")
    size_band = EnumField(SizeBand, allow_null=True, help_text="How many people work there.")
    industry = IndustryShape(allow_null=True, help_text="What it is in the business of, where known.")
    headquarters = PlaceShape(allow_null=True, help_text="Where it is led from, where known.")
    benefits = serializers.ListField(child=serializers.CharField(), help_text="What everybody who works there gets.")


class DescriptionShape(Shape):
    """A long text."""

    html = serializers.CharField(help_text="Sanitised; safe to show.")
    text = serializers.CharField(help_text="Without mark-up.")


class CompanyDetailShape(CompanyShape):
    """An employer with what it says of itself."""

    description = DescriptionShape(allow_null=True, help_text="What it says of itself; null where it says nothing.")


def name_shown(company: Any) -> dict[str, Any]:
    """The values of `CompanyNameShape`."""
    return {
        "pk": company.pk,
        "slug": company.slug,
        "name": company.name,
        "logo": companies.logo_url(company),
        "verified_at": company.verified_at,
    }


def company_shown(company: Any) -> dict[str, Any]:
    """The values of `CompanyShape`."""
    return {
        **name_shown(company),
        "kind": company.kind,
        "aliases": company.aliases,
        "website": company.website or None,
        "size_band": company.size_band,
        "industry": company.industry,
        "headquarters": place_shown(company.headquarters),
        "benefits": company.benefits,
    }


def company_of(asking: Asking, text: str) -> Any:
    """The company of a path's id or slug. Raises `NotFound`."""
    return one_by("Company", text, asking.viewer, companies.by_id, companies.by_slug)


class CompanyParameters(PagingWithTotal):
    name_starts_with = TextField(required=False, help_text="The name starts so, in any case.")
    industries = list_of(TextField(), "In one of these industries, by id.")
    kinds = list_of(EnumField(CompanyKind), "Of one of these kinds.")
    size_bands = list_of(EnumField(SizeBand), "Of one of these sizes.")
    countries = list_of(CountryField(), "Led from one of these countries.")
    is_hiring = FlagField(required=False, help_text="With live jobs, or without any.")
    is_verified = FlagField(required=False, help_text="Proved to be who they say, or not yet.")
    order_by = EnumField(CompanyOrderField, required=False, help_text="What to order by: by name unless given.")
    direction = serializers.ChoiceField(
        DIRECTIONS, required=False, help_text="Which end comes first: ASC unless given."
    )


class Companies(ReadPage):
    """Active companies."""

    tag = "companies"
    parameters: ClassVar[Any] = CompanyParameters
    shape = page_of(CompanyShape, "companies")
    reads = Company
    points = 3

    def list_(self, asking: Asking, asked: dict[str, Any], **path: str) -> Listed:
        field = asked.get("order_by", CompanyOrderField.NAME)
        order = company_order({"field": field, "direction": asked.get("direction", "ASC").lower()})
        where = company_filter(asked)
        value = str if order.field is CompanyOrderField.NAME else datetime
        direction = "desc" if order.is_descending else "asc"
        codec = CursorCodec(f"companies/{order.field}/{direction}", value=value, key=UUID)
        page = companies.page(where, order, wanted(codec, asked))
        total = companies.count(where) if asked.get("with_total") else None
        return listed(page, codec, list(map(company_shown, page.rows)), total)


class OneCompany(Read):
    """One company, by its id, its slug, or a slug that it had before."""

    tag = "companies"
    shape = CompanyDetailShape
    reads = Company
    points = 4

    def find(self, asking: Asking, asked: dict[str, Any], **path: str) -> Any:
        company = company_of(asking, path["key"])
        described = companies.descriptions(asking.viewer, [company.pk]).get(company.pk)
        return {**company_shown(company), "description": described}
