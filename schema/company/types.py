"""Types of companies and the people who act for them."""

import graphene

from jobs.models import Company as CompanyRow
from jobs.models import CompanyKind, MembershipRole, SizeBand
from jobs.selectors import company as companies
from jobs.selectors import job as jobs
from schema.core.connections import connection_of
from schema.core.loading import Relation
from schema.core.scalars import HTML, DateTime
from schema.core.types import ModelType, enum_of
from schema.job.lists import jobs_of
from schema.taxonomy.types import Industry, Place


class CompanyDescription(graphene.ObjectType):
    """What a company says of itself."""

    html = HTML(required=True, description="Sanitised; safe to show.")
    text = graphene.String(required=True, description="Without mark-up.")


class Company(ModelType):
    """An employer."""

    class Meta:
        model = CompanyRow
        columns = ("name", "slug", "kind", "aliases", "website", "size_band", "benefits", "verified_at")
        choices = {"kind": CompanyKind, "size_band": SizeBand}
        batch = companies.by_id

    industry = graphene.Field(Industry, description="What it is in the business of, where known.")
    headquarters = graphene.Field(Place, description="Where it is led from, where known.")
    description = graphene.Field(CompanyDescription, description="What it says of itself; null where it says nothing.")
    jobs = jobs_of("company", jobs.of_companies, jobs.counts_of_companies, description="Its live jobs.")

    resolve_description = Relation(companies.descriptions, "pk")


class Membership(graphene.ObjectType):
    """What a person may do for a company."""

    company = graphene.Field(Company, required=True, description="The company.")
    role = enum_of(MembershipRole)(required=True, description="The person's role there.")
    created_at = DateTime(required=True, description="Since when.")


CompanyConnection = connection_of("Company", Company, "companies")
